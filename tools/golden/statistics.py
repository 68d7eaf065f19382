"""Golden values of the summary statistics, written to Tests/StatisticsTests/Golden/statistics.json.

    python3 tools/golden/statistics.py Tests/StatisticsTests/Golden/statistics.json

Needs numpy, scipy and mpmath. Every figure is computed in exact rational arithmetic (roots with 50
digits) and then held against numpy and scipy: they must agree to 1e-12, except where float64 about
a rounded mean loses the digits (the samples marked `offset`), which the script prints.
"""

import json
import random
import sys
import warnings
from fractions import Fraction

import mpmath
import numpy
import scipy.stats

mpmath.mp.dps = 50
warnings.simplefilter("ignore")
EPSILON = Fraction(1, 2**52)


def samples():
    draw = random.Random(20250522)
    yield "one value", [0.4125]
    yield "two values", [0.25, 0.75]
    yield "rounding, two values", [0.1, 0.10000000000000002]
    yield "three values", [0.1, 0.2, 0.4]
    yield "accuracies of 16 seeds", [draw.randrange(90, 140) / 256 for _ in range(16)]
    yield "normal, 16", [round(draw.gauss(43, 6), 6) for _ in range(16)]
    yield "normal, 1000", [round(draw.gauss(0, 1), 6) for _ in range(1000)]
    yield "log-normal, 1000", [round(draw.lognormvariate(0, 1.5), 6) for _ in range(1000)]
    yield "Pareto, heavy tail, 1000", [
        float("%.6g" % draw.paretovariate(0.7)) for _ in range(1000)
    ]
    yield "both signs, ties", [-2.0, -1.0, -1.0, 0.0, 0.0, 0.0, 3.0, 3.0, 10.0]
    yield "symmetric", [-3.0, -1.0, 0.0, 1.0, 3.0]
    yield "one outlier", [43.1] * 15 + [56.03]
    yield "constant, one", [0.1]
    yield "constant, three", [0.1] * 3
    yield "constant, 16", [1e9 + 0.1] * 16
    yield "constant zero", [0.0] * 5
    yield "rounding only", [0.3, 0.30000000000000004, 0.3, 0.3]
    yield "offset 1e9, 16", [1e9 + draw.gauss(0, 1) for _ in range(16)]
    yield "offset 1e9, skewed", [1e9 + draw.expovariate(1) for _ in range(16)]
    yield "offset -1e9, small spread", [-1e9 + draw.random() * 1e-3 for _ in range(16)]
    yield "offset 1e15", [1e15 + draw.randrange(100) / 8 for _ in range(3)]
    yield "very large", [1e200, 2e200, 4e200, -1e200]
    yield "largest", [1.7e308, 1.7e308, -1.7e308]
    yield "very small", [1e-200, 2e-200, 4e-200, 9e-200]
    yield "subnormal", [5e-324, 1e-322, 2e-322, 7e-322]


def number(value):
    """The nearest Double, None where it is beyond the range."""
    value = float(mpmath.mpf(value.numerator) / value.denominator) if isinstance(
        value, Fraction) else float(value)
    return value if numpy.isfinite(value) else None


def root(fraction):
    return mpmath.sqrt(mpmath.mpf(fraction.numerator) / fraction.denominator)


def real(fraction):
    return mpmath.mpf(fraction.numerator) / fraction.denominator


def critical(degrees, tail):
    """t with P(|T| > t) = tail, from the incomplete beta function with 50 digits."""
    nu = mpmath.mpf(degrees)
    start = scipy.stats.t.isf(tail / 2, degrees)

    def excess(t):
        return mpmath.log(
            mpmath.betainc(nu / 2, 0.5, 0, nu / (nu + t * t), regularized=True)
        ) - mpmath.log(mpmath.mpf(tail))

    return mpmath.findroot(excess, mpmath.mpf(float(start)))


def quantile(ordered, share):
    position = share * (len(ordered) - 1)
    index = position.numerator // position.denominator
    weight = position - index
    if index + 1 == len(ordered):
        return ordered[index]
    return ordered[index] * (1 - weight) + ordered[index + 1] * weight


