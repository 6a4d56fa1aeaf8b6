"""That no wait takes longer than a linear form, anywhere in a region of timers."""

from __future__ import annotations

import numpy as np

from hamodel.engine.limits import Cut, Limits, Meter, cut_by
from hamodel.engine.packed.guards import Ints
from hamodel.engine.reference import Product
from hamodel.engine.timed import linear_zones as kernels
from hamodel.engine.timed.facts import Facts, packed, unpacked
from hamodel.engine.timed.linear import Form, Linear, Vector, evaluated, less
from hamodel.engine.timed.linear_zones import NO, YES, Known, Linears
from hamodel.engine.timed.states import States, longer
from hamodel.engine.timed.zones import BOUNDED, FOREVER
from hamodel.errors import ModelError, among
from hamodel.expr import Expr

CHUNK = 512
"""How many classes are left at once."""
PATIENCE = 40
"""From how many classes of a state on further ones are widened."""
SLOTS = 1 << 12
LANE_MAX = 16


def timers_read(
    product: Product, wait: tuple[Expr, Expr, Expr], vector: Vector, limits: Limits
) -> tuple[str, ...]:
    """
    Return the timers that decide what rules take that can be enabled, whatever the time.

    Those that it follows from at the vector, and those that these were compared with.
    """
    meter = Meter(limits)
    states, left = _states(product, wait, meter), 0
    while left < states.size and meter.met() is None:
        first, left = left, min(states.size, left + CHUNK)
        states.expand(np.arange(first, left))
    rules = np.unique(states.steps.rules[: states.steps.bounded.max()]).tolist()
    takes = [its for rule in rules for its in product.actions[rule].rule.bounds if its is not None]
    read = {k for its in takes for k, factor in enumerate(vector.form(its)[1:]) if factor}
    compared = [{k for k, factor in enumerate(form[1:]) if factor} for form in vector.seen]
    for _ in compared:
        read = read.union(*(each for each in compared if read & each))
    return tuple(name for k, name in enumerate(vector.values) if k in read)


def _states(product: Product, wait: tuple[Expr, Expr, Expr], meter: Meter) -> States:
    """Return the states of a product; what takes timers has bounds, though they may be 0 here."""
    states = States(product, wait, meter)
    follows = [
        any(isinstance(its, Linear) and any(its.form[1:]) for its in action.rule.bounds)
        for action in product.actions
    ]
    kinds = states.steps.kinds.copy()
    kinds[np.array(follows, np.bool_)] = BOUNDED
    states.steps = states.steps._replace(kinds=kinds)
    return states


