"""
Judging by parts: what is said of one call is searched without the others, where that decides it.

Two calls together have more states than can be searched, and share little. What is said of one of
them is judged in two systems without the other (`hamodel.engine.apart`): where the other is at rest
a run that refutes is one of the system; what does not happen where the other is free to do anything
does not happen. What happens there is looked for in the system, along the run that shows it
(`hamodel.engine.concrete`). What none of this decides is searched in the whole (decision 0013).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias

from hamodel.budget import Budget
from hamodel.engine.apart import Names, at_rest, freed
from hamodel.engine.check import Search, searches_for
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.concrete import Retrace
from hamodel.engine.cone import lifted
from hamodel.engine.explored import Explored, Progress, Threads
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.engine.parts import Piece, pieces_of
from hamodel.engine.seen_apart import judged_apart, seen_apart
from hamodel.errors import ModelError, SearchError, among, plural
from hamodel.property import Modality, Property
from hamodel.system import System
from hamodel.trace import trace_of
from hamodel.verdict import (
    NOTHING_SHOWN,
    PROVED,
    REFUTED,
    UNDETERMINED,
    Verdict,
    VerdictKind,
    summed,
)

Explore: TypeAlias = Callable[[Search, System], Explored]


def verdicts(
    search: Search,
    system: System,
    *,
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    threads: Threads = 1,
) -> Iterator[tuple[Property, Verdict]]:
    """
    Yield the verdict on each property of a search: first of those that its parts decide.

    Parameters
    ----------
    search, system
        What is searched.
    limits
        Where the search as a whole is cut short; the states of each system that it goes through.
    progress, checkpoint, threads
        As for `explore`; only the search of all the parts together is kept.
    """
    begun = time.monotonic()

    def explore(part: Search, of: System) -> Explored:
        return part.explore(
            of,
            limits=limits,
            progress=progress,
            checkpoint=checkpoint if part is search else None,
            threads=threads,
            begun=begun,
        )

    decided = set()
    counters = search.budget.counters
    fitting = []
    for prop in search.props:
        try:
            system.check_property(prop, counters)
        except ModelError as error:
            decided.add(prop)
            yield prop, Verdict(prop, search.budget, UNDETERMINED, error.message, 0, 0, 0)
        else:
            fitting.append(prop)
    if search.parts:
        for prop, verdict in _ByParts(system, search, explore).verdicts(fitting):
            decided.add(prop)
            yield prop, verdict
    if left := [prop for prop in fitting if prop not in decided]:
        exploration = explore(search, system)
        for prop in left:
            yield prop, search.judge(system, exploration, prop)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a piece came to, and the part of which system was searched for that."""

    piece: Piece
    verdict: Verdict
    part: System

    @property
    def holds(self) -> bool:
        """Whether it holds of every run, if only as the premise of a response never does."""
        vacuous = self.verdict.why.endswith(NOTHING_SHOWN)
        return self.verdict.kind is PROVED or vacuous


_Views: TypeAlias = Mapping[Property, Sequence[_Found]]


