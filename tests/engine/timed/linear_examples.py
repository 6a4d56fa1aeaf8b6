"""Small systems that take timers, and how long a wait takes at most, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hamodel.engine.timed.formula import Question
from hamodel.engine.timed.linear import Vector
from hamodel.rule import Bounds
from tests.engine.timed import examples
from tests.engine.timed.examples import Example

RANGES = {"a": (0, 1_000), "b": (0, 1_000), "c": (0, 1_000)}
NEAR = {"a": 20, "b": 30, "c": 7}


@dataclass(frozen=True, slots=True)
class Worked:
    """An example, what some of its rules take, the longest wait, and in how many rows that is."""

    example: Example
    takes: Callable[[int, int, int], Mapping[str, Bounds]]
    worst: Callable[[int, int, int], int | str]
    rows: int = 1
    one: str = ""

    def asked(self, vector: Vector) -> Question:
        """Return the wait at a vector."""
        a, b, c = (vector.timer(name) for name in RANGES)
        return self.at(a, b, c)

    def at(self, a: int, b: int, c: int) -> Question:
        """Return the wait with timers that have these values."""
        takes, its = self.takes(a, b, c), self.example
        rules = tuple(
            replace(rule, takes=takes.get(rule.name, rule.takes)) for rule in its.system.rules
        )
        system = replace(its.system, rules=rules)
        return Question(system, ~its.begin | its.begin, its.begin, ~its.begin, its.budget)


def two_compete() -> Worked:
    """Two detectors, and whichever is first: the least of what both take at most."""
    return Worked(
        examples.two_compete(),
        lambda a, b, c: {"it is mended": (0, a), "it is mended by another": (0, b + c)},
        lambda a, b, c: min(a, b + c),
        2,
        "min",
    )


def both_are_needed() -> Worked:
    """Two begin together, and a third waits for both: the largest, and what comes then."""
    return Worked(
        examples.joined_later(),
        lambda a, b, c: {"one is done": (0, a), "two is done": (b, b), "it is mended": (c, c)},
        lambda a, b, c: max(a, b) + c,
        2,
        "max",
    )


def a_race() -> Worked:
    """What is later than the other can never happen; if it can, it need not be the first."""
    return Worked(
        examples.two_compete(),
        lambda a, b, c: {"it is mended": (a, a + c), "it is mended by another": (b, None)},
        lambda a, _, c: a + c,
    )


def in_turn() -> Worked:
    """One after the other, whole multiples too: the sum."""
    return Worked(
        examples.in_turn(),
        lambda a, b, c: {"it is seen": (2 * a + b, 3 * a + b), "it is mended": (0, c)},
        lambda a, b, c: 3 * a + b + c,
    )


def a_monitor_dies() -> Worked:
    """The spare begins anew: all of it twice, and the take-over."""
    return Worked(
        examples.a_monitor_dies(),
        lambda a, b, c: {"it is mended": (a, a + b), "the spare takes over": (c, c)},
        lambda a, b, c: 2 * (a + b) + c,
    )


def nobody_mends() -> Worked:
    """Nothing more happens, whatever the timers."""
    return Worked(examples.nobody_mends(), lambda *_: {}, lambda *_: "endless")


def put_off_or_not() -> Worked:
    """
    What would end it begins anew with each round: it happens only if a round is not over before.

    A round that takes no time lets none pass.
    """

    def worst(a: int, b: int, _: int) -> int | str:
        if a < b or a == b == 0:
            return a
        return "endless" if b else "never"

    return Worked(
        examples.a_deadline_that_is_put_off(),
        lambda a, b, _: {"it turns": (b, b), "it is mended": (a, a)},
        worst,
        4,
    )


WORKED: dict[str, Callable[[], Worked]] = {
    make.__name__.replace("_", " "): make
    for make in (
        two_compete,
        both_are_needed,
        a_race,
        in_turn,
        a_monitor_dies,
        nobody_mends,
        put_off_or_not,
    )
}
