"""Loading the kernels, or compiling them, before searches are shared out among processes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from multiprocessing import get_context
from typing import Any

import numpy as np

from hamodel.budget import Budget
from hamodel.component import Arrow, Component
from hamodel.engine.check import judge
from hamodel.engine.packed import graphs, kernels, refinement
from hamodel.engine.packed.explorer import PackedExploration, explore_packed
from hamodel.engine.packed.layout import Layout, TooWideError
from hamodel.expr import TRUE, Var
from hamodel.property import leads_to, transparent
from hamodel.rule import Kind, Rule
from hamodel.system import System

BITS_MIN = 24
"""What takes fewer bits is seldom a large search: its kernels are compiled when it is one."""


class _Lamp(Enum):
    ON = "on"
    OFF = "off"


LAMP = Component("lamp", _Lamp, (Arrow("fail", _Lamp.ON, _Lamp.OFF),))
PROPERTIES = (
    leads_to("it_returns", LAMP.is_(_Lamp.OFF), LAMP.is_(_Lamp.ON)),
    transparent("nobody_sees", fault=("lamp fails",), observers=("bytes",)),
)


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
            if layout.width >= BITS_MIN:
                widths.add(layout.words)
    works = []
    if widths and not kernels.cached():
        say("compiling the search: once after an installation, some ten seconds")
        works += [call_judging] if kernels.cacheable() else []
    with _beside(works):
        found = [search(width) for width in sorted(widths)]
    for each in found:
        assert len(PROPERTIES) == len(judge(each, PROPERTIES))


def search(width: int) -> PackedExploration:
    """Search a tiny system of so many words: every kernel with `dims` is called once."""
    bytes_ = tuple(Var(f"byte_{i}", range(256)) for i in range(8 * width - 1))
    fails = Rule("lamp fails", Kind.FAILURE, fires=(LAMP.fires("fail"),), cost={"lamp-crash": 1})
    system = System((LAMP, Component("bytes", variables=bytes_)), (fails,))
    found = explore_packed(system, Budget(1))
    assert found.first(TRUE) == 0
    assert len(found.trace_to(1)) == len(found.edges[0])
    return found


def call_judging() -> None:
    """Call each of the other kernels on a graph of one state and no step."""
    starts, depths = np.zeros(2, np.int64), np.zeros(1, np.int64)
    actions, flags, numbers = np.zeros(0, np.uint16), np.zeros(1, np.bool_), np.zeros(1, np.int32)
    steps, words = np.zeros(0, np.int32), np.zeros((1, 1), np.uint64)
    graphs.reach(starts, steps, flags, flags)
    graphs.parts(starts, steps, flags, numbers)
    graphs.owed(starts, actions, steps, flags, numbers, depths, words)
    graphs.idle(starts, actions, depths, flags)
    graphs.shortest(
        starts, actions, steps, depths, depths, flags, flags, numbers, np.zeros(1, np.uint16)
    )
    refinement.numbered(words, numbers)
    refinement.by_source(steps, 1, starts, depths)
    refinement.signed(starts, steps, steps, flags[:0], flags, numbers, 1, numbers)


@contextmanager
def _beside(works: Iterable[Callable[[], None]]) -> Iterator[None]:
    """Let processes do some works meanwhile, of which only what they cache remains."""
    processes = [
        get_context("fork").Process(target=_quietly, args=(work,), daemon=True) for work in works
    ]
    for process in processes:
        process.start()
    try:
        yield
        for process in processes:
            process.join()
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _quietly(work: Callable[[], None]) -> None:
    """Do a work in a process of its own, which Ctrl-C ends without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    work()
