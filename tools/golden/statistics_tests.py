"""Golden values of tests, corrections, calibration, decompositions, distributions, written to
Tests/StatisticsTests/Golden/tests.json.

    python3 tools/golden/statistics_tests.py Tests/StatisticsTests/Golden/tests.json

Needs numpy, scipy, statsmodels, scikit-learn, pandas and mpmath. Each figure is that of a library or
of mpmath with 50 digits; exact tests are enumerated here as well, without the library, and held
against it where it is exact. Where a library loses digits the figure is mpmath's.
"""

import itertools
import json
import math
import random
import sys
import warnings
from fractions import Fraction

import mpmath
import numpy
import pandas
import scipy.stats
import sklearn.metrics
import statsmodels.api
import statsmodels.formula.api
import statsmodels.stats.contingency_tables
import statsmodels.stats.multitest
import statsmodels.stats.weightstats

mpmath.mp.dps = 50
warnings.simplefilter("ignore")
draw = random.Random(20250523)
SIDES = {"twoSided": "two-sided", "less": "less", "greater": "greater"}


def rounded(values, digits=6):
    return [round(value, digits) for value in values]


def normal(count, mean=0.0, spread=1.0):
    return rounded(draw.gauss(mean, spread) for _ in range(count))


def close(mine, theirs, what, allowed=1e-10):
    if not abs(mine - theirs) <= allowed * max(abs(mine), 1e-300):
        sys.exit(f"{what}: {mine!r} here, {theirs!r} there")


# Distributions


def normal_distribution():
    cases = []
    for z in [0.0, 1e-9, 0.3, -0.7, 1.0, -1.96, 3.1, -5.5, 8.25, -12.0, -37.0]:
        cases.append({"z": z, "lower": float(mpmath.ncdf(z)), "upper": float(mpmath.ncdf(-z))})
    quantiles = []
    for share in [0.5, 0.5000001, 0.49, 0.3, 0.25, 0.2499, 0.75, 0.76, 0.9, 0.975, 0.025, 1e-3,
                  1e-6, 1e-15, 1e-100, 1e-300, 1 - 1e-12]:
        x = mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(share) - 1) if share > 1e-40 else (
            mpmath.findroot(
                lambda t: mpmath.log(mpmath.erfc(-t / mpmath.sqrt(2)) / 2) - mpmath.log(share),
                scipy.stats.norm.ppf(share)))
        quantiles.append({"share": share, "z": float(x)})
        if share != 0.5:
            close(float(x), scipy.stats.norm.ppf(share), f"normal quantile {share}")
    return {"shares": cases, "quantiles": quantiles}


def f_distribution():
    cases = []
    for low, high in [(1, 1), (1, 14), (2, 5), (3, 60), (9, 150), (15, 13000), (4, 1e6), (200, 300)]:
        for f in [0.0, 0.01, 0.5, 1.0, 1.7, 4.0, 25.0, 400.0]:
            d1, d2, x = mpmath.mpf(low), mpmath.mpf(high), mpmath.mpf(f)
            # The incomplete beta function of the smaller argument, so that mpmath converges.
            below = mpmath.betainc(d1 / 2, d2 / 2, 0, d1 * x / (d1 * x + d2), regularized=True)
            above = mpmath.betainc(d2 / 2, d1 / 2, 0, d2 / (d1 * x + d2), regularized=True)
            if above < 1e-280:
                continue
            if abs(below + above - 1) > 1e-25:
                sys.exit(f"F({low}, {high}) at {f}: {below} + {above}")
            close(float(above), scipy.stats.f.sf(f, low, high), f"F({low}, {high}) at {f}", 1e-8)
            cases.append({"low": low, "high": high, "f": f, "upper": float(above)})
    return cases


# Tests of paired differences


