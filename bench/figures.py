"""Figures of samples: quantiles, and how sure a median is."""

import random
import statistics


def quantile(values, fraction):
    return sorted(values)[round(fraction * (len(values) - 1))] if values else None


def median_interval(values, confidence=0.99, draws=4000):
    """The bootstrap confidence interval of the median; the same each time for the same values."""
    source = random.Random(1)
    medians = sorted(
        statistics.median(source.choices(values, k=len(values))) for _ in range(draws))
    tail = (1 - confidence) / 2
    return quantile(medians, tail), quantile(medians, 1 - tail)
