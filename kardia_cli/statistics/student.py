"""Student's t distribution, to 1e-9, in place of a large dependency of the data stages.

By the regularised incomplete beta function as a continued fraction (Lentz's way).
"""

from __future__ import annotations

import math
from functools import lru_cache

_STEPS, _TINY, _CLOSE = 500, 1e-300, 1e-15


def probability(t: float, freedom: float) -> float:
    """Return P(T <= t) with so many degrees of freedom (above 0)."""
    if math.isinf(t):
        return 1.0 if t > 0 else 0.0
    tail = two_sided(t, freedom) / 2
    return 1 - tail if t > 0 else tail


def two_sided(t: float, freedom: float) -> float:
    """Return P(|T| >= |t|)."""
    if math.isinf(t):
        return 0.0
    whole = freedom + t * t
    return _beta(freedom / whole, t * t / whole, freedom / 2, 0.5)


@lru_cache(maxsize=1024)
def quantile(p: float, freedom: float) -> float:
    """Return the t of which P(T <= t) is p, for 0 < p < 1, by halving; cached, since tables ask for few."""
    if p == 0.5:
        return 0.0
    if p < 0.5:
        return -quantile(1 - p, freedom)
    low, high = 0.0, 1.0
    while probability(high, freedom) < p:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        if probability(middle, freedom) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta(x: float, rest: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b).

    `rest` is 1 - x, which near x = 1 only the caller has exactly.
    """
    if x <= 0 or rest <= 0:
        return float(x > 0)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(rest, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for step in range(1, _STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for term in (even, odd):
            d, c = 1 / _away(1 + term * d), _away(1 + term / c)
            value *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return value


def _away(value: float) -> float:
    """The value, kept away from 0."""
    return value if abs(value) > _TINY else _TINY