def difference_samples():
    yield "sixteen, normal", normal(16, 0.4)
    yield "seven, normal", normal(7, -0.5)
    yield "three", [0.5, 1.25, -0.25]
    yield "two", [0.5, 1.25]
    yield "ties and zeros", [1.0, -1.0, 2.0, 2.0, 0.0, 3.0, -3.0, 0.0, 5.0, 5.0, 5.0]
    yield "equal, not zero", [0.25] * 6
    yield "one", [0.75]
    yield "all zero", [0.0] * 4
    yield "accuracies of 12", [draw.randrange(-20, 40) / 256 for _ in range(12)]
    yield "forty, exponential", rounded(draw.expovariate(1) - 0.7 for _ in range(40))
    yield "large offset", [1e9 + value for value in normal(8)]
    yield "400, skewed", rounded(draw.expovariate(1) - 0.93 for _ in range(400))


def exact_tails(parts, observed):
    """P(sum ≤ observed), P(sum ≥ observed) over all subsets of integers."""
    counts = {0: 1}
    for part in parts:
        new = dict(counts)
        for value, count in counts.items():
            new[value + part] = new.get(value + part, 0) + count
        counts = new
    total = 2 ** len(parts)
    return (Fraction(sum(c for v, c in counts.items() if v <= observed), total),
            Fraction(sum(c for v, c in counts.items() if v >= observed), total))


def by_side(below, above):
    return {"twoSided": float(min(1, 2 * min(below, above))), "less": float(below),
            "greater": float(above)}


def signed_rank(values):
    nonzero = [value for value in values if value != 0]
    if not nonzero:
        return None
    ranks = scipy.stats.rankdata([abs(value) for value in nonzero])
    statistic = float(sum(rank for rank, value in zip(ranks, nonzero) if value > 0))
    if len(nonzero) <= 300:
        # Enumerated as fractions, on doubled ranks.
        p = by_side(*exact_tails([int(2 * rank) for rank in ranks], int(2 * statistic)))
        if len(set(ranks)) == len(ranks):
            for side, name in SIDES.items():
                theirs = scipy.stats.wilcoxon(nonzero, alternative=name, method="exact").pvalue
                close(p[side], theirs, f"signed rank, {side}")
        return {"statistic": statistic, "p": p, "exact": True}
    p = {side: scipy.stats.wilcoxon(nonzero, alternative=name, method="asymptotic",
                                    correction=False).pvalue for side, name in SIDES.items()}
    return {"statistic": statistic, "p": p, "exact": False}


def sign_flip(values):
    if len(values) > 16:
        return None
    exact = [Fraction(value) for value in values]
    observed = sum(exact)
    sums = [sum(x if sign else -x for x, sign in zip(exact, signs))
            for signs in itertools.product([True, False], repeat=len(exact))]
    return {"twoSided": sum(abs(s) >= abs(observed) for s in sums) / len(sums),
            "less": sum(s <= observed for s in sums) / len(sums),
            "greater": sum(s >= observed for s in sums) / len(sums)}


def exact_t(values, mean):
    exact = [Fraction(value) for value in values]
    n = len(exact)
    center = sum(exact) / n
    square = sum((x - center) ** 2 for x in exact) / (n - 1) / n
    return float(mpmath.mpf((center - Fraction(mean)).numerator)
                 / (center - Fraction(mean)).denominator
                 / mpmath.sqrt(mpmath.mpf(square.numerator) / square.denominator))


def paired():
    cases = []
    for name, values in difference_samples():
        case = {"name": name, "values": values, "signedRank": signed_rank(values),
                "signFlip": sign_flip(values)}
        if len(set(values)) > 1:
            t = exact_t(values, 0)
            distribution = scipy.stats.t(len(values) - 1)
            theirs = scipy.stats.ttest_1samp(values, 0).statistic
            close(t, theirs, f"t of {name}", 1e-6 if name == "large offset" else 1e-10)
            case["t"] = {"statistic": t, "p": {
                "twoSided": 2 * distribution.sf(abs(t)), "less": distribution.cdf(t),
                "greater": distribution.sf(t)}}
            if name != "large offset":
                p, low, high = statsmodels.stats.weightstats.ttost_paired(
                    numpy.array(values), numpy.zeros(len(values)), -0.3, 0.7)
                case["equivalence"] = {"lower": low[0], "lowerP": low[1], "upper": high[0],
                                       "upperP": high[1], "p": p}
        cases.append(case)
    return cases


