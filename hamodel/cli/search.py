"""
The searches behind an assessment: one for each budget, in several processes where that works.

A search that happens in a process of its own sends what it finds as messages. The results do not
depend on how many processes there are: they are put in the order of the searches.
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import TypeAlias

from hamodel.budget import Budget
from hamodel.engine.by_parts import verdicts
from hamodel.engine.check import Search
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.explore import prepare
from hamodel.engine.explored import Threads
from hamodel.engine.limits import NO_LIMITS, Limits, resident
from hamodel.errors import HamodelError, SearchError
from hamodel.property import Property
from hamodel.system import System
from hamodel.trace import Trace
from hamodel.verdict import UNDETERMINED, Verdict, VerdictKind

SILENCE_S = 1
"""After how long without a message it is said that there is none."""


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How far a search has come.

    Parameters
    ----------
    search
        Its place among the searches.
    states, depth
        Those that it has found, and how far the last one expanded is from the initial one.
    frontier
        How many states are found and not yet expanded.
    memory
        How many bytes its process has in memory; 0 if that is not known.
    """

    search: int
    states: int
    depth: int
    frontier: int = 0
    memory: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict without its property and budget, which need not travel between processes."""

    search: int
    place: int
    kind: str
    why: str
    sizes: tuple[int, int, int]
    trace: Trace | None
    witness: Trace | None


@dataclass(frozen=True, slots=True)
class Failed:
    """A search met an error of the model's or of the budget's."""

    search: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Done:
    """A search has judged all that it can."""

    search: int


@dataclass(frozen=True, slots=True)
class Told:
    """What goes on before the searches, in a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """No search has said anything for a second."""


Message: TypeAlias = Progress | Judged | Failed | Done | Told | Waiting
Watch: TypeAlias = Callable[[Message], None]


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """
    The folder in which the searches are kept, a file each: `search-1.checkpoint`.

    Parameters
    ----------
    folder
        It must exist.
    resume
        Whether to go on from what it holds.
    """

    folder: Path
    resume: bool = False

    def of(self, number: int) -> Checkpoint:
        """Return where the search of this place is kept."""
        return Checkpoint(self.folder / f"search-{number + 1}.checkpoint", self.resume)

    @property
    def found(self) -> list[Path]:
        """The files of searches that the folder has."""
        return sorted(self.folder.glob("search-*.checkpoint"))


@dataclass(frozen=True, slots=True)
class Effort:
    """Where each search is cut short, where it is kept, if it is, and in how many threads it is."""

    limits: Limits = NO_LIMITS
    checkpoints: Checkpoints | None = None
    threads: Threads = 1

    def checkpoint(self, number: int) -> Checkpoint | None:
        """Return where a search is kept."""
        return None if self.checkpoints is None else self.checkpoints.of(number)


@dataclass(slots=True)
class Found:
    """
    What a list of searches found.

    Attributes
    ----------
    verdicts
        By (budget, property); complete unless it was interrupted.
    interrupted
        Whether Ctrl-C ended it early.
    """

    verdicts: dict[tuple[Budget, Property], Verdict] = field(default_factory=dict)
    interrupted: bool = False

    def take(self, searches: Sequence[Search], message: Message) -> None:
        """Keep a verdict; raise the error that a search has met."""
        match message:
            case Failed():
                raise SearchError(message.code, message.message)
            case Judged():
                search = searches[message.search]
                prop = search.props[message.place]
                self.verdicts[search.budget, prop] = Verdict(
                    prop,
                    search.budget,
                    VerdictKind(message.kind),
                    message.why,
                    *message.sizes,
                    trace=message.trace,
                    premise_witness=message.witness,
                )
            case Progress() | Done() | Told() | Waiting():
                pass

    def complete(self, searches: Sequence[Search], why: str) -> None:
        """Give each property without a verdict the verdict that it is undetermined."""
        for search in searches:
            for prop in search.props:
                unknown = Verdict(prop, search.budget, UNDETERMINED, why, 0, 0, 0)
                self.verdicts.setdefault((search.budget, prop), unknown)


def run_searches(
    system: System,
    searches: Sequence[Search],
    *,
    limits: Limits = NO_LIMITS,
    checkpoints: Checkpoints | None = None,
    processes: int = 1,
    watch: Watch = lambda _: None,
) -> Found:
    """
    Carry out every search; on Ctrl-C return what is known.

    Parameters
    ----------
    system, searches
        What is searched, and under which budgets.
    limits
        Where each search is cut short.
    checkpoints
        Where the searches are kept, if they are.
    processes
        How many searches go on at once, each in a process of its own if this is more than 1. Once
        there are fewer, those that are left go on in as many threads.
    watch
        Called with each message.

    Raises
    ------
    SearchError
        What a search raises.
    """
    found, effort = Found(), Effort(limits, checkpoints, processes)
    forking = processes > 1 and "fork" in multiprocessing.get_all_start_methods()
    run = _in_processes if forking else _in_turn
    try:
        if forking:
            _prepare(system, searches, watch)
        with _for_this_process(), _masked(signal.SIG_BLOCK) if forking else nullcontext():
            for message in run(system, searches, effort, processes, watch):
                found.take(searches, message)
                watch(message)
    except KeyboardInterrupt:
        found.interrupted = True
    found.complete(searches, "interrupted" if found.interrupted else "its process ended early")
    return found


