"""The search of a system by whichever engine repays it; both find the same, in the same order."""

from __future__ import annotations

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.explored import Explored, Progress
from hamodel.engine.reference import explore as explore_reference
from hamodel.system import System

SMALL = 4_000
"""
Up to how many states the reference search goes by itself.

It takes about half a second for them; loading the compiled search takes as long (decision 0007).
"""


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
    small = limit_states is not None and limit_states <= SMALL
    limit = limit_states if small else SMALL
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
