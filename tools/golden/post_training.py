#!/usr/bin/env python3
"""Golden files of PostTrainingTests: losses, gradients and AdamW steps of PyTorch.

The reference is transformers' LlamaForCausalLM in float64, with padding, attention masks and
separate micro-batches: none of the packing, merging and weighting of the Swift side.

    pip install torch transformers safetensors
    python3 -P tools/golden/post_training.py Tests/PostTrainingTests/Golden

Writes initial.safetensors (the model), one <case>.gradients.safetensors per entropy, objective and
GRPO case, the weights after some steps (entropy.trained / supervised.trained / grpo.trained /
tuned / adapted-*.trained .safetensors), base.safetensors (the model that divergences are taken from),
cases.json, grpo.json and objectives.json.
"""

import json
import math
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


ANSWER = 14  # the token that marks an answer; the digit d is the token d + 1


def answer_of(sample):
    """The digits after the first marker, closed by another token; None without them."""
    if ANSWER not in sample:
        return None
    digits = []
    for token in sample[sample.index(ANSWER) + 1:]:
        if not 1 <= token <= 10:
            return tuple(digits) or None
        digits.append(token - 1)
    return None


def counted_rows(prompts, samples, case):
    """Padded tokens, which are real, and which rows predict a counted token."""
    tokens, real = padded([p + s for p, s in zip(prompts, samples)])
    counted = torch.zeros_like(real)
    for i, (p, s) in enumerate(zip(prompts, samples)):
        first = {"all": 0, "skip_first": 1,
                 "late": len(s) - math.ceil(case["lateFraction"] * len(s))}[case["mask"]]
        counted[i, len(p) - 1 + first:len(p) + len(s) - 1] = 1
    return tokens, real, counted


def token_mean(values, counted, accumulation):
    size = len(values) // accumulation
    parts = [(values[i:i + size] * counted[i:i + size]).sum() / counted[i:i + size].sum()
             for i in range(0, len(values), size)]
    return sum(parts) / accumulation


@torch.no_grad()
def shortened(model, old, limit, divergence):
    """Halves an update until the divergence is within the limit, six times at the most; then undoes it.
    Returns the share that was kept."""
    new = [p.detach().clone() for p in model.parameters()]
    for halvings in range(7):
        for parameter, a, b in zip(model.parameters(), old, new):
            parameter.copy_(a + (b - a) / 2**halvings)
        measured = divergence()
        if measured <= limit:
            return 0.5**halvings
    for parameter, a in zip(model.parameters(), old):
        parameter.copy_(a)
    return 0


