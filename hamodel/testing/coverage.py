"""What the runs of a suite met, beside what there is to be met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hamodel.engine.explored import Explored
from hamodel.errors import SearchError, among
from hamodel.expr import State, Value
from hamodel.testing.unmet import Unmet, unmet_by


@dataclass(slots=True)
class Coverage:
    """
    Collects what runs meet; one for each system and budget.

    Attributes
    ----------
    states
        The distinct states met, as tuples of values, counters included.
    rules
        How often each rule happened, by name, in the order in which they were met.
    names
        The names of the variables, in the order of the values; empty before there is a state.
    """

    states: set[tuple[Value, ...]] = field(default_factory=set)
    rules: dict[str, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def meet(self, state: State) -> None:
        """Count a state."""
        self.names = self.names or tuple(state)
        self.states.add(tuple(state.values()))

    def took(self, rule: str) -> None:
        """Count a step."""
        self.rules[rule] = self.rules.get(rule, 0) + 1

    def report(self, distinct_states: int | None, rules: Iterable[str]) -> str:
        """
        Return a line such as `met 7 of 24 reachable states, 4 of 5 rules; not met: lift stops`.

        Parameters
        ----------
        distinct_states
            How many can be reached, as a finished search counted them; None: not known.
        rules
            The names of those that can happen.
        """
        possible = tuple(rules)
        missing = [name for name in possible if name not in self.rules]
        known = "" if distinct_states is None else f" of {distinct_states:,} reachable"
        said = (
            f"met {len(self.states):,}{known} states, "
            f"{len(possible) - len(missing)} of {len(possible)} rules"
        )
        return f"{said}; not met: {among(missing)}" if missing else said

    def unmet(self, exploration: Explored) -> Unmet:
        """
        Return which of the states that a search found the runs did not meet.

        Parameters
        ----------
        exploration
            The search of the same system under the same budget. If it was cut short, nothing is
            said of how many states can be reached; what is told as not met was found all the same.

        Raises
        ------
        SearchError
            HA049, if it is the search of another system or budget.
        """
        if self.names and self.names != exploration.product.names:
            raise SearchError(
                "HA049",
                f"the runs are of {among(self.names, 4)}, and the search is of "
                f"{among(exploration.product.names, 4)}; give the search of the same system under "
                "the same budget",
            )
        return unmet_by(self.states, self.rules, exploration)


def rules_met_by(exploration: Explored) -> tuple[str, ...]:
    """Return the names of the rules that happen somewhere in a search, in the system's order."""
    actions = exploration.product.actions
    return tuple(actions[place].rule.name for place in exploration.happening)
