#!/usr/bin/env python3
"""`espalier summarize` against pandas: read one CSV file and summarize its cells.

    tools/bench/compare-pandas/run [--rows N] [--cells N] [--repetitions N] [--json FILE] [--check]

Both sides are programs of their own, timed from start to end, one after the other in every
repetition: wall time, processor time and peak memory (getrusage of the child). Both must find the
same cells with the same n, mean, standard deviation, median, minimum and maximum, to 1e-9 of the
values' size. pandas is timed twice: `group` is n, mean, std, median, min and max by its default
reader, with only the columns that are needed; `same` adds skewness, quartiles and standard errors,
as Espalier always gives them. Speed is the median of pandas' times divided by that of Espalier's.
"""

import argparse
import csv
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pandas

BY = ["model", "temperature", "learning_rate"]
METRICS = ["accuracy", "loss"]
SECONDS, MEBIBYTES, RATIO = 3.0, 500.0, 1.0


def make(path, rows, cells):
    """A file like runs.csv of a sweep: 5 × 10 × (cells / 50) cells, runs in order, 17-digit metrics."""
    generator = random.Random(1)
    rates = max(1, cells // 50)
    names = [("small", "medium", "large", "huge", "tiny")[i % 5] for i in range(5)]
    seeds = max(1, rows // (50 * rates))
    with open(path, "w") as out:
        out.write("run,model,temperature,learning_rate,seed,state,accuracy,loss,tokens\n")
        written = 0
        for model in names:
            for temperature in range(1, 11):
                for rate in range(rates):
                    centre = generator.random()
                    for seed in range(seeds):
                        accuracy = min(1.0, max(0.0, centre + generator.gauss(0, 0.05)))
                        out.write(
                            f"{generator.getrandbits(48):012x},{model},{temperature / 10},"
                            f"{(rate + 1) * 1e-5:.5g},{seed},done,{accuracy!r},"
                            f"{generator.expovariate(1)!r},{generator.randrange(4096)}\n")
                        written += 1
    return written


def measured(command, **kwargs):
    start = time.perf_counter()
    process = subprocess.Popen(command, **kwargs)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        sys.exit(f"compare-pandas: {' '.join(map(str, command))} ended with status {status}")
    return dict(wall=wall, cpu=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / 1024)


def ours(path):
    """Cell and metric -> figures, of Espalier's long table."""
    cells = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            key = (row["model"], float(row["temperature"]), float(row["learning_rate"]))
            cells[key, row["metric"]] = [
                float(row[name]) for name in ("n", "mean", "std", "median", "min", "max")]
    return cells


def theirs(path):
    """The same of pandas' wide one."""
    cells = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            key = (row["model"], float(row["temperature"]), float(row["learning_rate"]))
            for metric in METRICS:
                cells[key, metric] = [
                    float(row[f"{metric}:{name}"])
                    for name in ("count", "mean", "std", "median", "min", "max")]
    return cells


def agree(left, right):
    if left.keys() != right.keys():
        sys.exit(f"compare-pandas: {len(left)} cells and metrics here, {len(right)} there")
    worst = 0.0
    for key, values in left.items():
        scale = max(map(abs, values[1:]))
        for a, b in zip(values, right[key]):
            worst = max(worst, abs(a - b) / scale)
    if worst > 1e-9:
        sys.exit(f"compare-pandas: the figures differ by {worst:.2g} of their size")
    print(f"{len(left)} cells and metrics are the same on both sides, to {worst:.1g}")


def spread(values):
    return dict(min=min(values), median=statistics.median(values), max=max(values))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--espalier", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--folder", required=True, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--cells", type=int, default=5_000)
    parser.add_argument("--repetitions", type=int, default=5, help="more is steadier; 5")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--check", action="store_true", help="exit 1 where a goal is missed")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    file = options.folder / f"runs-{options.rows}-{options.cells}.csv"
    rows = make(file, options.rows, options.cells)
    size = file.stat().st_size
    print(f"{rows} rows, {size / 1e6:.0f} MB", flush=True)

    peer = Path(__file__).with_name("peer.py")
    names = [",".join(BY), ",".join(METRICS)]
    outs = {side: options.folder / f"cells-{side}.csv" for side in ("espalier", "group", "same")}

    def espalier():
        with open(outs["espalier"], "w") as out:
            return measured(
                [options.espalier, "summarize", file, "--by", names[0], "--replicate", "seed",
                 "--metric", names[1], "--format", "csv"], stdout=out)

    def pandas_side(mode):
        return measured([sys.executable, peer, mode, file, *names, outs[mode]])

    sides = {"espalier": espalier, "group": lambda: pandas_side("group"),
             "same": lambda: pandas_side("same")}
    times = {side: [] for side in sides}
    for repetition in range(options.repetitions):
        for side, body in sides.items():
            times[side].append(body())
        if repetition == 0:
            agree(ours(outs["espalier"]), theirs(outs["group"]))

    titles = {"espalier": "espalier summarize", "group": "pandas: n mean std median min max",
              "same": "pandas: the same columns"}
    print(f"\n{'':34}{'seconds':>22}{'processor':>11}{'memory':>11}{'ratio':>8}")
    print(f"{'':34}{'min  median    max':>22}{'seconds':>11}{'MiB':>11}")
    result = {}
    base = statistics.median(t["wall"] for t in times["espalier"])
    for side, runs in times.items():
        wall, cpu, memory = (spread([r[k] for r in runs]) for k in ("wall", "cpu", "memory"))
        ratio = wall["median"] / base
        result[side] = dict(wall=wall, cpu=cpu, memory_mib=memory, ratio=ratio)
        print(f"{titles[side]:34}{wall['min']:8.2f}{wall['median']:7.2f}{wall['max']:7.2f}"
              f"{cpu['median']:11.2f}{memory['max']:11.0f}{ratio:8.2f}")
    if options.json:
        options.json.write_text(json.dumps(
            dict(pandas=pandas.__version__, rows=rows, cells=options.cells, bytes=size,
                 repetitions=options.repetitions, cores=os.cpu_count(), sides=result),
            indent=1) + "\n")

    own = result["espalier"]
    missed = []
    if own["wall"]["median"] > SECONDS:
        missed.append(f"{own['wall']['median']:.2f} s; the goal is {SECONDS:.0f}")
    if own["memory_mib"]["max"] > MEBIBYTES:
        missed.append(f"{own['memory_mib']['max']:.0f} MiB; the goal is {MEBIBYTES:.0f}")
    if result["group"]["ratio"] < RATIO:
        missed.append(f"{result['group']['ratio']:.2f} × pandas; the goal is {RATIO:.0f}")
    for line in missed:
        print(f"missed: {line}")
    if options.check and missed:
        sys.exit(1)


main()
