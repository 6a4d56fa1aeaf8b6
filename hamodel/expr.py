"""
Variables with finite domains, and guards over them.

A guard is data of five nodes, `Is`, `Same`, `Not`, `And`, `Or`. It is also
callable on a state, prints as a sentence, and can be compiled or exported;
a lambda can do none of the last three. Every other way to write a guard
(`in_`, `at_least`, `all_of`, `any_of`, `at`) expands to the five.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, TypeVar, cast, overload

from hamodel.errors import ModelError, among

Value = Any
"""A member of an Enum, an int, a bool, or the name of an instance (None: none)."""
State = Mapping[str, Value]
"""A value for every variable, by the variable's name."""

VALUES_MAX = 65_536
"""How many values a domain can have; a search meets each of them."""

E = TypeVar("E")
_NAME = re.compile(r"[A-Za-z0-9_]+(?:[ .\-][A-Za-z0-9_]+)*")


def checked_name(name: object, what: str) -> str:
    """Return the name if it is one; raise HA001 otherwise."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ModelError(
            "HA001",
            f"{what} is named {name!r}; a name is letters, digits and '_', joined by '.', '-' "
            "or one space",
        )
    return name


def word(value: Value) -> str:
    """Return a value as a reader says it: `hot-standby`, `3`, `yes`, `media_server_1`, `none`."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Enum():
            said = value.value if isinstance(value.value, str) else value.name
            return str(said).lower().replace("_", "-")
        case _:
            return str(value)


@dataclass(frozen=True, slots=True)
class Instances:
    """The domain of a reference: none, or one of the named instances."""

    names: tuple[str, ...]


def instances(*names: str) -> Instances:
    """Return the domain of a variable that refers to one of these instances, or to none."""
    return Instances(tuple(checked_name(name, "an instance") for name in names))


def _values(name: str, domain: object) -> tuple[Value, ...]:
    values: tuple[Value, ...] | None = None
    match domain:
        case range() if len(domain) > VALUES_MAX:
            raise ModelError(
                "HA002",
                f"the domain of {name} has {len(domain):,} values; it can have {VALUES_MAX:,}",
            )
        case range():
            values = tuple(domain)
        case Instances():
            values = (None, *domain.names)
        case type() if domain is bool:
            values = (False, True)
        case type() if issubclass(domain, Enum):
            values = tuple(domain)
    if not values or len(set(values)) != len(values):
        raise ModelError(
            "HA002",
            f"the domain of {name} is {domain!r}; it can be an Enum with members, a range that is "
            "not empty, bool, or instances(…) with distinct names",
        )
    return values


class Expr:
    """
    A guard: one of `Is`, `Same`, `Not`, `And`, `Or`.

    Call it with a state to evaluate it; combine guards with `&`, `|` and `~`.
    """

    __slots__ = ("_hash",)
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __hash__(self) -> int:
        its: int | None = getattr(self, "_hash", None)
        if its is None:  # found once: large guards are often looked up
            its = hash((type(self), *(getattr(self, name) for name in self.__match_args__)))
            object.__setattr__(self, "_hash", its)
        return its

    def __call__(self, state: State) -> bool:
        """Return whether the guard holds in a state."""
        raise AssertionError(f"{self!r} is not one of the five nodes, which know; {state}")

    def __and__(self, other: Expr) -> Expr:
        return all_of(self, other)

    def __or__(self, other: Expr) -> Expr:
        return any_of(self, other)

    def __invert__(self) -> Expr:
        return self.part if isinstance(self, Not) else Not(self)

    def __bool__(self) -> NoReturn:
        raise ModelError(
            "HA005",
            f"'{self}' stands where Python wants yes or no; write & for and, | for or, ~ for not, "
            "or call it with a state",
        )


