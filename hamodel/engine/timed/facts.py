"""What is known of linear forms in a region that is cut smaller and smaller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hamodel.engine.timed.linear import Form, less, plus
from hamodel.engine.timed.regions import Region

Bound = tuple[int, int, Form]
"""(i, j, most): step i of a run happens at most so much later than step j."""


class Facts:
    """
    A region, and what was found of forms there.

    Attributes
    ----------
    region
        What is left of it.
    """

    def __init__(self, region: Region) -> None:
        self.region = self._whole = region
        self._cuts: list[Form] = []
        self._known: dict[Form, bool] = {}

    def holds(self, form: Form) -> bool:
        """Return whether a form is at least 0 in all of the region."""
        found = self._known.get(form)
        if found is None:
            found = self._known[form] = self.region.implies(form)
        return found

    def narrow(self, form: Form) -> None:
        """Cut off where a form is below 0. What held still holds; what did not may now."""
        self._cuts.append(form)
        self.region = self.region.but(form)
        self._known = {each: True for each, holds in self._known.items() if holds}
        self._known[form] = True

    def beside(self) -> list[Region]:
        """
        Return what was cut off, as disjoint regions, as few as can be.

        What follows from later cuts needs no region of its own.
        """
        cuts = self._cuts
        for form in tuple(cuts):
            others = [each for each in cuts if each != form]
            if self._whole.but(*others).implies(form):
                cuts = others
        return [self._whole.but(*cuts[:k], less(form)) for k, form in enumerate(cuts)]


def in_the_way(facts: Facts, bounds: Iterable[Bound]) -> Form | None:
    """
    Return what is not at least 0 everywhere, and is wherever all bounds can be met; None: they can.

    Steps are left out one by one: what bounds on it allow for others stays (Fourier and Motzkin).
    Of two bounds on the same difference one goes if the other is never greater. A step that must be
    later than itself is a form that must be at least 0.
    """
    most: dict[tuple[int, int], list[Form]] = {}
    for i, j, form in bounds:
        if i != j:
            _lesser(facts, most.setdefault((i, j), []), form)
    left = {step for pair in most for step in pair}
    while left:
        step = min(left, key=lambda each: _cost(most, each))
        left.discard(step)
        into = [(i, forms) for (i, j), forms in most.items() if j == step]
        out = [(j, forms) for (i, j), forms in most.items() if i == step]
        most = {pair: forms for pair, forms in most.items() if step not in pair}
        for i, before in into:
            for j, after in out:
                for form in (plus(one, other) for one in before for other in after):
                    if i != j:
                        _lesser(facts, most.setdefault((i, j), []), form)
                    elif not facts.holds(form):
                        return form
    return None


def _cost(most: dict[tuple[int, int], list[Form]], step: int) -> tuple[int, int]:
    into = sum(len(forms) for (_, j), forms in most.items() if j == step)
    out = sum(len(forms) for (i, _), forms in most.items() if i == step)
    return into * out - into - out, step


def _lesser(facts: Facts, forms: list[Form], form: Form) -> None:
    """Add a bound to others on the same difference, as far as it is not one of the greater."""
    if any(facts.holds(plus(form, each, -1)) for each in forms):
        return
    forms[:] = [each for each in forms if not facts.holds(plus(each, form, -1))]
    forms.append(form)


def packed(form: Sequence[int], bits: int) -> int:
    """Return the factors of a form as a word with sign, so many bits for each."""
    return sum(factor << (bits * k) for k, factor in enumerate(form[1:]))


def unpacked(word: int, bits: int, count: int) -> tuple[int, ...]:
    """Return the factors that a word stands for."""
    half, found = 1 << (bits - 1), []
    for _ in range(count):
        factor = ((word + half) & ((1 << bits) - 1)) - half
        found.append(factor)
        word = (word - factor) >> bits
    return tuple(found)
