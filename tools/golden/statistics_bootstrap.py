"""Golden bootstrap intervals, written to Tests/StatisticsTests/Golden/bootstrap.json.

    python3 tools/golden/statistics_bootstrap.py Tests/StatisticsTests/Golden/bootstrap.json

Needs numpy and scipy. The draws are those of Espalier, made here from its definition (Philox4x32-10
keyed by SHA-256), and handed to scipy.stats.bootstrap in place of its own, so that its BCa intervals
are of the same resamples. One more thing is replaced: a resample that is a mere rearrangement of the
sample has its statistic but for rounding, and scipy lets the rounding say on which side of the estimate
it lies; here differences below 1e-12 of the range are ties, which BCa counts half. Grids of crossed factors, which scipy does not know, are computed from the
formulas with numpy. Limits of large samples are those of the exact bootstrap distribution of integers,
by convolution.
"""

import hashlib
import json
import math
import sys

import numpy
import scipy.stats
from scipy.special import ndtr, ndtri

RESAMPLES = 9999
generator = numpy.random.default_rng(20250524)


def words(seed, purpose, a, b, c, d):
    """Philox4x32-10 at the counters (a, b, c, d), arrays."""
    key = int.from_bytes(hashlib.sha256(f"{seed}/{purpose}".encode()).digest()[:8], "big")
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    x = [numpy.asarray(v, dtype=numpy.uint64) for v in numpy.broadcast_arrays(a, b, c, d)]
    low = numpy.uint64(0xFFFFFFFF)
    for _ in range(10):
        p = numpy.uint64(0xD2511F53) * x[0]
        q = numpy.uint64(0xCD9E8D57) * x[2]
        x = [(q >> numpy.uint64(32)) ^ x[1] ^ numpy.uint64(k0), q & low,
             (p >> numpy.uint64(32)) ^ x[3] ^ numpy.uint64(k1), p & low]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return numpy.stack(x, axis=-1)


