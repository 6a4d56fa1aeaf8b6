"""
A system in time in the PRISM language: a Markov decision process whose clocks count ticks.

Every choice is one that nobody makes by chance, so that probabilities are 0 or 1, and what another
checker finds at most and at least is what a run can have at most and at least. Bounds are closed
and whole, so that clocks that count whole ticks are enough; a tick is the largest time of which all
bounds are multiples. A rule with bounds has the ticks since it became enabled, as many as are told
apart; one that takes no time holds the clocks still where it is enabled.

References
----------
Kwiatkowska, Norman, Parker and Sproston, "Performance analysis of probabilistic timed automata
using digital clocks", Formal Methods in System Design 29 (2006). Henzinger, Manna and Pnueli, "What
good are digital clocks?", ICALP 1992.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import gcd
from typing import Any

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.reference import Product
from hamodel.export.words import Names, Words, comment, described, names_of, violation
from hamodel.expr import Expr, Var, variables_of, word
from hamodel.property import Modality, Property
from hamodel.rule import AT_ONCE, UNTIMED, Set, Step
from hamodel.system import System

WORDS = Words("=", "&", "|", "?")
INSTEAD = {
    Modality.SOMETIMES: "export never of the same guard: where it fails is the witness",
    Modality.LEADS_TO: "export the wait from its premise to its conclusion, or use check_in_time",
    Modality.TRANSPARENT: "it compares no states with one another; `hamodel check` judges it",
}
"""What to do with a property that is no label."""
VALUES_IN_A_LINE = 24
NONE, APART, MEASURED, OVER, FIRST = range(5)
"""What the wait is: there is none; one goes on, not measured or measured; that is over; or it
begins in the first state, and whether it is measured is still to be said."""

_HEAD = """\
// {name}, {budget}: PRISM language, written by hamodel.
//
// Every choice is nondeterministic; [tick] lets {ms} ms pass. A variable is the place of its value
// in its domain; age_… are the ticks for which a rule has been enabled, as far as they matter.
"""
_WAIT = """\
// The longest and the shortest wait in ticks, and whether one can end:
//     R{"waiting"}max=? [ C ];  R{"waiting"}min=? [ F "over" ];  Pmax=? [ F "over" ];
// The longest is infinity where one goes on for ever while time passes; it counts the time of a
// wait too that time stands still in.
"""
_LABELS = """\
// Whether a property fails: Pmax=? [ F "fails_…" ]; 1 if it does.
"""


def tick_ms(system: System) -> int:
    """Return the largest time of which all bounds of a system's rules are multiples, in ms."""
    return gcd(*(ms for rule in system.rules for ms in rule.bounds if ms)) or 1