def brown_forsythe():
    groups = [
        [normal(16), normal(16, 3, 2)],
        [normal(5), normal(9, 0, 3), normal(7, 1, 0.5), rounded(draw.expovariate(1)
                                                                for _ in range(12))],
        [[1.0, 2.0, 2.0, 5.0], [0.0, 0.0, 0.0]],
        [[1e-9 * value for value in normal(6)], [1e-9 * value for value in normal(6, 0, 4)]],
        [normal(4), normal(4), normal(4)],
    ]
    cases = []
    for case in groups:
        result = scipy.stats.levene(*case, center="median")
        cases.append({"groups": case, "statistic": result.statistic, "p": result.pvalue})
    return cases


def mcnemar():
    cases = []
    for b, c in [(0, 1), (1, 1), (5, 0), (3, 11), (40, 22), (17, 17), (900, 1000), (2, 300)]:
        table = [[10, b], [c, 10]]
        exact = statsmodels.stats.contingency_tables.mcnemar(table, exact=True).pvalue
        square = statsmodels.stats.contingency_tables.mcnemar(table, exact=False, correction=False)
        n, k = b + c, min(b, c)
        tail = Fraction(sum(math.comb(n, i) for i in range(k + 1)), 2**n)
        mid = min(Fraction(1), 2 * tail - Fraction(math.comb(n, k), 2**n))
        close(float(min(1, 2 * tail)), exact, f"McNemar of {b}, {c}")
        cases.append({"b": b, "c": c, "exact": float(min(1, 2 * tail)), "midP": float(mid),
                      "chiSquared": square.pvalue, "statistic": square.statistic})
    return cases


# Trends


def spearman():
    samples = [
        ("two", [1.0, 2.0], [5.0, 3.0]),
        ("five", normal(5), normal(5)),
        ("seven with ties", [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 4.0], [2.0, 1.0, 2.0, 2.0, 5.0, 4.0, 9.0]),
        ("eight, rising", [float(i) for i in range(8)], [float(i * i) for i in range(8)]),
        ("sixteen", normal(16), normal(16)),
        ("forty with ties", [float(draw.randrange(6)) for _ in range(40)],
         [float(draw.randrange(9)) for _ in range(40)]),
    ]
    x = normal(25)
    samples.append(("related", x, rounded(value + draw.gauss(0, 0.5) for value in x)))
    cases = []
    for name, x, y in samples:
        rho = scipy.stats.spearmanr(x, y).statistic
        if len(x) <= 9:
            rx = [int(2 * r) for r in scipy.stats.rankdata(x)]
            ry = [int(2 * r) for r in scipy.stats.rankdata(y)]
            middle = len(x) + 1
            products = [sum((a - middle) * (b - middle) for a, b in zip(rx, order))
                        for order in itertools.permutations(ry)]
            observed = products[0]
            p = {"twoSided": sum(abs(v) >= abs(observed) for v in products) / len(products),
                 "less": sum(v <= observed for v in products) / len(products),
                 "greater": sum(v >= observed for v in products) / len(products)}
        else:
            p = {side: scipy.stats.spearmanr(x, y, alternative=word).pvalue
                 for side, word in SIDES.items()}
        cases.append({"name": name, "x": x, "y": y, "rho": rho, "p": p})
    return cases


