"""Proves that nothing is lost at any kill: runs grids of real jobs, kills owner, workers and programs
at fault points and at random instants, resumes until all is done, and compares what comes out with an
undisturbed run, byte for byte. Then stores that are full, read-only, damaged or in use.

    tools/chaos --kills 300 --json chaos.json --check
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tools", "lib"))

from chaos import cases, kills  # noqa: E402
from chaos.world import World  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(prog="tools/chaos", description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=20, help="how many (default 20)")
    parser.add_argument("--seed", type=int, default=1, help="which of all plans (default 1)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--check", action="store_true", help="exit with 1 if anything went wrong")
    parser.add_argument(
        "--allow-skips", action="store_true",
        help="let --check pass when this machine cannot show a case, which it says")
    parser.add_argument("--program", metavar="FILE", help="the espalier to disturb, built already")
    parser.add_argument(
        "--cases", default=";".join(cases.CASES), metavar="NAMES",
        help="broken stores to try, with ; between them; none for kills only (default all)")
    options = parser.parse_args()
    options.cases = [] if options.cases == "none" else options.cases.split(";")
    for name in options.cases:
        if name not in cases.CASES | cases.BRIEF:
            parser.error(f"there is no case “{name}”, only: {'; '.join(cases.CASES)}")
    if options.kills < 0:
        parser.error("--kills takes a number from 0")
    return options


def built_program():
    subprocess.run([os.path.join(ROOT, "tools", "espalier"), "--version"], check=True,
                   stdout=subprocess.DEVNULL)
    return os.path.join(ROOT, ".build", "release", "espalier")


def say(words):
    print(words, file=sys.stderr, flush=True)


def main():
    options = arguments()
    program = os.path.abspath(options.program or built_program())
    home = tempfile.mkdtemp(prefix="espalier-chaos-")
    began = time.monotonic()
    references = {}
    for grid in ["builtin", "external"]:
        world = World(program, home)
        status, words = world.run("run", f"{grid}.yaml", "-j", "2", "--output", "quiet")
        if status != 0:
            sys.exit(f"chaos: the undisturbed run of {grid} ends with status {status}: {words}")
        references[grid] = world.tables(grid)
        world.remove()

    generator = random.Random(options.seed)
    campaigns = []
    for grid, names in kills.plan(options.kills, generator).items():
        campaign = kills.Campaign(
            grid, names, generator, references[grid], program, home, say)
        campaign.run()
        campaigns.append(campaign)

    counts, wasted, faults = {}, {}, []
    for campaign in campaigns:
        for name, count in campaign.counts.items():
            counts[name] = counts.get(name, 0) + count
        for outcome, count in campaign.wasted.items():
            wasted[outcome] = wasted.get(outcome, 0) + count
        faults += campaign.faults
    print(f"{'place':<26} kills")
    for name in [*kills.PLACES, *kills.SIGNALS]:
        print(f"{name:<26} {counts.get(name, 0):>5}")
    print(f"{'all':<26} {sum(counts.values()):>5}")
    print(f"\n{sum(c.worlds for c in campaigns)} results folders, each resumed until it was complete")
    lost = ", ".join(f"{count} {name}" for name, count in sorted(wasted.items()))
    print(f"attempts wasted: {sum(wasted.values())}" + (f" ({lost})" if lost else ""))
    repeated = sum(campaign.repeated for campaign in campaigns)
    ended = sum(campaign.ended for campaign in campaigns)
    print(f"external programs that ended well: {ended}, of which were run again: {repeated}")
    if repeated:
        faults.append(f"{repeated} external programs that had ended well were run again")
    if options.kills >= 20 and ended == 0:
        faults.append("no external program was seen to end well, so none could be run again")

    results = {}
    if options.cases:
        print(f"\n{'case':<28} outcome")
        for name in options.cases:
            results[name] = cases.run(name, program, home, references)
            print(f"{name:<28} {results[name]}", flush=True)
            if results[name].startswith("WRONG"):
                faults.append(f"{name}: {results[name]}")
        passed = sum(outcome == "ok" for outcome in results.values())
        skipped = sum(outcome.startswith("skipped") for outcome in results.values())
        print(f"{passed} of {len(results)} cases passed, {skipped} skipped")
    else:
        skipped = 0

    print(f"\ndifferences: {len(faults)}")
    for fault in faults:
        print(f"  {fault}")
    seconds = time.monotonic() - began
    print(f"{seconds:.0f} s, seed {options.seed}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(
                {"kills": counts, "wasted": wasted, "ended_well": ended, "run_again": repeated,
                 "cases": results, "cases_skipped": skipped, "differences": faults,
                 "seconds": round(seconds), "seed": options.seed}, file,
                indent=1)
            file.write("\n")
    if not faults:
        shutil.rmtree(home, ignore_errors=True)
    if skipped and options.check and not options.allow_skips:
        print(f"chaos: {skipped} cases were skipped and prove nothing (--allow-skips)")
        return 1
    return 1 if faults and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
