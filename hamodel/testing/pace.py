"""
How a run goes: which rules it leaves alone, and how often a protocol step comes first.

With every enabled rule as likely as any other, most runs of a system of many
failures and few calls end before anything stands that could break. A run
therefore has a pace, made of one number, so that a failure that was found at
some pace shrinks as well at none: a pace only narrows what is chosen from.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from hamodel.rule import Kind, Rule

PACES = 65_536
"""How many there are; number 0 narrows nothing."""

_EAGERNESS = (4, 12, 40)
"""How many protocol steps come for one of each other kind, where there is a choice."""
_LEFT_ALONE = (0.0, 0.3, 0.6, 0.9)
"""What part of the families of failures, repairs and the environment a run leaves alone."""


class Pace:
    """
    The pace of one run.

    Parameters
    ----------
    number
        0 … PACES - 1; two runs of one number are paced alike.
    rules
        All of the system's.
    """

    def __init__(self, number: int, rules: Iterable[Rule]) -> None:
        self.narrows = number != 0
        self._chance = random.Random(number)  # noqa: S311 (nothing secret: a test's interleaving)
        self._eagerness = self._chance.choice(_EAGERNESS)
        share = self._chance.choice(_LEFT_ALONE)
        families = dict.fromkeys(rule.family for rule in rules if rule.kind is not Kind.PROTOCOL)
        self._left_alone = {family for family in families if self._chance.random() < share}

    def narrowed(self, enabled: Sequence[Rule]) -> Sequence[Rule]:
        """Return those of the enabled rules to choose from now: one at least, if there is one."""
        if not self.narrows:
            return enabled
        kinds = list(Kind)
        weights = [self._eagerness if kind is Kind.PROTOCOL else 1 for kind in kinds]
        [first] = self._chance.choices(kinds, weights)
        for kind in (first, *self._chance.sample(kinds, len(kinds))):
            if fit := [r for r in enabled if r.kind is kind and r.family not in self._left_alone]:
                return fit
        return enabled
