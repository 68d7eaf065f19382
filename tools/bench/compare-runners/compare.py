#!/usr/bin/env python3
"""Espalier against HyperQueue, GNU parallel and xargs: tasks a second of a program that does nothing.

    tools/bench/compare-runners/run [--tasks N] [--repetitions N] [--only SIDE ...] [--json FILE] [--check]

The peers run `true`, two at once. Espalier runs `echo` of one report, two at once, since a run without a
result is none to it: the same work for the system, and a line more to write. The sides take turns in every
repetition. What each is timed on, and what survives a kill -9 then:

  espalier  the whole command `espalier run`, with planning, exports and report, from an empty folder. An
            attempt is in the job table (SQLite, synchronous FULL, group commit) before its program starts;
            what a finished program has said and its status survive a kill of everything at any instant;
            each result is on the disk before it counts.
  hq        from the submission to the end of the last task, server and worker being up. The package on
            PyPI cannot switch the journal on, so nothing survives; output is discarded.
  parallel  `parallel -j2 --joblog FILE`: the log is flushed after each task and not synced.
  xargs     `xargs -P2 -n1`: keeps nothing.

With --check it exits 1 where a side is missing that a goal is about, or Espalier does fewer than 2 times HyperQueue's tasks a second or fewer than 0.7
times those of xargs (medians, whole command).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HYPERQUEUE, XARGS = 2.0, 0.7


def run(command, **kwargs):
    done = subprocess.run([str(word) for word in command], text=True, **kwargs)
    if done.returncode != 0:
        sys.exit(f"compare-runners: {command[0]} ended with status {done.returncode}\n"
                 f"{done.stdout or ''}{done.stderr or ''}")
    return done


def timed(command, **kwargs):
    start = time.perf_counter()
    done = run(command, **kwargs)
    return time.perf_counter() - start, done


class Sides:
    def __init__(self, options, folder):
        self.options, self.folder, self.tasks = options, folder, options.tasks
        # Of HyperQueue, and by how many seconds its time may be too long.
        self.version, self.resolution = None, 0.0
        self.numbers = "".join(f"{number}\n" for number in range(self.tasks))
        # The report is one word that echo prints as it is.
        (folder / "nothing.yaml").write_text(
            "name: nothing\n"
            "program:\n"
            "  command: [/bin/echo, '{\"metrics\": {\"value\": 1}}']\n"
            f"axes: {{task: {{count: {self.tasks}}}}}\n")

    def espalier(self):
        with tempfile.TemporaryDirectory(dir=self.folder) as results:
            seconds, done = timed(
                [self.options.espalier, "run", self.folder / "nothing.yaml", "-j2", "--results",
                 results], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            rows = Path(results, "nothing/runs.csv").read_text().splitlines()
            if sum(",done," in row for row in rows) != self.tasks:
                sys.exit(f"compare-runners: {len(rows) - 1} rows\n{done.stderr}")
            return {"espalier": seconds}

    def hq(self):
        with tempfile.TemporaryDirectory(dir=self.folder) as server:
            script = Path(__file__).with_name("hyperqueue_side.py")
            done = run([sys.executable, script, server, self.tasks, 2, "true"], cwd=server,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            figures = json.loads(done.stdout.splitlines()[-1])
            self.version = figures["version"]
            self.resolution = max(self.resolution, figures["resolution"])
            return {"hq": figures["seconds"]}

    def parallel(self):
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            seconds, _ = timed(
                ["perl", self.options.parallel, "--will-cite", "-j2", "--joblog", f"{folder}/log",
                 "true", "{}"], input=self.numbers, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={**os.environ, "PARALLEL_HOME": folder})
            return {"parallel": seconds}

    def xargs(self):
        seconds, _ = timed(["xargs", "-P2", "-n1", "true"], input=self.numbers)
        return {"xargs": seconds}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--espalier", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--parallel", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--tasks", type=int, default=4000)
    parser.add_argument("--repetitions", type=int, default=5, help="more is steadier; 5")
    parser.add_argument("--only", nargs="+", choices=["espalier", "hq", "parallel", "xargs"])
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--check", action="store_true", help="exit 1 where a goal is missed")
    options = parser.parse_args()
    names = options.only or ["espalier", "hq", "parallel", "xargs"]
    seconds = {}
    # On the disk of the checkout: /tmp may be memory.
    build = Path(__file__).resolve().parents[3] / ".build"
    with tempfile.TemporaryDirectory(dir=build) as folder:
        sides = Sides(options, Path(folder))
        for repetition in range(options.repetitions):
            for name in names:
                for side, taken in getattr(sides, name)().items():
                    seconds.setdefault(side, []).append(taken)
    rates = {}
    print(f"{'tasks a second':16} {'min':>8} {'median':>8} {'max':>8}")
    for side, taken in seconds.items():
        values = [options.tasks / value for value in taken]
        rates[side] = {
            "min": min(values), "median": statistics.median(values), "max": max(values)}
        print(f"{side:16} " + " ".join(f"{value:8.0f}" for value in rates[side].values()))
    ratios = {
        side: rates["espalier"]["median"] / rate["median"]
        for side, rate in rates.items() if side != "espalier" and "espalier" in rates}
    for side, ratio in ratios.items():
        print(f"espalier / {side}: {ratio:.2f}")
    if sides.version:
        print(f"HyperQueue {sides.version}, timed to {sides.resolution * 1000:.0f} ms")
    if options.json:
        result = {
            "cores": os.cpu_count(), "tasks": options.tasks, "repetitions": options.repetitions,
            "at once": 2,
            "tasks a second": {
                side: {key: round(value, 1) for key, value in rate.items()}
                for side, rate in rates.items()},
            "hyperqueue": {
                "version": sides.version, "resolution in seconds": round(sides.resolution, 4)},
            "espalier to": {side: round(ratio, 3) for side, ratio in ratios.items()},
        }
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    missed = []
    for side, goal in (("hq", HYPERQUEUE), ("xargs", XARGS)):
        if side not in ratios:
            missed.append(f"nothing was measured of espalier beside {side}; the goal is {goal}")
        elif ratios[side] < goal:
            missed.append(f"{ratios[side]:.2f} times {side}; the goal is {goal}")
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    sys.exit(1 if options.check and missed else 0)


main()