class Covering:
    """
    A search of all classes, each with all that can happen anywhere in a region of timers.

    Where it meets a step that can happen in one part of the region and not at its vector, or a wait
    that is longer in one part of it, that part is cut off (`Facts.beside`).

    Parameters
    ----------
    product
        What is searched; its rules take linear numbers of the vector.
    wait
        Three guards: since, begin and end.
    most
        The longest wait, as a form; None: none ends.
    """

    def __init__(
        self,
        product: Product,
        wait: tuple[Expr, Expr, Expr],
        vector: Vector,
        facts: Facts,
        most: Form | None,
        limits: Limits,
    ) -> None:
        self.vector, self.facts, self.limits = vector, facts, limits
        self.meter = Meter(limits)
        self.count = len(vector.values)
        self.bits = min(LANE_MAX, 64 // max(1, self.count))
        self.states = _states(product, wait, self.meter)
        takes = [action.rule.bounds for action in product.actions]
        self.forms: Ints = np.array(
            [[0 if b is None else self._packed(vector.form(b)) for b in each] for each in takes],
            np.int64,
        ).reshape(-1, 2)
        self.most = np.array(
            [-1, 0, 0, PATIENCE]
            if most is None
            else [evaluated(most, vector.point), self._packed(most), 1, PATIENCE],
            np.int64,
        )
        self.known = self._table(SLOTS)
        self.noted = 0
        self.takes = takes
        self.states.expand(np.zeros(1, np.int64))
        self._begin()

    def _begin(self) -> None:
        self.size, self.left, self.step = 1, 0, 0
        self.classes = self._first(self.takes)

    def _packed(self, form: Form) -> int:
        word = packed(form, self.bits)
        if unpacked(word, self.bits, self.count) != form[1:]:
            most = max(map(abs, form[1:]))
            raise ModelError(
                "HA089",
                f"a rule takes {most} times a timer, which does not fit into a word with"
                f" {self.count - 1} others ({among(self.vector.names)}); choose at most"
                f" {64 // (most.bit_length() + 1)} with --timers",
            )
        return word

    def _table(self, slots: int) -> Known:
        lanes = sum(1 << (self.bits * k + self.bits - 1) for k in range(self.count))
        lanes -= (lanes >> 63) << 64
        words = [np.zeros(slots, np.int64) for _ in range(2)]
        return Known(words[0], words[1], np.zeros(slots, np.uint8), lanes)

    def _first(self, takes: list[tuple[int, int | None]]) -> Linears:
        steps = self.states.steps
        first, last = steps.bounded[0].tolist()
        waits = bool(steps.begins[0] and not steps.ends[0])
        rules = steps.rules[first:last].tolist()
        size = len(rules) + (2 if waits else 1)
        zero = self.vector.form(0)
        latest = [takes[rule][1] for rule in rules]
        most = [zero, *(None if b is None else self.vector.form(b) for b in latest)]
        least = [zero, *(self.vector.form(takes[rule][0]) for rule in rules)]
        most, least = most + [zero] * waits, least + [zero] * waits
        values, factors = np.zeros((2, max(64, size * size)), np.int64)
        for i in range(size):
            for j in range(size):
                its, other = most[i], least[j]
                if i == j:
                    continue
                if its is None:
                    values[i * size + j] = FOREVER
                    continue
                form = tuple(a - b for a, b in zip(its, other, strict=True))
                values[i * size + j] = evaluated(form, self.vector.point)
                factors[i * size + j] = self._packed(form)
        classes = Linears(
            np.zeros(4, np.int32),
            np.zeros(4, np.bool_),
            np.array([0, size * size, 0, 0, 0], np.int64),
            values,
            factors,
            np.full(4, -1, np.int32),
            np.zeros(4, np.uint16),
            np.full(4, -1, np.int32),
            np.full(4, -1, np.int32),
            np.zeros(4, np.uint8),
            np.zeros((4, 2), np.int64),
        )
        classes.waits[0] = waits
        classes.heads[int(waits)] = 0
        return classes

    def run(self, room: int) -> str:
        """
        Search all, and return what has cut it short, if anything did.

        Parameters
        ----------
        room
            Where there are more classes than this, a step is given up that cannot happen at the
            vector: the part of the region in which it can is cut off.
        """
        while self.left < self.size:
            try:
                cut = self.meter.met()
                if self.limits.states is not None and self.size > self.limits.states:
                    cut = Cut.STATES
                why = cut.value if cut else self._advance()
                if not why and self.size > room and not self._given_up(self.size - 1):
                    why = "too many classes"
            except MemoryError as error:
                why = cut_by(error).value
            if why:
                return why
        return ""

    def _stricter(self, known: str) -> str:
        """Begin anew with better bounds at the vector; there are none better than the best."""
        assert self.most[2:].any(), known
        self.most[2 if self.most[2] else 3] = 0
        self._begin()
        return ""

    def _given_up(self, one: int, span: Ints | None = None) -> bool:
        """Begin anew without the first step to a class that cannot happen at the vector, if any."""
        race = self._race(one, span)
        if race is not None:
            self._narrow(less(race))
            self._begin()
        return race is not None

    def _advance(self) -> str:
        last = min(self.size, self.left + CHUNK)
        leaving = self.classes.states[self.left : last]
        self.states.expand_after(leaving)
        bounded = self.states.bounded + 2
        after = np.zeros((2, bounded * bounded), np.int64)
        span = np.zeros(5, np.int64)
        self._widen(bounded)
        while self.left < last:
            why, self.size, self.left, self.step = kernels.advance(
                self.states.steps,
                self.forms,
                self.known,
                self.classes,
                self.left,
                self.step,
                last,
                self.size,
                after[0],
                after[1],
                self.most,
                span,
            )
            if why == kernels.ROOM:
                self._widen(bounded)
            elif why == kernels.ASKED:
                self._note(span, self.facts.holds(self._form(span)))
            elif why != kernels.DONE:
                return self._answered(why, span)
        return ""

    def _answered(self, why: int, span: Ints) -> str:
        """Do something about a step that does not fit in; return what it is if nothing can be."""
        if why == kernels.HAPPENS:
            self._narrow(less(self._form(span[3:])))
            return ""
        endless = why == kernels.ENDLESS
        if self._given_up(self.size - 1) if endless else self._given_up(self.left, span):
            return ""
        if why == kernels.TOO_MANY:
            return "a timer counts too often"
        if endless or span[0] < 0:
            return self._stricter("nothing takes longer at the vector, or goes on for ever")
        self._narrow(self._form(span))
        return ""

    def _race(self, one: int, span: Ints | None) -> Form | None:
        """Return where the first step on a way can happen that cannot at the vector, if any."""
        found = self._form(span[3:]) if span is not None and span[2] else None
        its = self.classes
        while one > 0:
            if its.elsewhere[one] > its.elsewhere[its.parents[one]]:
                found = self._form(its.races[one])
            one = int(its.parents[one])
        return found

    def _form(self, span: Ints) -> Form:
        value, word = span[:2].tolist()
        factors = unpacked(word, self.bits, self.count)
        return (value - evaluated((0, *factors), self.vector.point), *factors)

    def _note(self, span: Ints, holds: bool) -> None:
        value, word = span[:2].tolist()
        kernels.note(self.known, value, word, YES if holds else NO)
        self.noted += 1
        if 2 * self.noted > len(self.known.values):
            self._again(2 * len(self.known.values), (YES, NO))

    def _narrow(self, form: Form) -> None:
        """Cut off where a form is below 0; what was found not to hold is asked for again."""
        self.facts.narrow(form)
        self._again(len(self.known.values), (YES,))

    def _again(self, slots: int, kept: tuple[int, ...]) -> None:
        before, self.known, self.noted = self.known, self._table(slots), 0
        for slot in np.flatnonzero(np.isin(before.answers, kept)).tolist():
            its = int(before.values[slot]), int(before.factors[slot]), int(before.answers[slot])
            kernels.note(self.known, *its)
            self.noted += 1

    def _widen(self, bounded: int) -> None:
        its = self.classes
        room, filled = len(its.states), int(its.begins[self.size])
        heads = 2 * self.states.size - len(its.heads)
        if heads > 0:
            its = its._replace(heads=longer(its.heads, max(heads, len(its.heads)), -1))
        if self.size + 4 * CHUNK > room:
            more = max(room, 4 * CHUNK)
            its = its._replace(
                states=longer(its.states, more),
                waits=longer(its.waits, more),
                begins=longer(its.begins, more),
                parents=longer(its.parents, more),
                actions=longer(its.actions, more),
                others=longer(its.others, more, -1),
                elsewhere=longer(its.elsewhere, more),
                races=np.concatenate([its.races, np.zeros((more, 2), np.int64)]),
            )
        if filled + 4 * CHUNK * bounded * bounded > len(its.values):
            more = max(len(its.values), 4 * CHUNK * bounded**2)
            its = its._replace(values=longer(its.values, more), factors=longer(its.factors, more))
        self.classes = its
