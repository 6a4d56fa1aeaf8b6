"""Small systems with bounds, and how long a wait in each takes, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hamodel import NO_FAULT, Budget, Component, Expr, Kind, Rule, Set, System, Var, all_of
from hamodel.rule import Bounds

ON: Var[bool] = Var("on", bool, initial=True)
SIDE: Var[bool] = Var("side", bool)
SPARE: Var[bool] = Var("spare", bool)
MONITOR: Var[int] = Var("monitor", range(3))
OFF = ON.is_(False)
FAULT = Budget({"lamp-crash": 1})
BOTH = Budget({"lamp-crash": 1, "monitor-crash": 1})


@dataclass(frozen=True, slots=True)
class Example:
    """A system, the wait while `begin` holds, and what it takes; `why` if it is endless."""

    system: System
    worst: int | None
    best: int | None
    why: str = ""
    begin: Expr = OFF
    budget: Budget = FAULT


def _system(*rules: Rule) -> System:
    boxes = (ON, SIDE, SPARE, MONITOR)
    components = tuple(Component(f"{var.name}_box", variables=(var,)) for var in boxes)
    return System(components, rules)


def _fails() -> Rule:
    return Rule("it fails", Kind.FAILURE, ON.is_(True), sets=Set(ON, False), cost={"lamp-crash": 1})


def _mended(takes: Bounds | None, name: str = "it is mended", when: Expr = OFF) -> Rule:
    return Rule(name, when=OFF & when, sets=Set(ON, True), takes=takes)


def one_rule() -> Example:
    """What is down comes back within bounds."""
    return Example(_system(_fails(), _mended((3, 5))), 5, 3)


def at_once() -> Example:
    """What takes no time lets none pass."""
    return Example(_system(_fails(), _mended(None)), 0, 0)


def two_compete() -> Example:
    """Whichever is first: the least of both."""
    rules = _mended((3, 5)), _mended((2, 4), "it is mended by another")
    return Example(_system(_fails(), *rules), 4, 2)


def no_latest() -> Example:
    """It may be mended, and need not."""
    return Example(_system(_fails(), _mended((3, None))), None, 3, "unbounded")


def nobody_mends() -> Example:
    """Nothing more happens."""
    return Example(_system(_fails()), None, None, "stuck")


def round_and_round() -> Example:
    """Something else happens again and again."""
    turns = Rule("it turns", when=OFF & SIDE.is_(False), sets=Set(SIDE, True), takes=(1, 2))
    back = Rule("it turns back", when=OFF & SIDE.is_(True), sets=Set(SIDE, False), takes=(0, 0))
    return Example(_system(_fails(), turns, back), None, None, "loop")


def time_stands_still() -> Example:
    """Something happens again and again at once: no time passes, and nothing is ever mended."""
    turns = Rule("it turns", when=OFF & SIDE.is_(False), sets=Set(SIDE, True))
    back = Rule("it turns back", when=OFF & SIDE.is_(True), sets=Set(SIDE, False))
    return Example(_system(_fails(), turns, back, _mended((1, 1))), None, None)


def in_turn() -> Example:
    """One after the other: the sums."""
    turns = Rule("it is seen", when=OFF & SIDE.is_(False), sets=Set(SIDE, True), takes=(25, 35))
    mended = _mended((1, 2), when=SIDE.is_(True))
    return Example(_system(_fails(), turns, mended), 37, 26)


def a_monitor_dies() -> Example:
    """The spare monitor begins anew: 5 nearly gone by, 2 to take over, 5 again."""
    alive = MONITOR.in_(0, 2)
    dies = Rule(
        "the monitor dies",
        Kind.FAILURE,
        MONITOR.is_(0),
        sets=Set(MONITOR, 1),
        cost={"monitor-crash": 1},
    )
    spare = Rule("the spare takes over", when=MONITOR.is_(1), sets=Set(MONITOR, 2), takes=(2, 2))
    rules = _fails(), dies, spare, _mended((5, 5), when=alive)
    return Example(_system(*rules), 12, 5, budget=BOTH)


def a_clock_that_goes_on() -> Example:
    """What stays enabled keeps its age whatever happens beside it."""
    turns = Rule("it turns", when=OFF & SIDE.is_(False), sets=Set(SIDE, True), takes=(1, 3))
    return Example(_system(_fails(), turns, _mended((4, 6))), 6, 4)


def from_the_beginning() -> Example:
    """A wait that the first state is in."""
    opens = Rule("it opens", when=SIDE.is_(False), sets=Set(SIDE, True), takes=(2, 9))
    return Example(_system(opens), 9, 2, begin=SIDE.is_(False), budget=NO_FAULT)


def a_deadline_beside_a_loop() -> Example:
    """Something goes round many times, until what has a deadline happens."""
    turns = Rule("it turns", when=OFF & SIDE.is_(False), sets=Set(SIDE, True), takes=(0, 1))
    back = Rule("it turns back", when=OFF & SIDE.is_(True), sets=Set(SIDE, False))
    return Example(_system(_fails(), turns, back, _mended((20, 30))), 30, 20)


def a_deadline_that_is_put_off() -> Example:
    """What would end it begins anew each time round."""
    turns = Rule("it turns", when=OFF & SIDE.is_(False), sets=Set(SIDE, True), takes=(1, 2))
    back = Rule("it turns back", when=OFF & SIDE.is_(True), sets=Set(SIDE, False), takes=(0, 0))
    mended = _mended((2, 30), when=SIDE.is_(False))
    return Example(_system(_fails(), turns, back, mended), None, 2, "loop")


def joined_later() -> Example:
    """Two begin together, and the third waits for both: the largest."""
    one = Rule("one is done", when=OFF & SIDE.is_(False), sets=Set(SIDE, True), takes=(1, 7))
    two = Rule("two is done", when=OFF & SPARE.is_(False), sets=Set(SPARE, True), takes=(3, 4))
    done = _mended((1, 1), when=all_of(SIDE.is_(True), SPARE.is_(True)))
    return Example(_system(_fails(), one, two, done), 8, 4)


EXAMPLES: dict[str, Callable[[], Example]] = {
    make.__name__.replace("_", " "): make
    for make in (
        one_rule,
        at_once,
        two_compete,
        no_latest,
        nobody_mends,
        round_and_round,
        time_stands_still,
        in_turn,
        a_monitor_dies,
        a_clock_that_goes_on,
        from_the_beginning,
        a_deadline_beside_a_loop,
        a_deadline_that_is_put_off,
        joined_later,
    )
}
