#!/usr/bin/env python3
"""Espalier's engine against PyTorch eager, one thread each, alternating in one run.

    tools/bench/compare-torch/run [--repetitions N] [--only WORK ...] [--json FILE] [--check]

Both sides load the same weights and must compute the same loss before anything is timed. A time is
processor time of the side's own process, so that other work on the machine weighs little; every
repetition times both sides, one after the other. Speed is the median of PyTorch's times divided by
the median of Espalier's.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
import torch  # noqa: E402

import peer  # noqa: E402

EM = dict(temperature=0.5, loss_temperature=0.5, top_p=0.95, samples=64, tokens=64,
          learning_rate=5e-4, weight_decay=0.01, clip=1.0)
GRPO = dict(prompts=8, group=16, temperature=1.0, tokens=64, learning_rate=5e-4,
            weight_decay=0.01, clip=1.0)

# Work -> the least ratio that must hold.
GOALS = {"em-first": 8, "em-twenty": 15, "grpo": 4, "evaluate": 3, "pretraining": 2.5,
         "dense": 1.3, "sample-64": 2.5, "sample-8": 5, "workers": 1.9}


class Engine:
    """Espalier's process."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, do, **values):
        self.ask(do, **values)
        return self.answer(do)

    def ask(self, do, **values):
        self.process.stdin.write(json.dumps(dict(do=do, **values)) + "\n")
        self.process.stdin.flush()

    def answer(self, do):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"compare-torch: the engine ended at “{do}”")
        return json.loads(line)


def timed(body):
    start = time.process_time()
    value = body()
    return time.process_time() - start, value


def agree(what, ours, theirs, tolerance=2e-5):
    if abs(ours - theirs) > tolerance * max(1, abs(theirs)):
        sys.exit(f"compare-torch: {what}: Espalier computes {ours}, PyTorch {theirs}")
    print(f"  {what}: {ours:.6f} on both sides", flush=True)


