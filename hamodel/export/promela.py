"""
A system within a budget as Promela, for SPIN: the same states and the same steps.

Each action is one `d_step`, so that what SPIN stores between two of them is a
state of ours, and nothing else is. A variable is the place of its value in its
domain. A step of a variable beyond its range is an assertion that fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.reference import Product
from hamodel.export.words import Words, comment, described, names_of, negated, violation
from hamodel.expr import Var, variables_of, word
from hamodel.property import Modality, Property
from hamodel.rule import Set, Step
from hamodel.system import System

VALUES_IN_A_LINE = 24
"""How many values of a domain are told in its comment."""
VECTOR_BYTES = 1024
"""How long a state can be for pan unless it is compiled with another VECTORSZ."""

WORDS = Words("==", "&&", "||", "->")
INSTEAD = {
    Modality.SOMETIMES: "export never of the same guard: the run that contradicts it is the "
    "witness",
    Modality.LEADS_TO: "SPIN is fair to processes, not to groups of rules; `hamodel check` judges "
    "it",
    Modality.TRANSPARENT: "SPIN compares no states with one another; `hamodel check` judges it",
}
"""What to do with a property that Promela cannot say."""

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
        self.names = names_of("v_", (var.name for var in product.variables))
        self.variables = {var.name: var for var in product.variables}
        self.saved: dict[str, None] = {}

    def lines(self, props: Sequence[Property]) -> Iterator[str]:
        system, budget = self.product.system, self.product.budget
        holds = names_of("holds_", (prop.name for prop in props))
        monitors = [self._monitor(prop, holds[prop.name]) for prop in props]
        options = [*monitors, *self._actions()]
        yield _HEAD.format(
            name=comment(system.name), budget=comment(str(budget)), vector=self._vector()
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
            guard = WORDS.joined([f"{name} == 0" for name in rest], "||")
            yield "  /* never: it reads what nothing else does */"
            yield f"  :: d_step {{ false && {guard} }}"

    def _monitor(self, prop: Property, name: str) -> str:
        """Return a property as an option of its own, possible where it is contradicted."""
        wrong = WORDS.guard(violation(prop, "Promela", INSTEAD), self.names)
        said = comment(f"{prop.name}: {prop.modality.value}")
        return f"  /* {said} */\n  :: d_step {{ {wrong} -> assert({name}) }}"

    def _actions(self) -> Iterator[str]:
        counters = {var.name: var for var in self.product.counters}
        for action in self.product.actions:
            spare = [
                f"{self.names[name]} <= {limit - number}" for name, number, limit in action.charge
            ]
            guard = WORDS.joined([WORDS.guard(action.guard, self.names), *spare], "&&")
            effects = [effect for effect, _ in action.effects]
            charged = [
                Set(counters[name], Step(counters[name], number))
                for name, number, _ in action.charge
            ]
            statements = [*self._assertions(effects), *self._assignments([*effects, *charged])]
            does = f" -> {'; '.join(statements)}" if statements else ""
            yield f"  /* {described(action.rule)} */\n  :: d_step {{ {guard}{does} }}"

    def _assertions(self, effects: Iterable[Set]) -> Iterator[str]:
        """Yield what must hold before an action so that it steps nothing beyond its range."""
        for effect in effects:
            if not isinstance(effect.to, Step) or effect.to.by == 0:
                continue
            var, by = effect.to.var, effect.to.by
            last = len(var.values) - 1
            fits = range(max(0, -by), min(last, last - by) + 1)
            inside = WORDS.codes(self.names[var.name], frozenset(fits), last + 1)
            happens = WORDS.guard(effect.when, self.names)
            said = WORDS.joined([negated(happens), inside], "||")
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
            value = WORDS.value(each.effects, known)
            if value != self.names[each.name]:
                yield f"{self.names[each.name]} = {value}"
        yield from (f"{name} = 0" for name in saved)


def _before(name: str) -> str:
    return f"before_{name}"


def _declared(var: Var[Any], name: str) -> str:
    size = len(var.values)
    if size <= 2:
        return f"bit {name}"
    return f"byte {name}" if size <= 256 else f"unsigned {name} : {(size - 1).bit_length()}"


def _told(var: Var[Any]) -> str:
    if var.values == tuple(range(len(var.values))) and bool not in map(type, var.values):
        return comment(f"{var.name}: 0 to {len(var.values) - 1}")
    words = [f"{code} {word(value)}" for code, value in enumerate(var.values[:VALUES_IN_A_LINE])]
    more = [f"… {len(var.values) - 1}"] if len(var.values) > VALUES_IN_A_LINE else []
    return comment(f"{var.name}: {', '.join([*words, *more])}")
