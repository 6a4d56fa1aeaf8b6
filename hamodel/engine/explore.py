"""The search of a system by whichever engine repays it; both find the same, in the same order."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from hamodel.budget import NO_FAULT, Budget
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.explored import Explored, Progress, Threads
from hamodel.engine.limits import NO_LIMITS, Cut, Limits, cut_by
from hamodel.engine.reference import Exploration, Product
from hamodel.engine.reference import explore as explore_reference
from hamodel.errors import SearchError
from hamodel.system import System

SMALL = 4_000
"""
Up to how many states the reference search goes by itself.

It takes about half a second for them; loading the compiled search takes longer (decision 0008).
"""
SMALL_WHEN_LOADED = 500
"""The same once the compiled search is loaded: to put a system into arrays takes as long."""
SMALL_AMONG_MANY = 2_000
"""The same for the largest of searches that share what is loaded."""
WIDE = 64
"""
From how many bits a state on a search is taken to be large, once the compiled search is loaded.

Every shipped deployment's search of so many bits or more is (decision 0008).
"""


def explore(
    system: System,
    budget: Budget = NO_FAULT,
    *,
    limit_states: int | None = None,
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    threads: Threads = 1,
    begun: float | None = None,
) -> Explored:
    """
    Search every state that a run within the budget can reach, breadth first.

    Parameters
    ----------
    system, budget
        What is searched, and the failures and repairs that may happen.
    limits, limit_states
        Where the search is cut short, and a short form of the limit on states; the exploration
        is then not complete.
    progress
        Called now and then.
    checkpoint
        Where the packed engine keeps the search. What the reference search does is not kept: it
        is done anew as soon.
    threads
        How many threads a large search takes; a function is asked now and then. What is found,
        and in which order, is the same.
    begun
        Since when the limit on the time counts, as `time.monotonic` has it; by default from now.

    Raises
    ------
    SearchError
        HA040 (with the run that leads there), HA044, HA045; HA046, HA047 or HA048 for a
        checkpoint that is not this search's.
    """
    limits = limits.but(limit_states)
    begun = time.monotonic() if begun is None else begun
    found: Exploration | None = None
    resumes = checkpoint is not None and checkpoint.resumes
    if not resumes and not _surely_large(system, budget, limits):
        found = _explored_at_once(system, budget, limits, progress, begun)
        if found.complete or found.cut is not Cut.STATES or found.limits == limits:
            return found
    from hamodel.engine.packed.explorer import explore_packed
    from hamodel.engine.packed.layout import TooWideError

    try:
        return explore_packed(
            system,
            budget,
            limits=limits,
            progress=progress,
            checkpoint=checkpoint,
            begun=begun,
            threads=threads,
        )
    except MemoryError as error:
        if found is None:
            found = _explored_at_once(system, budget, limits, progress, begun)
        if not found.complete:
            found.limits, found.cut = limits, cut_by(error)
        return found
    except TooWideError as error:
        if checkpoint is not None and resumes:
            raise SearchError(
                "HA048",
                f"{checkpoint.path} is of another search: this one is never kept, for {error}; "
                "search without --resume, or resume with the options of the run that wrote it",
            ) from None
        if found is None:
            return explore_reference(system, budget, limits=limits, progress=progress, begun=begun)
        found.expand(limits, progress, begun)
        return found


def _surely_large(system: System, budget: Budget, limits: Limits) -> bool:
    """Return whether it is not worth while to try the reference search first."""
    little = limits.states is not None and limits.states <= SMALL_WHEN_LOADED
    return "numba" in sys.modules and not little and _is_wide(system, budget)


def _is_wide(system: System, budget: Budget) -> bool:
    stored = (*system.variables.values(), *budget.counters)
    return sum((len(var.values) - 1).bit_length() for var in stored) >= WIDE


def _explored_at_once(
    system: System,
    budget: Budget,
    limits: Limits,
    progress: Progress | None,
    begun: float,
) -> Exploration:
    """Search as far as the reference search goes by itself."""
    least = SMALL_WHEN_LOADED if "numba" in sys.modules else SMALL
    small = limits.states is not None and limits.states <= least
    first = limits if small else replace(limits, states=least)
    return explore_reference(system, budget, limits=first, progress=progress, begun=begun)


def _repays_loading(system: System, budget: Budget) -> bool:
    if _is_wide(system, budget):
        return True
    return not explore_reference(system, budget, limit_states=SMALL_AMONG_MANY).complete


def prepare(systems: Iterable[tuple[System, Budget]], say: Callable[[str], None]) -> None:
    """
    Load what searches share before processes are forked for them, if one of them is large.

    That is the compiled search, what the other engine imports, and cubes of guards.

    Parameters
    ----------
    systems
        What they search. The one with the most variables is tried first.
    say
        Called before what takes long: compiling, once after an installation.
    """
    these = list(systems)
    largest = max(these, key=lambda each: len(each[0].variables), default=None)
    if largest is None or not _repays_loading(*largest):
        return
    from hamodel.engine.graph import load_networkx
    from hamodel.engine.packed.layout import Layout, TooWideError
    from hamodel.engine.packed.loading import load
    from hamodel.engine.packed.program import program

    load_networkx()
    load(((*part.variables.values(), *budget.counters) for part, budget in these), say)
    product = Product(*largest)
    with suppress(TooWideError):
        program(Layout(product.variables), product)