def draws(factor, levels, seed=0, count=RESAMPLES):
    """The levels drawn, one row for each resample."""
    blocks = -(-levels // 4)
    block = words(seed, "bootstrap", factor, levels, numpy.arange(count)[:, None],
                  numpy.arange(blocks)[None, :])
    flat = block.reshape(count, 4 * blocks)[:, :levels]
    return ((flat * numpy.uint64(levels)) >> numpy.uint64(32)).astype(int)


def scipy_interval(samples, statistic, level=0.95, method="BCa"):
    left = list(range(len(samples)))

    def resample(sample, n_resamples=None, rng=None, *, xp=None):
        return sample[..., draws(left.pop(0), sample.shape[-1])]

    def share_below(replicates, estimate, axis, xp):
        tolerance = 1e-12 * numpy.ptp(replicates, axis=axis)
        less = numpy.count_nonzero(replicates < estimate - tolerance, axis=axis)
        not_more = numpy.count_nonzero(replicates <= estimate + tolerance, axis=axis)
        return (less + not_more) / (2 * replicates.shape[axis])

    inner = scipy.stats._resampling
    originals = inner._bootstrap_resample, inner._percentile_of_score
    inner._bootstrap_resample, inner._percentile_of_score = resample, share_below
    try:
        result = scipy.stats.bootstrap(samples, statistic, n_resamples=RESAMPLES, method=method,
                                       confidence_level=level, vectorized=True)
    finally:
        inner._bootstrap_resample, inner._percentile_of_score = originals
    interval = result.confidence_interval
    return [float(interval.low), float(interval.high)], float(result.standard_error)


def mean(x, axis=-1):
    return numpy.mean(x, axis=axis)


def spread(x, axis=-1):
    return numpy.std(x, axis=axis, ddof=1)


def means():
    samples = {
        "8, normal": generator.normal(size=8), "9, exponential": generator.exponential(size=9),
        "16, normal": generator.normal(43, 6, size=16),
        "16, log-normal": generator.lognormal(size=16),
        "16, one outlier": numpy.array([43.1 + 0.01 * i for i in range(15)] + [56.03]),
        "16, negative skewness": -generator.exponential(size=16),
        "17, uniform": generator.uniform(size=17), "40, log-normal": generator.lognormal(size=40),
    }
    cases = []
    for name, values in samples.items():
        values = numpy.round(numpy.sort(values), 6)
        interval, error = scipy_interval((values,), mean)
        wide, _ = scipy_interval((values,), mean, level=0.99)
        percentile, _ = scipy_interval((values,), mean, method="percentile")
        deviation, _ = scipy_interval((values,), spread)
        cases.append({"name": name, "values": values.tolist(), "bca": interval, "bca99": wide,
                      "percentile": percentile, "error": error, "bcaOfDeviation": deviation})
    return cases


def bca(replicates, estimate, acceleration, equal, level=0.95):
    """BCa limits where the ties with the estimate are known."""
    below = (numpy.count_nonzero((replicates < estimate) & ~equal)
             + numpy.count_nonzero(equal) / 2) / len(replicates)
    z0 = ndtri(below)
    reach = ndtri((1 + level) / 2)
    levels = [ndtr(z0 + (z0 + z) / (1 - acceleration * (z0 + z))) for z in (-reach, reach)]
    return numpy.quantile(replicates, levels).tolist()


def ties():
    """Integers over a power of two: sums are exact, so ties with the mean are."""
    cases = []
    for values in [[0] * 11 + [1] * 5, [0] * 15 + [1], [3, 3, 4, 4, 4, 5, 5, 5, 5, 9],
                   [0, 1] * 8, [1] * 20 + [0] * 3]:
        array = numpy.sort(numpy.array(values))
        n = len(values)
        sums = array[draws(0, n)].sum(axis=1)
        d = array - array.mean()
        acceleration = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
        limits = bca(sums / n, array.mean(), acceleration, sums == array.sum())
        cases.append({"values": [float(v) for v in values], "bca": limits})
    return cases


def two_samples():
    x, y = generator.normal(1, 1, size=6), generator.exponential(size=11)
    x, y = numpy.round(x, 6), numpy.round(y, 6)
    statistic = lambda x, y, axis=-1: numpy.mean(x, axis=axis) - numpy.mean(y, axis=axis)
    interval, error = scipy_interval((x, y), statistic)
    return {"x": x.tolist(), "y": y.tolist(), "bca": interval, "error": error}


def lattices():
    cases = []
    for name, shape, missing in [("5 × 12", (5, 12), 0), ("16 × 30", (16, 30), 0),
                                 ("3 × 4 × 6, some missing", (3, 4, 6), 6), ("1 × 9", (1, 9), 0),
                                 ("7", (7,), 1)]:
        values = sum(generator.normal(size=[n if f == g else 1 for g, n in enumerate(shape)])
                     for f in range(len(shape))) + generator.exponential(size=shape)
        values = numpy.round(values, 6)
        values.reshape(-1)[generator.choice(values.size, missing, replace=False)] = numpy.nan
        here = ~numpy.isnan(values)
        filled = numpy.where(here, values, 0)
        replicates = numpy.empty(RESAMPLES)
        weights = []
        for factor, levels in enumerate(shape):
            if levels == 1:
                weights.append(numpy.ones((RESAMPLES, 1)))
            else:
                drawn = draws(factor, levels)
                weights.append(numpy.stack([(drawn == l).sum(axis=1) for l in range(levels)], 1))
        for b in range(RESAMPLES):
            weight = weights[0][b].astype(float)
            for factor in range(1, len(shape)):
                weight = numpy.multiply.outer(weight, weights[factor][b])
            replicates[b] = (weight * filled).sum() / (weight * here).sum()
        estimate = filled.sum() / here.sum()
        cubes = squares = 0
        for factor, levels in enumerate(shape):
            if levels == 1:
                continue
            axes = tuple(a for a in range(len(shape)) if a != factor)
            left = (filled.sum() - filled.sum(axis=axes)) / (here.sum() - here.sum(axis=axes))
            u = (levels - 1) * (left.mean() - left)
            cubes += (u**3).sum() / levels**3
            squares += (u**2).sum() / levels**2
        limits = bca(replicates, estimate, cubes / (6 * squares**1.5),
                     abs(replicates - estimate) < 1e-12 * numpy.ptp(replicates))
        cases.append({
            "name": name, "shape": list(shape),
            "values": [None if math.isnan(v) else v for v in values.reshape(-1).tolist()],
            "estimate": float(estimate), "error": float(replicates.std(ddof=1)), "bca": limits,
            "percentile": numpy.quantile(replicates, [0.025, 0.975]).tolist()})
    return cases


def large_samples():
    """Limits without Monte Carlo error, from the exact distribution of a resample's sum."""
    cases = []
    for name, values in {
        "41, normal": generator.normal(500, 100, size=41),
        "41, log-normal": 50 * generator.lognormal(size=41),
        "60, exponential": 100 * generator.exponential(size=60),
        "200, log-normal": 30 * generator.lognormal(size=200),
        "200, uniform": generator.uniform(0, 300, size=200),
        "200, tenth ones": 200 * (numpy.arange(200) < 20),
    }.items():
        values = numpy.sort(numpy.round(values).astype(int))
        n, top = len(values), int(values.max())
        size = 1 << (n * top + 1).bit_length()
        one = numpy.bincount(values, minlength=size) / n
        sums = numpy.fft.irfft(numpy.fft.rfft(one) ** n, size)[: n * top + 1].clip(0)
        sums /= sums.sum()
        support = numpy.flatnonzero(sums > 1e-14)
        cumulated = numpy.cumsum(sums[support]) - sums[support] / 2
        z0 = ndtri(numpy.interp(values.sum(), support, cumulated))
        d = values - values.mean()
        a = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
        levels = [ndtr(z0 + (z0 + z) / (1 - a * (z0 + z))) for z in (ndtri(0.025), ndtri(0.975))]
        limits = numpy.interp(levels, cumulated, support) / n
        cases.append({"name": name, "values": [float(v) for v in values], "bca": limits.tolist(),
                      "deviation": float(values.std() / math.sqrt(n))})
    return cases


def main(path):
    assert words(0, "x", 0, 0, 0, 0).shape == (4,)
    parts = {"means": means(), "ties": ties(), "twoSamples": two_samples(), "lattices": lattices(),
             "largeSamples": large_samples(),
             "draws": [{"factor": f, "levels": n, "seed": s, "first": draws(f, n, s, 3).tolist()}
                       for f, n, s in [(0, 5, 0), (2, 16, 7), (1, 1000, 3)]]}
    parts["draws"][2]["first"] = [row[:9] for row in parts["draws"][2]["first"]]
    lines = ['{"command": "python3 tools/golden/statistics_bootstrap.py '
             'Tests/StatisticsTests/Golden/bootstrap.json"']
    for name, part in parts.items():
        text = json.dumps(part) if isinstance(part, dict) else (
            "[\n" + ",\n".join(json.dumps(case) for case in part) + "]")
        lines.append(f',\n"{name}": {text}')
    with open(path, "w") as file:
        file.write("".join(lines) + "}\n")


main(sys.argv[1])