def objective_loss(model, base, owners, prompts, samples, case, temperature):
    """The surrogate to differentiate, and what the objective is worth, its divergence included."""
    all_prompts = [prompts[o] for o in owners]
    tokens, real, counted = counted_rows(all_prompts, samples, case)
    logits = model(tokens, attention_mask=real).logits
    logp = torch.log_softmax(logits / temperature, -1)
    p = logp.exp()
    entropy = -(p * logp).sum(-1)
    mean = lambda v: token_mean(v, counted, case["accumulation"])
    chosen = torch.cat([logp[:, :-1].gather(-1, tokens[:, 1:, None])[..., 0],
                        torch.zeros(len(tokens), 1)], 1)
    sequences = (chosen * counted).sum(1)
    n = len(samples)
    if case["objective"] == "entropy":
        surrogate = value = mean(torch.clamp(entropy, min=case["entropyFloor"]))
    elif case["objective"] == "self_certainty":
        uniform = torch.full_like(p, 1 / VOCABULARY)
        surrogate = value = -mean((uniform * (uniform.log() - logp)).sum(-1))
    elif case["objective"] == "sequence_log_probability":
        value = -sequences.mean()
        surrogate = 0.0
        for i in range(n):
            others = [j for j in range(n) if owners[j] == owners[i] and j != i]
            baseline = sequences[others].mean().detach()
            surrogate = surrogate - (sequences[i].detach() - baseline) * sequences[i] / n
    elif case["objective"] == "sequence_probability":
        value = -sequences.exp().mean()
        weight = (sequences.exp() + case["probabilitySmoothing"]).detach()
        surrogate = -(weight * sequences).mean()
    else:
        answers = [answer_of(s) for s in samples]
        value, surrogate = 0.0, 0.0
        for o in range(len(prompts)):
            mine = [i for i in range(n) if owners[i] == o]
            clusters = {}
            for i in mine:
                clusters.setdefault(answers[i] or ("none", i), []).append(i)
            shares = torch.tensor([len(c) / len(mine) for c in clusters.values()])
            own = -(shares * shares.log()).sum()
            value += own * len(mine) / n
            for members, share in zip(clusters.values(), shares):
                for i in members:
                    surrogate = surrogate - (share.log() + own) * sequences[i] / n
        value = torch.as_tensor(value)
    plain = torch.log_softmax(logits / case["lossTemperature"], -1)
    divergence = torch.zeros(())
    if base is not None:
        with torch.no_grad():
            reference = torch.log_softmax(base(tokens, attention_mask=real).logits, -1)
        own = torch.log_softmax(logits, -1)
        divergence = mean((own.exp() * (own - reference)).sum(-1))
        surrogate = surrogate + case["divergenceWeight"] * divergence
        value = value + case["divergenceWeight"] * divergence
    return surrogate, dict(
        loss=value.item(), divergence=divergence.item(),
        entropy=mean(-(plain.exp() * plain).sum(-1)).item())


