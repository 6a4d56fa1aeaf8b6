"""
A system within a budget as Promela, for SPIN: the same states and the same steps.

Each action is one `d_step`, so that what SPIN stores between two of them is a
state of ours, and nothing else is. A variable is the place of its value in its
domain. A step of a variable beyond its range is an assertion that fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.reference import Product
from hamodel.errors import ExportError
from hamodel.expr import And, Expr, Is, Not, Or, Same, Var, all_of, variables_of, word
from hamodel.property import Modality, Property
from hamodel.rule import Next, Rule, Set, Step
from hamodel.system import System

VALUES_IN_A_LINE = 24
"""How many values of a domain are told in its comment."""
VECTOR_BYTES = 1024
"""How long a state can be for pan unless it is compiled with another VECTORSZ."""

_HEAD = """\
/*
 * {name}, {budget}: Promela for SPIN, written by hamodel.
 *
 * Each action is one d_step: SPIN's "states, stored" are the distinct states that hamodel finds,
 * and its "transitions", less one for the initial state, the steps between them.
 *
 *     spin -a FILE
 *     gcc -O2 -DSAFETY -DNOREDUCE{vector} -o pan pan.c
 *     ./pan -n -m10000000
 *
 * What pan says of "max search depth too small" is no result: raise -m, or compile it with -DBFS
 * as well. A dead end is an error if SPIN is called as spin -DDEADLOCKS -a FILE.
 */
