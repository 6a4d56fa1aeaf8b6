"""
Numbers that know how they follow from timers.

A linear number is an ordinary one, its value at some vector of timers, with a linear form beside
it. Whatever is built or searched with such numbers at that vector is so at every vector at which
the comparisons that were made come out the same; these are noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hamodel.errors import ModelError, among

Form = tuple[int, ...]
"""A linear form: its constant in ms, and the factor of each timer, in the order of their names."""


def evaluated(form: Form, point: Sequence[int]) -> int:
    """Return the value of a form at a vector of timers, in ms."""
    return form[0] + sum(factor * value for factor, value in zip(form[1:], point, strict=True))


def plus(one: Form, other: Form, times: int = 1) -> Form:
    """Return a form plus so many times another."""
    return tuple(a + times * b for a, b in zip(one, other, strict=True))


def minus(form: Form) -> Form:
    """Return a form with the opposite sign."""
    return tuple(-each for each in form)


def less(form: Form) -> Form:
    """Return the form that is at least 0 just where, in whole ms, this one is below 0."""
    return (-1 - form[0], *(-factor for factor in form[1:]))


class NotLinearError(ModelError):
    """Something is no linear form of timers; `names` are these timers."""

    def __init__(self, what: str, names: Sequence[str]) -> None:
        super().__init__(
            "HA089",
            f"a rule takes {what} ({among(names)}), which no linear expression is; choose others "
            "with --timers",
        )
        self.names = tuple(names)


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """
    A vector of timers, and what was asked of the numbers that follow from it.

    Parameters
    ----------
    values
        By the name of each timer its value, in ms.
    seen
        The forms that comparisons have found to be at least 0, in their order.
    """

    values: Mapping[str, int]
    seen: list[Form] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The timers."""
        return tuple(self.values)

    @property
    def point(self) -> tuple[int, ...]:
        """Their values."""
        return tuple(self.values.values())

    def timer(self, name: str) -> Linear:
        """Return a timer as a number that knows that it is this one."""
        return Linear.of((0, *(int(each == name) for each in self.values)), self)

    def form(self, number: int) -> Form:
        """Return how a number follows from the timers; one that knows nothing is a constant."""
        if isinstance(number, Linear):
            return number.form
        return (number, *(0 for _ in self.values))


class Linear(int):
    """
    A number that follows from timers.

    Sums, differences and whole multiples know how they follow too. A comparison notes what has
    come out. What is not linear is HA089.
    """

    form: Form
    vector: Vector

    @classmethod
    def of(cls, form: Form, vector: Vector) -> Linear:
        """Return the number that a form is at a vector."""
        its = cls(evaluated(form, vector.point))
        its.form, its.vector = form, vector
        return its

    def _sum(self, other: int, times: int = 1) -> Linear:
        return Linear.of(plus(self.form, self.vector.form(other), times), self.vector)

    def _times(self, number: int) -> Linear:
        return Linear.of(tuple(number * factor for factor in self.form), self.vector)

    def _noted(self, *, holds: bool, otherwise: Form, form: Form) -> bool:
        self.vector.seen.append(form if holds else otherwise)
        return holds

    def __add__(self, other: int) -> Linear:
        return self._sum(other)

    __radd__ = __add__

    def __sub__(self, other: int) -> Linear:
        return self._sum(other, -1)

    def __rsub__(self, other: int) -> Linear:
        return self._times(-1)._sum(other)

    def __neg__(self) -> Linear:
        return self._times(-1)

    def __pos__(self) -> Linear:
        return self

    def __mul__(self, other: int) -> Linear:
        if isinstance(other, Linear) and any(other.form[1:]):
            raise self._not_linear("a product of timers", other)
        return self._times(int(other))

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        raise self._not_linear("a quotient of timers", other)

    __rfloordiv__ = __truediv__ = __rtruediv__ = __mod__ = __rmod__ = __floordiv__

    def __lt__(self, other: int) -> bool:
        return not self >= other

    def __gt__(self, other: int) -> bool:
        return not self <= other

    def __ge__(self, other: int) -> bool:
        form = self._sum(other, -1).form
        return self._noted(holds=int(self) >= int(other), form=form, otherwise=less(form))

    def __le__(self, other: int) -> bool:
        form = (-self)._sum(other).form
        return self._noted(holds=int(self) <= int(other), form=form, otherwise=less(form))

    def __bool__(self) -> bool:
        return self > 0 or self < 0

    def __eq__(self, other: object) -> bool:
        """Return whether the values are equal; nothing is noted, for caches ask it too."""
        return int(self) == other

    __hash__ = int.__hash__

    def _not_linear(self, what: str, other: Any) -> NotLinearError:
        names = self.vector.names
        forms = [self.form, *([other.form] if isinstance(other, Linear) else [])]
        return NotLinearError(
            what, [name for k, name in enumerate(names, 1) if any(form[k] for form in forms)]
        )


def written(form: Form, names: Sequence[str]) -> str:
    """Return a form as a sum: `3·interval + timeout + 400 ms`; times in ms."""
    parts: list[tuple[int, str]] = [
        (factor, name if abs(factor) == 1 else f"{abs(factor)}·{name}")
        for factor, name in zip(form[1:], names, strict=True)
        if factor
    ]
    if form[0] or not parts:
        parts.append((form[0], f"{abs(form[0]):,} ms"))
    first, *others = sorted(parts, key=lambda part: part[0] < 0)
    text = ("-" if first[0] < 0 else "") + first[1]
    return text + "".join(f" {'-' if factor < 0 else '+'} {name}" for factor, name in others)


def condition(form: Form, names: Sequence[str]) -> str:
    """Return in words that a form is at least 0: `timeout ≤ tcp_setup`, `lb_probe < 2·t2`."""
    left = tuple(max(0, -each) for each in form)
    right = tuple(max(0, each) for each in form)
    if left[0] == 1 and any(left[1:]):
        return f"{written((0, *left[1:]), names)} < {written(right, names)}"
    if left[0] == 1:
        return f"{written(right, names)} > 0 ms"
    if not any(left[1:]):
        return f"{written(right, names)} ≥ {written(left, names)}"
    return f"{written(left, names)} ≤ {written(right, names)}"