@dataclass(frozen=True, slots=True)
class Var(Generic[E]):
    """
    A variable with a finite domain, owned by the component that lists it.

    Parameters
    ----------
    name
        Unique in a system, such as `"media_server_1.holds_call_1"`.
    domain
        An Enum class, a `range`, `bool`, or `instances(…)`.
    initial
        Its value in the initial state; by default the first of the domain
        (none for a reference, False for a bool).
    volatile
        Whether a crash of its owner erases it: sets it to its initial value.

    Raises
    ------
    ModelError
        HA001, HA002, HA003.
    """

    name: str
    domain: type[E] | range | Instances
    initial: Value = ...
    volatile: bool = False
    values: tuple[Value, ...] = field(init=False, repr=False, compare=False)

    if TYPE_CHECKING:  # the domain says what the values are: a type checker need not be told

        @overload
        def __init__(
            self: Var[int], name: str, domain: range, initial: Value = ..., volatile: bool = ...
        ) -> None: ...
        @overload
        def __init__(
            self: Var[str], name: str, domain: Instances, initial: Value = ..., volatile: bool = ...
        ) -> None: ...
        @overload
        def __init__(
            self, name: str, domain: type[E], initial: Value = ..., volatile: bool = ...
        ) -> None: ...
        def __init__(self, *_: Any, **__: Any) -> None: ...

    def __post_init__(self) -> None:
        checked_name(self.name, "a variable")
        object.__setattr__(self, "values", _values(self.name, self.domain))
        if self.initial is ...:
            object.__setattr__(self, "initial", self.values[0])
        self.checked(self.initial)

    def __hash__(self) -> int:
        return hash(self.name)

    def checked(self, value: Value, code: str = "HA003") -> Value:
        """Return the value if the domain has it; raise HA003 (or `code`) otherwise."""
        for known in self.values:
            if known is value or (known == value and type(known) is type(value)):
                return known
        words = [word(known) for known in self.values]
        message = f"{self.name} is never {word(value)!r}; it can be {among(words)}"
        if word(value) in words:
            kind = type(self.values[-1]).__name__
            message += f"; what was given is a {type(value).__name__}, give a {kind}"
        raise ModelError(code, message)

    def same_domain(self, other: Var[Any]) -> bool:
        """Return whether the two variables have one domain: one can be copied to the other."""
        return self.values == other.values and all(
            type(mine) is type(its) for mine, its in zip(self.values, other.values, strict=True)
        )

    def is_(self, value: Value) -> Expr:
        """Return the guard that this variable has this value."""
        return Is(self, value)

    def is_not(self, value: Value) -> Expr:
        """Return the guard that this variable has another value."""
        return Not(Is(self, value))

    def in_(self, *values: Value) -> Expr:
        """Return the guard that this variable has one of these values."""
        return any_of(*(Is(self, value) for value in values))

    def at_least(self, value: Value) -> Expr:
        """Return the guard that this variable is at or after this value, in the domain's order."""
        start = self.values.index(self.checked(value))
        return any_of(*(Is(self, known) for known in self.values[start:]))

    def same_as(self, other: Var[Any]) -> Expr:
        """Return the guard that this variable and another of its domain have one value."""
        return Same(self, other)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Is(Expr):
    """A variable has a value."""

    var: Var[Any]
    value: Value
    __hash__ = Expr.__hash__

    def __post_init__(self) -> None:
        if not isinstance(self.var, Var):
            raise ModelError("HA006", f"{self.var!r} is not a variable; Is takes a Var and a value")
        self.var.checked(self.value, "HA012")

    def __call__(self, state: State) -> bool:
        """Return whether it holds in a state."""
        return bool(state[self.var.name] == self.value)

    def __str__(self) -> str:
        return f"{self.var} is {word(self.value)}"


@dataclass(frozen=True, slots=True)
class Same(Expr):
    """Two variables of one domain have the same value."""

    left: Var[Any]
    right: Var[Any]
    __hash__ = Expr.__hash__

    def __post_init__(self) -> None:
        for side in (self.left, self.right):
            if not isinstance(side, Var):
                raise ModelError(
                    "HA006", f"{side!r} is not a variable; Same takes two, is_ takes a value"
                )
        if not self.left.same_domain(self.right):
            raise ModelError(
                "HA004",
                f"{self.left} ({among(map(word, self.left.values))}) cannot be compared with "
                f"{self.right} ({among(map(word, self.right.values))}); the domains must be one",
            )

    def __call__(self, state: State) -> bool:
        """Return whether it holds in a state."""
        return bool(state[self.left.name] == state[self.right.name])

    def __str__(self) -> str:
        return f"{self.left} is the same as {self.right}"


@dataclass(frozen=True, slots=True)
class Not(Expr):
    """A guard does not hold."""

    part: Expr
    __hash__ = Expr.__hash__

    def __post_init__(self) -> None:
        checked_guard(self.part, "Not")

    def __call__(self, state: State) -> bool:
        """Return whether it holds in a state."""
        return not self.part(state)

    def __str__(self) -> str:
        match self.part:
            case Is():
                return f"{self.part.var} is not {word(self.part.value)}"
            case Same():
                return f"{self.part.left} differs from {self.part.right}"
            case _:
                return f"not ({self.part})"


