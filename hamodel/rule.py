"""
Rules: the steps of the global model.

A rule is enabled iff its guard holds and each arrow that it fires is
enabled. Its arrows and effects then happen at once, and all of them read
the state before the step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hamodel.component import Firing
from hamodel.errors import ModelError, SearchError, among, members
from hamodel.expr import TRUE, Expr, State, Value, Var, checked_guard, checked_name, word
from hamodel.satisfiable import can_hold


class Kind(Enum):
    """What sort of step a rule is; only protocol steps are fair without being assumed to be."""

    PROTOCOL = "protocol"
    FAILURE = "failure"
    REPAIR = "repair"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Next:
    """The value after a variable's own, in its domain's order; the first after the last."""

    var: Var[Any]

    def __str__(self) -> str:
        return f"the next of {self.var}"


@dataclass(frozen=True, slots=True)
class Step:
    """A variable's value, so many places further in its domain; beyond the end is an error."""

    var: Var[Any]
    by: int

    def __str__(self) -> str:
        return f"{self.var} {self.by:+d}"


def next_of(var: Var[Any]) -> Next:
    """Return the effect's right side: the next value of a variable, the first after the last."""
    return Next(var)


def step(var: Var[Any], by: int) -> Step:
    """Return the effect's right side: a variable's value moved by so many places, never wrapped."""
    return Step(var, by)


@dataclass(frozen=True, slots=True)
class Set:
    """
    An effect: a variable gets a value.

    Parameters
    ----------
    var
        The variable that changes; never a component's main state.
    to
        A value of its domain, another variable of its domain, `next_of(…)` or `step(…)`.
    when
        A guard; the effect happens iff it held before the step.

    Raises
    ------
    ModelError
        HA003, HA004, HA006.
    """

    var: Var[Any]
    to: Value | Var[Any] | Next | Step
    when: Expr = TRUE

    def __post_init__(self) -> None:
        if not isinstance(self.var, Var):
            raise ModelError("HA006", f"Set has {self.var!r} where a variable belongs")
        checked_guard(self.when, f"Set({self.var}, …)")
        source = self.source
        if source is None:
            self.var.checked(self.to)
        elif not self.var.same_domain(source):
            raise ModelError(
                "HA004",
                f"{source} ({among(map(word, source.values))}) cannot be copied to "
                f"{self.var} ({among(map(word, self.var.values))}); the domains must be one",
            )

    @property
    def source(self) -> Var[Any] | None:
        """The variable that the right side reads, if it reads one."""
        match self.to:
            case Var():
                return self.to
            case Next() | Step():
                return self.to.var
            case _:
                return None

    def value(self, before: State) -> Value:
        """Return the value that the variable gets, given the state before the step."""
        match self.to:
            case Var():
                return before[self.to.name]
            case Next():
                values = self.to.var.values
                return values[(values.index(before[self.to.var.name]) + 1) % len(values)]
            case Step():
                values = self.to.var.values
                place = values.index(before[self.to.var.name]) + self.to.by
                if not 0 <= place < len(values):
                    raise SearchError(
                        "HA040",
                        f"{self.to.var} is {word(before[self.to.var.name])} and cannot step by "
                        f"{self.to.by:+d}; it can be {among(map(word, values))}; guard the rule, "
                        "widen the range, or wrap with next_of",
                    )
                return values[place]
            case _:
                return self.to

    def __str__(self) -> str:
        right = self.to if isinstance(self.to, Var | Next | Step) else word(self.to)
        said = f"{self.var} := {right}"
        return said if self.when == TRUE else f"{said} if {self.when}"


@dataclass(frozen=True, slots=True)
class Message:
    """
    What observers hear when a rule happens.

    Parameters
    ----------
    kind
        Such as `"INVITE"`.
    sender, receiver
        Names of components, or of parties outside the system.
    data
        Values, or variables whose value before the step is said.
    """

    kind: str
    sender: str
    receiver: str
    data: tuple[Value | Var[Any], ...] = ()

    def heard(self, before: State) -> Message:
        """Return the message with the values that its variables have before the step."""
        return Message(
            self.kind,
            self.sender,
            self.receiver,
            tuple(before[item.name] if isinstance(item, Var) else item for item in self.data),
        )

    def __str__(self) -> str:
        data = f" ({among(word(item) for item in self.data)})" if self.data else ""
        return f"{self.sender} → {self.receiver}: {self.kind}{data}"


