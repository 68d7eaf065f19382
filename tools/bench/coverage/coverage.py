"""Coverage of the 95% intervals of a mean: the share of samples whose interval holds the true mean.

Run by tools/bench/coverage/run. Samples of 16 from normal, exponential, log-normal and bounded data;
Espalier's t and BCa intervals and scipy.stats.bootstrap(method="BCa") of the same samples, all BCa
intervals from 9,999 resamples. Then normal and exponential samples of other sizes, Espalier alone, with
the interval that a report shows at that size.

    --draws N     samples a distribution (5,000)
    --json FILE   write the results
    --check       exit 1 naming each goal that is missed
"""

import argparse
import json
import math
import platform
import subprocess
import sys
import time

import numpy
import scipy
import scipy.stats

SIZE = 16
RESAMPLES = 9999
SIZES = [2, 3, 4, 5, 6, 7, 8, 12, 24, 40, 41, 100]


def distributions(generator):
    """Name, true mean, and a function that draws samples of a size."""
    yield "normal", 0.0, lambda shape: generator.normal(size=shape)
    yield "exponential", 1.0, lambda shape: generator.exponential(size=shape)
    yield "log-normal", math.exp(0.5), lambda shape: generator.lognormal(size=shape)
    yield "uniform", 0.5, lambda shape: generator.uniform(size=shape)
    # Accuracies over 256 problems, the chance of each seed differing: many near 1.
    yield "accuracies near .9", 0.9, lambda shape: generator.binomial(
        256, generator.beta(9, 1, size=shape)) / 256


def ours(engine, samples):
    text = "\n".join(" ".join(map(repr, row)) for row in samples.tolist()) + "\n"
    result = subprocess.run([engine], input=text, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"bench-coverage ended with status {result.returncode}: {result.stderr.strip()}")
    *lines, last = result.stdout.splitlines()
    limits = numpy.array([[float(field) for field in line.split()] for line in lines])
    if limits.shape != (len(samples), 6):
        sys.exit(f"bench-coverage answered {limits.shape} figures for {len(samples)} samples")
    kinds = dict(zip(["t", "bca", "shown"], limits.reshape(-1, 3, 2).transpose(1, 0, 2)))
    return kinds, dict(zip(kinds, map(float, last.split())))


def theirs(samples):
    limits = []
    for start in range(0, len(samples), 50):
        part = samples[start:start + 50]
        result = scipy.stats.bootstrap(
            (part,), numpy.mean, n_resamples=RESAMPLES, axis=-1, vectorized=True, method="BCa",
            rng=numpy.random.default_rng(start))
        interval = result.confidence_interval
        limits.append(numpy.stack([interval.low, interval.high], axis=-1))
    return numpy.concatenate(limits)


def coverage(limits, mean):
    return float(((limits[:, 0] <= mean) & (mean <= limits[:, 1])).mean())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", required=True)
    parser.add_argument("--draws", type=int, default=5000)
    parser.add_argument("--json")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()

    generator = numpy.random.default_rng(20250525)
    rows, sizes = [], []
    print(f"Coverage of 95% intervals of the mean, n = {SIZE}, {arguments.draws} samples each "
          f"(standard error about {100 * math.sqrt(.09 * .91 / arguments.draws):.1f} points), %")
    print(f"{'data':<20}{'t':>8}{'BCa':>8}{'scipy BCa':>11}   same verdict   us per BCa: ours, scipy")
    for name, mean, draw in distributions(generator):
        samples = draw((arguments.draws, SIZE))
        kinds, seconds = ours(arguments.engine, samples)
        start = time.perf_counter()
        other = theirs(samples)
        elapsed = time.perf_counter() - start
        holds = lambda limits: (limits[:, 0] <= mean) & (mean <= limits[:, 1])
        row = {
            "data": name, "n": SIZE, "mean": mean, "t": coverage(kinds["t"], mean),
            "bca": coverage(kinds["bca"], mean), "scipy_bca": coverage(other, mean),
            "same_verdict": float((holds(kinds["bca"]) == holds(other)).mean()),
            "microseconds": 1e6 * seconds["bca"] / arguments.draws,
            "scipy_microseconds": 1e6 * elapsed / arguments.draws}
        rows.append(row)
        print(f"{name:<20}{100 * row['t']:>8.1f}{100 * row['bca']:>8.1f}"
              f"{100 * row['scipy_bca']:>11.1f}{100 * row['same_verdict']:>15.1f}"
              f"{row['microseconds']:>16.0f}{row['scipy_microseconds']:>8.0f}", flush=True)

    print(f"\nBy the size of the sample, Espalier's alone, %")
    print(f"{'':<6}{'normal':>18}{'':>8}{'exponential':>20}")
    print(f"{'n':<6}{'t':>8}{'BCa':>8}{'shown':>8}{'t':>12}{'BCa':>8}{'shown':>8}")
    for size in SIZES:
        row = {"n": size}
        for name, mean, draw in list(distributions(generator))[:2]:
            kinds, _ = ours(arguments.engine, draw((arguments.draws, size)))
            row[name] = {kind: coverage(limits, mean) for kind, limits in kinds.items()}
        sizes.append(row)
        print(f"{size:<6}" + "    ".join(
            "".join(f"{100 * row[name][kind]:>8.1f}" for kind in ("t", "bca", "shown"))
            for name in ("normal", "exponential")), flush=True)

    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({
                "what": "coverage of the 95% intervals of a mean", "draws": arguments.draws,
                "resamples": RESAMPLES, "scipy": scipy.__version__, "machine": platform.machine(),
                "distributions": rows, "sizes": sizes}, file, indent=1)
            file.write("\n")

    missed = []
    for row in rows:
        if row["data"] == "normal" and not 0.94 <= row["t"] <= 0.96:
            missed.append(f"t intervals of normal data hold {100 * row['t']:.1f}%, not 94 to 96%")
        apart = abs(row["bca"] - row["scipy_bca"])
        if apart > 0.015:
            missed.append(f"BCa intervals of {row['data']} data are {100 * apart:.1f} points from scipy's")
    for line in missed:
        print(f"missed: {line}")
    if arguments.check and missed:
        sys.exit(1)


main()