@dataclass(frozen=True, slots=True)
class And(Expr):
    """All of the guards hold; with none of them, true."""

    parts: tuple[Expr, ...] = ()
    __hash__ = Expr.__hash__

    def __post_init__(self) -> None:
        for part in self.parts:
            checked_guard(part, "And")

    def __call__(self, state: State) -> bool:
        """Return whether it holds in a state."""
        for part in self.parts:  # noqa: SIM110 (a loop: this is the inner loop of the reference)
            if not part(state):
                return False
        return True

    def __str__(self) -> str:
        return _joined(self.parts, " and ", "always", Or)


@dataclass(frozen=True, slots=True)
class Or(Expr):
    """At least one of the guards holds; with none of them, false."""

    parts: tuple[Expr, ...] = ()
    __hash__ = Expr.__hash__

    def __post_init__(self) -> None:
        for part in self.parts:
            checked_guard(part, "Or")

    def __call__(self, state: State) -> bool:
        """Return whether it holds in a state."""
        for part in self.parts:  # noqa: SIM110 (as in And)
            if part(state):
                return True
        return False

    def __str__(self) -> str:
        if values := _one_variable(self.parts):
            return f"{cast(Is, self.parts[0]).var} is {' or '.join(values)}"
        return _joined(self.parts, " or ", "never", And)


TRUE = And()
"""The guard that always holds."""
FALSE = Or()
"""The guard that never holds."""


def _one_variable(parts: tuple[Expr, ...]) -> list[str]:
    if len({part.var.name if isinstance(part, Is) else i for i, part in enumerate(parts)}) != 1:
        return []
    return [word(part.value) for part in parts if isinstance(part, Is)]


def _unwrapped(guard: Expr) -> Expr:
    """Return a guard without the conjunctions and disjunctions of one part around it."""
    while isinstance(guard, And | Or) and len(guard.parts) == 1:
        [guard] = guard.parts
    return guard


def _joined(parts: tuple[Expr, ...], with_: str, none: str, bracket: type[Expr]) -> str:
    if len(parts) == 1:
        return str(parts[0])
    said = (
        f"({part})" if isinstance(part, bracket) and len(part.parts) > 1 else str(part)  # type: ignore[attr-defined]
        for part in map(_unwrapped, parts)
    )
    return with_.join(said) or none


def checked_guard(guard: object, where: str) -> Expr:
    """Return the guard if it is one; raise HA006 otherwise."""
    if not isinstance(guard, Expr):
        raise ModelError(
            "HA006",
            f"{where} has {guard!r} where a guard belongs; write one with "
            "var.is_(…), in_, same_as, &, | and ~",
        )
    return guard


def all_of(*guards: Expr) -> Expr:
    """Return the guard that all of these hold; `TRUE` for none, flattened, without repeats."""
    parts: dict[Expr, None] = {}
    for guard in guards:
        if isinstance(guard, And):
            parts.update(dict.fromkeys(guard.parts))
        else:
            parts[checked_guard(guard, "all_of")] = None
    if FALSE in parts:
        return FALSE
    return next(iter(parts)) if len(parts) == 1 else And(tuple(parts))


def any_of(*guards: Expr) -> Expr:
    """Return the guard that one of these holds; `FALSE` for none, flattened, without repeats."""
    parts: dict[Expr, None] = {}
    for guard in guards:
        if isinstance(guard, Or):
            parts.update(dict.fromkeys(guard.parts))
        else:
            parts[checked_guard(guard, "any_of")] = None
    if TRUE in parts:
        return TRUE
    return next(iter(parts)) if len(parts) == 1 else Or(tuple(parts))


def at(reference: Var[Any], family: Mapping[str, Expr] | Callable[[str], Expr]) -> Expr:
    """
    Return the guard that a reference names an instance, and that instance's guard holds.

    Parameters
    ----------
    reference
        A variable over `instances(…)`.
    family
        A guard for each name, as a mapping or a function; a name that a
        mapping lacks never holds, nor does none.
    """
    guards: list[Expr] = []
    for name in reference.values:
        if name is None:
            continue
        guard = family.get(name, FALSE) if isinstance(family, Mapping) else family(name)
        guards.append(all_of(Is(reference, name), guard))
    return any_of(*(guard for guard in guards if guard != FALSE))


def variables_of(guard: Expr) -> Iterator[Var[Any]]:
    """Yield the variables that a guard reads, in the order of reading, with repeats."""
    match guard:
        case Is():
            yield guard.var
        case Same():
            yield guard.left
            yield guard.right
        case Not():
            yield from variables_of(guard.part)
        case And() | Or():
            for part in guard.parts:
                yield from variables_of(part)