def page():
    cases = []
    shapes = [("3 × 3", 3, 3), ("5 × 4", 5, 4), ("16 × 5", 16, 5), ("4 × 7", 4, 7), ("20 × 12", 20, 12),
              ("70 × 4", 70, 4)]
    for name, rows, places in shapes:
        data = [[round(draw.gauss(0.15 * j, 1), 6) for j in range(places)] for _ in range(rows)]
        method = "exact" if places <= 10 and rows <= 64 else "asymptotic"
        result = scipy.stats.page_trend_test(data, method=method)
        cases.append({"name": name, "rows": data, "statistic": result.statistic,
                      "p": float(result.pvalue), "exact": method == "exact"})
    # With ties: all orders of the ranks of every row, counted.
    data = [[1.0, 1.0, 2.0], [0.0, 3.0, 3.0], [2.0, 5.0, 5.0], [4.0, 4.0, 4.0]]
    ranks = [[int(2 * r) for r in scipy.stats.rankdata(row)] for row in data]
    value = lambda order: sum((j + 1) * r for j, r in enumerate(order))
    sums = [sum(orders) for orders in itertools.product(
        *[[value(order) for order in itertools.permutations(row)] for row in ranks])]
    observed = sum(value(row) for row in ranks)
    cases.append({"name": "ties", "rows": data, "statistic": observed / 2, "exact": True,
                  "p": sum(s >= observed for s in sums) / len(sums)})
    return cases


def slopes():
    cases = []
    for x, y in [([0.0, 1.0], [2.0, 5.0]), ([0.0, 1.0, 2.0, 5.0], [1.0, 1.0, 1.0, 1.0]),
                 ([float(i) for i in range(13)], normal(13)), ([0.1, 0.1, 0.3], [1.0, 2.0, 4.0]),
                 ([1e9 + i for i in range(6)], normal(6))]:
        xs, ys = [Fraction(v) for v in x], [Fraction(v) for v in y]
        mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
        slope = sum((a - mx) * (b - my) for a, b in zip(xs, ys)) / sum((a - mx) ** 2 for a in xs)
        if max(x) < 1e6:
            theirs = scipy.stats.linregress(x, y).slope
            if abs(float(slope) - theirs) > 1e-10:
                sys.exit(f"slope {float(slope)}, scipy {theirs}")
        cases.append({"x": x, "y": y, "slope": float(slope)})
    return cases


# Corrections, calibration, the maximum, the decomposition


def corrections():
    cases = []
    for values in [[], [0.03], [0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.9, 1.0, 0.02],
                   [0.0, 1e-12, 0.049, 0.05, 0.051, 0.2], [draw.random() ** 3 for _ in range(40)]]:
        holm = hochberg = []
        if values:
            holm = statsmodels.stats.multitest.multipletests(values, method="holm")[1].tolist()
            hochberg = statsmodels.stats.multitest.multipletests(values, method="fdr_bh")[1].tolist()
        cases.append({"values": values, "holm": holm, "benjaminiHochberg": hochberg})
    return cases


def calibration_error(confidence, right, bins):
    confidence, right = numpy.array(confidence), numpy.array(right, dtype=float)
    for value in set(confidence.tolist()):
        right[confidence == value] = right[confidence == value].mean()
    order = numpy.argsort(confidence, kind="stable")
    parts = numpy.array_split(order, min(bins, len(order)))
    return float(sum(len(part) / len(order) * abs(right[part].mean() - confidence[part].mean())
                     for part in parts))


def calibration():
    cases = []
    samples = {
        "one": ([0.7], [True]), "two": ([0.9, 0.2], [False, True]),
        "all equal": ([0.6] * 7, [True, False, True, True, False, False, True]),
        "ties across cuts": ([0.1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.9, 0.9],
                             [False, True, False, True, True, False, True, True]),
    }
    confidence = rounded((draw.random() for _ in range(203)), 3)
    samples["203"] = (confidence, [draw.random() < c**1.5 for c in confidence])
    samples["all right"] = ([0.2, 0.8, 0.9], [True, True, True])
    for name, (confidence, right) in samples.items():
        case = {"name": name, "confidence": confidence, "right": right,
                "brier": float(sklearn.metrics.brier_score_loss(right, confidence, pos_label=True)),
                "errors": {str(b): calibration_error(confidence, right, b) for b in (1, 3, 10, 15)}}
        if len(set(right)) == 2:
            case["auroc"] = float(sklearn.metrics.roc_auc_score(right, confidence))
        cases.append(case)
    return cases