class Bench:
    def __init__(self, engine, folder, repetitions):
        self.engine, self.folder, self.repetitions = engine, folder, repetitions
        self.rows = {}

    def record(self, work, ours, theirs, deduplicated=None):
        self.rows.setdefault(work, dict(espalier=[], torch=[], deduplicated=[]))
        self.rows[work]["espalier"].append(ours)
        self.rows[work]["torch"].append(theirs)
        if deduplicated is not None:
            self.rows[work]["deduplicated"].append(deduplicated)

    def base(self):
        folder = str(self.folder / "medium")
        print("base model M (pretrained once, some minutes)", flush=True)
        self.prompt = self.engine("base", folder=folder)["prompt"]
        return folder

    # Entropy minimization

    def torch_em(self):
        model = peer.Peer(self.base_folder)
        return model, peer.optimizer(model, EM["learning_rate"], EM["weight_decay"])

    def torch_em_step(self, model, opt, choose, unique):
        samples = model.generate([self.prompt], EM["tokens"], choose, copies=EM["samples"])
        weights = None
        if unique:
            samples, weights = peer.deduplicated(samples)
        loss = peer.entropy_loss(model, self.prompt, samples, EM["loss_temperature"], weights)
        return peer.update(model, opt, loss, EM["clip"])

    def em(self):
        samples = self.engine("samples")["documents"]
        model = peer.Peer(self.base_folder)
        self.engine("em-start")
        ours = self.engine("em-step")["loss"]
        agree("entropy of the first step's samples",
              ours, peer.entropy_loss(model, self.prompt, samples, EM["loss_temperature"]).item())
        choose = peer.sampler(EM["temperature"], EM["top_p"], torch.Generator().manual_seed(0))
        for repetition in range(self.repetitions):
            self.engine("em-start")
            plain, unique = self.torch_em(), self.torch_em()
            totals = [0.0, 0.0, 0.0]
            for step in range(20):
                times = [
                    self.engine("em-step")["seconds"],
                    timed(lambda: self.torch_em_step(*plain, choose, False))[0],
                    timed(lambda: self.torch_em_step(*unique, choose, True))[0],
                ]
                if step == 0:
                    self.record("em-first", *times)
                totals = [t + s for t, s in zip(totals, times)]
            self.record("em-twenty", *(t / 20 for t in totals))

    # Reinforcement learning

    def grpo(self):
        count, group = GRPO["prompts"], GRPO["group"]

        def advantages(samples, expected):
            rewards = torch.tensor([float(correct(s, a)) for s, a in zip(samples, expected)])
            rewards = rewards.view(-1, group)
            centred = rewards - rewards.mean(1, keepdim=True)
            return (centred / (rewards.std(1, keepdim=True) + 1e-6)).flatten().tolist()

        check = self.engine("grpo-check")
        model = peer.Peer(self.base_folder)
        samples = check["documents"]
        peer.policy_loss(
            model, [check["prompt"]] * len(samples), samples,
            advantages(samples, check["answers"] * len(samples))).backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf")).item()
        agree("norm of the first policy gradient", check["value"], norm, 1e-4)

        problems = self.engine("grpo-start")
        prompts, answers = problems["prompts"], problems["answers"]
        model = peer.Peer(self.base_folder)
        opt = peer.optimizer(model, GRPO["learning_rate"], GRPO["weight_decay"])
        choose = peer.sampler(GRPO["temperature"], 1.0, torch.Generator().manual_seed(0))

        def step(index):
            chosen = [(index * count + i) % len(prompts) for i in range(count)]
            samples = model.generate(
                [prompts[i] for i in chosen], GRPO["tokens"], choose, copies=group)
            rows = [prompts[i] for i in chosen for _ in range(group)]
            expected = [answers[i] for i in chosen for _ in range(group)]
            loss = peer.policy_loss(model, rows, samples, advantages(samples, expected))
            return peer.update(model, opt, loss, GRPO["clip"])

        for repetition in range(4 * self.repetitions + 1):
            ours = self.engine("grpo-step")["seconds"]
            theirs, _ = timed(lambda: step(repetition))
            if repetition > 0:
                self.record("grpo", ours, theirs)

    # Evaluation

    def evaluate(self):
        problems = self.engine("problems")
        prompts, answers = problems["prompts"], problems["answers"]
        model = peer.Peer(self.base_folder)

        def step():
            result = model.generate(prompts, 64, peer.greedy)
            return sum(correct(s, a) for s, a in zip(result, answers)) / len(answers)

        first = self.engine("evaluate")
        agree("greedy accuracy", first["value"], step(), 1e-9)
        for _ in range(4 * self.repetitions):
            ours = self.engine("evaluate")["seconds"]
            self.record("evaluate", ours, timed(step)[0])

    # Supervised training

    def pretraining(self):
        folder = str(self.folder / "pretraining")
        documents = self.engine("pretraining-start", folder=folder)["documents"]
        batches = [documents[i:i + 48] for i in range(0, len(documents), 48)]
        model = peer.Peer(folder)
        opt = peer.optimizer(model, 5e-5, 0.05, betas=(0.9, 0.98))

        def step(index):
            loss = peer.supervised_loss(model, batches[index % len(batches)])
            return peer.update(model, opt, loss, 1.0)

        first = self.engine("pretraining-step")
        agree("loss of the first pretraining step", first["loss"], step(0))
        for index in range(1, 10 * self.repetitions + 1):
            ours = self.engine("pretraining-step")["seconds"]
            self.record("pretraining", ours, timed(lambda: step(index))[0])

    def dense(self):
        folder = str(self.folder / "dense")
        documents = self.engine("dense", folder=folder)["documents"]
        model = peer.Peer(folder)
        opt = peer.optimizer(model, 1e-3, 0.01)
        step = lambda: peer.update(model, opt, peer.dense_loss(model, documents), 1.0)
        for index in range(3):
            agree(f"dense training, loss {index + 1}", self.engine("dense-step")["loss"], step(),
                  1e-4)
        for _ in range(2 * self.repetitions):
            ours = self.engine("dense-step")["seconds"]
            self.record("dense", ours, timed(step)[0])

    def sample(self):
        folder = str(self.folder / "dense")
        self.engine("dense", folder=folder)
        model = peer.Peer(folder)
        generator = torch.Generator().manual_seed(0)
        for count in (64, 8):
            prompts = torch.randint(0, 256, (count, 16), generator=generator).tolist()
            choose = peer.sampler(1.0, 1.0, generator)
            for repetition in range(2 * self.repetitions + 1):
                ours = self.engine("sample", count=count)["seconds"]
                theirs, _ = timed(lambda: model.generate(prompts, 80, choose, stop=-1))
                if repetition > 0:
                    self.record(f"sample-{count}", ours, theirs)

    # Two processes

    def workers(self):
        """Wall time of the same work by one process, and by two that each do all of it."""
        second = Engine(self.engine.process.args[0])
        both = (self.engine, second)
        for engine in both:
            engine("base", folder=self.base_folder)

        def twenty(engines):
            start = time.perf_counter()
            for engine in engines:
                engine.ask("em-start")
                for _ in range(20):
                    engine.ask("em-step")
                engine.ask("evaluate")
            for engine in engines:
                engine.answer("em-start")
                for _ in range(20):
                    engine.answer("em-step")
                engine.answer("evaluate")
            return time.perf_counter() - start

        twenty(both)
        for _ in range(4 * self.repetitions):
            one = twenty(both[:1])
            self.record("workers", twenty(both) / 2, one)
        second.process.stdin.close()
        second.process.wait()

    WORKS = ("em", "grpo", "evaluate", "pretraining", "dense", "sample", "workers")

    def run(self, only):
        works = [w for w in self.WORKS if not only or w in only]
        if {"em", "grpo", "evaluate", "workers"} & set(works):
            self.base_folder = self.base()
        for work in works:
            print(work, flush=True)
            getattr(self, work)()