def objectives(model, fresh, folder):
    g = torch.Generator().manual_seed(23)
    prompts = [[5, 9, 2, 17], [3, 3]]
    samples = [random_completion(g, 9) for _ in range(8)]
    # Answers of one and two digits, agreeing, alone, cut off; samples that repeat and share prefixes.
    samples += [[13, 14, 4, 0], [14, 4, 0], [14, 4, 0], [14, 4, 6, 0], [14, 4, 6], [7, 0], [STOP],
                samples[0]]
    owners = [i % 2 for i in range(len(samples))]
    samples[9], samples[10], samples[14] = samples[8], samples[8], samples[12]

    base = new_model().double()
    with torch.no_grad():
        noise = torch.Generator().manual_seed(31)
        for p in base.parameters():
            p += 0.1 * torch.randn(p.shape, generator=noise, dtype=torch.double)
    save(weights(base), folder / "base.safetensors")

    def case(name, objective, temperature=1.0, mask="all", accumulation=1, late=0.25, floor=0.0,
             smoothing=0.1, weight=0.0):
        return dict(
            name=name, objective=objective, lossTemperature=temperature, mask=mask,
            accumulation=accumulation, lateFraction=late, entropyFloor=floor,
            probabilitySmoothing=smoothing, divergenceWeight=weight)

    out = dict(prompts=prompts, owners=owners, samples=samples, cases=[], adapted=[])
    for c in [
        case("self-certainty", "self_certainty", 0.7, "skip_first", 2),
        case("late", "entropy", 0.5, "late", 4, late=0.4),
        case("floored", "entropy", 0.5, floor=1.2),
        case("sequence-log-probability", "sequence_log_probability", 1.0),
        case("sequence-probability", "sequence_probability", 0.3, smoothing=0.05),
        case("answer-entropy", "answer_entropy", 1.0, "skip_first"),
        case("penalised", "entropy", 0.5, "all", 2, weight=0.3),
        case("penalised-sequence", "sequence_probability", 0.5, weight=2.0),
    ]:
        surrogate, values = objective_loss(
            fresh(), base if c["divergenceWeight"] > 0 else None, owners, prompts, samples, c,
            c["lossTemperature"])
        surrogate.backward()
        save(gradients(model), folder / f"{c['name']}.gradients.safetensors")
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf")).item()
        out["cases"].append(dict(c, gradientNorm=norm, **values))

    # Settings that adapt themselves, on fixed samples.
    for name, target, setting, budget, budget_steps in [
        ("adapted-rate", "entropy_rate", "learning_rate", 1.2, 3),
        ("adapted-temperature", "entropy_rate", "loss_temperature", 1.2, 3),
        ("adapted-budget", "kl_budget", "learning_rate", 0.9, 1),
        ("adapted-budget-temperature", "kl_budget", "loss_temperature", 2.4, 3),
        # Spent before the first step: every update that raises the divergence is left out.
        ("adapted-budget-spent", "kl_budget", "learning_rate", 0.5, 1),
    ]:
        c = case(name, "entropy", 0.8)
        run = dict(c, target=target, setting=setting, entropyRate=0.02, klBudget=budget,
                   klBudgetSteps=budget_steps, gain=0.7, learningRate=2e-3, weightDecay=0.01,
                   clip=0.5)
        optimizer = torch.optim.AdamW(fresh().parameters(), lr=2e-3, weight_decay=0.01)
        factor, before, steps = 1.0, None, []
        for n in range(6):
            with torch.no_grad():
                _, measured = objective_loss(
                    model, base, owners, prompts, samples, c, c["lossTemperature"])
            error = None
            if target == "entropy_rate" and before is not None:
                error = 1 - math.log(before / measured["entropy"]) / -math.log(1 - 0.02)
            if target == "kl_budget" and n > 0:
                error = 1 - measured["divergence"] / (budget * min(1, n / budget_steps))
            before = measured["entropy"]
            if error is not None:
                factor = min(32, max(1 / 32, factor * math.exp(0.7 * max(-1, min(1, error)))))
            for group in optimizer.param_groups:
                group["lr"] = 2e-3 * (factor if setting == "learning_rate" else 1)
            temperature = 0.8 * (factor if setting == "loss_temperature" else 1)
            surrogate, values = objective_loss(
                model, None, owners, prompts, samples, c, temperature)
            surrogate.backward()
            old = [p.detach().clone() for p in model.parameters()]
            norm = clip_and_step(model, optimizer, 0.5)
            steps.append(dict(
                loss=values["loss"], entropy=measured["entropy"],
                divergence=measured["divergence"], factor=factor, gradientNorm=norm))
            if target == "kl_budget":
                # Not above the course, or no higher than before.
                course = budget * min(1, (n + 1) / budget_steps)
                share = shortened(
                    model, old, max(course, measured["divergence"]),
                    lambda: objective_loss(
                        model, base, owners, prompts, samples, c, 0.8)[1]["divergence"])
                steps[-1]["share"] = share
                if setting == "learning_rate":
                    factor = max(1 / 32, factor * (share or 0.5))
        save(weights(model), folder / f"{name}.trained.safetensors")
        out["adapted"].append(dict(run, steps=steps))

    # Supervised tuning: prompts are read, solutions learnt.
    optimizer = torch.optim.AdamW(fresh().parameters(), lr=3e-3, weight_decay=0.02)
    steps = []
    for _ in range(3):
        solved = [(random_completion(g, 5) + [4], random_completion(g, 9)) for _ in range(6)]
        tokens, real, counted = counted_rows(
            [p for p, _ in solved], [s for _, s in solved], dict(mask="all", lateFraction=1))
        logp = torch.log_softmax(model(tokens, attention_mask=real).logits[:, :-1], -1)
        chosen = logp.gather(-1, tokens[:, 1:, None])[..., 0]
        loss = -(chosen * counted[:, :-1]).sum() / counted.sum()
        loss.backward()
        steps.append(dict(
            loss=loss.item(), gradientNorm=clip_and_step(model, optimizer, 0.6),
            prompts=[p for p, _ in solved], solutions=[s for _, s in solved]))
    save(weights(model), folder / "tuned.trained.safetensors")
    out["tuned"] = dict(learningRate=3e-3, weightDecay=0.02, clip=0.6, steps=steps)
    (folder / "objectives.json").write_text(json.dumps(out) + "\n")


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
    objectives(model, fresh, folder)
    for file in folder.iterdir():
        file.chmod(0o644)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
