"""What every engine's exploration can be asked, however it holds the states."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from hamodel.engine.limits import Cut, Limits
from hamodel.expr import Expr, Value
from hamodel.property import Property
from hamodel.trace import Trace, trace_of
from hamodel.verdict import Finding

if TYPE_CHECKING:
    from hamodel.engine.graph import Lasso
    from hamodel.engine.reference import Product

Edge = tuple[int, int]
"""An action's place and the state that it leads to."""

Progress = Callable[[int, int, int], None]
"""Called now and then with the distinct states, the states not yet expanded, and the depth."""

Threads = int | Callable[[], int]
"""How many threads may search; a function is asked now and then."""


class Explored(Protocol):
    """
    The states and steps that a search has found; every engine gives them the same numbers.

    Attributes
    ----------
    product
        What was searched.
    limits, cut
        Where the search was to be cut short, and what has cut it short, if anything did.
    complete
        Whether every reachable state was expanded: nothing has.
    states
        Every distinct state as a tuple of values in the order of `product.names`, in the order
        in which they were found; 0 is the initial one.
    edges
        For every expanded state its steps: (place in `product.actions`, number of the state).
    depths
        The length of a shortest run to each state.
    depth
        The length of the longest of the shortest runs.
    transitions
        How many steps lead from the expanded states, loops included.
    happening
        The places of the actions that happen in some expanded state.
    deadlocks
        The expanded states that no step leaves.
    """

    product: Product
    limits: Limits
    cut: Cut | None

    @property
    def complete(self) -> bool:
        """Whether every reachable state was expanded."""
        ...

    @property
    def states(self) -> Sequence[tuple[Value, ...]]:
        """Every distinct state, in the order in which they were found."""
        ...

    @property
    def edges(self) -> Sequence[tuple[Edge, ...]]:
        """The steps of every expanded state."""
        ...

    @property
    def depths(self) -> Sequence[int]:
        """The length of a shortest run to each state."""
        ...

    @property
    def depth(self) -> int:
        """The length of the longest of the shortest runs."""
        ...

    @property
    def transitions(self) -> int:
        """How many steps lead from the expanded states."""
        ...

    @property
    def happening(self) -> list[int]:
        """The places of the actions that happen."""
        ...

    @property
    def deadlocks(self) -> list[int]:
        """The expanded states that no step leaves."""
        ...

    def expand(
        self,
        limits: Limits = ...,
        progress: Progress | None = None,
        begun: float | None = None,
        *,
        threads: Threads = 1,
    ) -> None:
        """Go on with a search that was cut short, within other limits."""
        ...

    def check_time(self) -> None:
        """
        Raise TimeLimitError if the limit on the time has been met since the search began.

        What judges, and may take long, asks for it between its parts.
        """
        ...

    def unfulfilled(self, given: Expr, expr: Expr, fair: Collection[str]) -> Lasso | None:
        """
        Return a fair run on which a premise holds once and its conclusion never from there on.

        `fair` names the groups that are assumed to be fair beyond the protocol's; see
        `hamodel.engine.graph.unfulfilled`.
        """
        ...

    def held_up(self, given: Expr, expr: Expr, fair: Collection[str]) -> list[int]:
        """Return the states in which such a run can stay for ever, in order."""
        ...

    def compare(self, prop: Property) -> Finding:
        """Return whether a fault is transparent; see `hamodel.engine.transparency.compare`."""
        ...

    def state(self, i: int) -> dict[str, Value]:
        """Return state number `i` by variable name."""
        ...

    def where(self, guard: Expr) -> list[int]:
        """Return the states in which a guard holds, in order."""
        ...

    def values_at(self, names: Sequence[str], states: Iterable[int]) -> set[tuple[Value, ...]]:
        """Return the values that these variables have together in some of these states."""
        ...

    def numbered(
        self, names: Sequence[str], states: Sequence[int]
    ) -> tuple[list[int], list[tuple[Value, ...]]]:
        """
        Number the values that these variables have together in some states, as they come first.

        Returns the number of each state's, and the values of each number.
        """
        ...

    def reached(self, begins: Iterable[int]) -> Mapping[int, tuple[Edge, ...]]:
        """Return the steps of some states and of all that they lead to, by state, in order."""
        ...

    def first(self, guard: Expr) -> int | None:
        """Return the first state found in which the guard holds, one of the nearest, or None."""
        ...

    def numbers_of(self, states: Iterable[tuple[Value, ...]]) -> list[int]:
        """
        Return the number of each of these states; -1 for one that was not found.

        A state is its values in the order of `product.names`.
        """
        ...

    def first_steps(self) -> dict[int, int]:
        """Return for each action that happens, by its place, the first state that it leaves."""
        ...

    def actions_to(self, i: int) -> list[int]:
        """Return the places of the actions of a shortest run to state `i`."""
        ...

    def run_to(self, i: int) -> list[str]:
        """Return the names of the rules of a shortest run to state `i`."""
        ...

    def trace_to(self, i: int, note: str = "") -> Trace:
        """Return a shortest run to state `i` as a trace."""
        ...


class Runs:
    """What every engine says alike of its states and of the runs to them."""

    __slots__ = ()

    def state(self: Explored, i: int) -> dict[str, Value]:
        """Return state number `i` by variable name."""
        return dict(zip(self.product.names, self.states[i], strict=True))

    def run_to(self: Explored, i: int) -> list[str]:
        """Return the names of the rules of a shortest run to state `i`."""
        return [self.product.actions[place].rule.name for place in self.actions_to(i)]

    def trace_to(self: Explored, i: int, note: str = "") -> Trace:
        """Return a shortest run to state `i` as a trace."""
        return trace_of(self.product.system, self.run_to(i), note=note)
