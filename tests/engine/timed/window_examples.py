"""Small systems with two faults, and when the second must come for more to be lost, by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hamodel import Expr, Kind, Rule, Set, System
from hamodel.engine.timed.windows import Interval
from tests.engine.timed.examples import MONITOR, OFF, ON, SIDE, SPARE, _mended, _system

LAMP, OTHER = "lamp-crash", "other-crash"


@dataclass(frozen=True, slots=True)
class Pair:
    """
    A system, and what it takes while `OFF` holds.

    Parameters
    ----------
    bound
        The longest with one fault.
    after
        With which gaps it is more if the other fault comes after that of the lamp; each with the
        longest, None for without end.
    before
        The same if it comes before.
    """

    system: System
    bound: int
    after: dict[Interval, int | None]
    before: dict[Interval, int | None]


def _fails() -> Rule:
    return Rule("it fails", Kind.FAILURE, ON.is_(True), sets=Set(ON, False), cost={LAMP: 1})


def _other(when: Expr, *sets: Set) -> Rule:
    return Rule("another fails", Kind.FAILURE, when, sets=sets, cost={OTHER: 1})


def the_monitor_dies() -> Pair:
    """
    Exactly 5 to mend, once there is a monitor; 2 until there is one again.

    After a gap of g, up to 5, it takes g + 2 + 5. If the monitor dies first it takes 2 - g more.
    """
    dies = _other(MONITOR.is_(0), Set(MONITOR, 1))
    spare = Rule("the spare takes over", when=MONITOR.is_(1), sets=Set(MONITOR, 2), takes=(2, 2))
    return Pair(
        _system(_fails(), dies, spare, _mended((5, 5), when=MONITOR.in_(0, 2))),
        5,
        {Interval(0, 5): 12},
        {Interval(0, 2, with_most=False): 7},
    )


def it_begins_anew() -> Pair:
    """Exactly 5, and 5 anew from the other fault on: more as soon as there is any gap."""
    one = _mended((5, 5), when=SIDE.is_(False))
    again = _mended((5, 5), "it is mended by another", when=SIDE.is_(True))
    return Pair(
        _system(_fails(), _other(SIDE.is_(False), Set(SIDE, True)), one, again),
        5,
        {Interval(0, 5, with_least=False): 10},
        {},
    )


def it_goes_on_faster() -> Pair:
    """3 to 4, or 2 from the other fault on: more if that comes more than 2 after."""
    one = _mended((3, 4), when=SIDE.is_(False))
    again = _mended((2, 2), "it is mended by another", when=SIDE.is_(True))
    return Pair(
        _system(_fails(), _other(SIDE.is_(False), Set(SIDE, True)), one, again),
        4,
        {Interval(2, 4, with_least=False): 6},
        {},
    )


def in_two_of_three_stages() -> Pair:
    """Stages of exactly 2 each, 4 from the other fault on, which leaves the second alone."""
    slow = SPARE.is_(True)
    rules = [
        Rule(
            f"stage {k} is done{' late' if late else ''}",
            when=OFF & MONITOR.is_(k) & (slow if late else ~slow),
            sets=Set(MONITOR, k + 1) if k < 2 else Set(ON, True),
            takes=(4, 4) if late else (2, 2),
        )
        for k in range(3)
        for late in (False, True)
    ]
    other = _other(OFF & MONITOR.in_(0, 2), Set(SPARE, True))
    heals = Rule("it heals", when=slow & MONITOR.is_(1), sets=Set(SPARE, False), takes=(0, 0))
    return Pair(
        _system(_fails(), other, heals, *rules),
        6,
        {Interval(0, 2): 10, Interval(4, 6): 10},
        {},
    )


def a_spare_is_gone() -> Pair:
    """
    With its spare nothing is lost; without it the lamp is mended in 1 to 4.

    The spare goes at any time before, or at the very moment at which it would light.
    """
    spare = SPARE.is_(False)
    at_once = _mended((0, 0), "the spare lights", when=spare)
    return Pair(
        _system(_fails(), _other(spare, Set(SPARE, True)), at_once, _mended((1, 4), when=~spare)),
        0,
        {Interval(0, 0): 4},
        {Interval(0, None): 4},
    )


def nobody_is_left() -> Pair:
    """Who mends it, within 3, dies: before that is over, or at any time before."""
    alive = SPARE.is_(False)
    return Pair(
        _system(_fails(), _other(alive, Set(SPARE, True)), _mended((1, 3), when=alive)),
        3,
        {Interval(0, 3): None},
        {Interval(0, None): None},
    )


def round_and_round() -> Pair:
    """The other fault begins what puts off the mending, if there is 1 left for the first turn."""
    turning = SPARE.is_(True)
    turns = Rule("it turns", when=turning & SIDE.is_(False), sets=Set(SIDE, True), takes=(1, 2))
    back = Rule("it turns back", when=turning & SIDE.is_(True), sets=Set(SIDE, False))
    return Pair(
        _system(
            _fails(),
            _other(OFF, Set(SPARE, True)),
            turns,
            back,
            _mended((4, 4), when=SIDE.is_(False)),
        ),
        4,
        {Interval(0, 3): None},
        {},
    )


def nothing_to_do_with_it() -> Pair:
    """What the other fault stops has no part in it."""
    return Pair(
        _system(_fails(), _other(SPARE.is_(False), Set(SPARE, True)), _mended((1, 3))), 3, {}, {}
    )


PAIRS: dict[str, Callable[[], Pair]] = {
    make.__name__.replace("_", " "): make
    for make in (
        the_monitor_dies,
        it_begins_anew,
        it_goes_on_faster,
        in_two_of_three_stages,
        a_spare_is_gone,
        nobody_is_left,
        round_and_round,
        nothing_to_do_with_it,
    )
}
