"""States are looked up, and new ones numbered, whatever slots say of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hamodel.engine.packed import numbering
from tests.engine.packed.plain import plainly

ONE_WORD = (0,)
ROOM = np.array([[5], [3], [5], [7], [3], [9]], np.uint64)
"""Successors of three states: 5 and 3; 5, 7 and 3; 9."""
ENDS = np.array([2, 5, 6], np.int64)


EXACT = pytest.mark.parametrize("exact", [True, False])
"""Whether slots have the states themselves, or a part of their mixed numbers."""


def begun(*states: int, exact: bool, slots: int = 8) -> tuple[Any, Any]:
    """Return a list of states with room for others, and a table that has their numbers."""
    room = np.zeros((32, 1), np.uint64)
    room[: len(states), 0] = states
    table = np.zeros(slots, np.uint64)
    numbering.fill(ONE_WORD, exact, room, len(states), table, 0, slots, np.empty(0, np.int64))
    return room, table


def sifted(
    states: Any, size: int, table: Any, *, exact: bool, recent: Any = None, count: int = 6
) -> tuple[Any, Any, int]:
    """Return the mixed numbers of `ROOM`, which are not known, and how many those are."""
    mixed, fresh = np.empty(6, np.uint64), np.empty(6, np.int64)
    if recent is None:
        recent = np.zeros(1 << 10, np.uint32)
    new = numbering.sift(ONE_WORD, exact, ROOM, count, states, size, table, mixed, recent, fresh)
    return mixed, fresh, new


def inserted(limit: int, *, exact: bool) -> tuple[int, int, list[int]]:
    """Return how many states there are, how many sources were expanded, and the states."""
    states, table = begun(3, exact=exact)
    its = sifted(states, 1, table, exact=exact)
    size, done = numbering.insert(ONE_WORD, exact, ROOM, ENDS, 3, *its, states, 1, limit, table)
    return size, done, states[:size, 0].tolist()


@EXACT
def test_states_are_numbered_in_the_order_in_which_they_come(*, exact: bool) -> None:
    """A state that is known, or comes twice, gets no second number."""
    assert (4, 3, [3, 5, 7, 9]) == inserted(100, exact=exact)


@EXACT
@pytest.mark.parametrize(("limit", "size", "done"), [(1, 2, 1), (2, 3, 2), (3, 4, 3), (4, 4, 3)])
def test_a_state_is_not_expanded_beyond_the_limit(
    limit: int, size: int, done: int, *, exact: bool
) -> None:
    """A source is expanded whole as long as there are not more states than the limit before it."""
    assert (size, done, [3, 5, 7, 9][:size]) == inserted(limit, exact=exact)


@EXACT
def test_a_search_already_beyond_the_limit_goes_no_further(*, exact: bool) -> None:
    """As when a search that was kept goes on with a smaller limit."""
    assert (1, 0, [3]) == inserted(0, exact=exact)


@EXACT
def test_what_is_not_known_is_sifted_out(*, exact: bool) -> None:
    """In order, once if it comes twice."""
    states, table = begun(3, 9, exact=exact)
    _, fresh, new = sifted(states, 2, table, exact=exact)

    assert [0, 3] == fresh[:new].tolist()


@EXACT
def test_what_is_forgotten_is_sifted_out_once_more(*, exact: bool) -> None:
    """Where all share one place, who comes between two that are the same has it."""
    states, table = begun(exact=exact)
    _, fresh, new = sifted(states, 0, table, exact=exact, recent=np.zeros(1, np.uint32))

    assert [0, 1, 2, 3, 4, 5] == fresh[:new].tolist()


@EXACT
def test_what_is_remembered_of_another_share_does_no_harm(*, exact: bool) -> None:
    """Places of the same states, be they earlier or later, and of the last that there could be."""
    states, table = begun(3, exact=exact)
    expected = sifted(states, 1, table, exact=exact)[1][:3].tolist()
    for place in range(6):
        recent = np.full(1 << 10, place, np.uint32)
        _, fresh, new = sifted(states, 1, table, exact=exact, recent=recent)
        assert expected == fresh[:new].tolist()

    assert [0, 3, 5] == expected


@EXACT
def test_what_is_beyond_the_successors_is_not_looked_up(*, exact: bool) -> None:
    """Of six places three are taken."""
    states, table = begun(3, 9, exact=exact)
    _, fresh, new = sifted(states, 2, table, exact=exact, count=3)

    assert [0] == fresh[:new].tolist()


@EXACT
def test_a_state_that_may_not_be_whole_is_not_looked_at(*, exact: bool) -> None:
    """One beyond the size that was said may be being written; a slot that says it all will do."""
    states, table = begun(3, 9, exact=exact)
    _, fresh, new = sifted(states, 1, table, exact=exact)

    assert [0, 3, *([] if exact else [5])] == fresh[:new].tolist()


@EXACT
def test_what_was_inserted_since_it_was_sifted_gets_no_second_number(*, exact: bool) -> None:
    """Two threads sift the same successors; the second finds those of the first when it inserts."""
    states, table = begun(3, exact=exact)
    mine, other = (sifted(states, 1, table, exact=exact) for _ in range(2))
    sizes = [
        numbering.insert(ONE_WORD, exact, ROOM, ENDS, 3, *its, states, size, 99, table)
        for its, size in ((mine, 1), (other, 4))
    ]

    assert [(4, 3), (4, 3)] == sizes
    assert [3, 5, 7, 9] == states[:4, 0].tolist()


def found(wanted: list[int], states: Any, size: int, table: Any, *, exact: bool) -> list[int]:
    """Return the numbers that these states are found to have."""
    room, count = np.array(wanted, np.uint64).reshape(-1, 1), len(wanted)
    mixed, numbers = np.empty(count, np.uint64), np.empty(count, np.int32)
    numbering.find(ONE_WORD, exact, room, count, states, size, table, mixed, numbers)
    return numbers.tolist()


@EXACT
def test_states_are_found_by_their_numbers(*, exact: bool) -> None:
    """Each has the number of its place; one that is not known has -1."""
    states, table = begun(*range(7), exact=exact)
    wanted = [6, 0, 3, 99, 5, 1, 2, 4, 7]

    assert [6, 0, 3, -1, 5, 1, 2, 4, -1] == found(wanted, states, 7, table, exact=exact)


@EXACT
def test_a_table_that_is_nearly_full_has_a_slot_for_every_state(*, exact: bool) -> None:
    """Seven states in eight slots, one after the other."""
    _, table = begun(*range(7), exact=exact)

    assert [*range(1, 8), 0] == (table & np.uint64(7)).tolist()


@EXACT
def test_a_state_whose_line_is_full_lies_in_the_next(*, exact: bool) -> None:
    """Eleven states that belong in the last of four lines; behind it comes the first."""
    with plainly():
        words = np.arange(400, dtype=np.uint64)
        mixed = [int(numbering.hashed(ONE_WORD, words, np.uint64(k))) for k in range(400)]
    together = [k for k in range(400) if mixed[k] % 32 >= 24][:12]
    states, table = begun(*together[:11], exact=exact, slots=32)

    assert 12 == len(together)
    assert [*[1] * 3, *[0] * 21, *[1] * 8] == np.sign(table).tolist()
    assert [*range(11), -1] == found(together, states, 11, table, exact=exact)


def test_states_of_which_their_slots_say_the_same_are_told_apart() -> None:
    """Each slot is made to say of its state what another's says; the states themselves differ."""
    states, table = begun(*range(5), exact=False)
    with plainly():
        mixed = numbering.hashed(ONE_WORD, states[:5].reshape(-1), np.uint64(2))
    table[:5] = (mixed & ~np.uint64(7)) | (table[:5] & np.uint64(7))

    assert [2, -1] == found([2, 99], states, 5, table, exact=False)