class _ByParts:
    """The searches of a system without some of its parts."""

    def __init__(self, system: System, search: Search, explore: Explore) -> None:
        self.system, self.search, self.explore = system, search, explore
        self.pieces: dict[Property, tuple[Piece, ...]] = {}

    def verdicts(self, props: Sequence[Property]) -> Iterator[tuple[Property, Verdict]]:
        """Yield what the parts decide."""
        apart = (seen_apart(self.system, prop, self.search.parts) for prop in props)
        seen = [each for each in apart if each is not None]
        yield from judged_apart(seen, self.search.budget, self._verdicts_on)
        pieces = {prop: pieces_of(self.system, prop, self.search.parts) for prop in props}
        self.pieces = {prop: its for prop, its in pieces.items() if its}
        rested = self._judged(at_rest, lambda piece: (piece.at_rest, piece.rested))
        for prop, found in tuple(rested.items()):
            if (verdict := self._shown(prop, found)) is not None:
                del self.pieces[prop]
                yield prop, verdict
        free = self._judged(freed, lambda piece: (piece.freed, piece.ruled_out))
        for prop, found in free.items():
            verdict = self._ruled_out(prop, found, rested[prop])
            if verdict is None:
                verdict = self._retraced(prop, found)
            if verdict is not None:
                yield prop, verdict

    def _judged(
        self,
        view: Callable[[System, Names], System],
        of: Callable[[Piece], tuple[Names, Property]],
    ) -> _Views:
        """Judge all the pieces in one view of the system; one search for those that share it."""
        wanted: dict[Names, dict[Property, list[tuple[Property, Piece]]]] = {}
        for prop, pieces in self.pieces.items():
            for piece in pieces:
                names, its = of(piece)
                wanted.setdefault(names, {}).setdefault(its, []).append((prop, piece))
        found: dict[Property, list[_Found]] = {prop: [] for prop in self.pieces}
        for names, asked in wanted.items():
            try:
                for its, verdict, part in self._searched(view(self.system, names), asked):
                    for prop, piece in asked[its]:
                        found[prop].append(_Found(piece, verdict, part))
            except SearchError:  # beyond a range: the whole knows whether that can happen
                for prop, _ in chain.from_iterable(asked.values()):
                    self.pieces.pop(prop, None)
        return {prop: found[prop] for prop in self.pieces}

    def _searched(
        self, system: System, props: Iterable[Property]
    ) -> Iterator[tuple[Property, Verdict, System]]:
        """Yield the verdict on each property of a system, and its part that was searched."""
        budget = self.search.budget.suited(system.fault_classes)
        for search in searches_for(system, [(prop, budget) for prop in props], in_cones=True):
            exploration = self.explore(search, system)
            for prop in search.props:
                verdict = search.judge(system, exploration, prop)
                yield prop, verdict, exploration.product.system

    def _verdicts_on(self, system: System, props: Sequence[Property]) -> Mapping[Property, Verdict]:
        """Return the verdicts on properties of a system; none if its search finds an error."""
        try:
            return {prop: verdict for prop, verdict, _ in self._searched(system, props)}
        except SearchError:  # beyond a range: the whole knows whether that can happen
            return {}

    def _shown(self, prop: Property, rested: Sequence[_Found]) -> Verdict | None:
        """Return the verdict that a run with the others at rest gives, the shortest of them."""
        kind = PROVED if prop.modality is Modality.SOMETIMES else REFUTED
        runs = [each for each in rested if each.verdict.kind is kind and each.piece.refutes]
        if not runs:
            return None
        first = min(runs, key=lambda each: _length(each.verdict))
        verdict = first.verdict
        trace = verdict.trace and lifted(self.system, verdict.trace)
        return replace(
            self._verdict(
                prop, kind, f"{verdict.why}, with {among(first.piece.others)} at rest", [first]
            ),
            trace=trace,
            premise_witness=trace if kind is PROVED else None,
        )

    def _ruled_out(
        self, prop: Property, free: Sequence[_Found], rested: Sequence[_Found]
    ) -> Verdict | None:
        """Return the verdict if nothing happens even where the others are free; None if it does."""
        for each in free:
            if each.verdict.kind is UNDETERMINED and not each.holds:
                return self._verdict(prop, UNDETERMINED, each.verdict.why, free)
        if not all(each.holds for each in free):
            return None
        others = {each.piece.others for each in free}
        [*_, those] = others
        whatever = f"whatever {among(those) if len(others) == 1 else 'the other parts'} may do"
        if prop.modality is Modality.SOMETIMES:
            return self._verdict(prop, REFUTED, f"no reachable state shows it, {whatever}", free)
        witnesses = [each.verdict.premise_witness for each in rested]
        shown = min((run for run in witnesses if run is not None), key=len, default=None)
        if shown is None:
            return None
        how = (
            "the conclusion follows on every fair run"
            if prop.modality is Modality.LEADS_TO
            else "holds in every reachable state"
        )
        return replace(
            self._verdict(prop, PROVED, f"{how}, {whatever}", free),
            premise_witness=lifted(self.system, shown),
        )

    def _retraced(self, prop: Property, free: Sequence[_Found]) -> Verdict | None:
        """Return the verdict that a run gives which goes as one with the others free does."""
        kind = PROVED if prop.modality is Modality.SOMETIMES else REFUTED
        within, _ = self.search.searched(self.system)
        for each in free:
            run, goal = each.verdict.trace, each.piece.goal
            if run is None or goal is None:
                continue
            try:
                retrace = Retrace(within, each.part, run)
                [(_, verdict, part)] = self._searched(retrace.system, [retrace.property(goal)])
            except SearchError:
                continue
            if verdict.trace is None:
                continue
            note = f"here {prop.name}" + ("" if kind is PROVED else " fails")
            trace = trace_of(self.system, retrace.rules_of(verdict.trace), note=note)
            how = "found" if kind is PROVED else "fails"
            why = f"{how} after {plural(len(trace), 'step')}; a shorter run is possible"
            return replace(
                self._verdict(prop, kind, why, [*free, replace(each, verdict=verdict, part=part)]),
                trace=trace,
                premise_witness=trace if kind is PROVED else None,
            )
        return None

    def _verdict(
        self, prop: Property, kind: VerdictKind, why: str, found: Sequence[_Found]
    ) -> Verdict:
        """Return a verdict with the states of all these searches, each counted once."""
        searched = {(id(each.part), each.verdict.distinct_states): each.verdict for each in found}
        return summed(prop, self.search.budget, kind, why, searched.values())


def _length(verdict: Verdict) -> int:
    return 0 if verdict.trace is None else len(verdict.trace)


def check_by_parts(
    system: System,
    props: Iterable[Property],
    parts: Mapping[str, Iterable[str]],
    budget: Budget | None = None,
    *,
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    threads: Threads = 1,
) -> tuple[Verdict, ...]:
    """
    Judge properties by parts where that decides them; as `check_all` in cones.

    Parameters
    ----------
    parts
        The name of each part, and the names of the variables that are its own. No choice of them
        makes a verdict wrong; one that leaves much shared decides less.
    """
    wanted = [(prop, prop.judged_under() if budget is None else budget) for prop in props]
    for prop, its in wanted:
        system.check_property(prop, its.counters)
    named = tuple((name, frozenset(its)) for name, its in parts.items())
    found: dict[tuple[Property, Budget], Verdict] = {}
    for search in searches_for(system, wanted, in_cones=True, parts=named):
        judged = verdicts(search, system, limits=limits, progress=progress, threads=threads)
        found |= {(prop, search.budget): verdict for prop, verdict in judged}
    return tuple(found[each] for each in wanted)
