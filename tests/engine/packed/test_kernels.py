"""The inner loops: each does what it says, and its plain twin does the same."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hamodel import Budget, Component, Rule, SearchError, Set, System, Var, next_of
from hamodel.engine.packed import kernels, numbering
from hamodel.engine.packed.guards import tables
from hamodel.engine.packed.layout import Layout
from hamodel.engine.packed.program import program
from hamodel.engine.reference import Product, explore
from tests.agreement.handmade import MODELS, beyond_the_range
from tests.agreement.random_systems import seeded_drawing
from tests.engine.packed.compared import widened
from tests.engine.packed.plain import plainly, twin


def drawn(seed: int, words: int = 1) -> tuple[System, Budget]:
    """Return a random system of which a state takes so many words."""
    system, budget, _ = seeded_drawing(seed, most_rules=16)
    return (system if words == 1 else widened(system, words)), budget


def turning() -> tuple[System, Budget]:
    """Two hands of a clock; what each does depends on both, which lie in two words."""
    hands = [Var(f"hand_{i}", range(5)) for i in range(2)]
    fillers = Component("filler", variables=tuple(Var(f"filler_{k}", range(256)) for k in range(8)))
    boxes = [Component(f"box_{i}", variables=(hand,)) for i, hand in enumerate(hands)]
    rules = [
        Rule(
            f"hand {i} turns",
            when=~hands[0].same_as(hands[1]) | hands[i].is_(0),
            sets=(Set(hands[i], next_of(hands[i]), ~hands[1 - i].in_(1, 3)),),
        )
        for i in range(2)
    ]
    return System((boxes[0], fillers, boxes[1]), tuple(rules)), Budget()


MADE: dict[str, Callable[[], tuple[System, Budget]]] = {
    "pair": MODELS["pair"][0],
    "a reference": MODELS["a reference"][0],
    "guarded arrows": MODELS["guarded arrows"][0],
    "beyond the range": beyond_the_range,
    "two words": lambda: drawn(2, 2),
    "one word": lambda: drawn(6),
    "turning": turning,
}


class Searched:
    """What the kernels, or their twins, make of the states that are known of a system."""

    def __init__(self, system: System, budget: Budget) -> None:
        try:
            known = explore(system, budget, limit_states=60).states
        except SearchError:
            known = [tuple(Product(system, budget).initial.values())]
        self.product = Product(system, budget)
        self.layout = Layout(self.product.variables)
        self.program = program(self.layout, self.product)
        self.dims = (0,) * self.layout.words
        self.states = np.array(
            [
                self.layout.pack(dict(zip(self.product.names, values, strict=True)))
                for values in known[:60]
            ],
            np.uint64,
        )

    def by(
        self, of: Callable[[Any], Any], *, exact: bool = False, loops: bool = False
    ) -> list[Any]:
        """Return everything that kernels fill in or return, all of them chosen by `of`."""
        count = len(self.states)
        actions = len(self.product.actions)
        room = np.zeros((count * actions + 1, len(self.dims)), np.uint64)
        taken = np.zeros(len(room), np.uint16)
        ends = np.zeros(count, np.int64)
        steps = np.zeros(count, np.int64)
        expanded = of(kernels.expand)(
            self.dims, self.program, self.states, 0, count, loops, room, taken, ends, steps
        )
        sources = expanded[0]
        store = np.zeros((2 + len(room), len(self.dims)), np.uint64)
        store[0] = self.states[0]
        table = np.zeros(1 << (60 + actions).bit_length(), np.uint64)  # hardly room: they collide
        left = np.zeros(2, np.int64)
        of(numbering.fill)(self.dims, exact, store, 1, table, 0, len(table), left)
        total = int(ends[sources - 1]) if sources else 0
        mixed, fresh = np.zeros(len(room), np.uint64), np.zeros(len(room), np.int64)
        recent = np.zeros(8, np.uint32)  # of so few most are forgotten
        new = of(numbering.sift)(
            self.dims, exact, room, total, store, 1, table, mixed, recent, fresh
        )
        size, done = of(numbering.insert)(
            self.dims, exact, room, ends, sources, mixed, fresh, new, store, 1, 40, table
        )
        found = np.zeros(len(room), np.int32)
        of(numbering.find)(self.dims, exact, room, total, store, size, table, mixed, found)
        parted = np.zeros(len(table), np.uint64)
        bounds = [0, len(table) // 2, len(table)]
        lost = []
        for begin, end in pairwise(bounds):
            lost.append(of(numbering.fill)(self.dims, exact, store, size, parted, begin, end, left))
            of(numbering.add)(self.dims, exact, store, left[: lost[-1]], parted)
        parents = [
            of(kernels.parent)(self.dims, self.program, self.states, 0, count, store[i])
            for i in range(min(size, 12))
        ]
        guards = tables(self.layout, [action.guard for action in self.product.actions])
        held = np.zeros(count, np.bool_)
        of(kernels.holds)(self.dims, guards, self.states, held)
        arrays = (room, taken, ends, steps, store, table, parted, mixed, fresh[:new], found, held)
        return [expanded, (size, done), lost, parents, *(each.tolist() for each in arrays)]


@pytest.mark.parametrize("loops", [False, True])
@pytest.mark.parametrize("name", MADE)
def test_plain_twins_do_the_same(name: str, *, loops: bool) -> None:
    """Expanding, inserting, filling, finding, parents and guards by Python alone."""
    its = Searched(*MADE[name]())
    compiled = its.by(lambda kernel: kernel, loops=loops)
    with plainly():
        plain = its.by(twin, loops=loops)

    assert compiled == plain


@pytest.mark.parametrize("name", [name for name in MADE if name not in {"two words", "turning"}])
def test_plain_twins_do_the_same_where_slots_say_all(name: str) -> None:
    """States of one word, of few bits."""
    its = Searched(*MADE[name]())
    compiled = its.by(lambda kernel: kernel, exact=True)
    with plainly():
        plain = its.by(twin, exact=True)

    assert 1 == len(its.dims)
    assert compiled == plain


def test_few_states_are_expanded_where_there_is_little_room() -> None:
    """A state is expanded only if every action would have room."""
    its = Searched(*MADE["pair"]())
    actions = len(its.product.actions)
    room = np.zeros((actions + 1, 1), np.uint64)
    ends = np.zeros(len(its.states), np.int64)
    expanded = kernels.expand(
        its.dims,
        its.program,
        its.states,
        0,
        9,
        True,
        room,
        np.zeros(len(room), np.uint16),
        ends,
        np.zeros(len(ends), np.int64),
    )

    assert (1, -1) == expanded
    assert 1 <= ends[0] <= actions


@pytest.mark.parametrize("loops", [False, True])
def test_steps_that_change_nothing_are_counted(*, loops: bool) -> None:
    """A counter that stays, and one that goes on; what changes nothing is there if asked for."""
    count = Var("count", range(3))
    stays = Rule("it stays", sets=(Set(count, 1),))
    goes = Rule("it goes on", sets=(Set(count, next_of(count)),))
    its = Searched(System((Component("box", variables=(count,)),), (stays, goes)), Budget())
    ends, steps = np.zeros((2, 3), np.int64)
    states = np.array([[0], [1], [2]], np.uint64)
    room, taken = np.zeros((8, 1), np.uint64), np.zeros(8, np.uint16)
    expanded = kernels.expand(its.dims, its.program, states, 0, 3, loops, room, taken, ends, steps)

    assert (3, -1) == expanded
    assert [2, 4, 6] == steps.tolist()
    assert ([2, 4, 6] if loops else [2, 3, 5]) == ends.tolist()
    found = list(zip(room[: ends[-1], 0].tolist(), taken[: ends[-1]].tolist(), strict=True))
    loop = [(1, 0)] if loops else []
    assert [(1, 0), (1, 1), *loop, (2, 1), (1, 0), (0, 1)] == found


def test_a_step_beyond_the_range_names_its_action() -> None:
    """The states before it are expanded; the action is the first in that state that is wrong."""
    its = Searched(*beyond_the_range())
    room = np.zeros((8, 1), np.uint64)
    ends = np.zeros(len(its.states), np.int64)
    states = np.array([its.layout.pack({"count": 2, "on": False}), [0]], np.uint64)
    sources, wrong = kernels.expand(
        its.dims,
        its.program,
        states,
        0,
        2,
        False,
        room,
        np.zeros(8, np.uint16),
        ends,
        np.zeros(len(ends), np.int64),
    )

    assert (0, 2) == (sources, wrong)
    assert "it halves" == its.product.actions[wrong].rule.name


def test_cached_says_whether_the_search_was_compiled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An index of machine code lies in the cache, or none; or nothing can be cached."""
    for place, lies in ((None, False), (str(tmp_path), False), (str(tmp_path), True)):
        stats = SimpleNamespace(cache_path=place)
        monkeypatch.setattr(kernels, "expand", SimpleNamespace(stats=stats))
        if lies:
            (tmp_path / "kernels.expand-1.py311.nbi").touch()
        assert lies == kernels.cached()
