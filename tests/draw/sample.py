"""Two lamps and a switch: small enough that its pictures can be written down whole."""

from __future__ import annotations

import os
import shutil
from enum import Enum

import pytest

from hamodel import Arrow, Component, Kind, Message, Rule, Set, System, Trace, Var, trace_of


class Lamp(Enum):
    """What a lamp can be."""

    OFF = "off"
    ON = "on"
    BROKEN = "broken"


def lamp(number: int, initial: Lamp) -> Component:
    """Return a lamp that remembers whether it was ever lit."""
    return Component(
        f"lamp_{number}",
        Lamp,
        (
            Arrow("light", Lamp.OFF, Lamp.ON),
            Arrow("break", tuple(Lamp), Lamp.BROKEN),
            Arrow("wear_out", tuple(Lamp), Lamp.BROKEN),
            Arrow("replace", Lamp.BROKEN, Lamp.OFF),
            Arrow("dim", Lamp.ON, Lamp.OFF),
        ),
        (Var(f"lamp_{number}.lit", bool, volatile=True),),
        initial,
    )


def lamps() -> System:
    """Return the system of two lamps and the switch that lights them."""
    one, two = lamp(1, Lamp.ON), lamp(2, Lamp.OFF)
    pressed = Var("switch.pressed", bool)
    rules = [
        Rule("a person presses", Kind.ENVIRONMENT, ~pressed.is_(True), (), (Set(pressed, True),))
    ]
    for me, other in ((one, two), (two, one)):
        whole = me.is_not(Lamp.BROKEN)
        rules += [
            Rule(
                f"{me.name} lights up",
                when=pressed.is_(True) & other.is_(Lamp.BROKEN) & me.is_(Lamp.OFF),
                fires=(me.fires("light"),),
                sets=(Set(me["lit"], True),),
                says=(Message("current", "switch", me.name, (230,)),),
            ),
            Rule(f"{me.name} breaks", Kind.FAILURE, whole, (me.fires("break"),)),
            Rule(f"{me.name} wears out", Kind.FAILURE, whole, (me.fires("wear_out"),)),
            Rule(f"{me.name} is replaced", Kind.REPAIR, fires=(me.fires("replace"),)),
        ]
    return System((one, two, Component("switch", variables=(pressed,))), tuple(rules), name="lamps")


RUN = ("a person presses", "lamp_1 breaks", "lamp_2 lights up", "lamp_1 is replaced")


def run(loop: int | None = None, fork: int | None = None) -> Trace:
    """Return a run of the lamps: one breaks, the other lights up."""
    return trace_of(lamps(), RUN, loop=loop, fork=fork, note="The other one lights up.")


def dot_or_skip() -> None:
    """Skip the test if `dot` is not installed; where all must run, fail."""
    if shutil.which("dot"):
        return
    if os.environ.get("CI") == "true":
        pytest.fail("CI=true, and the program 'dot' of Graphviz is not installed")
    pytest.skip("the program 'dot' of Graphviz is not installed")
