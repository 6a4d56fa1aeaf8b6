"""The search of a system by whichever engine repays it; both find the same, in the same order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.explored import Explored, Progress
from hamodel.engine.reference import Product, checked_limit
from hamodel.engine.reference import explore as explore_reference
from hamodel.system import System

SMALL = 4_000
"""
Up to how many states the reference search goes by itself.

It takes about half a second for them; loading the compiled search takes longer (decision 0008).
"""
SMALL_WHEN_LOADED = 500
"""The same once the compiled search is loaded: to put a system into arrays takes as long."""


def explore(
    system: System,
    budget: Budget = NO_FAULT,
    *,
    limit_states: int | None = None,
    progress: Progress | None = None,
) -> Explored:
    """
    Search every state that a run within the budget can reach, breadth first.

    Parameters
    ----------
    system, budget
        What is searched, and the failures and repairs that may happen.
    limit_states
        Stop when more distinct states than this are known; the exploration is then not complete.
    progress
        Called now and then.

    Raises
    ------
    SearchError
        HA040 (with the run that leads there), HA044, HA045.
    """
    checked_limit(limit_states)
    least = SMALL_WHEN_LOADED if "numba" in sys.modules else SMALL
    small = limit_states is not None and limit_states <= least
    limit = limit_states if small else least
    found = explore_reference(system, budget, limit_states=limit, progress=progress)
    if found.complete or small:
        return found
    from hamodel.engine.packed.explorer import explore_packed
    from hamodel.engine.packed.layout import TooWideError

    try:
        return explore_packed(system, budget, limit_states=limit_states, progress=progress)
    except TooWideError:
        found.complete = True
        found.expand(limit_states, progress)
        return found


def prepare(systems: Iterable[tuple[System, Budget]], say: Callable[[str], None]) -> None:
    """
    Load the compiled search before processes are forked for searches, if one of them will need it.

    Parameters
    ----------
    systems
        What they search. The one with the most variables is tried first.
    say
        Called before what takes long: compiling, once after an installation.
    """
    these = list(systems)
    largest = max(these, key=lambda each: len(each[0].variables), default=None)
    if largest is None or explore_reference(*largest, limit_states=SMALL).complete:
        return
    from hamodel.engine.packed.loading import load

    load((Product(*each).variables for each in these), say)
