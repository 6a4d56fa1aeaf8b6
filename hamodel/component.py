"""
Components: the state machines that a system is made of.

A component is a value, not a running machine; `hamodel.engine.machines`
makes running `transitions` machines of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from hamodel.errors import ModelError, among, members
from hamodel.expr import TRUE, Expr, Value, Var, checked_guard, checked_name, word
from hamodel.satisfiable import can_hold


@dataclass(frozen=True, slots=True)
class Arrow:
    """
    A transition of one component's main state.

    Parameters
    ----------
    trigger
        The bare verb that rules fire, such as `"take_over"`.
    sources
        The states that it leaves: one, or a tuple of them.
    target
        The state that it enters.
    when
        A further guard; the arrow is enabled iff the component is in a source and it holds.
    cite
        The claim or assumption that it comes from.
    """

    trigger: str
    sources: Enum | tuple[Enum, ...]
    target: Enum
    when: Expr = TRUE
    cite: str = ""

    def __post_init__(self) -> None:
        checked_name(self.trigger, "a trigger")
        checked_guard(self.when, f"the arrow {self.trigger}")

    @property
    def source_states(self) -> tuple[Enum, ...]:
        """The states that it leaves, always as a tuple."""
        if isinstance(self.sources, Iterable) and not isinstance(self.sources, Enum | str):
            return tuple(self.sources)
        return (self.sources,)


@dataclass(frozen=True, slots=True)
class Firing:
    """A component and the trigger that a rule fires on it."""

    component: str
    trigger: str

    def __str__(self) -> str:
        return f"{self.component}: {self.trigger}"


@dataclass(frozen=True, slots=True)
class Component:
    """
    A named machine: its states, its arrows, and what else it remembers.

    Parameters
    ----------
    name
        A noun, such as `"sip_server_1"`; also the name of the main state's variable.
    states
        An Enum of the main states; None for a component that only has variables.
    arrows
        Its transitions. Two with one trigger and one source need disjoint guards.
    variables
        Further variables; the component owns them.
    initial
        The main state at the start; by default the Enum's first.

    Raises
    ------
    ModelError
        HA001, HA002, HA003, HA007, HA012, HA013, HA023.
    """

    name: str
    states: type[Enum] | None = None
    arrows: tuple[Arrow, ...] = ()
    variables: tuple[Var[Any], ...] = ()
    initial: Enum | None = None
    main: Var[Any] | None = field(init=False, repr=False)

    if TYPE_CHECKING:  # one arrow or variable will do where several can stand

        def __init__(
            self,
            name: str,
            states: type[Enum] | None = ...,
            arrows: Arrow | Iterable[Arrow] = ...,
            variables: Var[Any] | Iterable[Var[Any]] = ...,
            initial: Enum | None = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        checked_name(self.name, "a component")
        object.__setattr__(self, "arrows", members(self.arrows, Arrow, self.name))
        object.__setattr__(self, "variables", members(self.variables, Var, self.name))
        main = None
        if self.states is not None:
            first = ... if self.initial is None else self.initial
            main = Var(self.name, self.states, first)
        object.__setattr__(self, "main", main)
        self._check_arrows()
        names = [var.name for var in self.all_variables]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ModelError("HA013", f"{self.name} has {among(sorted(twice))} twice; rename one")

    def _check_arrows(self) -> None:
        if self.arrows and self.main is None:
            raise ModelError("HA012", f"{self.name} has arrows but no states; give it an Enum")
        for i, arrow in enumerate(self.arrows):
            assert self.main is not None
            for state in (*arrow.source_states, arrow.target):
                self.main.checked(state, "HA012")
            for other in self.arrows[:i]:
                self._check_disjoint(other, arrow)

    def _check_disjoint(self, one: Arrow, two: Arrow) -> None:
        shared = [state for state in one.source_states if state in two.source_states]
        if one.trigger != two.trigger or not shared or not can_hold(one.when, two.when):
            return
        raise ModelError(
            "HA007",
            f"{self.name} has two arrows '{one.trigger}' from {word(shared[0])}, when {one.when} "
            f"and when {two.when}; make the guards disjoint, or name two triggers",
        )

    @property
    def all_variables(self) -> tuple[Var[Any], ...]:
        """Its main state's variable, if it has one, and then its further variables."""
        return self.variables if self.main is None else (self.main, *self.variables)

    def __getitem__(self, name: str) -> Var[Any]:
        """Return its variable of that name, with or without the `component.` before it."""
        for var in self.variables:
            if var.name in (name, f"{self.name}.{name}"):
                return var
        raise ModelError(
            "HA014",
            f"{self.name} has no variable {name!r}; it has "
            f"{among(var.name for var in self.variables) or 'none'}",
        )

    def is_(self, state: Value) -> Expr:
        """Return the guard that its main state is this one."""
        return self._main().is_(state)

    def is_not(self, state: Value) -> Expr:
        """Return the guard that its main state is another."""
        return self._main().is_not(state)

    def in_(self, *states: Value) -> Expr:
        """Return the guard that its main state is one of these."""
        return self._main().in_(*states)

    def fires(self, trigger: str) -> Firing:
        """Return the firing of one of its triggers, for a rule; HA008 if it has none such."""
        triggers = dict.fromkeys(arrow.trigger for arrow in self.arrows)
        if trigger not in triggers:
            raise ModelError(
                "HA008",
                f"{self.name} has no trigger {trigger!r}; it has {among(triggers) or 'none'}",
            )
        return Firing(self.name, trigger)

    def arrows_for(self, trigger: str) -> Iterator[Arrow]:
        """Yield its arrows with this trigger."""
        return (arrow for arrow in self.arrows if arrow.trigger == trigger)

    def volatile(self) -> Sequence[Var[Any]]:
        """Return the variables that a crash of this component erases."""
        return [var for var in self.variables if var.volatile]

    def _main(self) -> Var[Any]:
        if self.main is None:
            raise ModelError("HA012", f"{self.name} has no main state; give it an Enum of states")
        return self.main