def expected_maximum():
    normals = []
    for n in [1, 2, 3, 4, 5, 16, 64, 1000, 1000000]:
        value = 0 if n == 1 else n * mpmath.quad(
            lambda x: x * mpmath.npdf(x) * mpmath.ncdf(x) ** (n - 1),
            [-14, -6, -3, -1, 0, 1, 2, 3, 4, 5, 6, 8, 16])
        normals.append({"n": n, "value": float(value)})
    close(normals[1]["value"], 1 / math.sqrt(math.pi), "the maximum of two")
    samples = []
    for values, draws in [([2.0], 5), ([1.0, 3.0], 1), ([1.0, 3.0], 4), (normal(16), 16),
                          ([0.5, 0.5, 0.25, 1.0], 3), ([1.0, 2.0, 4.0], 2)]:
        ordered, n = sorted(Fraction(v) for v in values), len(values)
        value = sum(x * (Fraction(i + 1, n)**draws - Fraction(i, n)**draws)
                    for i, x in enumerate(ordered))
        if n**draws < 1000:
            every = [max(c) for c in itertools.product(ordered, repeat=draws)]
            assert sum(every) / len(every) == value
        samples.append({"values": values, "draws": draws, "value": float(value)})
    return {"normal": normals, "samples": samples}


def decomposition():
    cases = []
    grid = list(itertools.product(range(3), range(4), range(5)))
    additive = [round(0.5 * a - 0.2 * b * b + 0.1 * a * b + draw.gauss(0, 0.3), 6)
                for a, b, _ in grid]
    cases.append(("balanced", grid, additive))
    some = [(row, value) for row, value in zip(grid, additive) if draw.random() < 0.7]
    cases.append(("unbalanced", [row for row, _ in some], [value for _, value in some]))
    offset = [1e6 + value for value in additive]
    cases.append(("offset", grid, offset))
    out = []
    for name, rows, values in cases:
        frame = pandas.DataFrame(rows, columns=["a", "b", "c"])
        frame["y"] = numpy.array(values) - (1e6 if name == "offset" else 0)
        model = statsmodels.formula.api.ols("y ~ C(a) + C(b) + C(c)", frame).fit()
        table = statsmodels.api.stats.anova_lm(model, typ=2)
        total = float(((frame["y"] - frame["y"].mean()) ** 2).sum())
        out.append({
            "name": name, "values": values,
            "levels": [[row[axis] for row in rows] for axis in range(3)],
            "sums": [float(table["sum_sq"][f"C({axis})"]) for axis in "abc"],
            "degrees": [int(table["df"][f"C({axis})"]) for axis in "abc"],
            "residual": float(table["sum_sq"]["Residual"]),
            "residualDegrees": int(table["df"]["Residual"]), "total": total,
            "balanced": name != "unbalanced"})
    return out


def main(path):
    parts = {
        "normal": normal_distribution(), "f": f_distribution(), "paired": paired(),
        "brownForsythe": brown_forsythe(), "mcNemar": mcnemar(), "spearman": spearman(),
        "page": page(), "slopes": slopes(), "corrections": corrections(),
        "calibration": calibration(), "expectedMaximum": expected_maximum(),
        "decomposition": decomposition(),
    }
    lines = ['{"command": "python3 tools/golden/statistics_tests.py '
             'Tests/StatisticsTests/Golden/tests.json"']
    for name, part in parts.items():
        if isinstance(part, list):
            text = "[\n" + ",\n".join(json.dumps(case) for case in part) + "]"
        else:
            text = json.dumps(part)
        lines.append(f',\n"{name}": {text}')
    with open(path, "w") as file:
        file.write("".join(lines) + "}\n")


main(sys.argv[1])
