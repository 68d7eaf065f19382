#!/usr/bin/env python3
"""Golden files of PostTrainingTests: losses, gradients and AdamW steps of PyTorch.

The reference is transformers' LlamaForCausalLM in float64, with padding, attention masks and
separate micro-batches: none of the packing, merging and weighting of the Swift side.

    pip install torch transformers safetensors
    python3 -P tools/golden/post_training.py Tests/PostTrainingTests/Golden

Writes initial.safetensors (the model), one <case>.gradients.safetensors per entropy and GRPO case,
the weights after some steps (entropy.trained / supervised.trained / grpo.trained .safetensors),
cases.json and grpo.json.
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


def token_log_probabilities(model, prompts, samples, temperature):
    """log pi of every new token (samples × longest, 0 where there is none) and which there are."""
    tokens, real = padded([p + s for p, s in zip(prompts, samples)])
    logits = model(tokens, attention_mask=real).logits[:, :-1] / temperature
    chosen = torch.log_softmax(logits, -1).gather(-1, tokens[:, 1:, None])[..., 0]
    position = torch.arange(tokens.shape[1] - 1)[None, :]
    first = torch.tensor([len(p) - 1 for p in prompts])[:, None]
    counted = (position >= first) & (position < real.sum(-1, keepdim=True) - 1)
    return chosen, counted


def group_advantages(rewards, size, std_normalisation):
    """DeepSeekMath's advantages; groups without any difference are zero instead of 0 / 0."""
    groups = torch.tensor(rewards, dtype=torch.double).view(-1, size)
    centred = groups - groups.mean(1, keepdim=True)
    if std_normalisation:
        std = groups.std(1, keepdim=True)
        centred = torch.where(std > 0, centred / std, torch.zeros_like(centred))
    return centred.flatten()


def grpo_loss(chosen, counted, old, reference, advantages, case):
    """The clipped objective token by token on padded rows."""
    a = advantages[:, None]
    ratio = torch.exp(chosen - old)
    clipped = torch.clamp(ratio, 1 - case["clipLow"], 1 + case["clipHigh"])
    terms = -torch.minimum(ratio * a, clipped * a)
    divergence = torch.exp(reference - chosen) - (reference - chosen) - 1
    terms = torch.where(counted, terms + case["divergenceWeight"] * divergence, 0.0)
    lengths = counted.sum(1)
    if case["lengthNormalisation"] == "sample":
        loss = (terms.sum(1) / lengths).mean()
    elif case["lengthNormalisation"] == "token":
        loss = terms.sum() / lengths.sum()
    else:
        loss = (terms.sum(1) / case["maximumTokens"]).mean()
    held = counted & (clipped * a < ratio * a)
    return loss, dict(
        divergence=((divergence * counted).sum() / counted.sum()).item(),
        clipFraction=(held.sum() / counted.sum()).item())


def rows_of(values, counted):
    return [v[c].tolist() for v, c in zip(values, counted)]


def grpo(model, fresh, folder):
    g = torch.Generator().manual_seed(7)
    size = 4
    prompts = [[5, 9, 2, 17], [3, 3], [8, 1, 14, 20, 6]]

    def batch():
        samples = [random_completion(g, 9) for _ in range(size * len(prompts))]
        # Two equal samples of one prompt with different rewards, and one that ends at once.
        samples[1], samples[6] = samples[0], [STOP]
        rewards = torch.randint(0, 2, (len(samples),), generator=g).double().tolist()
        rewards[:2] = [1.0, 0.0]
        rewards[-size:] = [1.0] * size
        return samples, rewards

    owners = [p for p in prompts for _ in range(size)]

    def moved(amount, seed):
        noise = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for p in fresh().parameters():
                p += amount * torch.randn(p.shape, generator=noise, dtype=torch.double)

    samples, rewards = batch()
    out = dict(prompts=prompts, groupSize=size, samples=samples, rewards=rewards, cases=[])
    for name, temperature, low, high, beta, length, std in [
        ("grpo-sample", 1.0, 0.2, 0.2, 0.0, "sample", True),
        ("grpo-token", 1.0, 0.1, 0.3, 0.0, "token", True),
        ("grpo-constant", 0.7, 0.05, 0.1, 0.3, "constant", False),
    ]:
        case = dict(name=name, temperature=temperature, clipLow=low, clipHigh=high,
                    divergenceWeight=beta, lengthNormalisation=length, stdNormalisation=std,
                    maximumTokens=12)
        with torch.no_grad():
            moved(0.05, 11)
            old, _ = token_log_probabilities(model, owners, samples, temperature)
            moved(0.1, 12)
            reference, _ = token_log_probabilities(model, owners, samples, temperature)
        chosen, counted = token_log_probabilities(fresh(), owners, samples, temperature)
        advantages = group_advantages(rewards, size, std)
        loss, sums = grpo_loss(chosen, counted, old, reference, advantages, case)
        loss.backward()
        save(gradients(model), folder / f"{name}.gradients.safetensors")
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf")).item()
        out["cases"].append(dict(
            case, loss=loss.item(), gradientNorm=norm, advantages=advantages.tolist(),
            old=rows_of(old, counted), reference=rows_of(reference, counted), **sums))

    # Ten updates: two batches, five updates on each, with a divergence from the start.
    case = dict(temperature=1.0, clipLow=0.1, clipHigh=0.15, divergenceWeight=0.1,
                lengthNormalisation="token", stdNormalisation=True, maximumTokens=12,
                learningRate=5e-3, weightDecay=0.01, clip=0.5, updatesPerBatch=5)
    batches = [batch(), batch()]
    with torch.no_grad():
        fresh()
        references = [token_log_probabilities(model, owners, s, 1.0)[0] for s, _ in batches]
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.01)
    steps = []
    for (samples, rewards), reference in zip(batches, references):
        advantages = group_advantages(rewards, size, True)
        with torch.no_grad():
            old, _ = token_log_probabilities(model, owners, samples, 1.0)
        for _ in range(5):
            chosen, counted = token_log_probabilities(model, owners, samples, 1.0)
            loss, sums = grpo_loss(chosen, counted, old, reference, advantages, case)
            loss.backward()
            steps.append(dict(
                loss=loss.item(), gradientNorm=clip_and_step(model, optimizer, 0.5), **sums))
    save(weights(model), folder / "grpo.trained.safetensors")
    out["run"] = dict(
        case, steps=steps, batches=[dict(samples=s, rewards=r) for s, r in batches])
    (folder / "grpo.json").write_text(json.dumps(out) + "\n")


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
    grpo(model, fresh, folder)
    for file in folder.iterdir():
        file.chmod(0o644)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
