"""What the languages of other checkers have in common: guards, values and names as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hamodel.errors import ExportError
from hamodel.expr import And, Expr, Is, Not, Or, Same, Var, all_of
from hamodel.property import Modality, Property
from hamodel.rule import Next, Rule, Set, Step

Names = Mapping[str, str]
"""By variable what is written for it; a whole number is its place, where that is known."""


@dataclass(frozen=True, slots=True)
class Words:
    """
    The signs of a language.

    Parameters
    ----------
    equals, both, either, then
        Between what is compared, joined and chosen: `(a == b && c -> 1 : 0)`.
    """

    equals: str
    both: str
    either: str
    then: str

    def guard(self, guard: Expr, names: Names) -> str:
        """Return a guard; always in brackets if it has several parts."""
        if (about := _about_one(guard)) is not None:
            var, codes = about
            return self.codes(names[var.name], codes, len(var.values))
        match guard:
            case Same():
                return self._same(guard, names, self.equals)
            case Not(Same() as part):
                return self._same(part, names, "!=")
            case Not():
                return negated(self.guard(guard.part, names))
            case And():
                return self.joined([self.guard(part, names) for part in guard.parts], self.both)
            case Or():
                return self.joined([self.guard(part, names) for part in guard.parts], self.either)
        raise AssertionError(f"{guard!r} is not one of the five nodes")

    def _same(self, guard: Same, names: Names, sign: str) -> str:
        left, right = names[guard.left.name], names[guard.right.name]
        if left.isdecimal() and right.isdecimal():
            return "true" if (left == right) is (sign == self.equals) else "false"
        return f"{left} {sign} {right}"

    def codes(self, name: str, codes: frozenset[int], size: int) -> str:
        """Return the guard that a variable has one of these codes, as comparisons of whole runs."""
        if len(codes) == size:
            return "true"
        if name.isdecimal():
            return "true" if int(name) in codes else "false"
        if len(codes) == size - 1 and size > 2:
            [missing] = set(range(size)) - codes
            return f"{name} != {missing}"
        runs: list[list[int]] = []
        for code in sorted(codes):
            if runs and runs[-1][1] == code - 1:
                runs[-1][1] = code
            else:
                runs.append([code, code])
        return self.joined(
            [self._run(name, first, last, size) for first, last in runs], self.either
        )

    def _run(self, name: str, first: int, last: int, size: int) -> str:
        if first == last:
            return f"{name} {self.equals} {first}"
        ends = [f"{name} >= {first}"] if first else []
        ends += [f"{name} <= {last}"] if last < size - 1 else []
        return self.joined(ends, self.both)

    def joined(self, parts: Sequence[str], sign: str) -> str:
        """Return a conjunction or a disjunction, in brackets if it has several parts."""
        neutral, deciding = ("true", "false") if sign == self.both else ("false", "true")
        if deciding in parts:
            return deciding
        kept = list(dict.fromkeys(part for part in parts if part != neutral))
        if len(kept) < 2:
            return kept[0] if kept else neutral
        return f"({f' {sign} '.join(kept)})"

    def chosen(self, happens: str, one: str, other: str) -> str:
        """Return one value if a guard holds, and else another."""
        if happens in {"true", "false"} or one == other:
            return other if happens == "false" else one
        return f"({happens} {self.then} {one} : {other})"

    def value(self, effects: Sequence[Set], names: Names) -> str:
        """Return what a variable gets by effects of which at most one happens."""
        value = names[effects[0].var.name]
        for effect in reversed(effects):
            happens = self.guard(effect.when, names)
            value = self.chosen(happens, self._right_side(effect, names), value)
        return value

    def _right_side(self, effect: Set, names: Names) -> str:
        if effect.source is None:
            return str(effect.var.values.index(effect.to))
        read = names[effect.source.name]
        match effect.to:
            case Next():
                last = len(effect.var.values) - 1
                return f"({read} {self.equals} {last} {self.then} 0 : {read} + 1)"
            case Step() if effect.to.by:
                return f"{read} {'+' if effect.to.by > 0 else '-'} {abs(effect.to.by)}"
            case _:
                return read


def violation(prop: Property, language: str, instead: Mapping[Modality, str]) -> Expr:
    """
    Return the guard that holds in the states that contradict a property.

    Raises
    ------
    ExportError
        HA050 for a property of another modality than always and never; `instead` says what to do.
    """
    match prop.modality:
        case Modality.ALWAYS:
            return all_of(prop.given, ~prop.expr)
        case Modality.NEVER:
            return all_of(prop.given, prop.expr)
    raise ExportError(
        "HA050",
        f"{prop.name} is of the kind {prop.modality.value}, which {language} cannot say exactly; "
        f"it can say always and never. Leave it out: {instead[prop.modality]}",
    )


def _about_one(guard: Expr) -> tuple[Var[Any], frozenset[int]] | None:
    """Return the variable that a guard is about and the places of the values that it allows."""
    match guard:
        case Is():
            return guard.var, frozenset([guard.var.values.index(guard.value)])
        case Not():
            about = _about_one(guard.part)
            if about is None:
                return None
            return about[0], frozenset(range(len(about[0].values))) - about[1]
        case And() | Or() if guard.parts:
            parts = [_about_one(part) for part in guard.parts]
            found = [part for part in parts if part is not None]
            if len(found) < len(parts) or len({var.name for var, _ in found}) != 1:
                return None
            allowed = [codes for _, codes in found]
            both = frozenset.intersection if isinstance(guard, And) else frozenset.union
            return found[0][0], both(*allowed)
    return None


def negated(said: str) -> str:
    """Return what holds iff a guard does not."""
    return {"true": "false", "false": "true"}.get(said, f"!({said})")


def names_of(prefix: str, words: Iterable[str]) -> dict[str, str]:
    """
    Return an identifier for each word, different for each.

    What stands before it keeps it apart from the words of the language.
    """
    names: dict[str, str] = {}
    for each in dict.fromkeys(words):
        stem = prefix + re.sub(r"\W", "_", each, flags=re.ASCII)
        unique, number = stem, 2
        while unique in names.values():
            unique, number = f"{stem}_{number}", number + 1
        names[each] = unique
    return names


def described(rule: Rule) -> str:
    """Return a rule's name, kind and citation, for a comment."""
    notes = [rule.kind.value, *([rule.cite] if rule.cite else [])]
    return comment(f"{rule.name} ({'; '.join(notes)})")


def comment(text: str) -> str:
    """Return a text that ends no comment and begins none, in one line."""
    return re.sub(r"[\s\\]+", " ", text).replace("*/", "* /").replace("/*", "/ *")
