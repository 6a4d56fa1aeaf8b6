"""Which reachable states the runs of a suite did not meet: how many, and the nearest of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hamodel.engine.check import stopped
from hamodel.engine.explored import Explored
from hamodel.errors import SearchError, plural
from hamodel.expr import Value

States = Collection[tuple[Value, ...]]

TOLD = 5
"""How many gaps of a kind a report tells."""


@dataclass(frozen=True, slots=True)
class Gap:
    """
    Something that a run can meet and none did.

    Parameters
    ----------
    what
        A rule's name, or a variable's value in words: `server_1 is down`.
    run
        The names of the rules of a shortest run to it; the last step shows it.
    states
        How many states are such a gap; 0 if they were not counted.
    new
        What no state that was met has all together, in words: values of the state at the run's end.
    """

    what: str
    run: tuple[str, ...]
    states: int = 0
    new: tuple[str, ...] = ()

    def __str__(self) -> str:
        number = f" ({plural(self.states, 'state')})" if self.states else ""
        lines = [f"{self.what}{number}, after {plural(len(self.run), 'step')}:"]
        lines.append(f"  {'; '.join(self.run)}" if self.run else "  it is so in the beginning")
        if self.new:
            lines.append(f"  new{' together' if len(self.new) > 1 else ''}: {', '.join(self.new)}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Unmet:
    """
    What the runs of a suite met of the states that a search found, and what they did not.

    Every list has the nearest first: what the shortest run leads to.

    Parameters
    ----------
    met, found
        How many distinct states the runs met, and how many the search found.
    stopped
        What cut the search short, in words; then there may be more states than it found, and runs
        may have met some of them. Empty if it was whole.
    rules
        The rules that can happen, and that no run took.
    values
        The values that variables can have, and that no run saw.
    steps
        For each rule the unmet states to which it leads, a level deeper, from states that were
        met. The nearest of all unmet states are among them.
    """

    met: int
    found: int
    stopped: str
    rules: tuple[Gap, ...]
    values: tuple[Gap, ...]
    steps: tuple[Gap, ...]

    @property
    def states(self) -> int | None:
        """How many reachable states no run met; None if the search was cut short."""
        return None if self.stopped else self.found - self.met

    def report(self, most: int = TOLD) -> str:
        """Return how many states were met, and so many gaps of each kind."""
        return "\n".join([self.counted(), *self._gaps(most)])

    def __str__(self) -> str:
        return self.report()

    def counted(self) -> str:
        """Return how many states were met, in a line: `met 7 of 24 reachable states (29.2 %)`."""
        if self.stopped:
            return (
                f"met {plural(self.met, 'state')}; of how many that can be reached is not known: "
                f"the search {self.stopped}"
            )
        share = 100 * self.met / self.found
        # Not all is never said to be all: 99.96 is not 100.0.
        share = min(share, 99.9) if self.met < self.found else share
        return f"met {self.met:,} of {self.found:,} reachable states ({share:.1f} %)"

    def _gaps(self, most: int) -> Iterator[str]:
        for head, gaps in (
            ("no run took", self.rules),
            ("no run saw", self.values),
            ("one step beyond what was met", self.steps),
        ):
            if gaps:
                yield f"{head}, nearest first:"
                for gap in gaps[:most]:
                    yield from (f"  {line}" for line in str(gap).splitlines())
            if len(gaps) > most:
                yield f"  … and {len(gaps) - most:,} more"


def unmet_by(met: States, taken: Mapping[str, int], exploration: Explored) -> Unmet:
    """
    Return what runs did not meet of what a search found.

    Parameters
    ----------
    met
        The states that they met, counters included.
    taken
        How often they took each rule, by name.
    exploration
        The search of the same system under the same budget.

    Raises
    ------
    SearchError
        HA049, if the runs met what the search says cannot be.
    MemoryError
        If there is no room for the steps of the search.
    """
    numbers = sorted(exploration.numbers_of(met))
    if exploration.complete and numbers and numbers[0] < 0:
        raise SearchError(
            "HA049",
            "the runs met states that the search, which was whole, did not find; give the search "
            "of the same system under the same budget",
        )
    return Unmet(
        len(met),
        len(exploration.states),
        "" if exploration.cut is None else stopped(exploration, exploration.cut),
        tuple(_rules(taken, exploration)),
        tuple(_values(met, exploration)),
        tuple(_steps(met, numbers, exploration)),
    )


def _rules(taken: Mapping[str, int], exploration: Explored) -> Iterator[Gap]:
    actions = exploration.product.actions
    for place, i in sorted(exploration.first_steps().items(), key=lambda its: (its[1], its[0])):
        name = actions[place].rule.name
        if name not in taken:
            yield Gap(name, (*exploration.run_to(i), name))


def _values(met: States, exploration: Explored) -> Iterator[Gap]:
    found: list[tuple[int, str]] = []
    for place, var in enumerate(exploration.product.variables):
        seen = {values[place] for values in met}
        unseen = [var.is_(value) for value in var.values if value not in seen]
        firsts = [(exploration.first(guard), str(guard)) for guard in unseen]
        found += [(i, what) for i, what in firsts if i is not None]
    for i, what in sorted(found):
        yield Gap(what, tuple(exploration.run_to(i)))


def _steps(met: States, numbers: Sequence[int], exploration: Explored) -> Iterator[Gap]:
    actions = exploration.product.actions
    beyond: dict[int, dict[int, int]] = {}
    for place, source, target in _leaving(numbers, exploration):
        beyond.setdefault(place, {}).setdefault(target, source)
    for place, sources in sorted(beyond.items(), key=lambda its: (min(its[1]), its[0])):
        target = min(sources)
        name, before = actions[place].rule.name, sources[target]
        run = (*exploration.run_to(before), name)
        yield Gap(name, run, len(sources), _new(met, before, target, exploration))


def _leaving(numbers: Sequence[int], exploration: Explored) -> Iterator[tuple[int, int, int]]:
    """Yield the steps from states that were met to others, a level deeper: action, from, to."""
    edges, depths, inside = exploration.edges, exploration.depths, set(numbers)
    for i in numbers:
        for place, target in edges[i] if 0 <= i < len(edges) else ():
            if target not in inside and depths[target] > depths[i]:
                yield place, i, target


def _new(met: States, before: int, target: int, exploration: Explored) -> tuple[str, ...]:
    """
    Return values of a state that none of those met has all together, in words.

    They are few: of the variables that tell it from the states that are left, the one that tells
    it from the most comes next; what the last step changed is preferred, and what no longer
    matters is left out.
    """
    product = exploration.product
    was, its = exploration.states[before], exploration.states[target]
    own, every = len(product.variables) - len(product.counters), range(len(its))
    order = sorted(every, key=lambda place: (place >= own, was[place] == its[place]))
    told: list[int] = []
    left = list(met)
    while left:
        counts = {place: sum(other[place] != its[place] for other in left) for place in order}
        best = max(order, key=counts.__getitem__)
        told.append(best)
        left = [other for other in left if other[best] == its[best]]
    for place in tuple(told):
        rest = [each for each in told if each != place]
        if all(any(other[each] != its[each] for each in rest) for other in met):
            told = rest
    return tuple(str(product.variables[place].is_(its[place])) for place in sorted(told))
