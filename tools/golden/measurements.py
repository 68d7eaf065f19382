#!/usr/bin/env python3
"""Golden file of EvaluationTests: measurements computed from stored logits, probabilities and answers
with transformers, NumPy, SciPy and scikit-learn.

    pip install torch transformers numpy scipy scikit-learn pandas
    python3 -P tools/golden/measurements.py Tests/EvaluationTests/Golden/measurements.json

(-P, as statistics.py beside it would hide the standard module of that name.) The model is the one of
Tests/LanguageModelTests/Golden/llama, in double precision; the changed one has every weight
multiplied by 1.25.
"""

import itertools
import json
import math
import sys
from pathlib import Path

import numpy as np
import pandas
import torch
from scipy import stats
from scipy.special import log_softmax, softmax
from sklearn.metrics import brier_score_loss, roc_auc_score
from transformers import AutoModelForCausalLM, TemperatureLogitsWarper, TopKLogitsWarper

ROOT = Path(__file__).resolve().parents[2]
SCALE = 1.25
BINS = 15


def load(scale=1.0):
    model = AutoModelForCausalLM.from_pretrained(
        ROOT / "Tests/LanguageModelTests/Golden/llama", dtype=torch.float64,
        attn_implementation="eager").eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(scale)
    return model


def rows(model, text):
    """The logits that predict the tokens of the continuation."""
    tokens = torch.tensor([text["prompt"] + text["continuation"]])
    with torch.no_grad():
        logits = model(tokens).logits[0].numpy()
    first = len(text["prompt"]) - 1
    return logits[first:first + len(text["continuation"])]


def drift(base, changed, random):
    texts = []
    for length in (1, 4, 9, 2):
        prompt = random.integers(0, 19, length).tolist()
        tokens = list(prompt)
        for _ in range(14):
            with torch.no_grad():
                tokens.append(int(base(torch.tensor([tokens])).logits[0, -1].argmax()))
        texts.append({"prompt": prompt, "continuation": tokens[length:]})
    before = np.concatenate([rows(base, text) for text in texts])
    after = np.concatenate([rows(changed, text) for text in texts])
    p, log_p, log_q = softmax(after, 1), log_softmax(after, 1), log_softmax(before, 1)
    return {
        "texts": texts,
        "places": len(after),
        "flips": int((after.argmax(1) != before.argmax(1)).sum()),
        "divergence": float((p * (log_p - log_q)).sum(1).mean()),
    }


def shape(values):
    values = np.asarray(values, dtype=float).ravel()
    edges = np.arange(math.floor(values.min() / 0.5), math.floor(values.max() / 0.5) + 2) * 0.5
    # The last interval of numpy's is closed, so one more is asked for.
    counts, _ = np.histogram(values, bins=np.append(edges, edges[-1] + 0.5))
    assert counts[-1] == 0
    return {
        "count": len(values), "mean": float(values.mean()), "deviation": float(values.std()),
        "skewness": float(stats.skew(values)), "low": float(edges[0]),
        "bins": counts[:-1].tolist(),
    }


def processed(logits):
    """Scores as the library's own sampling processes them, the masked ones dropped."""
    scores = torch.tensor(np.atleast_2d(logits))
    scores = TopKLogitsWarper(50)(None, TemperatureLogitsWarper(0.6)(None, scores)).numpy()
    return scores[np.isfinite(scores)]


def shapes(model, random):
    def text(prompt, length):
        return {
            "prompt": random.integers(0, 19, prompt).tolist(),
            "continuation": random.integers(0, 19, length).tolist(),
        }

    # One answer longer than the 25 tokens that are looked at, one shorter.
    answers = [text(3, 31), text(5, 8), text(1, 25)]
    solutions = [text(4, 12), text(2, 3)]
    return {
        "answers": answers,
        "solutions": solutions,
        "processed": shape(np.concatenate([processed(rows(model, t)[:25]) for t in answers])),
        "raw": shape(np.concatenate([rows(model, t) for t in answers])),
        "text": shape(np.concatenate([rows(model, t) for t in solutions])),
    }


def wide_rows(random):
    cases = []
    for decimals in (4, 0):  # rounded to whole numbers there are ties at the 50th
        row = np.round(random.normal(2, 3, 61), decimals).astype(np.float32)
        kept = processed(row.astype(float))
        cases.append(
            {"logits": row.tolist(), "kept": len(kept), "sum": float(kept.sum()),
             "least": float(kept.min())})
    return cases


