"""
Fault budgets: how many failures and repairs a check allows.

A budget belongs to the check, not to the model. Each allowance has a
counter, a variable of the checked product that properties may read and that
rules cannot. A failure is possible iff at least one allowance covers its
class and every allowance that covers it has enough left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hamodel.errors import ModelError, SearchError, among, nearest
from hamodel.expr import Var
from hamodel.rule import Kind, Rule

ANY = "any"
"""The pattern that covers every fault class."""
REPAIR = "repair"
"""The name of the allowance of repairs."""


def fault_words(classes: Iterable[str]) -> tuple[str, ...]:
    """Return what a budget may name: the classes, then their roles and their modes, each once."""
    classes = tuple(classes)
    parts = [part for name in classes for part in name.rpartition("-")[::2]]
    return tuple(dict.fromkeys((*classes, *filter(None, parts))))


@dataclass(frozen=True, slots=True)
class Allowance:
    """
    So many faults of the classes that a pattern covers.

    Parameters
    ----------
    pattern
        A class (`"media-server-crash"`), a role or a mode (`"media-server"`, `"crash"`: the sum of
        its classes), several joined by `+` (their sum), or `"any"`.
    limit
        A whole number, 0 or more.
    """

    pattern: str
    limit: int

    def covers(self, fault: str) -> bool:
        """Return whether a class such as `"media-server-crash"` counts here."""
        role, _, mode = fault.rpartition("-")
        return any(part in (fault, role, mode, ANY) for part in self.pattern.split("+"))

    @property
    def counter(self) -> Var[Any]:
        """The variable that counts them in the checked product."""
        return Var(f"faults.{self.pattern.replace('+', '.')}", range(self.limit + 1))

    def __str__(self) -> str:
        return f"{self.pattern}={self.limit}"


@dataclass(frozen=True, slots=True)
class Budget:
    """
    How many failures and repairs may happen in one run.

    Parameters
    ----------
    faults
        Pattern to limit, such as `{"media-server": 1, "sip-server+resource-manager": 1}`;
        a whole number for so many of any class; None for no limit and no counter.
    repairs
        How many repairs; None for no limit.

    Raises
    ------
    ModelError
        HA017.
    """

    faults: Mapping[str, int] | int | None = 0
    repairs: int | None = 0
    allowances: tuple[Allowance, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        faults: dict[str, int] | None = None
        if isinstance(self.faults, int):
            faults = {ANY: self.faults}
        elif self.faults is not None:
            try:
                faults = dict(self.faults)
            except (TypeError, ValueError):
                raise ModelError(
                    "HA017",
                    f"the budget is {self.faults!r}; it can be class = whole number, a whole "
                    "number, or None for no limit",
                ) from None
        for pattern, limit in [*(faults or {}).items(), (REPAIR, self.repairs or 0)]:
            if not isinstance(limit, int) or isinstance(limit, bool) or not 0 <= limit <= 200:
                raise ModelError(
                    "HA017", f"the budget says {pattern}={limit!r}; it takes 0 to 200, or unlimited"
                )
            if not isinstance(pattern, str) or not all(pattern.split("+")):
                raise ModelError("HA017", f"the budget has an empty class in {pattern!r}")
        allowances = tuple(Allowance(pattern, limit) for pattern, limit in (faults or {}).items())
        object.__setattr__(self, "allowances", allowances)
        object.__setattr__(self, "faults", None if faults is None else tuple(faults.items()))

    @property
    def counters(self) -> tuple[Var[Any], ...]:
        """The variables of the checked product that count; one that can only be 0 is left out."""
        repairs = [Allowance(REPAIR, self.repairs)] if self.repairs else []
        return tuple(each.counter for each in (*self.allowances, *repairs) if each.limit)

    def charge(self, rule: Rule) -> Mapping[str, int] | None:
        """Return how far a rule moves each counter, by name; None if the budget rules it out."""
        moves: dict[str, int] = {}
        if rule.kind is Kind.REPAIR:
            if self.repairs == 0:
                return None
            if self.repairs is not None:
                moves[Allowance(REPAIR, self.repairs).counter.name] = 1
        if self.faults is None:
            return moves
        for fault, number in rule.cost.items():
            covering = [each for each in self.allowances if each.covers(fault)]
            if not covering:
                return None
            for each in covering:
                name = each.counter.name
                moves[name] = moves.get(name, 0) + number
                if moves[name] > each.limit:
                    return None
        return moves

    def check(self, classes: Iterable[str]) -> None:
        """Raise HA044 if one of its allowances covers none of these classes."""
        classes = tuple(classes)
        if unknown := self.unknown(classes):
            words = fault_words(classes)
            names = "; ".join(f"{each}, {nearest(each, (*words, ANY))}" for each in unknown)
            alone = "a role or a mode alone is the sum of its classes"
            raise SearchError("HA044", f"the budget names {names}; {alone}")

    def unknown(self, classes: Iterable[str]) -> list[str]:
        """
        Return the patterns of its allowances that cover none of these classes.

        A sum need only cover one: `crash+loss` also suits a system that names no hosts.
        """
        known = list(classes)
        return [
            each.pattern
            for each in self.allowances
            if each.pattern != ANY and not any(map(each.covers, known))
        ]

    def suited(self, classes: Iterable[str]) -> Budget:
        """Return this budget without the allowances that cover none of these classes."""
        unknown = self.unknown(classes)
        if self.faults is None or not unknown:
            return self
        kept = {each.pattern: each.limit for each in self.allowances if each.pattern not in unknown}
        return Budget(kept, self.repairs)

    def __str__(self) -> str:
        faults = "unlimited faults" if self.faults is None else among(self.allowances) or "no fault"
        repairs = "unlimited" if self.repairs is None else self.repairs
        return faults if self.repairs == 0 else f"{faults}, repairs={repairs}"


NO_FAULT = Budget()
"""No failure and no repair."""


def parse_budget(text: str, repairs: int | None = 0) -> Budget:
    """
    Return the budget that `2`, `unlimited` or `media-server=1,crash+hang=2` says.

    Raises
    ------
    ModelError
        HA017.
    """
    text = text.strip()
    if text == "unlimited":
        return Budget(None, repairs)
    if text.isdecimal():
        return Budget(int(text), repairs)
    faults: dict[str, int] = {}
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if not equals or not number.isdecimal() or name in faults:
            alone = name[:1].isalpha() and not equals
            such = f"{name}=1" if alone else "media-server=1,crash+hang=2"
            raise ModelError(
                "HA017",
                f"{part!r} is not a fault budget; write a number, 'unlimited', or class=number "
                f"with each class once, such as {such}",
            )
        faults[name] = int(number)
    return Budget(faults, repairs)
