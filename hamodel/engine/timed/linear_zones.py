"""
Kernels over zones whose entries are linear forms of timers.

As in `zones`, but that an entry is the most for a whole region of timers: its value at one vector
of the region, and its factors, packed into a word. Of two bounds the one is kept that is the lesser
at that vector. Elsewhere it is a bound all the same, if not the best, so that a class allows at
least what can happen anywhere in the region. Whatever must hold everywhere for that is looked up in
a table of what is known of the region; what is not known is asked for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hamodel.engine.packed.compiling import compiled, part
from hamodel.engine.packed.guards import Ints
from hamodel.engine.timed.zones import BOUNDED, FOREVER, Steps, Zones, stay

DONE, ROOM, ASKED, HAPPENS, LONGER, ENDLESS, TOO_MANY = range(7)
"""
What a kernel stops for: all is done; room is needed; something is asked for; one more step that
cannot happen at the vector, but may elsewhere in the region; a wait that may take longer elsewhere,
or for ever; a factor that does not fit.
"""
ELSEWHERE_MAX = 100
"""How many steps that cannot happen at the vector are taken one after the other."""
UNKNOWN, YES, NO = 0, 1, 2


class Known(NamedTuple):
    """
    What is known of forms in a region: whether they are at least 0 everywhere.

    Parameters
    ----------
    values, factors, answers
        Open addressing, of a power of two of slots; a slot that is UNKNOWN is free.
    lanes
        The highest bit of each factor's lane, in a word.
    """

    values: Ints
    factors: Ints
    answers: Any
    lanes: int


class Linears(NamedTuple):
    """
    The classes that were found, and room for more, as `zones.Classes`; each entry has two words.

    Parameters
    ----------
    states, waits, begins, values, factors, parents, actions, heads, others
        As there; the zones in two arrays, the values of the entries and their packed factors.
    elsewhere, races
        For each class how many steps on the way to it cannot happen at the vector; and, shape
        (classes, 2), the form that is at least 0 where the last step can, if it is one of them.
    """

    states: Any
    waits: Any
    begins: Ints
    values: Zones
    factors: Zones
    parents: Any
    actions: Any
    heads: Any
    others: Any
    elsewhere: Any
    races: Ints


@part
def slot_of(known: Known, value: Any, factors: Any) -> Any:
    """Return the slot of a form, or the free one where it belongs."""
    mask = len(known.values) - 1
    mixed = np.uint64(value) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(factors)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    slot = np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(mask))
    while known.answers[slot] != UNKNOWN and (
        known.values[slot] != value or known.factors[slot] != factors
    ):
        slot = (slot + 1) & mask
    return slot


@compiled
def note(known: Known, value: int, factors: int, answer: int) -> None:
    """Put into the table whether a form is at least 0 in the region."""
    slot = slot_of(known, np.int64(value), np.int64(factors))
    known.values[slot], known.factors[slot] = value, factors
    known.answers[slot] = answer


@part
def holds(known: Known, value: Any, factors: Any) -> Any:
    """Return whether a form is known to be at least 0 in the region."""
    if factors == 0:
        return YES if value >= 0 else NO
    if value < 0:
        return NO
    return np.int64(known.answers[slot_of(known, value, factors)])


@part
def fits(known: Known, factors: Any) -> Any:
    """Return whether each factor has so small a number that a sum of two fits its lane."""
    raised = factors + known.lanes
    return ((raised ^ (raised << 1)) & known.lanes) == known.lanes


@compiled
def fired(
    steps: Steps,
    forms: Ints,
    known: Known,
    state: int,
    waits: bool,
    values: Zones,
    factors: Zones,
    action: int,
    target: int,
    after: Zones,
    after_factors: Zones,
    most: Zones,
    span: Zones,
) -> int:
    """
    Put into `after` the zone in which a class is left by a step, as `zones.fired` does.

    Parameters
    ----------
    forms
        Shape (actions, 2): the packed factors of what each takes.
    span
        To be filled with by how much the wait can be below `most`, value and factors; then with
        whether the step cannot happen at the vector, but may elsewhere in the region, and the form
        that is at least 0 where it may.

    Returns
    -------
    int
        As `zones.fired`; -1 if the step cannot happen anywhere in the region, -2 if that is not
        known, and `span` is the form that is asked for, -4 if a factor does not fit.
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
    least = np.full(size, FOREVER, np.int64)
    least_factors = np.zeros(size, np.int64)
    for j in range(size):
        if frozen:
            least[j], least_factors[j] = values[j], factors[j]
        else:
            for k in range(1, own + 1):
                if values[k * size + j] < least[j]:
                    least[j], least_factors[j] = values[k * size + j], factors[k * size + j]
    span[2] = span[3] = span[4] = 0
    if kind == BOUNDED and least[place] < 0:
        # It cannot happen at the vector; nor anywhere if it is later than one of the rules.
        for k in range(1, own + 1):
            entry = 0 if frozen else k * size
            answer = holds(known, -1 - values[entry + place], -factors[entry + place])
            if answer == YES:
                return -1
            if answer == UNKNOWN:
                span[0], span[1] = -1 - values[entry + place], -factors[entry + place]
                return -2
        span[2], span[3], span[4] = 1, least[place], least_factors[place]
    now = place if kind == BOUNDED else 0
    if waits:
        # Of all bounds on what has passed, one that is not more than `most` if there is one.
        begun = size - 1
        span[0], span[1] = most[0] - least[begun], most[1] - least_factors[begun]
        answer = holds(known, span[0], span[1]) if most[2] else np.int64(YES)
        for k in range(1, own + 1):
            entry = k * size + begun
            if answer == NO and not frozen and values[entry] <= most[0]:
                span[0], span[1] = most[0] - values[entry], most[1] - factors[entry]
                answer = holds(known, span[0], span[1])
                if answer == YES:
                    least[begun], least_factors[begun] = values[entry], factors[entry]
        if answer == UNKNOWN:
            return -2
        span[0], span[1] = most[0] - least[begun], most[1] - least_factors[begun]
    goes_on = waits and not steps.ends[target]
    can_begin = steps.since[state] and steps.begins[target] and not steps.ends[target]
    begins = not goes_on and can_begin
    its_first, its_last = steps.bounded[target]
    its_own = its_last - its_first
    its_size = its_own + (2 if goes_on or begins else 1)
    # For each row of the new zone the row of the old one; -1 for what is new.
    old = np.full(its_size, -1, np.int64)
    stay(steps, state, target, action, old)
    if goes_on:
        old[its_size - 1] = size - 1
    for i in range(1, its_size):
        if old[i] < 0:
            after[i * its_size] = after_factors[i * its_size] = 0
            after[i] = after_factors[i] = 0
            if i <= its_own:
                rule = steps.rules[its_first + i - 1]
                after[i * its_size], after_factors[i * its_size] = (
                    steps.takes[rule, 1],
                    forms[rule, 1],
                )
                after[i], after_factors[i] = -steps.takes[rule, 0], -forms[rule, 0]
        else:
            entry = old[i] * size + now
            after[i * its_size], after_factors[i * its_size] = values[entry], factors[entry]
            after[i], after_factors[i] = least[old[i]], least_factors[old[i]]
            if span[2] and i <= its_own:
                rule = steps.rules[its_first + i - 1]
                after[i * its_size], after_factors[i * its_size] = (
                    steps.takes[rule, 1],
                    forms[rule, 1],
                )
            elif span[2]:
                after[i * its_size] = after_factors[i * its_size] = 0
    after[0] = after_factors[0] = 0
    for i in range(1, its_size):
        for j in range(1, its_size):
            bound = its = np.int64(0)
            if i != j:
                one, other = i * its_size, j
                known_bound = after[one] < FOREVER and after[other] < FOREVER
                bound = after[one] + after[other] if known_bound else FOREVER
                its = after_factors[one] + after_factors[other] if known_bound else np.int64(0)
                if old[i] >= 0 and old[j] >= 0:
                    entry = old[i] * size + old[j]
                    if kind != BOUNDED or values[entry] <= bound:
                        bound, its = values[entry], factors[entry]
            if not fits(known, its):
                return -4
            after[i * its_size + j], after_factors[i * its_size + j] = bound, its
    return 1 if goes_on else 2 if begins else 0


