"""The pandas side: reads FILE, groups it by the columns BY and writes what MODE asks for.

    python3 peer.py MODE FILE BY METRICS OUT

`group` is what a user types first: n, mean, std, median, minimum and maximum of each cell. `same`
gives every column of Espalier's summary.csv.
"""

import sys

import numpy
import pandas


def group(cells):
    return cells.agg(["count", "mean", "std", "median", "min", "max"])


def same(cells):
    table = cells.agg(["count", "mean", "var", "std", "sem", "skew", "min", "median", "max"])
    for q in (0.25, 0.75):
        for metric, values in cells.quantile(q).items():
            table[(metric, f"q{q}")] = values
    for metric in {m for m, _ in table.columns}:
        n = table[(metric, "count")]
        table[(metric, "skew_error")] = numpy.sqrt(
            6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
    return table


def main():
    mode, file, by, metrics, out = sys.argv[1:]
    by, metrics = by.split(","), metrics.split(",")
    frame = pandas.read_csv(file, usecols=by + metrics)
    cells = frame.groupby(by, sort=False)[metrics]
    table = {"group": group, "same": same}[mode](cells)
    table.columns = [f"{metric}:{name}" for metric, name in table.columns]
    table.to_csv(out)


main()
