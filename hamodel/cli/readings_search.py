"""
Judging the same properties of many deployments: what a change does not touch is not searched again.

A property depends on its cone alone (decision 0005). Two deployments whose cones of it are the same
variables and rules, under the same budget, have the same verdict.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hamodel.budget import Budget
from hamodel.engine.check import Search
from hamodel.engine.cone import Influences, sliced
from hamodel.engine.limits import Limits
from hamodel.property import Property
from hamodel.system import System
from hamodel.verdict import UNDETERMINED, Verdict

FIRST = (3_000, 30_000, 100_000)
"""Where a search is cut short at first: most refutations are near, and spare the rest of it."""


@dataclass(slots=True)
class Searches:
    """
    Judges properties, and remembers the verdicts by what they can depend on.

    Parameters
    ----------
    limits
        Where a search is cut short at last.
    searched
        How many searches there were; what was remembered is none.
    """

    limits: Limits
    searched: int = 0
    _known: dict[object, tuple[int, Verdict]] = field(default_factory=dict)

    def judged(
        self,
        system: System,
        wanted: Iterable[tuple[Property, Budget]],
        until: Callable[[Verdict], bool] = lambda _: False,
    ) -> list[Verdict]:
        """
        Return the verdicts on properties of a system; not those after one that ends the matter.

        All are tried with small searches before any is tried with a large one.
        """
        influences = Influences(system)
        searches = []
        for prop, budget in wanted:
            counters = [var.name for var in budget.counters]
            searches.append(Search(budget, (prop,), influences.cone(prop, counters)))
        found: dict[int, Verdict] = {}
        cut = set(range(len(searches)))
        last = self.limits.states or sys.maxsize
        for limit in (*(each for each in FIRST if each < last), last):
            for place in sorted(cut):
                verdict = found[place] = self._one(system, searches[place], limit)
                if not is_cut(verdict, limit):
                    cut.remove(place)
                if until(verdict):
                    return [found[each] for each in sorted(found)]
        return [found[each] for each in sorted(found)]

    def _one(self, system: System, search: Search, limit: int) -> Verdict:
        assert search.cone is not None
        [prop] = search.props
        part = sliced(system, search.cone)
        key = part.components, part.rules, search.budget.suited(part.fault_classes), prop
        known = self._known.get(key)
        if known is not None and (not is_cut(known[1], known[0]) or known[0] >= limit):
            return known[1]
        self.searched += 1
        exploration = search.explore(system, limits=self.limits, limit_states=limit)
        verdict = search.judge(system, exploration, prop)
        self._known[key] = limit, verdict
        return verdict


def is_cut(verdict: Verdict, limit: int) -> bool:
    """Return whether nothing is known because the search was cut short at so many states."""
    return verdict.kind is UNDETERMINED and verdict.distinct_states > limit
