"""The table of states: it grows, and says when a slot says all of its state."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hamodel import Var
from hamodel.engine.limits import NO_LIMITS, Limits, MemoryLimitError, Meter
from hamodel.engine.packed import numbering
from hamodel.engine.packed import table as module
from hamodel.engine.packed.compiling import LINE
from hamodel.engine.packed.crew import Crew
from hamodel.engine.packed.explorer import explore_packed
from hamodel.engine.packed.layout import Layout, Words
from hamodel.engine.packed.rows import zeros
from hamodel.engine.packed.table import LOAD, Table
from tests.models import ring

FREE = Meter(NO_LIMITS)
STATES = np.arange(3000, dtype=np.uint64).reshape(-1, 1)


def layout(*bits: int) -> Layout:
    """Return where variables of so many bits are stored."""
    return Layout([Var(f"bits {i}", range(1 << width)) for i, width in enumerate(bits)])


def grown(*sizes: int, wide: Layout) -> Table:
    """Return a table that had room for so many of the states, one size after the other."""
    its = Table(wide)
    for size in sizes:
        its.grow(size, STATES, size, FREE)
    return its


@pytest.mark.parametrize("size", [1, 5, 6, 7, 100, 3000])
def test_there_is_a_line_at_least_and_room_to_spare(size: int) -> None:
    """A power of two, not fuller than it may become, with every state in it."""
    its = grown(size, wide=layout(12))

    assert LINE <= len(its.slots) == 1 << (len(its.slots).bit_length() - 1)
    assert size <= LOAD * len(its.slots) < 4 * max(size, LINE)
    assert size == np.count_nonzero(its.slots)


def test_a_small_table_leaps_and_a_large_one_is_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Powers of four up to `LEAPS`, then powers of two."""
    monkeypatch.setattr(module, "LEAPS", 256)
    its, sizes = Table(layout(12)), []
    for size in range(1, 1000):
        its.grow(size, STATES, size, FREE)
        sizes.append(len(its.slots))

    assert [16, 64, 256, 512, 1024, 2048] == sorted(set(sizes))


def test_a_table_with_room_stays() -> None:
    """The same slots, until there are more states than it may have."""
    its = grown(5, wide=layout(12))
    before = its.slots
    its.grow(6, STATES, 5, FREE)
    assert its.slots is before

    its.grow(13, STATES, 6, FREE)
    assert 4 * len(before) == len(its.slots)


def test_it_tells_how_many_more_states_it_has_slots_for() -> None:
    """As many as can come before it grows."""
    its = grown(5, wide=layout(12))
    before, room = its.slots, its.room(5)
    its.grow(5 + room, STATES, 5, FREE)
    assert its.slots is before

    its.grow(5 + room + 1, STATES, 5, FREE)
    assert len(before) < len(its.slots)


class Three(Crew):
    """A crew of three, that tells how many states each found no slot for."""

    def __init__(self, words: int) -> None:
        super().__init__(explore_packed(ring(2)).program, words)
        self.threads, self.lost = 3, list[list[int]]()
        self.shares(0, 1 << 20)

    def at_once(self, do: Callable[[int], int], parts: range) -> list[int]:
        """Let each part be done."""
        self.lost.append(super().at_once(do, parts))
        return self.lost[-1]


@pytest.mark.parametrize("most", [module.LEFT_MAX, 0], ids=["the rest is added", "filled anew"])
@pytest.mark.parametrize("wide", [(12,), (16, 16, 16, 16, 1)], ids=["exact", "two words"])
def test_several_threads_fill_it_each_a_part(
    monkeypatch: pytest.MonkeyPatch, wide: tuple[int, ...], most: int
) -> None:
    """Every state is found by its number, those too for which a part has no slot at its end."""
    monkeypatch.setattr(module, "SHARED", LINE)
    monkeypatch.setattr(module, "LEFT_MAX", most)
    its = Table(layout(*wide))
    states = np.zeros((3000, its_words := len(its._dims)), np.uint64)
    states[:, 0] = np.arange(3000)
    mixed, found = np.empty(3000, np.uint64), np.empty(3000, np.int32)
    with Three(its_words) as crew:
        for size in range(2900, 3000):
            its.slots = zeros(0)
            its.grow(size, states, size, FREE, crew)
            numbering.find(
                its._dims, its.exact, states, 3000, states, size, its.slots, mixed, found
            )
            assert [*range(size), *[-1] * (3000 - size)] == found.tolist()

    assert {3} == {len(lost) for lost in crew.lost}
    assert any(any(lost) for lost in crew.lost)


def test_a_copy_grows_apart() -> None:
    """What is put into one is not in the other."""
    its = grown(5, wide=layout(12))
    other = its.copy()
    other.slots[:] = 0

    assert 5 == np.count_nonzero(its.slots)


def test_a_slot_says_all_while_state_and_number_fit_into_it() -> None:
    """Of 4,096 slots 12 bits are the number, and 52 are left; of 8,192 slots 51."""
    sizes = {bits: grown(3000, wide=layout(*bits)) for bits in ((16,) * 3, (16, 16, 16, 3))}
    too_wide = grown(3000, wide=layout(16, 16, 16, 4))

    assert [4096, 4096] == [len(its.slots) for its in sizes.values()]
    assert all(its.exact for its in sizes.values())
    assert too_wide.exact
    assert not grown(3000, 3100, wide=layout(16, 16, 16, 4)).exact
    assert not grown(5, wide=layout(16, 16, 16, 16, 1)).exact


def test_what_finds_no_room_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table that was is made again, with what was in it."""
    its = grown(5, wide=layout(12))
    before = its.slots.tolist()

    def scarce(count: int) -> Words:
        if count > len(before):
            raise MemoryError
        return zeros(count)

    monkeypatch.setattr(module, "zeros", scarce)
    with pytest.raises(MemoryError):
        its.grow(13, STATES, 5, FREE)

    assert before == its.slots.tolist()


def test_a_limit_is_asked_before_anything_is_given_back() -> None:
    """The slots are the same array."""
    its = grown(6, wide=layout(12))
    before = its.slots
    with pytest.raises(MemoryLimitError):
        its.grow(1 << 20, STATES, 6, Meter(Limits(memory=1)))

    assert its.slots is before
