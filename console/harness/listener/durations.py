"""Random durations of a script, drawn from its seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from console.harness.scenario.model import Spread

_SIGMAS = 1.6448536269514722
"""Standard deviations below which 95 % of a normal distribution lie."""


def drawer(spread: Spread, random: Random) -> Callable[[], float]:
    """A function that gives the next duration in seconds, never negative."""
    a, b = spread.a, spread.b
    match spread.law:
        case "uniform":
            return lambda: random.uniform(a, b)
        case "exponential":
            return lambda: random.expovariate(1 / a) if a else 0.0
        case "lognormal":
            if not 0 < a < b:
                return lambda: a
            mu, sigma = math.log(a), math.log(b / a) / _SIGMAS
            return lambda: random.lognormvariate(mu, sigma)
        case "table":
            values = spread.values
            return lambda: random.choice(values)
        case _:
            return lambda: a