def summary(values):
    exact = sorted(Fraction(value) for value in values)
    n = len(exact)
    mean = sum(exact) / n
    out = {
        "n": n,
        "mean": number(mean),
        "min": number(exact[0]),
        "q25": number(quantile(exact, Fraction(1, 4))),
        "median": number(quantile(exact, Fraction(1, 2))),
        "q75": number(quantile(exact, Fraction(3, 4))),
        "max": number(exact[-1]),
        "iqr": number(quantile(exact, Fraction(3, 4))) - number(quantile(exact, Fraction(1, 4))),
        "iqm": number(Fraction(sum(exact[n // 4:n - n // 4]), n - 2 * (n // 4))),
    }
    if n < 2:
        return out
    m2 = sum((x - mean) ** 2 for x in exact) / n
    m3 = sum((x - mean) ** 3 for x in exact) / n
    m4 = sum((x - mean) ** 4 for x in exact) / n
    variance = m2 * n / (n - 1)
    out["variance"] = number(variance)
    out["std"] = number(root(variance))
    out["stderr"] = number(root(variance / n))
    if m2 <= (EPSILON * mean) ** 2:
        return out
    reach = critical(n - 1, 0.05) * root(variance / n)
    low, high = number(real(mean) - reach), number(real(mean) + reach)
    if low is not None and high is not None:
        out["ci_low"], out["ci_high"] = low, high
    g1 = real(m3) / root(m2) ** 3
    out["g1"] = float(g1)
    if n >= 4:
        g2 = real(m4) / real(m2) ** 2 - 3
        out["kurtosis"] = float(((n + 1) * g2 + 6) * (n - 1) / ((n - 2) * (n - 3)))
    if n >= 3:
        out["skewness"] = float(g1 * mpmath.sqrt(n * (n - 1)) / (n - 2))
        out["skewness_stderr"] = float(
            mpmath.sqrt(mpmath.mpf(6 * n * (n - 1)) / ((n - 2) * (n + 1) * (n + 3))))
    return out


def peers(values):
    """The same by numpy and scipy."""
    array = numpy.array(values)
    n = len(values)
    q25, median, q75 = numpy.percentile(array, [25, 50, 75])
    out = {"n": n, "mean": array.mean(), "min": array.min(), "q25": q25, "median": median,
           "q75": q75, "max": array.max(), "iqr": scipy.stats.iqr(array),
           "iqm": scipy.stats.trim_mean(array, 0.25)}
    if n >= 2:
        out |= {"variance": array.var(ddof=1), "std": array.std(ddof=1),
                "stderr": scipy.stats.sem(array)}
        low, high = scipy.stats.t.interval(0.95, n - 1, array.mean(), scipy.stats.sem(array))
        out |= {"ci_low": low, "ci_high": high}
        out["g1"] = scipy.stats.skew(array)
    if n >= 3:
        out["skewness"] = scipy.stats.skew(array, bias=False)
    if n >= 4:
        out["kurtosis"] = scipy.stats.kurtosis(array, bias=False)
    return out


def hold_against_peers(name, values, expected):
    theirs = peers(values)
    excused = name.startswith(("offset", "constant", "rounding", "very", "largest", "subnormal"))
    for key, value in expected.items():
        if value is None or key not in theirs:
            continue
        # A shape near zero is what is left of large powers: its error is absolute.
        shape = key in ("skewness", "g1", "kurtosis")
        allowed = 1e-12 * max(abs(value), 1 if shape else 0)
        error = abs(theirs[key] - value)
        if not error <= allowed:
            line = f"{name}: {key} is {value!r}, numpy or scipy say {theirs[key]!r}"
            if not excused:
                sys.exit(line)
            print(line)


def main(path):
    cases = []
    for name, values in samples():
        expected = summary(values)
        hold_against_peers(name, values, expected)
        cases.append({"name": name, "values": values, "expected": expected})
    quantiles = []
    for degrees in [1, 2, 3, 4, 5, 7, 10, 15, 29, 30, 100, 999, 12345, 1e7, 0.5, 2.5, 17.3]:
        for tail in [0.05] if degrees == 1e7 else [0.9, 0.5, 0.3, 0.05, 0.01, 1e-3, 1e-9]:
            t = critical(degrees, tail)
            theirs = scipy.stats.t.isf(tail / 2, degrees)
            if abs(theirs / t - 1) > 1e-10:
                sys.exit(f"t at {degrees}, {tail}: {t}, scipy says {theirs!r}")
            quantiles.append({"degrees": degrees, "tail": tail, "t": float(t)})
    lines = [
        '{"command": "python3 tools/golden/statistics.py '
        'Tests/StatisticsTests/Golden/statistics.json",',
        '"samples": [', ",\n".join(json.dumps(case) for case in cases), "],",
        '"quantiles": [', ",\n".join(json.dumps(case) for case in quantiles), "]}", "",
    ]
    with open(path, "w") as file:
        file.write("\n".join(lines))


main(sys.argv[1])
