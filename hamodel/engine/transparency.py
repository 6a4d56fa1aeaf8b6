"""
Transparency of a fault: whether observers can tell that it happened.

For each step s → t of the fault, `w` is s with that fault withdrawn: the
variables of s, the budget's counters of t. The fault is transparent iff
each such w and t are divergence-preserving branching bisimilar in what
observers have and hear, and no observer hears the fault itself.
`observers` says what they see, `bisimulation` which states they cannot
tell apart, `difference` how they tell the others apart; decision 0002
says what is exact in that.

References
----------
Van Glabbeek and Weijland, "Branching time and abstraction in bisimulation semantics", Journal of
the ACM 43(3), 1996, https://doi.org/10.1145/233551.233556
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hamodel.engine.bisimulation import Partition, condensed, joined, silent_cycle
from hamodel.engine.difference import Side, Telling, choice, telling
from hamodel.engine.explored import Explored
from hamodel.engine.graph import Fairness, fair_loop
from hamodel.engine.limits import Cut, Limits, TimeLimitError
from hamodel.engine.observers import Event, View, realised
from hamodel.engine.reference import Exploration
from hamodel.errors import plural
from hamodel.property import Property
from hamodel.trace import trace_of
from hamodel.verdict import NOTHING_SHOWN, PROVED, REFUTED, UNDETERMINED, Finding

NOWHERE = Finding(
    UNDETERMINED, f"nowhere does the premise hold and the fault happen, {NOTHING_SHOWN}"
)
"""What is found where the fault cannot happen."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A step of the fault: the state before it, its action, that fault withdrawn, and after it."""

    before: int
    action: int
    without: int
    after: int


def compare(exploration: Exploration, prop: Property) -> Finding:
    """
    Return whether the observers of a property can tell its fault.

    Parameters
    ----------
    exploration
        Complete; it is not changed: states with a fault withdrawn go to a copy.

    Returns
    -------
    Finding
        PROVED with a shortest run to where the fault is possible and the premise holds;
        REFUTED for the first such step, breadth first, that is told: a run to it, and from
        `fork` on a continuation, with the fault as its first step or without it, that tells;
        UNDETERMINED if there is no such step.
    """
    steps = list(_fault_steps(exploration, prop))
    if not steps:
        return NOWHERE
    exploration, pairs = _with_withdrawn(exploration, steps)
    ends = (state for pair in pairs for state in (pair.without, pair.after))
    edges = exploration.reached(ends)
    view = View(exploration, prop, edges)
    nodes = condensed(view, Fairness(exploration, prop.fair, edges))
    partition = Partition(nodes, exploration.check_time)
    for pair in pairs:
        if _tells(view, partition, pair):
            block_of = {i: partition.block[node] for i, node in nodes.node_of.items()}
            traps = {i for i, node in nodes.node_of.items() if nodes.stays[node]}
            return told(exploration, prop, pair, block_of, traps)
    return untold(exploration, steps[0][0], steps[0][1], len(pairs))


def untold(exploration: Explored, before: int, action: int, pairs: int) -> Finding:
    """Return the proof: in the first of so many states the fault is possible by an action."""
    name = exploration.product.actions[action].rule.name
    witness = exploration.trace_to(before, f"here the premise holds, and this can happen: {name}")
    where = plural(pairs, "state")
    why = f"no observer can tell: the runs with the fault and without it compared from {where}"
    return Finding(PROVED, why, None, witness)


def _fault_steps(exploration: Exploration, prop: Property) -> Iterator[tuple[int, int, int]]:
    """Yield state, action and target of each step of the fault where the premise holds."""
    actions = exploration.product.actions
    faults = {place for place, action in enumerate(actions) if action.rule.name in prop.fault}
    for i, edges in enumerate(exploration.edges):
        found = [edge for edge in edges if edge[0] in faults]
        if found and prop.given(exploration.state(i)):
            yield from ((i, action, target) for action, target in found)


def _with_withdrawn(
    exploration: Exploration, steps: Sequence[tuple[int, int, int]]
) -> tuple[Exploration, list[Pair]]:
    """
    Return a copy of the exploration that has each state with the fault withdrawn, and the pairs.

    What can happen from such a state can happen from the state before the fault too, where the
    budget has more left: so no step beyond a domain can turn up here for the first time.
    """
    copy = replace(
        exploration,
        states=list(exploration.states),
        edges=list(exploration.edges),
        parents=list(exploration.parents),
        depths=list(exploration.depths),
        number=dict(exploration.number),
    )
    variables, names = len(copy.product.system.variables), copy.product.names
    pairs = []
    for i, action, target in steps:
        values = copy.states[i][:variables] + copy.states[target][variables:]
        withdrawn = dict(zip(names, values, strict=True))
        pairs.append(Pair(i, action, copy.add(withdrawn, i, action, copy.depths[i]), target))
    copy.expand(Limits(time=exploration.limits.time), begun=exploration.meter.begun)
    if not copy.complete:
        raise TimeLimitError if copy.cut is Cut.TIME else MemoryError
    return copy, pairs