def correct(sample, answer):
    """Whether the digits between the answer's marker and the end are the answer: for rewards."""
    digits = MARKS["digits"]
    if MARKS["marker"] not in sample or sample[-1] != MARKS["end"]:
        return False
    tail = sample[len(sample) - sample[::-1].index(MARKS["marker"]):-1]
    if not tail or any(t not in digits for t in tail):
        return False
    return int("".join(digits[t] for t in tail)) == answer


def marks(folder):
    vocabulary = json.loads((Path(folder) / "tokenizer.json").read_text())["model"]["vocab"]
    return dict(marker=vocabulary["#"], end=peer.STOP,
                digits={vocabulary[d]: d for d in "0123456789"})


def table(rows):
    names = {
        "em-first": "EM step 1, M, 64 samples, T 0.5", "em-twenty": "EM step, mean of steps 1-20",
        "grpo": "GRPO step, M, 8 x 16, T 1", "evaluate": "greedy evaluation, M, 4 x 64",
        "pretraining": "pretraining step, M, 48 documents",
        "dense": "training, d 128, 4 layers, 32 x 96", "sample-64": "sampling 64 x 80, d 128",
        "sample-8": "sampling 8 x 80, d 128", "workers": "two workers on two cores (below)"}
    result = []
    print(f"\n{'milliseconds of one thread':36} {'Espalier':>23} {'PyTorch':>23} "
          f"{'ratio':>7} {'goal':>6} {'dedup.':>7}")
    print(f"{'':36} {'min  median     max':>23} {'min  median     max':>23}")
    for work, sides in rows.items():
        ours, theirs = sides["espalier"], sides["torch"]
        ratio = statistics.median(theirs) / statistics.median(ours)
        other = (statistics.median(sides["deduplicated"]) / statistics.median(ours)
                 if sides["deduplicated"] else None)
        cell = lambda t: "".join(
            f"{1e3 * x:8.2f}" for x in (min(t), statistics.median(t), max(t)))
        print(f"{names[work]:36}{cell(ours)}{cell(theirs)}{ratio:8.2f}{GOALS[work]:7.1f}"
              + (f"{other:8.2f}" if other else ""))
        result.append(dict(
            work=work, name=names[work], goal=GOALS[work], ratio=ratio,
            ratio_deduplicated=other,
            milliseconds={side: dict(
                n=len(t), min=1e3 * min(t), median=1e3 * statistics.median(t), max=1e3 * max(t))
                for side, t in sides.items() if t}))
    if "workers" in rows:
        print("two workers: wall time of 20 EM steps and an evaluation, a process's share of two at "
              "once (left) and one alone (right)")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engine", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--folder", required=True, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--repetitions", type=int, default=5, help="more is steadier; 5")
    parser.add_argument("--only", nargs="+", choices=Bench.WORKS, default=[])
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--check", action="store_true", help="exit 1 where a goal is missed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    engine = Engine(options.engine)
    # The marks of answers are the same for every model of the vocabulary.
    engine("pretraining-start", folder=str(options.folder / "pretraining"))
    MARKS.update(marks(options.folder / "pretraining"))
    bench = Bench(engine, options.folder, options.repetitions)
    bench.run(options.only)
    rows = table(bench.rows)
    if options.json:
        options.json.write_text(json.dumps(
            dict(torch=torch.__version__, repetitions=options.repetitions, works=rows),
            indent=1) + "\n")
    missed = [r for r in rows if r["ratio"] < r["goal"]]
    for r in missed:
        print(f"missed: {r['name']}: {r['ratio']:.2f} of {r['goal']}")
    if options.check and missed:
        sys.exit(1)


MARKS = {}

if __name__ == "__main__":
    main()
