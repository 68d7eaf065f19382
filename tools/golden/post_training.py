#!/usr/bin/env python3
"""Golden files of PostTrainingTests: losses, gradients and AdamW steps of PyTorch.

The reference is transformers' LlamaForCausalLM in float64, with padding, attention masks and
separate micro-batches: none of the packing, merging and weighting of the Swift side.

    pip install torch transformers safetensors
    python3 -P tools/golden/post_training.py Tests/PostTrainingTests/Golden

Writes initial.safetensors (the model), one <case>.gradients.safetensors per entropy case, the
weights after three steps (entropy.trained / supervised.trained .safetensors), and cases.json.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

STOP = 0
VOCABULARY = 23
CONFIGURATION = LlamaConfig(
    vocab_size=VOCABULARY, hidden_size=12, num_hidden_layers=2, num_attention_heads=3,
    num_key_value_heads=1, head_dim=4, intermediate_size=20,
    rope_parameters={"rope_type": "default", "rope_theta": 1000.0}, rms_norm_eps=1e-6,
    tie_word_embeddings=False, attention_bias=False, attn_implementation="eager")


def new_model():
    torch.manual_seed(20250528)
    model = LlamaForCausalLM(CONFIGURATION)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "norm" in name:
                p.copy_(1 + 0.2 * torch.randn_like(p))
            else:
                p.copy_(0.3 * torch.randn_like(p))
    return model


def save(tensors, path):
    save_file({k: v.detach().float().contiguous() for k, v in tensors.items()}, str(path),
              metadata={"format": "pt", "config": CONFIGURATION.to_json_string()})


def weights(model):
    return dict(model.named_parameters())


def gradients(model):
    return {k: p.grad for k, p in model.named_parameters()}


def padded(sequences):
    longest = max(map(len, sequences))
    tokens = torch.full((len(sequences), longest), STOP)
    real = torch.zeros((len(sequences), longest), dtype=torch.long)
    for i, s in enumerate(sequences):
        tokens[i, :len(s)] = torch.tensor(s)
        real[i, :len(s)] = 1
    return tokens, real


def entropy_loss(model, prompt, completions, mask, temperature):
    """Mean entropy of one micro-batch, the way of the paper's code: a mask over padded rows."""
    tokens, real = padded([prompt + c for c in completions])
    logits = model(tokens, attention_mask=real).logits
    p = torch.softmax(logits / temperature, dim=-1)
    entropy = -(p * torch.log(p)).sum(-1)
    position = torch.arange(tokens.shape[1])[None, :]
    # Row t is the distribution of token t + 1; the last real row predicts nothing.
    first = len(prompt) - 1 + (1 if mask == "skip_first" else 0)
    counted = (position >= first) & (position < real.sum(-1, keepdim=True) - 1)
    return (entropy * counted).sum() / counted.sum().clamp_min(1)


def entropy_objective(model, prompt, completions, mask, temperature, accumulation):
    size = len(completions) // accumulation
    total = 0.0
    for i in range(accumulation):
        loss = entropy_loss(
            model, prompt, completions[i * size:(i + 1) * size], mask, temperature) / accumulation
        loss.backward()
        total += loss.item()
    return total


def supervised_loss(model, documents):
    tokens, real = padded(documents)
    logits = model(tokens, attention_mask=real).logits[:, :-1]
    targets = tokens[:, 1:].masked_fill(real[:, 1:] == 0, -100)
    return torch.nn.functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=-100)


def clip_and_step(model, optimizer, clip):
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    return norm.item()


def random_completion(generator, longest):
    n = int(torch.randint(0, longest, (1,), generator=generator))
    body = torch.randint(1, VOCABULARY, (n,), generator=generator).tolist()
    cut = int(torch.randint(0, 4, (1,), generator=generator)) == 0 and n > 0
    return body if cut else body + [STOP]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    model = new_model()
    save(weights(model), folder / "initial.safetensors")
    start = {k: v.clone() for k, v in model.state_dict().items()}
    model = model.double()

    def fresh():
        model.load_state_dict(start)
        model.zero_grad(set_to_none=False)
        return model

    g = torch.Generator().manual_seed(1)
    prompt = [5, 9, 2, 17]
    completions = [random_completion(g, 9) for _ in range(10)]
    # Samples repeat at low temperature, and some end at once.
    completions += [completions[0], [STOP], [STOP], completions[3], completions[0], [7]]
    out = {"prompt": prompt, "completions": completions, "entropy": [], "supervised": {}}

    for name, mask, temperature, accumulation in [
        ("plain", "all", 1.0, 1), ("sharp", "all", 0.5, 4), ("skipped", "skip_first", 0.5, 8),
    ]:
        loss = entropy_objective(fresh(), prompt, completions, mask, temperature, accumulation)
        save(gradients(model), folder / f"{name}.gradients.safetensors")
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf")).item()
        out["entropy"].append(dict(
            name=name, mask=mask, lossTemperature=temperature, accumulation=accumulation,
            loss=loss, gradientNorm=norm))

    # Gradient with respect to single rows of logits.
    logits = (4 * torch.randn((3, 7), generator=g)).double().requires_grad_()
    p = torch.softmax(logits / 0.7, -1)
    rows = -(p * p.log()).sum(-1)
    (rows * torch.tensor([0.5, 0.2, 1.5])).sum().backward()
    out["rows"] = dict(
        logits=logits.detach().flatten().tolist(), columns=7, temperature=0.7,
        weights=[0.5, 0.2, 1.5], entropies=rows.tolist(), gradient=logits.grad.flatten().tolist())

    fresh()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    steps = []
    for _ in range(3):
        loss = entropy_objective(model, prompt, completions, "all", 0.5, 2)
        steps.append(dict(loss=loss, gradientNorm=clip_and_step(model, optimizer, 0.05)))
    save(weights(model), folder / "entropy.trained.safetensors")
    out["entropySteps"] = dict(
        learningRate=2e-3, weightDecay=0.01, clip=0.05, accumulation=2, mask="all",
        lossTemperature=0.5, steps=steps)

    fresh()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1.0, betas=(0.9, 0.98), weight_decay=0.05)
    batches = [[[3] + random_completion(g, 12) for _ in range(5)] for _ in range(3)]
    batches = [[d for d in b if len(d) > 1] for b in batches]
    steps = []
    for rate, documents in zip([2.5e-3, 5e-3, 5e-3], batches):
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = supervised_loss(model, documents)
        loss.backward()
        steps.append(dict(
            loss=loss.item(), gradientNorm=clip_and_step(model, optimizer, 1.0),
            learningRate=rate, documents=documents))
    save(weights(model), folder / "supervised.trained.safetensors")
    out["supervised"] = dict(steps=steps)

    (folder / "cases.json").write_text(json.dumps(out) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