def prism(
    system: System,
    budget: Budget = NO_FAULT,
    props: Iterable[Property] = (),
    *,
    wait: tuple[Expr, Expr, Expr] | None = None,
) -> str:
    """
    Return a system within a budget in the PRISM language, the same text each time.

    Parameters
    ----------
    system, budget
        What is to be searched, and the failures and repairs that may happen.
    props
        Properties of the modality `always` or `never`: a label each, of the states that contradict
        it.
    wait
        The guards since, begin and end of a wait, as `hamodel.engine.timed.search.waits` has them:
        a reward of 1 a tick, while one wait goes on. Which one, if there are several, is a choice
        too; after it nothing more happens.

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
    return "\n".join(_Writer(product, wait).lines(props)) + "\n"


class _Writer:
    def __init__(self, product: Product, wait: tuple[Expr, Expr, Expr] | None) -> None:
        self.product, self.wait = product, wait
        self.tick = tick_ms(product.system)
        self.names = names_of("v_", (var.name for var in product.variables))
        rules = [action.rule for action in product.actions]
        self.labels = names_of("a_", (rule.name for rule in rules))
        names = names_of("age_", (rule.name for rule in rules))
        self.ages = {
            place: names[rule.name]
            for place, rule in enumerate(rules)
            if rule.bounds not in {AT_ONCE, UNTIMED}
        }

    def lines(self, props: Sequence[Property]) -> Iterator[str]:
        product = self.product
        name, budget = comment(product.system.name), comment(str(product.budget))
        head = _HEAD.format(name=name, budget=budget, ms=self.tick)
        yield head + (_WAIT if self.wait else "") + (_LABELS if props else "")
        yield f"mdp\n\nconst int tick_ms = {self.tick};\n\nmodule steps"
        for var in product.variables:
            last, start = len(var.values) - 1, var.values.index(var.initial)
            told = f"// {_told(var)}"
            yield f"  {self.names[var.name]} : [0..{last}] init {start};  {told}"
        for place, age in self.ages.items():
            yield f"  {age} : [0..{self._most(place)}] init 0;"
        if self.wait:
            yield f"  wait : [0..4] init {self._first_wait()};"
        yield ""
        yield f"  [tick] {self._no_rule_is_due()} -> {self._older()};"
        for place in range(len(product.actions)):
            yield from self._action(place)
        if self.wait:
            yield f"  [over] wait={OVER} -> true;"
            yield f"  [measure] wait={FIRST} -> (wait'={MEASURED});"
            yield f"  [leave_out] wait={FIRST} -> (wait'={APART});"
        yield "endmodule"
        for prop in props:
            wrong = WORDS.guard(violation(prop, "the PRISM language", INSTEAD), self.names)
            yield f'\nlabel "fails_{prop.name}" = {wrong};'
        if self.wait:
            yield f'\nlabel "over" = wait={OVER};'
            yield f'\nrewards "waiting"\n  [tick] wait={MEASURED} : 1;\nendrewards'

    def _takes(self, place: int) -> tuple[int, int | None]:
        """Return the bounds of an action in ticks."""
        earliest, latest = self.product.actions[place].rule.bounds
        return earliest // self.tick, None if latest is None else latest // self.tick

    def _most(self, place: int) -> int:
        """Return the age beyond which an action's is not told apart."""
        earliest, latest = self._takes(place)
        return earliest if latest is None else latest

    def _first_wait(self) -> int:
        assert self.wait is not None, "asked for with a wait alone"
        _, begin, end = self.wait
        state = self.product.initial
        return FIRST if begin(state) and not end(state) else NONE

    def _enabled(self, place: int, names: Names) -> str:
        """Return the guard that an action is enabled, whatever its age."""
        action = self.product.actions[place]
        spare = [f"{names[name]} <= {limit - number}" for name, number, limit in action.charge]
        return WORDS.joined([WORDS.guard(action.guard, names), *spare], "&")

    def _goes_on(self) -> list[str]:
        return [f"wait<{OVER}"] if self.wait else []

    def _no_rule_is_due(self) -> str:
        """Return the guard of a tick."""
        guards = self._goes_on()
        for place, action in enumerate(self.product.actions):
            latest = self._takes(place)[1]
            if action.rule.bounds == AT_ONCE:
                enabled = self._enabled(place, self.names)
                guards.append({"true": "false", "false": "true"}.get(enabled, f"!({enabled})"))
            elif latest is not None:
                # What is not enabled is 0 ticks old.
                guards.append(f"{self.ages[place]} < {latest}")
        return WORDS.joined(guards, "&")

    def _older(self) -> str:
        updates = []
        for place, age in self.ages.items():
            older, latest = f"{age} + 1", self._takes(place)[1]
            if latest is None:
                older = f"min({age} + 1, {self._most(place)})"
            enabled = self._enabled(place, self.names)
            updates.append(f"({age}'={WORDS.chosen(enabled, older, '0')})")
        return " & ".join(updates) or "true"

    def _action(self, place: int) -> Iterator[str]:
        """Yield the commands of an action: one, or two if a wait to be measured can begin."""
        action, label = self.product.actions[place], self.labels
        earliest = self._takes(place)[0]
        old_enough = [f"{self.ages[place]} >= {earliest}"] if earliest else []
        guards = [*self._goes_on(), self._enabled(place, self.names), *old_enough]
        after = self._after(place)
        updates = [f"({self.names[name]}'={value})" for name, value in after.items()]
        updates += self._younger(place, after)
        yield f"  // {described(action.rule)}"
        name = label[action.rule.name]
        begins, phase = self._phase(after)
        yield self._command(name, guards, [*updates, *phase])
        if begins != "false":
            measured = [*guards, f"wait={NONE}", begins]
            yield self._command(f"{name}_measured", measured, [*updates, f"(wait'={MEASURED})"])

    def _command(self, name: str, guards: Sequence[str], updates: Sequence[str]) -> str:
        """Return a command; that it never happens, if it never does."""
        if WORDS.joined(guards, "&") == "false":
            return f"  // [{name}] never happens"
        does = " & ".join(updates) or "true"
        return f"  [{name}] {WORDS.joined(guards, '&')} -> {does};"

    def _after(self, place: int) -> dict[str, str]:
        """Return what each variable that an action changes has after it."""
        action = self.product.actions[place]
        effects: dict[str, list[Set]] = {}
        for effect, _ in action.effects:
            effects.setdefault(effect.var.name, []).append(effect)
        counters = {var.name: var for var in self.product.counters}
        for name, number, _ in action.charge:
            effects[name] = [Set(counters[name], Step(counters[name], number))]
        found = {name: WORDS.value(its, self.names) for name, its in effects.items()}
        return {name: value for name, value in found.items() if value != self.names[name]}

    def _younger(self, place: int, after: Mapping[str, str]) -> Iterator[str]:
        """Yield the ages of what an action fires or may disable: they begin anew."""
        names = self._then(after)
        for other, age in self.ages.items():
            if other == place:
                yield f"({age}'=0)"
                continue
            action = self.product.actions[other]
            read = {var.name for var in variables_of(action.guard)}
            read |= {name for name, *_ in action.charge}
            if read.isdisjoint(after):
                continue
            kept = WORDS.chosen(self._enabled(other, names), age, "0")
            if kept != age:
                yield f"({age}'={kept})"

    def _then(self, after: Mapping[str, str]) -> dict[str, str]:
        """Return what is written for each variable as it is after an action."""
        then = {
            name: f"({value})" if " " in value and value[0] != "(" else value
            for name, value in after.items()
        }
        return dict(self.names) | then

    def _phase(self, after: Mapping[str, str]) -> tuple[str, list[str]]:
        """Return the guard that a wait begins with an action, and what becomes of a wait."""
        if self.wait is None:
            return "false", []
        since, begin, end = self.wait
        names = self._then(after)
        ends = WORDS.guard(end, names)
        begins = WORDS.joined(
            [WORDS.guard(since, self.names), WORDS.guard(begin & ~end, names)], "&"
        )
        measured = WORDS.chosen(ends, str(OVER), str(MEASURED))
        apart = WORDS.chosen(ends, str(NONE), str(APART))
        none = WORDS.chosen(begins, str(APART), str(NONE))
        value = WORDS.chosen(
            f"wait={MEASURED}", measured, WORDS.chosen(f"wait={APART}", apart, none)
        )
        return begins, [f"(wait'={value})"]


def _told(var: Var[Any]) -> str:
    """Return a variable's name and which place is which value, for a comment."""
    words = [f"{code} {word(value)}" for code, value in enumerate(var.values[:VALUES_IN_A_LINE])]
    more = [f"… {len(var.values) - 1}"] if len(var.values) > VALUES_IN_A_LINE else []
    return comment(f"{var.name}: {', '.join([*words, *more])}")
