"""The kernel over states in which time stands still."""

from __future__ import annotations

from typing import Any

import numpy as np

from hamodel.engine.packed.compiling import compiled, part
from hamodel.engine.timed.zones import Steps


@part
def goes_on(steps: Steps, step: int, held: Any, most: int) -> bool:
    """Return whether a step can be taken in no time, by a rule of `most` ms, to such a state."""
    action = steps.actions[step]
    at_once = steps.takes[action, 0] == 0 and steps.takes[action, 1] <= most
    return bool(at_once and held[steps.targets[step]])


@compiled
def endless_at_once(steps: Steps, held: Any, most: int) -> Any:
    """
    Return which of the states that hold time still can be followed by such states for ever.

    By steps that can be taken as soon as they are enabled, of rules that take `most` ms at most.
    What nothing more leads on from is taken away until no such state is left.
    """
    count = len(held)
    onward = np.zeros(count, np.int64)
    begins = np.zeros(count + 1, np.int64)
    for state in range(count):
        if held[state]:
            for step in range(steps.starts[state, 0], steps.starts[state, 1]):
                if goes_on(steps, step, held, most):
                    onward[state] += 1
                    begins[steps.targets[step] + 1] += 1
    for state in range(count):
        begins[state + 1] += begins[state]
    sources = np.zeros(begins[count], np.int64)
    filled = begins[:count].copy()
    for state in range(count):
        if held[state]:
            for step in range(steps.starts[state, 0], steps.starts[state, 1]):
                if goes_on(steps, step, held, most):
                    target = steps.targets[step]
                    sources[filled[target]] = state
                    filled[target] += 1
    kept = held.copy()
    ended = np.zeros(count, np.int64)
    size = 0
    for state in range(count):
        if held[state] and onward[state] == 0:
            ended[size] = state
            size += 1
    while size > 0:
        size -= 1
        state = ended[size]
        kept[state] = False
        for place in range(begins[state], begins[state + 1]):
            source = sources[place]
            onward[source] -= 1
            if onward[source] == 0:
                ended[size] = source
                size += 1
    return kept
