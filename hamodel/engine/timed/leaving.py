"""The kernel by which a class is left that keeps the dates of any number of moments."""

from __future__ import annotations

import numpy as np

from hamodel.engine.packed.compiling import compiled
from hamodel.engine.timed.zones import BOUNDED, FOREVER, Steps, Zones, enter, stay


@compiled
def left(
    steps: Steps,
    state: int,
    extra: int,
    zone: Zones,
    action: int,
    target: int,
    event: int,
    after: Zones,
) -> int:
    """
    Put into `after` the zone in which a class is left by a step; as `zones.fired`, with more rows.

    Parameters
    ----------
    extra
        How many dates are kept behind those of the rules.
    event
        1 if the moment of this step becomes one of them, otherwise 0.

    Returns
    -------
    int
        How many rows the zone has; -1 if the step cannot happen.
    """
    first, last = steps.bounded[state]
    own = last - first
    size = own + 1 + extra
    kind, frozen = steps.kinds[action], steps.urgent[state]
    place = 0
    if kind == BOUNDED:
        for k in range(own):
            if steps.rules[first + k] == action:
                place = k + 1
    least = np.full(size, FOREVER, np.int64)
    for j in range(size):
        if frozen:
            least[j] = zone[j]
        else:
            for k in range(1, own + 1):
                least[j] = min(least[j], zone[k * size + j])
    if kind == BOUNDED and least[place] < 0:
        return -1
    its_first, its_last = steps.bounded[target]
    its_own = its_last - its_first
    its_size = its_own + 1 + extra + event
    old = np.full(its_size, -1, np.int64)
    stay(steps, state, target, action, old)
    for k in range(extra):
        old[its_own + 1 + k] = own + 1 + k
    enter(steps, target, zone, size, place, kind == BOUNDED, least, old, after)
    return int(its_size)