def _tells(view: View, partition: Partition, pair: Pair) -> bool:
    """Return whether observers can tell the two sides of a pair apart."""
    if view.colour[pair.without] != view.colour[pair.after]:
        return True
    code = view.code(pair.without, pair.action, pair.after)
    heard = bool(code) and not partition.does(pair.without, code, pair.after)
    return heard or not partition.same(pair.without, pair.after)


def told(
    exploration: Explored,
    prop: Property,
    pair: Pair,
    block_of: Mapping[int, int],
    traps: Collection[int],
) -> Finding:
    """
    Return the refutation by a pair whose two sides observers can tell apart.

    Of two differences that are as short, the numbers of a view decide which is told: of a view of
    this pair alone, so that it does not depend on what else is compared.

    Parameters
    ----------
    exploration, prop, pair
        Where, for whose observers, and what they tell apart.
    block_of
        For each state that the pair leads to a number that the bisimilar ones have as well.
    traps
        The states in which a fair run can stay for ever by silent steps, or by none.
    """
    return _Told(exploration, prop, pair, block_of, traps).finding()


class _Told:
    """Puts in words how observers tell the two sides of a pair apart, and finds a run."""

    def __init__(
        self,
        exploration: Explored,
        prop: Property,
        pair: Pair,
        block_of: Mapping[int, int],
        traps: Collection[int],
    ) -> None:
        edges = exploration.reached([pair.without, pair.after])
        self._exploration, self._pair = exploration, pair
        self._view = View(exploration, prop, edges)
        self._fairness = Fairness(exploration, prop.fair, edges)
        self._traps = {i for i in traps if i in edges}
        nodes = joined(self._view, block_of, self._traps)
        self._partition = Partition(nodes, exploration.check_time)

    def _name(self, action: int) -> str:
        return self._exploration.product.actions[action].rule.name

    def finding(self) -> Finding:
        """Return the refutation."""
        view = self._view
        colours = view.colour[self._pair.without], view.colour[self._pair.after]
        code = view.code(self._pair.without, self._pair.action, self._pair.after)
        said = view.said((code, colours[1]), colours[0])
        if colours[0] != colours[1]:
            why = f"the failure itself shows: {said}"
            return self._refuted(Side.AFTER, [], (why, why))
        if code and not self._partition.does(self._pair.without, code, self._pair.after):
            why = f"the failure itself is heard: {said}"
            return self._refuted(Side.AFTER, [], (why, why))
        found = telling(view, self._partition, self._pair.without, self._pair.after)
        if found is not None:
            return self._by_sequence(found)
        sides = self._pair.without, self._pair.after
        side, actions, words = choice(view, self._partition, *sides, self._traps)
        here, there = _where(side)
        same = "though the same can be seen"
        brief = f"{here} a choice is open that {there} is not, {same}"
        return self._refuted(side, actions, (brief, f"{here} {words}; {there} not, {same}"))

    def _by_sequence(self, found: Telling) -> Finding:
        start = self._start(found.side)
        why = self._why(found), self._note(found)
        if found.silence:
            actions, loop = self._silence(start, found.events)
            return self._refuted(found.side, actions, why, loop)
        run = realised(self._view, start, found.events)
        assert run is not None, "what a block can show, each of its states can show"
        if found.side is Side.WITHOUT and not found.ever:
            tried = self._tried(self._pair.after, run[0], found.events[:-1])
            if tried is not None:
                return self._refuted(Side.AFTER, tried, why)
        return self._refuted(found.side, run[0], why)

    def _tried(
        self, state: int, actions: Sequence[int], events: Sequence[Event]
    ) -> list[int] | None:
        """
        Return how far a run without the fault can be followed after it; None unless to the events.

        After the same events what only the run without the fault shows can never be seen: so this
        run tells the two apart as well, and a reader sees the fault in it.
        """
        view, done, shown = self._view, list[int](), list[Event]()
        for action in actions:
            found = [place for place, edge in enumerate(view.edges[state]) if edge[0] == action]
            if not found:
                break
            target = view.edges[state][found[0]][1]
            event = view.codes[state][found[0]], view.colour[target]
            if event != (0, view.colour[state]):
                shown.append(event)
            done.append(action)
            state = target
        return done if shown == list(events) else None

    def _silence(self, start: int, events: Sequence[Event]) -> tuple[list[int], list[int]]:
        """Return the actions of a short run that shows the events, and of a silent loop then."""
        view = self._view
        run = realised(view, start, events, self._traps)
        assert run is not None, "a block that stays has only states that lead to a loop"
        actions, end = run
        own = silent_cycle(view, end)

        def inside(i: int) -> list[tuple[int, int]]:
            return [edge for edge in view.silent(i) if edge[1] in own]

        if loop := fair_loop(end, inside, self._fairness):
            still = {i for i in self._traps if not self._fairness.enabled(i)}
            staying = realised(view, start, events, still)
            if staying is not None and len(staying[0]) <= len(actions) + len(loop):
                return staying[0], []
        return actions, loop

    def _start(self, side: Side) -> int:
        return self._pair.after if side is Side.AFTER else self._pair.without

    def _why(self, found: Telling) -> str:
        """Return in a short sentence what observers see differently first."""
        view, (here, there) = self._view, _where(found.side)
        before = self._colours(found)
        if found.silence:
            if found.side is Side.AFTER and not found.ever:
                return f"{here} {view.said(found.options[0], before[-1], never=True)}"
            awaited = view.said(found.options[0], before[-1])
            more = " or another" if len(found.options) > 1 else ""
            return f"{here} nothing more need be seen; {there} this must follow: {awaited}{more}"
        last = found.events[-1]
        if found.side is Side.WITHOUT and not found.ever:
            return f"with the failure {view.said(last, before[-2], found.options, never=True)}"
        when = "only later" if found.ever else "never"
        return f"{here} {view.said(last, before[-2], found.options)}; {there} {when}"

    def _note(self, found: Telling) -> str:
        """Return in full what one side can show, once the same was seen, and what the other."""
        view, (here, there) = self._view, _where(found.side)
        before = self._colours(found)
        seen = found.events if found.silence else found.events[:-1]
        once = f", once {view.said(seen[-1], before[len(seen) - 1])}," if seen else ""
        at = before[len(seen)]
        if found.silence:
            silent = "nothing more need be seen"
            if found.side is Side.AFTER and not found.ever:
                silent = view.said(found.options[0], at, never=True)
            must = self._either(found.options, at)
            return f"{here}{once} {silent}; {there} this must follow: {must}"
        last, options = found.events[-1], found.options
        said = view.said(last, at, options)
        if found.side is Side.WITHOUT and not found.ever:
            never = view.said(last, at, options, never=True)
            return f"with the failure{once} {never}; else it can be next that {said}"
        when = "only later" if found.ever else "never"
        instead = f", and next it can be that {self._either(options, at, last)}" if options else ""
        return f"{here}{once} it can be next that {said}; {there} that comes {when}{instead}"

    def _either(self, events: Sequence[Event], before: int, other: Event | None = None) -> str:
        """Return what the next event can be, in words: two of them, and how many more."""
        others = () if other is None else (other,)
        said = dict.fromkeys(self._view.said(each, before, others) for each in events)
        more = len(said) - 2
        words = " or ".join(list(said)[:2])
        return f"{words} (or {more} more)" if more > 0 else words

    def _colours(self, found: Telling) -> list[int]:
        """Return the colour before each of the events, and the one after the last."""
        return [self._view.colour[self._pair.without], *(colour for _, colour in found.events)]

    def _refuted(
        self,
        side: Side,
        actions: Sequence[int],
        why: tuple[str, str],
        loop: Sequence[int] | None = None,
    ) -> Finding:
        run = self._exploration.run_to(self._pair.before)
        names = [*run, *([self._name(self._pair.action)] if side is Side.AFTER else [])]
        names += map(self._name, actions)
        begins = None if loop is None else len(names)
        names += map(self._name, loop or ())
        brief, full = why
        note = f"{full}; this is the run {_where(side)[0]}"
        system = self._exploration.product.system
        trace = trace_of(system, names, loop=begins, note=note, fork=len(run))
        return Finding(REFUTED, brief, trace)


def _where(side: Side) -> tuple[str, str]:
    """Return in words where this side is, and where the other."""
    words = "with the failure", "without it"
    return words if side is Side.AFTER else ("without the failure", "with it")
