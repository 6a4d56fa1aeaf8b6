"""Small systems with two faults, drawn by chance, and the wait that both can prolong."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, System, Var, all_of
from hamodel.rule import AT_ONCE, UNTIMED, Bounds
from tests.agreement.random_systems import Choose
from tests.agreement.timed_systems import timed_drawing

FIRST, SECOND = "first-fault", "second-fault"


@dataclass(frozen=True, slots=True)
class PairDrawing:
    """A system with two classes of faults, and a wait."""

    system: System
    begin: Expr
    end: Expr
    since: Expr


def pair_drawing(seed: int) -> PairDrawing:
    """Return the system of a seed: of each five one of anything, the others a relay of repairs."""
    return _anything(seed) if seed % 5 == 0 else _relay(random.Random(seed).randrange)  # noqa: S311


def _anything(seed: int) -> PairDrawing:
    """Return a random timed system, two of whose rules are faults."""
    drawn = timed_drawing(seed)
    choose = random.Random(-1 - seed).randrange  # noqa: S311
    one = choose(len(drawn.system.rules))
    two = (one + 1 + choose(len(drawn.system.rules) - 1)) % len(drawn.system.rules)
    rules = []
    for place, rule in enumerate(drawn.system.rules):
        if place in {one, two}:
            cost = {FIRST if place == one else SECOND: 1}
            rules.append(replace(rule, kind=Kind.FAILURE, takes=UNTIMED, cost=cost))
        else:
            takes = _bounds(choose) if rule.bounds == UNTIMED else rule.bounds
            rules.append(replace(rule, kind=Kind.PROTOCOL, takes=takes, cost={}))
    system = replace(drawn.system, rules=tuple(rules))
    since = drawn.since if drawn.since == TRUE else drawn.since & ~drawn.begin
    return PairDrawing(system, drawn.begin, drawn.end, since)


def _relay(choose: Choose) -> PairDrawing:
    """Return a system that is mended in stages, by whoever is alive, beside a second fault."""
    on: Var[bool] = Var("on", bool, initial=True)
    stage, way = Var("stage", range(3)), Var("way", range(3))
    side: Var[bool] = Var("side", bool)
    off = on.is_(False)
    last = choose(3)
    rules = [Rule("it fails", Kind.FAILURE, on.is_(True), sets=Set(on, False), cost={FIRST: 1})]
    when = (on.is_(True), off, stage.is_(choose(last + 1)), side.is_(bool(choose(2))))
    hit = [Set(way, 1)] if choose(4) else [Set(way, 2)]
    if choose(3) == 0:
        hit.append(Set(stage, 0))
    guard = all_of(way.is_(0), *(each for each in when[1:] if choose(4) == 0))
    rules.append(Rule("another fails", Kind.FAILURE, guard, sets=tuple(hit), cost={SECOND: 1}))
    for k in range(last + 1):
        done = Set(stage, k + 1) if k < last else Set(on, True)
        at = off & stage.is_(k)
        rules.append(Rule(f"stage {k}", when=at & way.is_(0), sets=done, takes=_bounds(choose)))
        if choose(3):
            name = f"stage {k} by the other way"
            rules.append(Rule(name, when=at & way.is_(2), sets=done, takes=_bounds(choose)))
        if choose(4) == 0:
            name = f"stage {k} in any way"
            rules.append(Rule(name, when=at & side.is_(True), sets=done, takes=_bounds(choose)))
    rules.append(Rule("over", when=way.is_(1), sets=Set(way, 2), takes=_bounds(choose)))
    for value in (False, True):
        if choose(2):
            turn = Set(side, not value)
            when_ = side.is_(value) & (off if choose(2) else way.is_not(0))
            rules.append(Rule(f"turn {value}", when=when_, sets=turn, takes=_bounds(choose)))
    boxes = tuple(Component(f"{var.name}_box", variables=(var,)) for var in (on, stage, way, side))
    return PairDrawing(System(boxes, tuple(rules)), off, ~off, on.is_(True))


def doubled(system: System) -> System:
    """Return the same with every bound twice as large, so that half ticks are whole."""

    def longer(rule: Rule) -> Rule:
        earliest, latest = rule.bounds
        return replace(rule, takes=(2 * earliest, None if latest is None else 2 * latest))

    return replace(system, rules=tuple(map(longer, system.rules)))


def _bounds(choose: Choose) -> Bounds:
    """Return bounds: seldom at once or without a latest, often exact."""
    sort = choose(12)
    if sort == 0:
        return AT_ONCE
    earliest = choose(4)
    if sort == 1:
        return earliest, None
    return earliest, max(1, earliest) if sort < 6 else earliest + 1 + choose(3)
