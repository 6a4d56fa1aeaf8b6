"""
Kernels over zones: difference-bound matrices of when enabled rules will fire.

A class is a state and a zone: all the ways in which the times at which its enabled rules will fire
can lie. A zone is a matrix, flat in an arena; row and column 0 are the moment at which the class
was entered, the next are its rules with bounds, in the order of their places, and the last, if a
wait goes on, is when that began. Entry (i, j) is the most by which i can be later than j, in ms.
Every zone is closed: no entry is more than a sum of others says. Rules that take (0, 0) or
(0, None) have no row: the former hold time still, of the latter nothing is ever known.

References
----------
Berthomieu and Diaz, "Modeling and Verification of Time Dependent Systems Using Time Petri Nets",
IEEE Transactions on Software Engineering 17 (1991): state classes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hamodel.engine.packed.compiling import compiled, part
from hamodel.engine.packed.guards import Ints

Zones = npt.NDArray[np.int64]
FOREVER = np.int64(1) << np.int64(60)
"""More than any time in ms; sums of two do not overflow."""
URGENT, FREE, BOUNDED = 0, 1, 2
"""What a rule takes: (0, 0); (0, None); anything else."""


class Steps(NamedTuple):
    """
    The states that are expanded, and the actions.

    Parameters
    ----------
    starts, actions, targets
        The steps of state s are `starts[s, 0]` to `starts[s, 1]` less one.
    bounded
        The same, shape (states, 2), of the rules with bounds that are enabled.
    rules
        Their places, state after state, in order.
    urgent
        For each state whether a rule holds time still.
    since, begins, ends
        For each state whether a wait can begin with a step from there, whether with one to there,
        and whether it ends there.
    takes
        Shape (actions, 2).
    kinds
        For each action what it takes, in a word.
    """

    starts: Ints
    actions: Any
    targets: Any
    bounded: Ints
    rules: Any
    urgent: Any
    since: Any
    begins: Any
    ends: Any
    takes: Ints
    kinds: Any


@part
def plus(one: Any, other: Any) -> Any:
    """Return a sum of two bounds; for ever and anything is for ever."""
    return FOREVER if one >= FOREVER or other >= FOREVER else one + other


@part
def stay(steps: Steps, state: Any, target: Any, action: Any, old: Zones) -> None:
    """Put into `old`, by row after a step, the row before of each rule that stays enabled."""
    first, last = steps.bounded[state]
    its_first, its_last = steps.bounded[target]
    for k in range(its_last - its_first):
        rule = steps.rules[its_first + k]
        if rule != action:
            for other in range(last - first):
                if steps.rules[first + other] == rule:
                    old[k + 1] = other + 1


@part
def enter(
    steps: Steps,
    target: Any,
    zone: Zones,
    size: Any,
    now: Any,
    bounded: Any,
    least: Zones,
    old: Zones,
    after: Zones,
) -> None:
    """
    Put into `after` the zone in which a state is entered.

    Parameters
    ----------
    target
        The state.
    zone, size
        The zone before the step, shape (size, size), flat.
    now, bounded
        The row of the moment of the step, and whether that is a rule with bounds.
    least
        By how much at least the first of all rules is later than each row.
    old
        For each row of the new zone the row of the old one; -1 for what is new.
    """
    its_first, its_last = steps.bounded[target]
    its_own, its_size = its_last - its_first, len(old)
    for i in range(1, its_size):
        if old[i] < 0:
            earliest = latest = np.int64(0)
            if i <= its_own:
                rule = steps.rules[its_first + i - 1]
                earliest, latest = steps.takes[rule, 0], steps.takes[rule, 1]
            after[i * its_size], after[i] = latest, -earliest
        else:
            after[i * its_size] = zone[old[i] * size + now]
            after[i] = least[old[i]]
    after[0] = 0
    for i in range(1, its_size):
        for j in range(1, its_size):
            if i == j:
                bound = np.int64(0)
            elif old[i] < 0 or old[j] < 0:
                bound = plus(after[i * its_size], after[j])
            else:
                bound = zone[old[i] * size + old[j]]
                if bounded:
                    bound = min(bound, plus(zone[old[i] * size + now], least[old[j]]))
            after[i * its_size + j] = bound


@compiled
def fired(
    steps: Steps,
    state: int,
    waits: bool,
    zone: Zones,
    action: int,
    target: int,
    after: Zones,
    span: Zones,
    room: Zones,
) -> int:
    """
    Put into `after` the zone in which a class is left by a step.

    Parameters
    ----------
    state, waits, zone
        The class: its state, whether a wait goes on, and its zone.
    action, target
        The step.
    span
        To be filled with the longest and the shortest that the wait can have taken when the step
        happens, if one goes on.
    room
        Shape (2, rows), for at least as many rows as either zone has.

    Returns
    -------
    int
        -1 if the step cannot happen; 0 if no wait goes on after it, 1 if one goes on, 2 if one
        has begun.
    """
    first, last = steps.bounded[state]
    own = last - first
    size = own + (2 if waits else 1)
    kind, frozen = steps.kinds[action], steps.urgent[state]
    place = 0
    if kind == BOUNDED:
        for k in range(own):
            if steps.rules[first + k] == action:
                place = k + 1
    # The least that any rule's time is later than each: the step is to be the first of all.
    least = room[0, :size]
    least[:] = FOREVER
    for j in range(size):
        if frozen:
            least[j] = zone[j]
        else:
            for k in range(1, own + 1):
                least[j] = min(least[j], zone[k * size + j])
    if kind == BOUNDED and least[place] < 0:
        return -1
    now = place if kind == BOUNDED else 0
    if waits:
        begun = size - 1
        span[0] = least[begun]
        span[1] = -zone[begun * size + now]
    goes_on = waits and not steps.ends[target]
    can_begin = steps.since[state] and steps.begins[target] and not steps.ends[target]
    begins = not goes_on and can_begin
    its_first, its_last = steps.bounded[target]
    its_own = its_last - its_first
    its_size = its_own + (2 if goes_on or begins else 1)
    # For each row of the new zone the row of the old one; -1 for what is new.
    old = room[1, :its_size]
    old[:] = -1
    stay(steps, state, target, action, old)
    if goes_on:
        old[its_size - 1] = size - 1
    enter(steps, target, zone, size, now, kind == BOUNDED, least, old, after)
    return 1 if goes_on else 2 if begins else 0


class Classes(NamedTuple):
    """
    The classes that were found, and room for more.

    Parameters
    ----------
    states, waits
        For each class its state, and whether a wait goes on.
    begins
        Shape (classes + 1,): where the zone of each begins in `zones`.
    zones
        The zones, one after the other.
    parents, actions
        How each class was found first.
    heads, others
        For each state, without and with a wait, the class found last; for each class, another of
        the same state. -1 for none.
    """

    states: Any
    waits: Any
    begins: Ints
    zones: Zones
    parents: Any
    actions: Any
    heads: Any
    others: Any


@part
def within(zone: Zones, begin: int, other: Zones, other_begin: int, count: int) -> bool:
    """Return whether all that one zone allows, another does."""
    for entry in range(count):
        if zone[begin + entry] > other[other_begin + entry]:
            return False
    return True


@part
def comes_again(classes: Classes, one: int, other: int, size: int) -> bool:
    """Return whether a class is another of its state, but that its wait can have taken longer."""
    begin, its = classes.begins[one], classes.begins[other]
    if classes.zones[begin + size - 1] <= classes.zones[its + size - 1]:
        return False
    for i in range(size - 1):
        for j in range(size - 1):
            entry = i * size + j
            if classes.zones[begin + entry] != classes.zones[its + entry]:
                return False
    return True


@compiled
def goes_round(steps: Steps, classes: Classes, one: int) -> int:
    """
    Return a class on the way to this one that is the same but for how long the wait has taken.

    Only as long as the wait goes on, and only if it can have taken longer now; -1 for none.
    """
    state = classes.states[one]
    size = steps.bounded[state, 1] - steps.bounded[state, 0] + 2
    known = classes.others[one]
    while known >= 0 and not comes_again(classes, one, known, size):
        known = classes.others[known]
    if known < 0:
        return -1
    # There is such a class, perhaps on the way.
    other = classes.parents[one]
    while other >= 0 and classes.waits[other]:
        if classes.states[other] == state and comes_again(classes, one, other, size):
            return int(other)
        other = classes.parents[other]
    return -1


@compiled
def unbounded(steps: Steps, classes: Classes, one: int) -> bool:
    """Return whether nothing need happen in a class, however long it takes."""
    state, begin = classes.states[one], classes.begins[one]
    own = steps.bounded[state, 1] - steps.bounded[state, 0]
    if steps.urgent[state]:
        return False
    size = own + (2 if classes.waits[one] else 1)
    for k in range(1, own + 1):
        if classes.zones[begin + k * size] < FOREVER:
            return False
    return True


@compiled
def outlasting(steps: Steps, classes: Classes, first: int, last: int, most: int) -> int:
    """
    Return the first class from `first` to `last` less one in which a wait can have lasted longer.

    Longer than `most` ms, before anything more happens; -1 for none.
    """
    for one in range(first, last):
        if not classes.waits[one]:
            continue
        state, begin = classes.states[one], classes.begins[one]
        own = steps.bounded[state, 1] - steps.bounded[state, 0]
        size = own + 2
        least = classes.zones[begin + size - 1] if steps.urgent[state] else FOREVER
        for k in range(1, own + 1):
            least = min(least, classes.zones[begin + k * size + size - 1])
        if least > most:
            return one
    return -1


@compiled
def advance(
    steps: Steps,
    classes: Classes,
    first: int,
    last: int,
    size: int,
    after: Zones,
    room: Zones,
    extremes: Zones,
    found: Zones,
    least: bool,
) -> tuple[int, int, int, int]:
    """
    Take every step from the classes from `first` to `last` less one, as far as there is room.

    Parameters
    ----------
    size
        How many classes there are.
    after, room
        Room for a zone, and twice for each of its rows; shape (2, rows).
    extremes
        The longest and the shortest wait so far, which are updated: in ms, class, step; shape
        (2, 3).
    found
        Two words of room.
    least
        Whether the shortest wait alone is looked for: it is forgotten how long one can have taken
        at most, which nothing but the longest goes by, so that who comes back later is within who
        was there before; and a wait may go on for ever.

    Returns
    -------
    tuple
        How many classes there are then; how many were left; a class in which a wait goes on though
        nothing need happen or it goes round, and the class where that began, or -1 and -1.
    """
    for one in range(first, last):
        state, waits = classes.states[one], classes.waits[one]
        zone = classes.zones[classes.begins[one] : classes.begins[one + 1]]
        for step in range(steps.starts[state, 0], steps.starts[state, 1]):
            target = steps.targets[step]
            its = steps.bounded[target, 1] - steps.bounded[target, 0] + 2
            begin = classes.begins[size]
            if size + 2 > len(classes.states) or begin + its * its > len(classes.zones):
                return size, one, -1, -1
            how = fired(steps, state, waits, zone, steps.actions[step], target, after, found, room)
            if how < 0:
                continue
            if waits and how != 1:
                if found[0] > extremes[0, 0]:
                    extremes[0] = (found[0], one, step)
                if found[1] < extremes[1, 0]:
                    extremes[1] = (found[1], one, step)
            if least and how > 0:
                for row in range(its - 1):
                    after[row * its + its - 1] = FOREVER
            count = (its if how else its - 1) ** 2
            key = 2 * target + (how > 0)
            other = classes.heads[key]
            while other >= 0 and not within(after, 0, classes.zones, classes.begins[other], count):
                other = classes.others[other]
            if other >= 0:
                continue
            classes.states[size], classes.waits[size] = target, how > 0
            classes.zones[begin : begin + count] = after[:count]
            classes.begins[size + 1] = begin + count
            classes.parents[size], classes.actions[size] = one, steps.actions[step]
            classes.others[size], classes.heads[key] = classes.heads[key], size
            size += 1
            if how > 0 and not least:
                if unbounded(steps, classes, size - 1):
                    return size, one, size - 1, -1
                if how == 1:
                    round_ = goes_round(steps, classes, size - 1)
                    if round_ >= 0:
                        return size, one, size - 1, round_
    return size, last, -1, -1