@part
def widen(steps: Steps, forms: Any, state: Any, waits: Any, after: Any, after_factors: Any) -> None:
    """
    Forget of a zone what differs from round to round of a loop: when its rules became enabled.

    How late in a wait each can happen is kept.
    """
    first, last = steps.bounded[state]
    begun = last - first + 1
    size = begun + (1 if waits else 0)
    for i in range(size):
        for j in range(size):
            entry = i * size + j
            if i == j or (j == begun and i != begun):
                continue
            after[entry] = after_factors[entry] = 0
            if 0 < i < begun:
                rule = steps.rules[first + i - 1]
                after[entry], after_factors[entry] = steps.takes[rule, 1], forms[rule, 1]


@part
def unbounded(steps: Steps, values: Any, state: Any) -> Any:
    """Return whether nothing need happen in a class in which a wait goes on."""
    own = steps.bounded[state, 1] - steps.bounded[state, 0]
    if steps.urgent[state]:
        return False
    for k in range(1, own + 1):
        if values[k * (own + 2)] < FOREVER:
            return False
    return True


@part
def within(
    known: Known,
    values: Any,
    factors: Any,
    others: Any,
    their_factors: Any,
    begin: Any,
    count: Any,
    span: Any,
) -> Any:
    """Return whether all that one zone allows, another does everywhere in the region."""
    answer = np.int64(YES)
    for entry in range(count):
        its, their = values[entry], others[begin + entry]
        if their >= FOREVER:
            continue
        if its > their:
            return np.int64(NO)
        found = holds(known, their - its, their_factors[begin + entry] - factors[entry])
        if found == NO:
            return np.int64(NO)
        if found == UNKNOWN and answer == YES:
            answer = np.int64(UNKNOWN)
            span[0], span[1] = their - its, their_factors[begin + entry] - factors[entry]
    return answer