Bounds = tuple[int, "int | None"]
"""Earliest and latest time in ms after a rule became enabled; None: no latest."""
AT_ONCE: Bounds = (0, 0)
UNTIMED: Bounds = (0, None)
"""What protocol steps take if nothing is said, and what the others do."""
MOST_MS = 10**12
"""No rule takes longer, which is 31 years: so that sums of many stay within a word."""


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One step of the global model.

    Parameters
    ----------
    name
        Subject and verb, unique in a system: `"resource_manager_1 forgets affinity"`.
    kind
        PROTOCOL steps are weakly fair; the others are not, unless a property assumes it.
    when
        The guard, read before the step.
    fires
        Arrows of one or several components, which move together.
    sets
        Effects; all read the state before the step.
    says
        Messages that observers hear.
    takes
        Earliest and latest time in ms after it became enabled; None for latest: no limit.
        By default (0, 0) for protocol steps and (0, None) for the others.
    group
        Its fairness group; by default its own name.
    cost
        What it takes from the fault budget: class (`"media-server-crash"`) to a whole number.
    cite
        The claim or assumption that it comes from.
    family
        What it is an instance of: the generator's name. By default its own name.

    Raises
    ------
    ModelError
        HA001, HA006, HA009, HA010, HA017, HA018, HA019, HA023.
    """

    name: str
    kind: Kind = Kind.PROTOCOL
    when: Expr = TRUE
    fires: tuple[Firing, ...] = ()
    sets: tuple[Set, ...] = ()
    says: tuple[Message, ...] = ()
    takes: tuple[int, int | None] | None = None
    group: str = ""
    cost: Mapping[str, int] = field(default_factory=dict)
    cite: str = ""
    family: str = ""

    if TYPE_CHECKING:  # one firing, effect or message will do where several can stand

        def __init__(  # noqa: PLR0913, PLR0917 (a field each)
            self,
            name: str,
            kind: Kind = ...,
            when: Expr = ...,
            fires: Firing | Iterable[Firing] = ...,
            sets: Set | Iterable[Set] = ...,
            says: Message | Iterable[Message] = ...,
            takes: tuple[int, int | None] | None = ...,
            group: str = ...,
            cost: Mapping[str, int] = ...,
            cite: str = ...,
            family: str = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        checked_name(self.name, "a rule")
        checked_guard(self.when, f"the rule '{self.name}'")
        for name, kind in (("fires", Firing), ("sets", Set), ("says", Message)):
            items = members(getattr(self, name), kind, f"{name}= of '{self.name}'")
            object.__setattr__(self, name, items)
        if not isinstance(self.cost, Mapping):
            raise ModelError("HA017", f"'{self.name}' costs {self.cost!r}; a cost is a mapping")
        object.__setattr__(self, "cost", MappingProxyType(dict(self.cost)))
        object.__setattr__(self, "group", self.group or self.name)
        object.__setattr__(self, "family", self.family or self.name)
        if self.takes is None:
            default = AT_ONCE if self.kind is Kind.PROTOCOL else UNTIMED
            object.__setattr__(self, "takes", default)
        self._check()

    def _check(self) -> None:
        if not (self.fires or self.sets or self.says):
            raise ModelError("HA018", f"'{self.name}' does nothing; give it fires=, sets= or says=")
        components = [firing.component for firing in self.fires]
        if twice := {name for name in components if components.count(name) > 1}:
            raise ModelError(
                "HA009",
                f"'{self.name}' fires two arrows of {among(sorted(twice))}; a component moves "
                "once in a step: write two rules, or one trigger with two arrows",
            )
        for i, effect in enumerate(self.sets):
            for other in self.sets[:i]:
                if effect.var.name == other.var.name and can_hold(effect.when, other.when):
                    raise ModelError(
                        "HA010",
                        f"'{self.name}' assigns {effect.var} twice ({other}; {effect}); keep one, "
                        "or give them guards that exclude each other",
                    )
        for fault, number in self.cost.items():
            if not isinstance(fault, str) or "-" not in fault or not _whole(number, 1):
                raise ModelError(
                    "HA017",
                    f"'{self.name}' costs {fault!r}: {number!r}; a cost is role-mode: a whole "
                    "number above zero, such as {'media-server-crash': 1}",
                )
        match self.takes:
            case (int(), None) | (int(), int()) as takes if _ordered(*takes):
                pass
            case _:
                raise ModelError(
                    "HA019",
                    f"'{self.name}' takes {_shown(self.takes)} ms; it must be two whole numbers, "
                    f"0 ≤ earliest ≤ latest ≤ {MOST_MS:,}, or None for no latest",
                )

    @property
    def bounds(self) -> Bounds:
        """What it takes: `takes`, which is never None once a rule is made."""
        assert self.takes is not None, "__post_init__ puts what is meant by None"
        return self.takes

    def __reduce__(self) -> tuple[Any, ...]:
        step = (self.name, self.kind, self.when, self.fires, self.sets, self.says, self.takes)
        return (Rule, (*step, self.group, dict(self.cost), self.cite, self.family))

    def __hash__(self) -> int:
        return hash(self.name)


def _whole(number: object, least: int = 0) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= least


def _ordered(earliest: int, latest: int | None) -> bool:
    if not _whole(earliest) or earliest > MOST_MS:
        return False
    return latest is None or (_whole(latest, earliest) and latest <= MOST_MS)


def _shown(takes: object) -> str:
    text = str(takes)
    return text if len(text) <= 80 else f"{text[:80]}…"