def _prepare(system: System, searches: Sequence[Search], watch: Watch) -> None:
    """Load what the searches need, once for all processes; what is wrong with one, it says."""
    these = []
    with _without_cycle_collection():
        for search in searches:
            with suppress(HamodelError):
                these.append(search.searched(system))
        with suppress(HamodelError):
            prepare(these, lambda text: watch(Told(text)))


def _in_turn(
    system: System, searches: Sequence[Search], effort: Effort, _: int, watch: Watch
) -> Iterator[Message]:
    for number, search in enumerate(searches):
        with _without_cycle_collection():
            yield from _work(system, number, search, effort, watch)


def _work(
    system: System, number: int, search: Search, effort: Effort, watch: Watch
) -> Iterator[Message]:
    """Carry out one search, and yield what it finds as soon as it is found."""
    checkpoint = effort.checkpoint(number)
    if checkpoint is not None and checkpoint.resumes:
        yield Told(f"search {number + 1} goes on from {checkpoint.path}")
    try:
        found = verdicts(
            search,
            system,
            limits=effort.limits,
            progress=lambda states, frontier, depth: watch(
                Progress(number, states, depth, frontier, resident())
            ),
            checkpoint=checkpoint,
            threads=effort.threads,
        )
        for prop, verdict in found:
            yield Judged(
                number,
                search.props.index(prop),
                verdict.kind.value,
                verdict.why,
                (verdict.distinct_states, verdict.transitions, verdict.depth),
                verdict.trace,
                verdict.premise_witness,
            )
    except HamodelError as error:
        yield Failed(number, error.code, error.message)
    except MemoryError:
        for place in range(len(search.props)):
            why = "the memory is used up; give --limit-memory, --limit-states or a smaller scope"
            yield Judged(number, place, UNDETERMINED.value, why, (0, 0, 0), None, None)
    yield Done(number)


@contextmanager
def _without_cycle_collection() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of states, which have none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _in_processes(
    system: System, searches: Sequence[Search], effort: Effort, processes: int, _: Watch
) -> Iterator[Message]:
    """
    Yield the messages of all searches, of which so many go on at once.

    To be called with Ctrl-C held back: it ends a wait and nothing else, so that no message is
    lost, and the processes that are started here never get it.
    """
    context = multiprocessing.get_context("fork")
    threads = context.RawValue("i", 1)
    effort = replace(effort, threads=lambda: threads.value)
    waiting = _as_begun(searches)
    running: dict[Connection, multiprocessing.process.BaseProcess] = {}
    try:
        while waiting or running:
            threads.value = processes // min(processes, len(waiting) + len(running))
            while waiting and len(running) < processes:
                number, search = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(
                    target=_child, args=(theirs, system, number, search, effort), daemon=True
                )
                process.start()
                theirs.close()
                running[ours] = process
            yield from _heard(running)
    except KeyboardInterrupt:
        while ready := wait(list(running), timeout=0):
            yield from _received(ready, running)
        raise
    finally:
        for child in running.values():
            child.terminate()
        for child in running.values():
            child.join()


def _as_begun(searches: Sequence[Search]) -> list[tuple[int, Search]]:
    """
    Return the searches and their places as they are begun: few failures first, then large cones.

    What holds within the promises' own assumptions is known first; and a long search is not begun
    when the others are nearly done, as far as the failures and the cone tell how long it takes.
    """

    def size(numbered: tuple[int, Search]) -> tuple[float, float]:
        budget, cone = numbered[1].budget, numbered[1].cone
        unlimited = None in (budget.faults, budget.repairs)
        failures = math.inf if unlimited else sum(each.limit for each in budget.allowances)
        return failures, -math.inf if cone is None else -len(cone)

    return sorted(enumerate(searches), key=size)


def _heard(
    running: dict[Connection, multiprocessing.process.BaseProcess],
) -> Iterator[Message]:
    """Wait for messages and yield them; Ctrl-C is possible meanwhile."""
    with _masked(signal.SIG_UNBLOCK):
        ready = wait(list(running), timeout=SILENCE_S)
    yield from _received(ready, running) if ready else (Waiting(),)


def _received(
    ready: Sequence[object], running: dict[Connection, multiprocessing.process.BaseProcess]
) -> Iterator[Message]:
    """Yield a message of each of these; forget the processes that have ended."""
    for connection in ready:
        assert isinstance(connection, Connection)
        try:
            message: Message = connection.recv()
        except EOFError:
            running.pop(connection).join()
            connection.close()
        else:
            yield message


@contextmanager
def _masked(how: int) -> Iterator[None]:
    """Hold Ctrl-C back, or let it through, for as long as this lasts."""
    before = signal.pthread_sigmask(how, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _for_this_process() -> Iterator[None]:
    """Let Ctrl-C interrupt this process only: one that it starts may get it before it is masked."""
    before, here = signal.getsignal(signal.SIGINT), os.getpid()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if os.getpid() == here:
            signal.default_int_handler(number, frame)

    usual = before is signal.default_int_handler and current_thread() is main_thread()
    if usual:
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if usual:
            signal.signal(signal.SIGINT, before)


def _child(
    connection: Connection, system: System, number: int, search: Search, effort: Effort
) -> None:
    """Carry out one search in a process of its own."""
    gc.disable()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for message in _work(system, number, search, effort, connection.send):
        connection.send(message)
    connection.close()
