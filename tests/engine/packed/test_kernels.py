"""The inner loops: each does what it says, and its plain twin does the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest

from hamodel import Budget, Component, Rule, SearchError, Set, System, Var, next_of
from hamodel.engine.packed import kernels
from hamodel.engine.packed.guards import tables
from hamodel.engine.packed.layout import Layout
from hamodel.engine.packed.program import program
from hamodel.engine.reference import Product, explore
from tests.agreement.handmade import MODELS, beyond_the_range
from tests.agreement.random_systems import seeded_drawing
from tests.engine.packed.compared import widened
from tests.engine.packed.plain import plainly, twin

ONE_WORD = (0,)
ROOM = np.array([[5], [3], [5], [7], [3], [9]], np.uint64)
"""Successors of three states: 5 and 3; 5, 7 and 3; 9."""
ENDS = np.array([2, 5, 6], np.int64)


def begun(*states: int, slots: int = 8) -> tuple[Any, Any]:
    """Return a list of states with room for others, and a table that has their numbers."""
    room = np.zeros((16, 1), np.uint64)
    room[: len(states), 0] = states
    table = np.zeros(slots, np.uint32)
    kernels.fill(ONE_WORD, room, len(states), table)
    return room, table


def inserted(limit: int) -> tuple[int, int, list[int]]:
    """Return how many states there are, how many sources were expanded, and the states."""
    states, table = begun(3)
    slots, fresh = np.empty(6, np.int64), np.empty(6, np.int64)
    new = kernels.sift(ONE_WORD, ROOM, 6, states, 1, table, slots, fresh)
    size, done = kernels.insert(ONE_WORD, ROOM, ENDS, 3, slots, fresh, new, states, 1, limit, table)
    return size, done, states[:size, 0].tolist()


def test_states_are_numbered_in_the_order_in_which_they_come() -> None:
    """A state that is known, or comes twice, gets no second number."""
    assert (4, 3, [3, 5, 7, 9]) == inserted(100)


@pytest.mark.parametrize(("limit", "size", "done"), [(1, 2, 1), (2, 3, 2), (3, 4, 3), (4, 4, 3)])
def test_a_state_is_not_expanded_beyond_the_limit(limit: int, size: int, done: int) -> None:
    """A source is expanded whole as long as there are not more states than the limit before it."""
    assert (size, done, [3, 5, 7, 9][:size]) == inserted(limit)


def test_a_search_already_beyond_the_limit_goes_no_further() -> None:
    """As when a search that was kept goes on with a smaller limit."""
    assert (1, 0, [3]) == inserted(0)


def test_what_is_not_known_is_sifted_out() -> None:
    """In order, twice if it comes twice; each with the slot where its probing ends."""
    states, table = begun(3, 9)
    slots, fresh = np.empty(6, np.int64), np.empty(6, np.int64)
    new = kernels.sift(ONE_WORD, ROOM, 6, states, 2, table, slots, fresh)

    assert [0, 2, 3] == fresh[:new].tolist()
    assert slots[0] == slots[2]
    assert [0, 0, 0] == table[slots[fresh[:new]]].tolist()


def test_a_state_that_may_not_be_whole_counts_as_unknown() -> None:
    """One that is beyond the size that was said is being written by another thread."""
    states, table = begun(3, 9)
    slots, fresh = np.empty(6, np.int64), np.empty(6, np.int64)
    new = kernels.sift(ONE_WORD, ROOM, 6, states, 1, table, slots, fresh)

    assert [0, 2, 3, 5] == fresh[:new].tolist()
    assert 2 == table[slots[5]]


def test_what_was_inserted_since_it_was_sifted_gets_no_second_number() -> None:
    """Two threads sift the same successors; the second finds those of the first when it inserts."""
    states, table = begun(3)
    mine, other = ((np.empty(6, np.int64), np.empty(6, np.int64)) for _ in range(2))
    new = [kernels.sift(ONE_WORD, ROOM, 6, states, 1, table, *its) for its in (mine, other)]
    sizes = [
        kernels.insert(ONE_WORD, ROOM, ENDS, 3, *its, count, states, size, 99, table)
        for its, count, size in ((mine, new[0], 1), (other, new[1], 4))
    ]

    assert [(4, 3), (4, 3)] == sizes
    assert [3, 5, 7, 9] == states[:4, 0].tolist()


def test_states_are_found_by_their_numbers() -> None:
    """Each has the number of its place; one that is not known has -1."""
    states, table = begun(*range(7))
    found = np.empty(9, np.int32)
    wanted = np.array([[k] for k in (6, 0, 3, 99, 5, 1, 2, 4, 7)], np.uint64)
    kernels.find(ONE_WORD, wanted, 9, states, table, found)

    assert [6, 0, 3, -1, 5, 1, 2, 4, -1] == found.tolist()


def test_a_table_that_is_nearly_full_has_a_slot_for_every_state() -> None:
    """Seven states in eight slots: those that collide lie behind one another."""
    _, table = begun(*range(7))

    assert list(range(8)) == sorted(table.tolist())


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

    def by(self, of: Callable[[Any], Any]) -> list[Any]:
        """Return everything that kernels fill in or return, all of them chosen by `of`."""
        count = len(self.states)
        actions = len(self.product.actions)
        room = np.zeros((count * actions + 1, len(self.dims)), np.uint64)
        taken = np.zeros(len(room), np.uint16)
        ends = np.zeros(count, np.int64)
        expanded = of(kernels.expand)(
            self.dims, self.program, self.states, 0, count, room, taken, ends
        )
        sources = expanded[0]
        store = np.zeros((2 + len(room), len(self.dims)), np.uint64)
        store[0] = self.states[0]
        table = np.zeros(1 << (60 + actions).bit_length(), np.uint32)  # hardly room: they collide
        of(kernels.fill)(self.dims, store, 1, table)
        total = int(ends[sources - 1]) if sources else 0
        slots, fresh = np.zeros(len(room), np.int64), np.zeros(len(room), np.int64)
        new = of(kernels.sift)(self.dims, room, total, store, 1, table, slots, fresh)
        size, done = of(kernels.insert)(
            self.dims, room, ends, sources, slots, fresh, new, store, 1, 40, table
        )
        found = np.zeros(len(room), np.int32)
        of(kernels.find)(self.dims, room, total, store, table, found)
        parents = [
            of(kernels.parent)(self.dims, self.program, self.states, 0, count, store[i])
            for i in range(min(size, 12))
        ]
        guards = tables(self.layout, [action.guard for action in self.product.actions])
        held = np.zeros((actions, count), np.bool_)
        for number in range(actions):
            of(kernels.holds)(self.dims, guards, number, self.states, held[number])
        arrays = (room, taken, ends, store, table, slots, fresh[:new], found, held)
        return [expanded, (size, done), parents, *(each.tolist() for each in arrays)]


@pytest.mark.parametrize("name", MADE)
def test_plain_twins_do_the_same(name: str) -> None:
    """Expanding, inserting, finding, parents and guards by Python alone."""
    its = Searched(*MADE[name]())
    compiled = its.by(lambda kernel: kernel)
    with plainly():
        plain = its.by(twin)

    assert compiled == plain


def test_the_lowest_bit_of_every_place() -> None:
    """Of a word with one bit, and with all bits above it."""
    with plainly():
        for place in range(64):
            one = np.uint64(1 << place)
            all_above = np.uint64((1 << 64) - (1 << place))
            assert place == kernels.lowest_bit(one)
            assert place == kernels.lowest_bit(all_above)


def test_few_states_are_expanded_where_there_is_little_room() -> None:
    """A state is expanded only if every action would have room."""
    its = Searched(*MADE["pair"]())
    actions = len(its.product.actions)
    room = np.zeros((actions + 1, 1), np.uint64)
    ends = np.zeros(len(its.states), np.int64)
    expanded = kernels.expand(
        its.dims, its.program, its.states, 0, 9, room, np.zeros(len(room), np.uint16), ends
    )

    assert (1, -1) == expanded
    assert 1 <= ends[0] <= actions


def test_a_step_beyond_the_range_names_its_action() -> None:
    """The states before it are expanded; the action is the first in that state that is wrong."""
    its = Searched(*beyond_the_range())
    room = np.zeros((8, 1), np.uint64)
    ends = np.zeros(len(its.states), np.int64)
    states = np.array([its.layout.pack({"count": 2, "on": False}), [0]], np.uint64)
    sources, wrong = kernels.expand(
        its.dims, its.program, states, 0, 2, room, np.zeros(8, np.uint16), ends
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


def test_where_nothing_can_be_cached_it_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba refuses to cache what lies in no folder that can be written to."""
    real = numba.njit

    def refusing(**settings: Any) -> Any:
        if settings.get("cache"):
            raise RuntimeError("cannot cache function 'twice': no locator available")
        return real(**settings)

    monkeypatch.setattr(numba, "njit", refusing)

    def twice(number: int) -> int:
        return 2 * number

    assert 6 == kernels.compiled(twice)(3)
