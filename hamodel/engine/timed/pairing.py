"""
How long waits take together, by the dates at which they begin and end.

Each end counts once and each beginning once, and all that is known of them are bounds on
differences: so the most is the cheapest way to pair ends with beginnings, an assignment, which is
the dual of the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from hamodel.engine.reference import Product
from hamodel.engine.timed.dates import Dated, bounds_of
from hamodel.engine.timed.zones import FOREVER, Zones


def together(zone: Zones, extra: int) -> int:
    """Return how long the waits of a zone take together at most; one that goes on ends now."""
    dates = range(len(zone) - extra, len(zone))
    begins, ends = dates[::2], [*dates[1::2], *([0] * (extra % 2))]
    return min(
        sum(int(zone[end, begin]) for end, begin in zip(ends, order, strict=True))
        for order in permutations(begins)
    )


def collapsed(zone: Zones, extra: int, before: int) -> tuple[Zones, int, int]:
    """
    Return a class without the dates of waits that nothing keeps close to what came after; or as is.

    All that is known of such dates and later ones is that they are earlier: so whatever they are,
    all else can be as it is, if they are only long enough ago.
    """
    own = len(zone) - extra
    for many in range(extra - extra % 2, 0, -2):
        old = np.arange(own, own + many)
        rest = np.concatenate([np.arange(own), np.arange(own + many, len(zone))])
        if (zone[np.ix_(rest, old)] >= FOREVER).all():
            total = together(zone[: own + many, : own + many], many)
            return zone[np.ix_(rest, rest)].reshape(-1), extra - many, before + total
    return zone.reshape(-1), extra, before


def dated_run(
    product: Product, actions: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> tuple[tuple[Dated, ...], int]:
    """
    Return dates of a run with which its waits take together as long as they can, and how long.

    Of the pairs of ends and beginnings that bound the total each holds with equality then.
    """
    size = len(actions) + 1
    most = np.full((size, size), FOREVER, np.int64)
    np.fill_diagonal(most, 0)
    for i, j, bound in bounds_of(product, actions):
        most[i, j] = min(most[i, j], bound)
    _close(most)
    begins, ends = [begin for begin, _ in pairs], [end for _, end in pairs]
    order = min(
        permutations(begins),
        key=lambda some: sum(int(most[e, b]) for e, b in zip(ends, some, strict=True)),
    )
    total = 0
    for end, begin in zip(ends, order, strict=True):
        total += int(most[end, begin])
        most[begin, end] = min(most[begin, end], -most[end, begin])
    _close(most)
    # As late as can be after the beginning; what has no latest, as early as can be.
    fixed = [0]
    for place in range(1, size):
        late = min(fixed[k] + int(most[place, k]) for k in range(place))
        early = max(fixed[k] - int(most[k, place]) for k in range(place))
        fixed.append(early if late >= FOREVER // 2 else late)
    names = [product.actions[place].rule.name for place in actions]
    return tuple(Dated(name, at) for name, at in zip(names, fixed[1:], strict=True)), total


def _close(most: np.ndarray) -> None:
    """Make a matrix of bounds say in each entry all that they say together (Floyd, Warshall)."""
    for k in range(len(most)):
        through = np.minimum(most[:, k, None] + most[None, k, :], FOREVER)
        np.minimum(most, through, out=most)
