"""Transparency of a fault on a packed exploration: what `hamodel.engine.transparency` finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hamodel.engine.graph import Fairness
from hamodel.engine.observers import View
from hamodel.engine.packed import graphs, refinement
from hamodel.engine.packed.explorer import PackedExploration
from hamodel.engine.packed.graphs import Flags, Numbers
from hamodel.engine.packed.guards import Ints
from hamodel.engine.packed.kernels import LANE
from hamodel.engine.packed.layout import Words
from hamodel.engine.packed.runs import groups_of, nothing_owed
from hamodel.engine.transparency import NOWHERE, Pair, told, untold
from hamodel.property import Property
from hamodel.verdict import REFUTED, Finding

TOLD_MAX = 400_000
"""Among how many states a difference is put in words; beyond, only where it begins is told."""
UNSAID = "what follows the failure differs from what follows without it, among too many states"


class Steps(NamedTuple):
    """Steps of a fault: for each the state before it, its action, and the state after it."""

    before: Ints
    action: Ints
    after: Ints


def compare_packed(exploration: PackedExploration, prop: Property) -> Finding:
    """Return whether the observers of a property can tell its fault; as `compare`."""
    steps = _fault_steps(exploration, prop)
    if not len(steps.before):
        return NOWHERE
    copy, without = _with_withdrawn(exploration, steps)
    # The copy's clock has no limit: what is found to be refuted is told, however late.
    found = _first_told(copy, prop, steps, without, exploration.check_time)
    if found is None:
        return untold(exploration, int(steps.before[0]), int(steps.action[0]), len(without))
    place, blocks, stays = found
    before, action, after = (int(each[place]) for each in steps)
    pair = Pair(before, action, int(without[place]), after)
    states = np.flatnonzero(copy.region([pair.without, pair.after]))
    if len(states) > TOLD_MAX:
        note = f"here observers can tell {copy.product.actions[action].rule.name}: {UNSAID}"
        return Finding(REFUTED, UNSAID, copy.trace_to(before, note))
    block_of = dict(zip(states.tolist(), blocks[states].tolist(), strict=True))
    return told(copy, prop, pair, block_of, set(states[stays[states]].tolist()))


def _fault_steps(exploration: PackedExploration, prop: Property) -> Steps:
    actions = exploration.product.actions
    faults = [place for place, each in enumerate(actions) if each.rule.name in prop.fault]
    edges = exploration.edges
    its = np.flatnonzero(np.isin(edges.actions, np.array(faults, np.uint16)))
    before = np.searchsorted(edges.starts, its, side="right") - 1
    held = exploration.holds(prop.given)[before]
    its = its[held]
    taken, after = edges.actions[its].astype(np.int64), edges.targets[its].astype(np.int64)
    return Steps(before[held], taken, after)


def _with_withdrawn(exploration: PackedExploration, steps: Steps) -> tuple[PackedExploration, Ints]:
    """Return a copy that has each state with the fault withdrawn, and the numbers of those."""
    counts = exploration.layout.mask(counter.name for counter in exploration.product.counters)
    words = exploration.words
    withdrawn = (words[steps.before] & ~counts) | (words[steps.after] & counts)
    return exploration.extended(withdrawn)


def _first_told(
    exploration: PackedExploration,
    prop: Property,
    steps: Steps,
    without: Ints,
    check: Callable[[], None],
) -> tuple[int, Numbers, Flags] | None:
    """
    Return the place of the first step of the fault that observers can tell; None if none is.

    And for each state the number of its block, and whether a fair run can stay for ever in it, by
    silent steps or by none; of no meaning for what no step leads to.
    """
    check()
    view = _Seen(exploration, prop, np.concatenate([without, steps.after]))
    check()
    nodes = _condensed(exploration, view, prop)
    block, blocks, signature, (begins, pool) = refinement.refined(
        nodes.starts, nodes.codes, nodes.targets, nodes.silent, nodes.stays, nodes.colour, check
    )
    its, other = nodes.of[without], nodes.of[steps.after]
    apart = (nodes.colour[its] != nodes.colour[other]) | (block[its] != block[other])
    for place in np.flatnonzero(view.heard[steps.action]).tolist():
        before, after = int(without[place]), int(steps.after[place])
        code = view.code(before, int(steps.action[place]), after)
        number = signature[nodes.of[before]]
        held = pool[begins[number] : begins[number + 1]]
        apart[place] |= bool(code) and code * blocks + block[nodes.of[after]] not in held
    place = int(apart.argmax())
    return (place, block[nodes.of], nodes.stays[nodes.of]) if apart[place] else None


class _Seen:
    """
    What observers see: a colour for every state of a region, a code for every edge in it.

    Attributes
    ----------
    region
        All that is reached from some states.
    colour
        For each state; 0 outside of the region.
    codes
        For each edge.
    heard
        For each action whether some observer hears it.
    """

    def __init__(self, exploration: PackedExploration, prop: Property, begins: Ints) -> None:
        self.region = exploration.region(begins)
        self.colour = self._colours(exploration, prop)
        self.codes = np.zeros(len(exploration.edges.actions), np.int32)
        # The view of no state: it knows what each action says, and numbers what is heard.
        self._view = _Numbering(exploration, prop)
        self.heard = np.array([bool(each) for each in self._view.heard_by_action], np.bool_)
        self._code_all(exploration)

    def code(self, before: int, action: int, after: int) -> int:
        """Return the code of what an action says in a state, on its way to another."""
        same = bool(self.colour[before] == self.colour[after])
        return self._view.numbered(action, same, before)

    def _colours(self, exploration: PackedExploration, prop: Property) -> Numbers:
        owners = exploration.product.system.owners.items()
        seen = (name for name, owner in owners if owner in prop.observers)
        shown = exploration.layout.mask(name for name in seen if name not in prop.hide)
        states = np.flatnonzero(self.region)
        numbers = np.empty(len(states), np.int32)
        refinement.numbered(exploration.words[states] & shown, numbers)
        colour = np.zeros(len(self.region), np.int32)
        colour[states] = numbers
        return colour

    def _code_all(self, exploration: PackedExploration) -> None:
        edges = exploration.edges
        for action in np.flatnonzero(self.heard).tolist():
            its = np.flatnonzero(edges.actions == action)
            before = np.searchsorted(edges.starts, its, side="right") - 1
            inside = self.region[before]
            its, before = its[inside], before[inside]
            read = exploration.layout.mask(self._view.read_by_action[action])
            same = self.colour[before] == self.colour[edges.targets[its]]
            keys: Words = np.concatenate(
                [exploration.words[before] & read, same.astype(np.uint64).reshape(-1, 1)], axis=1
            )
            numbers = np.empty(len(its), np.int32)
            refinement.numbered(keys, numbers)
            _, first = np.unique(numbers, return_index=True)
            codes = [
                self._view.numbered(action, bool(same[k]), int(before[k])) for k in first.tolist()
            ]
            self.codes[its] = np.array(codes, np.int32)[numbers]


class _Numbering(View):
    """A view of no states: what each action says, and a number for all that is heard at once."""

    def __init__(self, exploration: PackedExploration, prop: Property) -> None:
        super().__init__(exploration, prop, {})
        self.heard_by_action, self.read_by_action = self._heard, self._read
        self._exploration = exploration

    def numbered(self, action: int, same: bool, state: int) -> int:
        """Return the code of what an action says in a state."""
        return self._new_code(action, same, self._exploration.state(state))


@dataclass(frozen=True, slots=True)
class _Nodes:
    """
    The region with the states of each silent cycle made one node; as `bisimulation.Nodes`.

    Attributes
    ----------
    of
        For each state its node; -1 outside of the region.
    colour, stays
        Of each node.
    starts, codes, targets, silent
        Of each node its edges to other nodes, and those to itself that are not silent.
    """

    of: Numbers
    colour: Numbers
    stays: Flags
    starts: Ints
    codes: Numbers
    targets: Numbers
    silent: Flags


def _condensed(exploration: PackedExploration, view: _Seen, prop: Property) -> _Nodes:
    edges, size = exploration.edges, len(view.region)
    sources = np.repeat(np.arange(size, dtype=np.int32), np.diff(edges.starts))
    silent = (view.codes == 0) & (view.colour[sources] == view.colour[edges.targets])
    silent &= view.region[sources]
    quiet_starts = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(sources[silent], minlength=size), out=quiet_starts[1:])
    of = np.empty(size, np.int32)
    count = graphs.parts(quiet_starts, edges.targets[silent], view.region, of)
    fairness = Fairness(exploration, prop.fair)
    lanes = -(-len(fairness.groups) // LANE)
    waiting = np.full((count, lanes), ~np.uint64(0))
    graphs.owed(
        edges.starts, edges.actions, edges.targets, silent, of, groups_of(fairness), waiting
    )
    colour = np.zeros(count, np.int32)
    colour[of[view.region]] = view.colour[view.region]
    kept = view.region[sources]
    kept &= ~(silent & (of[sources] == of[edges.targets]))
    its, targets = of[sources[kept]], of[edges.targets[kept]]
    starts, order = np.zeros(count + 1, np.int64), np.empty(len(its), np.int64)
    refinement.by_source(its, count, starts, order)
    codes: npt.NDArray[np.int32] = view.codes[kept][order]
    return _Nodes(
        of, colour, nothing_owed(waiting), starts, codes, targets[order], silent[kept][order]
    )
