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
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from hamodel.budget import Budget
from hamodel.engine.apart import Names, at_rest, freed
from hamodel.engine.check import Search, searches_for
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.concrete import Retrace
from hamodel.engine.cone import lifted
from hamodel.engine.effort import Effort
from hamodel.engine.explored import Explored, Progress, Threads
from hamodel.engine.limits import NO_LIMITS, Cut, Limits
from hamodel.engine.parts import Piece, pieces_of
from hamodel.engine.seen_apart import judged_apart, seen_apart
from hamodel.engine.twins import Swap, swaps
from hamodel.errors import ModelError, SearchError, among, plural
from hamodel.expr import Expr
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
    effort = Effort(search.within(limits), progress, threads, time.monotonic())
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
        for prop, verdict in _ByParts(system, search, effort).verdicts(fitting):
            decided.add(prop)
            yield prop, verdict
    if left := [prop for prop in fitting if prop not in decided]:
        exploration = effort.explore(search, system, checkpoint=checkpoint)
        for prop in left:
            yield prop, search.judge(system, exploration, prop)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a piece came to, in the part of which system, and whether that search goes on."""

    piece: Piece
    verdict: Verdict
    part: System
    goes_on: bool = False

    @property
    def holds(self) -> bool:
        """Whether it holds of every run, if only as the premise of a response never does."""
        vacuous = self.verdict.why.endswith(NOTHING_SHOWN)
        return self.verdict.kind is PROVED or vacuous

    @property
    def known(self) -> bool:
        """Whether a search of more states would say no more."""
        return self.holds or self.verdict.kind is not UNDETERMINED


class _View:
    """
    All the pieces in one kind of system without some parts, and what they have come to there.

    Parameters
    ----------
    without
        What makes the system.
    of
        Which variables of a piece are left out there, and what is to be judged.
    """

    def __init__(
        self,
        without: Callable[[System, Names], System],
        of: Callable[[Piece], tuple[Names, Property]],
    ) -> None:
        self.without, self.of = without, of
        self.found: dict[Piece, _Found] = {}
        self.cut_short: dict[tuple[Names, Search], Explored] = {}

    def asked(self, pieces: Iterable[Piece]) -> dict[Names, dict[Property, list[Piece]]]:
        """Return by the variables left out what is to be judged, and of which pieces that is."""
        asked: dict[Names, dict[Property, list[Piece]]] = {}
        for piece in pieces:
            before = self.found.get(piece)
            if before is None or (before.goes_on and not before.known):
                names, prop = self.of(piece)
                asked.setdefault(names, {}).setdefault(prop, []).append(piece)
        return asked


class _ByParts:
    """The searches of a system without some of its parts."""

    def __init__(self, system: System, search: Search, effort: Effort) -> None:
        self.system, self.search, self.effort = system, search, effort
        self.pieces: dict[Property, tuple[Piece, ...]] = {}
        self.everywhere: set[Property] = set()
        self.twins: dict[Piece, tuple[Piece, Swap]] = {}
        self.rested = _View(at_rest, lambda piece: (piece.at_rest, piece.rested))
        self.free = _View(freed, lambda piece: (piece.freed, piece.ruled_out))
        self.runs: dict[Piece, tuple[_Found, list[str]] | None] = {}
        self.spent = False

    def verdicts(self, props: Sequence[Property]) -> Iterator[tuple[Property, Verdict]]:
        """Yield what is decided, in few states first, and then in more."""
        apart = (seen_apart(self.system, prop, self.search.parts) for prop in props)
        seen = [each for each in apart if each is not None]
        yield from judged_apart(seen, self.search.budget, self._verdicts_on)
        for prop in props:
            self._take(prop)
        for place, size in enumerate(self.effort.sizes):
            if not place:
                self._judge(self.rested, size, self.pieces)
                yield from self._each(self._shown)
            self._judge(self.free, size, self.pieces)
            yield from self._each(self._ruled_out)
            last = size is None or self.spent
            if place:
                # As long as nothing happens with the others free, nothing is to be found at rest.
                self._judge(self.rested, size, [p for p in self.pieces if self._may_be(p)])
                yield from self._each(self._shown)
                yield from self._each(self._ruled_out)
            if last:
                self._judge(self.free, None, self.pieces)  # to say by which limit it was stopped
            ready = [prop for prop in self.pieces if last or self._is_known(prop)]
            yield from self._each(self._unknown, ready)
            yield from self._each(self._retraced, ready)
            for prop in ready:
                self.pieces.pop(prop, None)
            if last:
                break

    def _each(
        self,
        judge: Callable[[Property], Verdict | None],
        props: Iterable[Property] | None = None,
    ) -> Iterator[tuple[Property, Verdict]]:
        """Yield what is decided in this way, and have done with it."""
        for prop in tuple(self.pieces if props is None else props):
            if prop in self.pieces and (verdict := judge(prop)) is not None:
                del self.pieces[prop]
                yield prop, verdict

    def _take(self, prop: Property) -> None:
        """Take a property apart; of its pieces that are alike one is enough."""
        kept: list[Piece] = []
        pieces = pieces_of(self.system, prop, self.search.parts)
        exchanges = swaps(self.system, self.search.parts) if pieces else ()
        for piece in pieces:
            firsts = (each for its in (*self.pieces.values(), kept) for each in its)
            pairs = ((each, swap) for each in firsts for swap in exchanges)
            alike = next((pair for pair in pairs if pair[1].makes(pair[0], piece)), None)
            if alike is not None and alike[0] in kept:
                self.everywhere.add(prop)
                continue
            if alike is not None and alike[0] not in self.twins:
                self.twins[piece] = alike
            kept.append(piece)
        if kept:
            self.pieces[prop] = tuple(kept)
        if len({piece.others for piece in kept}) > 1:
            self.everywhere.add(prop)

    def _first(self, piece: Piece) -> Piece:
        """Return the piece that is searched for this one: its twin, or itself."""
        return self.twins[piece][0] if piece in self.twins else piece

    def _found(self, view: _View, prop: Property) -> list[_Found]:
        """Return what the pieces of a property have come to."""
        found = []
        for piece in self.pieces[prop]:
            its = view.found[self._first(piece)]
            if piece in self.twins:
                its = replace(its, piece=piece)
                if view is self.rested:
                    judged = self.twins[piece][1].rested(its.verdict, piece.rested)
                    its = replace(its, verdict=judged)
            found.append(its)
        return found

    def _is_known(self, prop: Property) -> bool:
        pieces = [self._first(piece) for piece in self.pieces[prop]]
        found = [view.found[piece] for view in (self.rested, self.free) for piece in pieces]
        return not any(it.goes_on and not it.known for it in found)

    def _may_be(self, prop: Property) -> bool:
        """Return whether something happens with the others free, or no premise is shown yet."""
        free = self._found(self.free, prop)
        return any(it.known and not it.holds for it in free) or all(it.holds for it in free)

    def _judge(self, view: _View, size: int | None, props: Iterable[Property]) -> None:
        """Judge the pieces of which more is to be known; one search for those that share it."""
        its = chain.from_iterable(self.pieces[prop] for prop in props)
        pieces = dict.fromkeys(map(self._first, its))
        earlier = view.cut_short
        for names, asked in view.asked(pieces).items():
            system = view.without(self.system, names)
            budget = self.search.budget.suited(system.fault_classes)
            try:
                for search in searches_for(system, [(p, budget) for p in asked], in_cones=True):
                    key = names, replace(search, props=())
                    before = earlier.pop(key, None)
                    explored = self.effort.explore(search, system, size=size, earlier=before)
                    if goes_on := explored.cut is Cut.STATES and size is not None:
                        earlier[key] = explored
                    self.spent |= explored.cut not in {None, Cut.STATES}
                    for prop in search.props:
                        # Where a limit ends it, no run is looked for that an earlier stage had not.
                        late = view is self.free and size is None and asked[prop][0] in view.found
                        verdict = search.judge(system, explored, prop, so_far=not late)
                        part = explored.product.system
                        found = _Found(asked[prop][0], verdict, part, goes_on)
                        view.found |= dict.fromkeys(asked[prop], found)
            except SearchError:  # beyond a range: the whole knows whether that can happen
                self._leave(set(chain.from_iterable(asked.values())))

    def _leave(self, wrong: Collection[Piece]) -> None:
        """Leave to the whole what has one of these pieces."""
        for prop, pieces in tuple(self.pieces.items()):
            if any(self._first(piece) in wrong for piece in pieces):
                del self.pieces[prop]

    def _verdicts_on(self, system: System, props: Sequence[Property]) -> Mapping[Property, Verdict]:
        """Return the verdicts on properties of a system; none if its search finds an error."""
        try:
            budget = self.search.budget.suited(system.fault_classes)
            found: dict[Property, Verdict] = {}
            for search in searches_for(system, [(p, budget) for p in props], in_cones=True):
                explored = self.effort.explore(search, system)
                found |= {prop: search.judge(system, explored, prop) for prop in search.props}
            return found
        except SearchError:  # beyond a range: the whole knows whether that can happen
            return {}

    def _shown(self, prop: Property) -> Verdict | None:
        """Return the verdict that a run with the others at rest gives, the shortest of them."""
        kind = PROVED if prop.modality is Modality.SOMETIMES else REFUTED
        rested = self._found(self.rested, prop)
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

    def _unknown(self, prop: Property) -> Verdict | None:
        """Return the verdict that it is not known if a search was cut short."""
        free = self._found(self.free, prop)
        why = next((each.verdict.why for each in free if not each.known), None)
        return None if why is None else self._verdict(prop, UNDETERMINED, why, free)

    def _ruled_out(self, prop: Property) -> Verdict | None:
        """Return the verdict if nothing happens even where the others are free; None if it does."""
        free = self._found(self.free, prop)
        if not all(each.holds for each in free):
            return None
        those = "the other parts" if prop in self.everywhere else among(free[0].piece.others)
        whatever = f"whatever {those} may do"
        if prop.modality is Modality.SOMETIMES:
            return self._verdict(prop, REFUTED, f"no reachable state shows it, {whatever}", free)
        rested = self._found(self.rested, prop)
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

    def _retraced(self, prop: Property) -> Verdict | None:
        """Return the verdict that a run gives which goes as one with the others free does."""
        kind = PROVED if prop.modality is Modality.SOMETIMES else REFUTED
        free = self._found(self.free, prop)
        for each in free:
            first = self._first(each.piece)
            if first not in self.runs:
                self.runs[first] = self._run(self.free.found[first], first.goal)
            if (run := self.runs[first]) is None:
                continue
            found, rules = run
            if first is not each.piece:
                rules = [self.twins[each.piece][1].rules[rule] for rule in rules]
            note = f"here {prop.name}" + ("" if kind is PROVED else " fails")
            trace = trace_of(self.system, rules, note=note)
            how = "found" if kind is PROVED else "fails"
            why = f"{how} after {plural(len(trace), 'step')}; a shorter run is possible"
            return replace(
                self._verdict(prop, kind, why, [*free, found]),
                trace=trace,
                premise_witness=trace if kind is PROVED else None,
            )
        return None

    def _run(self, free: _Found, goal: Expr | None) -> tuple[_Found, list[str]] | None:
        """Return the rules of a run of the system that goes as one with the others free does."""
        run, within = free.verdict.trace, self.search.searched(self.system)[0]
        if run is None or goal is None:
            return None
        explored: Explored | None = None
        try:
            retrace = Retrace(within, free.part, run)
            prop = retrace.property(goal)
            budget = self.search.budget.suited(retrace.system.fault_classes)
            [search] = searches_for(retrace.system, [(prop, budget)], in_cones=True)
            for size in self.effort.sizes:
                explored = self.effort.explore(search, retrace.system, size=size, earlier=explored)
                verdict = search.judge(retrace.system, explored, prop)
                if verdict.trace is not None:
                    found = replace(free, verdict=verdict, part=explored.product.system)
                    return found, retrace.rules_of(verdict.trace)
                if explored.cut is not Cut.STATES:
                    break
        except SearchError:
            pass
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