"""


def promela(system: System, budget: Budget = NO_FAULT, props: Iterable[Property] = ()) -> str:
    """
    Return a system within a budget as Promela, the same text each time.

    Parameters
    ----------
    system, budget
        What SPIN is to search, and the failures and repairs that may happen.
    props
        Properties of the modality `always` or `never`, judged under this budget: an assertion
        fails in a state that contradicts one of them. They add no state.

    Raises
    ------
    ExportError
        HA050 for a property of another modality.
    ModelError, SearchError
        HA014, HA044 and others where budget or properties do not fit the system.
    """
    props = tuple(props)
    product = Product(system, budget)
    for prop in props:
        system.check_property(prop, product.counters)
    return "\n".join(_Writer(product).lines(props)) + "\n"


def _violation(prop: Property) -> Expr:
    """Return the guard that holds in the states that contradict a property."""
    match prop.modality:
        case Modality.ALWAYS:
            return all_of(prop.given, ~prop.expr)
        case Modality.NEVER:
            return all_of(prop.given, prop.expr)
        case Modality.SOMETIMES:
            todo = "export never of the same guard: the run that contradicts it is the witness"
        case Modality.LEADS_TO:
            todo = "SPIN is fair to processes, not to groups of rules; `hamodel check` judges it"
        case Modality.TRANSPARENT:
            todo = "SPIN compares no states with one another; `hamodel check` judges it"
    raise ExportError(
        "HA050",
        f"{prop.name} is of the kind {prop.modality.value}, which Promela cannot say exactly; it "
        f"can say always and never. Leave it out: {todo}",
    )


@dataclass(frozen=True, slots=True)
class _Assignment:
    """The effects of an action on one variable, of which at most one happens."""

    name: str
    effects: tuple[Set, ...]

    @property
    def reads(self) -> set[str]:
        """The variables that it reads, other than its own."""
        read = {var.name for each in self.effects for var in variables_of(each.when)}
        read |= {each.source.name for each in self.effects if each.source is not None}
        return read - {self.name}


class _Writer:
    def __init__(self, product: Product) -> None:
        self.product = product
        self.names = _names("v_", (var.name for var in product.variables))
        self.variables = {var.name: var for var in product.variables}
        self.saved: dict[str, None] = {}

    def lines(self, props: Sequence[Property]) -> Iterator[str]:
        system, budget = self.product.system, self.product.budget
        holds = _names("holds_", (prop.name for prop in props))
        monitors = [self._monitor(prop, holds[prop.name]) for prop in props]
        options = [*monitors, *self._actions()]
        yield _HEAD.format(
            name=_comment(system.name), budget=_comment(str(budget)), vector=self._vector()
        )
        for var in self.product.variables:
            start = var.values.index(var.initial)
            yield f"{_declared(var, self.names[var.name])} = {start};  /* {_told(var)} */"
        for name in self.saved:  # 0 between two actions, so that it adds no state
            yield f"{_declared(self.variables[name], _before(self.names[name]))};"
        for name in holds.values():  # always 0, so that pan says by name what does not hold
            yield f"bit {name};"
        yield ""
        yield "active proctype steps()\n{\n#ifndef DEADLOCKS\nend:\n#endif\n  do"
        yield from options
        yield from self._read(options)
        yield "  od\n}"

    def _vector(self) -> str:
        """Return the option with which pan has room for a state, if it needs one."""
        length = 64 + sum(1 + (len(var.values) > 256) for var in self.product.variables)
        return "" if length <= VECTOR_BYTES else f" -DVECTORSZ={-(-length // 1024) * 1024}"

    def _read(self, options: Iterable[str]) -> Iterator[str]:
        """
        Yield an option that never happens, and reads what no other does.

        SPIN leaves what nothing reads out of its states, so that it would count fewer of them.
        """
        commands = "\n".join(option.rpartition("*/")[2] for option in options)
        read = set(re.findall(r"\bv_\w+\b(?! = )", commands, re.ASCII))
        rest = [name for name in self.names.values() if name not in read]
        if rest or not commands:
            guard = _joined([f"{name} == 0" for name in rest], "||")
            yield "  /* never: it reads what nothing else does */"
            yield f"  :: d_step {{ false && {guard} }}"

    def _monitor(self, prop: Property, name: str) -> str:
        """Return a property as an option of its own, possible where it is contradicted."""
        wrong = self._guard(_violation(prop), self.names)
        said = _comment(f"{prop.name}: {prop.modality.value}")
        return f"  /* {said} */\n  :: d_step {{ {wrong} -> assert({name}) }}"

    def _actions(self) -> Iterator[str]:
        counters = {var.name: var for var in self.product.counters}
        for action in self.product.actions:
            spare = [
                f"{self.names[name]} <= {limit - number}" for name, number, limit in action.charge
            ]
            guard = _joined([self._guard(action.guard, self.names), *spare], "&&")
            effects = [effect for effect, _ in action.effects]
            charged = [
                Set(counters[name], Step(counters[name], number))
                for name, number, _ in action.charge
            ]
            statements = [*self._assertions(effects), *self._assignments([*effects, *charged])]
            does = f" -> {'; '.join(statements)}" if statements else ""
            yield f"  /* {_described(action.rule)} */\n  :: d_step {{ {guard}{does} }}"

    def _assertions(self, effects: Iterable[Set]) -> Iterator[str]:
        """Yield what must hold before an action so that it steps nothing beyond its range."""
        for effect in effects:
            if not isinstance(effect.to, Step) or effect.to.by == 0:
                continue
            var, by = effect.to.var, effect.to.by
            last = len(var.values) - 1
            fits = range(max(0, -by), min(last, last - by) + 1)
            inside = _codes(self.names[var.name], frozenset(fits), last + 1)
            happens = self._guard(effect.when, self.names)
            said = _joined([_negated(happens), inside], "||")
            if said != "true":
                yield f"assert({said})"

    def _assignments(self, effects: Sequence[Set]) -> Iterator[str]:
        """
        Yield assignments that, one after another, do what the effects do at once.

        A variable is assigned when no other effect has still to read it; where they wait for
        one another, what it was is saved.
        """
        names = dict.fromkeys(effect.var.name for effect in effects)
        left = [
            _Assignment(name, tuple(each for each in effects if each.var.name == name))
            for name in names
        ]
        known = dict(self.names)
        saved: list[str] = []
        ordered: list[_Assignment] = []
        while left:
            free = [
                each
                for each in left
                if known[each.name] != self.names[each.name]
                or not any(each.name in other.reads for other in left)
            ]
            if free:
                ordered.append(free[0])
                left.remove(free[0])
                continue
            name = left[0].name
            self.saved[name] = None
            known[name] = _before(self.names[name])
            saved.append(known[name])
            yield f"{known[name]} = {self.names[name]}"
        for each in ordered:
            value = self._value(each, known)
            if value != self.names[each.name]:
                yield f"{self.names[each.name]} = {value}"
        yield from (f"{name} = 0" for name in saved)

    def _value(self, assignment: _Assignment, names: Mapping[str, str]) -> str:
        """Return what a variable gets: with a conditional effect, maybe what it had."""
        value = self.names[assignment.name]
        for effect in reversed(assignment.effects):
            match self._guard(effect.when, names):
                case "true":
                    value = _right_side(effect, names)
                case "false":
                    pass
                case happens:
                    value = f"({happens} -> {_right_side(effect, names)} : {value})"
        return value

    def _guard(self, guard: Expr, names: Mapping[str, str]) -> str:
        if (about := _about_one(guard)) is not None:
            var, codes = about
            return _codes(names[var.name], codes, len(var.values))
        match guard:
            case Same():
                return f"{names[guard.left.name]} == {names[guard.right.name]}"
            case Not(Same() as part):
                return f"{names[part.left.name]} != {names[part.right.name]}"
            case Not():
                return _negated(self._guard(guard.part, names))
            case And():
                return _joined([self._guard(part, names) for part in guard.parts], "&&")
            case Or():
                return _joined([self._guard(part, names) for part in guard.parts], "||")
        raise AssertionError(f"{guard!r} is not one of the five nodes")


def _right_side(effect: Set, names: Mapping[str, str]) -> str:
    if effect.source is None:
        return str(effect.var.values.index(effect.to))
    read = names[effect.source.name]
    match effect.to:
        case Next():
            return f"({read} == {len(effect.var.values) - 1} -> 0 : {read} + 1)"
        case Step() if effect.to.by:
            return f"{read} {'+' if effect.to.by > 0 else '-'} {abs(effect.to.by)}"
        case _:
            return read


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


def _codes(name: str, codes: frozenset[int], size: int) -> str:
    """Return the guard that a variable has one of these codes, as comparisons of whole runs."""
    if len(codes) == size:
        return "true"
    if len(codes) == size - 1 and size > 2:
        [missing] = set(range(size)) - codes
        return f"{name} != {missing}"
    runs: list[list[int]] = []
    for code in sorted(codes):
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return _joined([_run(name, first, last, size) for first, last in runs], "||")


def _run(name: str, first: int, last: int, size: int) -> str:
    if first == last:
        return f"{name} == {first}"
    ends = [f"{name} >= {first}"] if first else []
    ends += [f"{name} <= {last}"] if last < size - 1 else []
    return _joined(ends, "&&")


def _joined(parts: Sequence[str], sign: str) -> str:
    """Return a conjunction (`&&`) or a disjunction (`||`), in brackets if it has several parts."""
    neutral, deciding = ("true", "false") if sign == "&&" else ("false", "true")
    if deciding in parts:
        return deciding
    kept = list(dict.fromkeys(part for part in parts if part != neutral))
    if len(kept) < 2:
        return kept[0] if kept else neutral
    return f"({f' {sign} '.join(kept)})"


def _negated(said: str) -> str:
    return {"true": "false", "false": "true"}.get(said, f"!({said})")


def _names(prefix: str, words: Iterable[str]) -> dict[str, str]:
    """
    Return an identifier for each word, different for each.

    What stands before it keeps it apart from the words of Promela and of C, and from SPIN's own.
    """
    names: dict[str, str] = {}
    for each in dict.fromkeys(words):
        stem = prefix + re.sub(r"\W", "_", each, flags=re.ASCII)
        unique, number = stem, 2
        while unique in names.values():
            unique, number = f"{stem}_{number}", number + 1
        names[each] = unique
    return names


def _before(name: str) -> str:
    return f"before_{name}"


def _declared(var: Var[Any], name: str) -> str:
    size = len(var.values)
    if size <= 2:
        return f"bit {name}"
    return f"byte {name}" if size <= 256 else f"unsigned {name} : {(size - 1).bit_length()}"


def _told(var: Var[Any]) -> str:
    if var.values == tuple(range(len(var.values))) and bool not in map(type, var.values):
        return _comment(f"{var.name}: 0 to {len(var.values) - 1}")
    words = [f"{code} {word(value)}" for code, value in enumerate(var.values[:VALUES_IN_A_LINE])]
    more = [f"… {len(var.values) - 1}"] if len(var.values) > VALUES_IN_A_LINE else []
    return _comment(f"{var.name}: {', '.join([*words, *more])}")


def _described(rule: Rule) -> str:
    notes = [rule.kind.value, *([rule.cite] if rule.cite else [])]
    return _comment(f"{rule.name} ({'; '.join(notes)})")


def _comment(text: str) -> str:
    """Return a text that ends no comment and begins none, in one line."""
    return re.sub(r"[\s\\]+", " ", text).replace("*/", "* /").replace("/*", "/ *")
