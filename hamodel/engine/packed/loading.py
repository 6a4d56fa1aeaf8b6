"""Loading the kernels, or compiling them, before searches are shared out among processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from enum import Enum
from typing import Any

from hamodel.budget import Budget
from hamodel.component import Arrow, Component
from hamodel.engine.check import judge
from hamodel.engine.packed import kernels
from hamodel.engine.packed.explorer import explore_packed
from hamodel.engine.packed.layout import Layout, TooWideError
from hamodel.expr import Var
from hamodel.property import leads_to, transparent
from hamodel.rule import Kind, Rule
from hamodel.system import System

BITS_MIN = 24
"""What takes fewer bits is seldom a large search: its kernels are compiled when it is one."""


class _Lamp(Enum):
    ON = "on"
    OFF = "off"


def load(searched: Iterable[Sequence[Var[Any]]], say: Callable[[str], None]) -> None:
    """
    Load the kernels, or compile them, for states of as many words as these variables take.

    Parameters
    ----------
    searched
        For each search its variables; those that take too many words are left out.
    say
        Called with a sentence before anything is compiled.
    """
    widths = set()
    for variables in searched:
        with suppress(TooWideError):
            layout = Layout(variables)
            if sum(place.width for place in layout.places.values()) >= BITS_MIN:
                widths.add(layout.words)
    if widths and not kernels.cached():
        say("compiling the search: once after an installation, some twenty seconds")
    for width in sorted(widths):
        _use(width)


def _use(width: int) -> None:
    """Search and judge a tiny system of so many words: every kernel is called once."""
    lamp = Component("lamp", _Lamp, (Arrow("fail", _Lamp.ON, _Lamp.OFF),))
    bytes_ = tuple(Var(f"byte_{i}", range(256)) for i in range(8 * width - 1))
    fails = Rule("lamp fails", Kind.FAILURE, fires=(lamp.fires("fail"),), cost={"lamp-crash": 1})
    system = System((lamp, Component("bytes", variables=bytes_)), (fails,))
    props = (
        leads_to("it_returns", lamp.is_(_Lamp.OFF), lamp.is_(_Lamp.ON)),
        transparent("nobody_sees", fault=("lamp fails",), observers=("bytes",)),
    )
    verdicts = judge(explore_packed(system, Budget(1)), props)
    assert len(props) == len(verdicts)