def repetitions(random):
    cases = []
    for vocabulary, length in ((2, 40), (3, 12), (50, 30), (1, 9), (5, 4), (5, 3), (5, 1)):
        tokens = random.integers(0, vocabulary, length).tolist()
        grams = [tuple(tokens[i:i + 4]) for i in range(length - 3)]
        cases.append(
            {"tokens": tokens, "rate": 1 - len(set(grams)) / len(grams) if grams else 0.0})
    return cases


def expected_error(confidence, right):
    frame = pandas.DataFrame({"confidence": confidence, "right": np.asarray(right, float)})
    # Equal confidences are interchangeable: each counts as their common share of right ones.
    frame["right"] = frame.groupby("confidence")["right"].transform("mean")
    frame = frame.sort_values("confidence")
    parts = np.array_split(frame.to_numpy(), BINS)
    return sum(
        len(part) * abs(part[:, 1].mean() - part[:, 0].mean()) for part in parts if len(part)
    ) / len(frame)


def samples(random):
    vocabulary, count = 53, 6
    problems = []
    for name, size in (("easy", 7), ("mixed", 4)):
        for index in range(size):
            expected = int(random.integers(0, 5))
            answers = []
            for _ in range(count):
                answer = int(random.integers(0, 5))
                answers.append({
                    "answer": None if random.random() < 0.2 else answer,
                    "log_probability": float(np.float32(-random.exponential(0.5))),
                    "entropy": float(np.float32(random.uniform(0, math.log(vocabulary)))),
                })
            problems.append(
                {"set": name, "index": index, "expected": expected, "samples": answers})
    # One problem without any answer, and a tie between two.
    for answer in problems[0]["samples"]:
        answer["answer"] = None
    for answer, value in zip(problems[1]["samples"], (3, 1, 1, 3, 2, None)):
        answer["answer"] = value
    problems[1]["expected"] = 3

    frame = []
    for problem in problems:
        given = [s["answer"] for s in problem["samples"]]
        named = [a for a in given if a is not None]
        right = [a == problem["expected"] for a in given]
        winner = max(named, key=lambda a: (named.count(a), -named.index(a))) if named else None
        subsets = list(itertools.combinations(right, 4))
        problem_row = {
            "set": problem["set"], "accuracy": np.mean(right),
            "vote_accuracy": float(winner is not None and winner == problem["expected"]),
            "vote_share": given.count(winner) / count if named else 0.0,
            "pass_at_4": np.mean([any(subset) for subset in subsets]),
        }
        frame.append(problem_row)
        for sample, is_right in zip(problem["samples"], right):
            answer = sample["answer"]
            sample["_right"] = is_right
            sample["_probability"] = math.exp(sample["log_probability"])
            sample["_vote"] = 0.0 if answer is None else given.count(answer) / count
            sample["_entropy"] = 1 - sample["entropy"] / math.log(vocabulary)
    means = pandas.DataFrame(frame).groupby("set").mean().mean()
    figures = {
        "sampled_accuracy": means["accuracy"], "sampled_pass_at_4": means["pass_at_4"],
        "vote_accuracy": means["vote_accuracy"], "vote_share": means["vote_share"],
    }
    everything = [s for problem in problems for s in problem["samples"]]
    right = [s["_right"] for s in everything]
    for name in ("probability", "vote", "entropy"):
        confidence = [s["_" + name] for s in everything]
        figures["ece_" + name] = expected_error(confidence, right)
        figures["brier_" + name] = brier_score_loss(right, confidence)
        figures["auroc_" + name] = roc_auc_score(right, confidence)
    for sample in everything:
        for key in [key for key in sample if key.startswith("_")]:
            del sample[key]
    return {
        "vocabulary": vocabulary, "problems": problems,
        "figures": {name: float(value) for name, value in figures.items()},
    }


def main():
    random = np.random.default_rng(6)
    base = load()
    golden = {
        "scale": SCALE,
        "drift": drift(base, load(SCALE), random),
        "shapes": shapes(base, random),
        "rows": wide_rows(random),
        "repetitions": repetitions(random),
        "samples": samples(random),
    }
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    Path(sys.argv[1]).write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print({k: golden["drift"][k] for k in ("places", "flips", "divergence")})
    print(golden["samples"]["figures"], [r["kept"] for r in golden["rows"]])


main()
