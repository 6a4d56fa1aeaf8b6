"""
Parts that are alike: what is known of the one is known of the other, with the names exchanged.

Two parts are alike iff exchanging their variables maps the system onto itself: each rule to a rule
of the same kind and cost, each fairness group to a fairness group, and each variable to one with
the same values, of which the same is the initial one. This is gone through rule by rule; where it
does not hold nothing is exchanged.

References
----------
Emerson and Sistla, "Symmetry and model checking", Formal Methods in System Design 9, 1996: what
maps a system onto itself maps what holds of it to what holds of it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from hamodel.engine.check import PREMISE, note_on
from hamodel.engine.parts import Parts, Piece
from hamodel.expr import And, Expr, Is, Not, Or, Same, Var
from hamodel.property import Property
from hamodel.rule import Next, Rule, Set, Step
from hamodel.system import System
from hamodel.trace import Trace, TraceStep
from hamodel.verdict import Verdict

Names = Mapping[str, str]
SAME: Names = {}
"""Each name stands for itself."""


@dataclass(frozen=True, slots=True)
class Swap:
    """
    An exchange of names that maps a system onto itself.

    Parameters
    ----------
    variables
        The name that each variable gets; one that is not there keeps its own.
    rules, groups
        The rule that each rule becomes, and so each fairness group, by name.
    words
        What each component becomes, and each value that a message says; None if what one rule says
        is not so what the other does.
    """

    variables: Names
    rules: Names
    groups: Names
    words: Mapping[Hashable, Hashable] | None

    def makes(self, one: Piece, other: Piece) -> bool:
        """Return whether exchanging the names in a piece makes it another one."""
        mine = (self._of(one.rested), self._of(one.ruled_out), _goal(one, self.variables))
        its = (_of(other.rested), _of(other.ruled_out), _goal(other, SAME))
        return one.refutes == other.refutes and mine == its

    def tells(self, one: Property, other: Property) -> bool:
        """Return whether exchanging the names in what must be transparent makes it another one."""
        words = self.words
        if words is None:
            return False
        mine = (
            self._of(one),
            {self.rules[fault] for fault in one.fault},
            {words.get(name, name) for name in one.observers},
            {self.variables.get(name, name) for name in one.hide},
            {words.get(word, word) for word in one.unheard},
            {*one.idempotent},
        )
        its = {*other.fault}, {*other.observers}, {*other.hide}, {*other.unheard}
        return mine == (_of(other), *its, {*other.idempotent})

    def _of(self, prop: Property) -> Hashable:
        fair = tuple(self.groups.get(group, group) for group in prop.fair)
        return _stated(prop, self.variables, fair)

    def rested(self, verdict: Verdict, other: Property) -> Verdict:
        """Return the verdict on a property of a system at rest as that on its twin."""
        return replace(
            verdict,
            property=other,
            trace=self._run(verdict.trace, note_on(other)),
            premise_witness=self._run(verdict.premise_witness, PREMISE),
        )

    def told(self, text: str) -> str:
        """Return a sentence with the names exchanged, where they stand as words of their own."""
        words = {one: its for one, its in (self.words or {}).items() if isinstance(one, str)}
        names = {**words, **self.variables, **self.rules}
        longest_first = sorted(names, key=len, reverse=True)
        any_of_them = "|".join(map(re.escape, longest_first))
        return re.sub(rf"(?<!\w)({any_of_them})(?!\w)", lambda its: str(names[its[0]]), text)

    def _run(self, trace: Trace | None, note: str) -> Trace | None:
        if trace is None:
            return None
        steps = tuple(TraceStep(self.rules[rule]) for rule in trace.rules)
        return replace(trace, steps=steps, note=note)


def _of(prop: Property) -> Hashable:
    return _stated(prop, SAME, prop.fair)


def _goal(piece: Piece, names: Names) -> Hashable:
    return None if piece.goal is None else said(piece.goal, names)


def _stated(prop: Property, names: Names, fair: tuple[str, ...]) -> Hashable:
    cases = frozenset((said(given, names), said(expr, names)) for given, expr in prop.cases)
    return prop.modality, cases, frozenset(fair)


def said(guard: Expr, names: Names) -> Hashable:
    """Return what a guard says with these names; the order of what it joins does not matter."""
    match guard:
        case Is():
            return "is", names.get(guard.var.name, guard.var.name), guard.value
        case Same():
            its = (guard.left.name, guard.right.name)
            return "same", frozenset(names.get(name, name) for name in its)
        case Not():
            return "not", said(guard.part, names)
        case And():
            return "and", frozenset(said(part, names) for part in guard.parts)
        case Or():
            return "or", frozenset(said(part, names) for part in guard.parts)
    raise AssertionError(f"{guard!r} is not one of the five nodes")


def _done(effect: Set, names: Names) -> Hashable:
    source = effect.source
    match effect.to:
        case Step():
            how: Hashable = ("step", effect.to.by)
        case Next():
            how = ("next",)
        case _:
            how = ("copy",) if source is not None else ("value", effect.to)
    its = (effect.var.name, "" if source is None else source.name)
    return tuple(names.get(name, name) for name in its), how, said(effect.when, names)


def _does(system: System, rule: Rule, names: Names) -> Hashable:
    """Return when a rule happens and what it does with these names, but for its own and group."""
    guard, effects = system.flattened(rule)
    done = frozenset(_done(effect, names) for effect in effects)
    return rule.kind, frozenset(rule.cost.items()), said(guard, names), done


@lru_cache(maxsize=16)
def swaps(system: System, parts: Parts) -> tuple[Swap, ...]:
    """Return for each two parts that are alike how one becomes the other."""
    return tuple(_swaps(system, parts))


def _swaps(system: System, parts: Parts) -> Iterator[Swap]:
    by_deed: dict[Hashable, list[Rule]] = {}
    for rule in system.rules:
        by_deed.setdefault(_does(system, rule, SAME), []).append(rule)
    for (_, ones), (_, others) in combinations(parts, 2):
        one, other = ([name for name in system.variables if name in its] for its in (ones, others))
        names = dict(zip((*one, *other), (*other, *one), strict=False))
        if len(one) != len(other) or len(names) < len(one) + len(other):
            continue
        if not all(_alike(system, *pair) for pair in names.items()):
            continue
        if (swap := _onto_itself(system, names, by_deed)) is not None:
            yield swap


def _alike(system: System, one: str, other: str) -> bool:
    mine, its = system.variables[one], system.variables[other]
    return mine.same_domain(its) and mine.initial == its.initial


def _onto_itself(
    system: System, names: Names, by_deed: Mapping[Hashable, list[Rule]]
) -> Swap | None:
    """Return the exchange if it maps the rules onto the rules, and their groups onto groups."""
    left = {deed: list(rules) for deed, rules in by_deed.items()}
    rules: dict[str, str] = {}
    groups: dict[str, str] = {}
    for rule in system.rules:
        becomes = left.get(_does(system, rule, names))
        if not becomes:
            return None
        its = becomes.pop(0)
        rules[rule.name] = its.name
        if groups.setdefault(rule.group, its.group) != its.group:
            return None
    if len(set(groups.values())) < len(groups):
        return None
    return Swap(names, rules, groups, _words(system, names, rules))


def _words(system: System, names: Names, rules: Names) -> Mapping[Hashable, Hashable] | None:
    """Return what is said instead of what, one for one; None if that is not one thing."""
    pairs: list[tuple[Hashable, Hashable]] = [
        (owner, system.owners[names.get(name, name)]) for name, owner in system.owners.items()
    ]
    for rule in system.rules:
        becomes = system.rule(rules[rule.name]).says
        if len(becomes) != len(rule.says):
            return None
        for one, other in zip(rule.says, becomes, strict=True):
            if one.kind != other.kind or len(one.data) != len(other.data):
                return None
            pairs += ((one.sender, other.sender), (one.receiver, other.receiver))
            pairs += zip(_said(one.data, names), _said(other.data, SAME), strict=True)
    found = dict(pairs)
    one_each = len(set(found.values())) == len(found) == len(set(pairs))
    return found if one_each else None


def _said(data: Iterable[object], names: Names) -> Iterator[Hashable]:
    """Yield what a message says: a variable by what it becomes, which has to be said there."""
    for item in data:
        name = item.name if isinstance(item, Var) else None
        yield item if name is None else ("variable", names.get(name, name))