@compiled
def advance(
    steps: Steps,
    forms: Ints,
    known: Known,
    classes: Linears,
    first: int,
    step: int,
    last: int,
    size: int,
    after: Zones,
    after_factors: Zones,
    most: Zones,
    span: Zones,
) -> tuple[int, int, int, int]:
    """
    Take every step from the classes from `first` to `last` less one, until there is something.

    Parameters
    ----------
    step
        Which step of the first class is next: how many of it were taken.
    size
        How many classes there are.
    after, after_factors, span
        Room for a zone, and for two words.
    most
        The value and the factors of the longest that a wait takes in the region, a value below 0 if
        none ends; whether of several bounds on a wait one is kept that is not above it; and, if not
        0, from how many classes of a state on further ones are widened.

    Returns
    -------
    tuple
        Why it stopped; how many classes there are then; the class and the step that is next.
        ASKED: whether the form that `span` begins with is at least 0 in the region. HAPPENS and
        LONGER: what `span` says of the step; the wait is not longer where the form that it begins
        with is at least 0. ENDLESS: the last class is one in which a wait goes on for ever.
    """
    for one in range(first, last):
        state, waits = classes.states[one], classes.waits[one]
        its_begin, its_end = classes.begins[one], classes.begins[one + 1]
        values, factors = classes.values[its_begin:its_end], classes.factors[its_begin:its_end]
        for k in range(steps.starts[state, 0] + step, steps.starts[state, 1]):
            so_far = k - steps.starts[state, 0]
            target = steps.targets[k]
            its = steps.bounded[target, 1] - steps.bounded[target, 0] + 2
            begin = classes.begins[size]
            if size + 2 > len(classes.states) or begin + its * its > len(classes.values):
                return ROOM, size, one, so_far
            how = fired(
                steps,
                forms,
                known,
                state,
                waits,
                values,
                factors,
                steps.actions[k],
                target,
                after,
                after_factors,
                most,
                span,
            )
            if how == -1:
                continue
            if how == -2:
                return ASKED, size, one, so_far
            if how == -4:
                return TOO_MANY, size, one, so_far
            elsewhere = classes.elsewhere[one] + span[2]
            if elsewhere > ELSEWHERE_MAX:
                return HAPPENS, size, one, so_far
            if waits and how != 1:
                answer = holds(known, span[0], span[1]) if most[0] >= 0 else np.int64(NO)
                if answer != YES:
                    return (ASKED if answer == UNKNOWN else LONGER), size, one, so_far
            count = (its if how else its - 1) ** 2
            key = 2 * target + (how > 0)
            other = classes.heads[key]
            found, passed, widened = np.int64(NO), 0, False
            while other >= 0 and found == NO:
                found = within(
                    known,
                    after,
                    after_factors,
                    classes.values,
                    classes.factors,
                    classes.begins[other],
                    count,
                    span,
                )
                other, passed = classes.others[other], passed + 1
                if other < 0 and found == NO and not widened and passed > most[3] > 0:
                    widen(steps, forms, target, how > 0, after, after_factors)
                    other, widened = classes.heads[key], True
            if found == UNKNOWN:
                return ASKED, size, one, so_far
            if found == YES:
                continue
            classes.states[size], classes.waits[size] = target, how > 0
            classes.values[begin : begin + count] = after[:count]
            classes.factors[begin : begin + count] = after_factors[:count]
            classes.begins[size + 1] = begin + count
            classes.parents[size], classes.actions[size] = one, steps.actions[k]
            classes.others[size], classes.heads[key] = classes.heads[key], size
            classes.elsewhere[size] = elsewhere
            classes.races[size, 0], classes.races[size, 1] = span[3], span[4]
            size += 1
            if how > 0 and unbounded(steps, after, target):
                return ENDLESS, size, one, so_far
        step = 0
    return DONE, size, last, 0
