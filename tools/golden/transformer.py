"""Golden files of the language model, made by the transformers library in double precision.

    python3 -P tools/golden/transformer.py Tests/LanguageModelTests/Golden

(-P, as statistics.py beside it would hide the standard module of that name) with torch,
transformers and safetensors installed. For a Llama model (untied head) and a Qwen2 model
(grouped queries, biases, tied head) it writes a folder with the checkpoint as transformers saves it
(config.json, model.safetensors) and expected.json: packed sequences, the logits at some of their
positions, the cross-entropy against given targets, the gradient of every tensor, greedy
generations with and without repetition penalty, and tokens drawn at given uniform numbers from
logits that went through the library's own penalty, temperature and top-p.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM
from transformers.generation import (
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopPLogitsWarper,
)

SHAPES = {
    "llama": (
        LlamaConfig,
        LlamaForCausalLM,
        dict(
            vocab_size=19, hidden_size=24, intermediate_size=21, num_hidden_layers=2,
            num_attention_heads=3, num_key_value_heads=3, tie_word_embeddings=False,
            rms_norm_eps=1e-6, rope_theta=1000.0, max_position_embeddings=64,
        ),
    ),
    "qwen2": (
        Qwen2Config,
        Qwen2ForCausalLM,
        dict(
            vocab_size=23, hidden_size=24, intermediate_size=18, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=True,
            rms_norm_eps=1e-5, rope_theta=500.0, max_position_embeddings=64,
        ),
    ),
}


def make(name):
    config_class, model_class, shape = SHAPES[name]
    torch.manual_seed(7)
    config = config_class(**shape, attn_implementation="eager")
    model = model_class(config)
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:  # gains near one, biases near zero: none of them special
                centre = 1.0 if parameter.mean() > 0.5 else 0.0
                parameter.copy_(centre + 0.3 * torch.randn(parameter.shape, generator=generator))
            else:
                scale = 1.3 / parameter.shape[1] ** 0.5
                parameter.copy_(scale * torch.randn(parameter.shape, generator=generator))
    return model


def rounded(tensor):
    return [float(f"{x:.7g}") for x in tensor.detach().flatten().tolist()]


def packed(model, random):
    vocabulary = model.config.vocab_size
    sequences, loss, logits = [], 0.0, []
    rows = 0
    for length in (1, 7, 20, 2, 33):
        tokens = random.integers(0, vocabulary, length).tolist()
        first = int(random.integers(0, length))
        last = int(random.integers(first + 1, length + 1))
        targets = random.integers(0, vocabulary, last - first).tolist()
        output = model(torch.tensor([tokens])).logits[0, first:last]
        loss = loss + torch.nn.functional.cross_entropy(
            output, torch.tensor(targets), reduction="sum")
        logits.append(output)
        rows += last - first
        sequences.append({"tokens": tokens, "first": first, "last": last, "targets": targets})
    loss = loss / rows
    model.zero_grad()
    loss.backward()
    return {
        "sequences": sequences,
        "logits": rounded(torch.cat(logits)),
        "loss": loss.item(),
        "gradients": {n: rounded(p.grad) for n, p in model.named_parameters()},
    }


def greedy(model, random):
    cases = []
    for penalty in (1.0, 1.3):
        for length in (1, 5, 9):
            prompt = random.integers(0, model.config.vocab_size, length).tolist()
            output = model.generate(
                torch.tensor([prompt]), do_sample=False, repetition_penalty=penalty,
                max_new_tokens=16, min_new_tokens=None, eos_token_id=3, pad_token_id=0)
            cases.append(
                {"prompt": prompt, "penalty": penalty, "tokens": output[0, length:].tolist()})
    return cases


def draws(random):
    cases = []
    for temperature, top_p, penalty in (
        (1.0, 1.0, 1.0), (0.5, 0.95, 1.0), (0.7, 0.8, 1.15), (1.5, 0.3, 1.0), (1.0, 0.05, 2.0),
    ):
        vocabulary = 31
        logits = np.round(random.normal(0, 2, vocabulary), 3)
        seen = random.integers(0, vocabulary, 6).tolist()
        processors = LogitsProcessorList([RepetitionPenaltyLogitsProcessor(penalty)])
        processors.append(TemperatureLogitsWarper(temperature))
        processors.append(TopPLogitsWarper(top_p))
        scores = processors(torch.tensor([seen]), torch.tensor(logits)[None])
        cumulative = np.cumsum(torch.softmax(scores[0], -1).numpy())
        uniforms, tokens = [], []
        for numerator in range(200):
            u = (numerator + 0.5) / 200
            token = int(np.searchsorted(cumulative, u, side="right"))
            # A number on the border of two tokens says nothing about either.
            if np.min(np.abs(cumulative - u)) > 1e-5:
                uniforms.append(u)
                tokens.append(token)
        cases.append(
            {"logits": logits.tolist(), "seen": seen, "temperature": temperature,
             "topP": top_p, "penalty": penalty, "uniforms": uniforms, "tokens": tokens})
    return cases


def main(folder):
    for name in SHAPES:
        random = np.random.default_rng(5)
        model = make(name)
        target = Path(folder) / name
        model.save_pretrained(target)
        (target / "generation_config.json").unlink(missing_ok=True)
        model = model.double()
        expected = {"packed": packed(model, random), "greedy": greedy(model, random)}
        (target / "expected.json").write_text(json.dumps(expected) + "\n")
    random = np.random.default_rng(9)
    (Path(folder) / "draws.json").write_text(json.dumps(draws(random)) + "\n")


main(sys.argv[1])
