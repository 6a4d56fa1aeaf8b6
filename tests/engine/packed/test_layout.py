"""Where variables are stored: no two share a bit, none straddles two words, all are read back."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamodel import Var, instances
from hamodel.engine.packed.layout import CHUNK, WORD, Layout, Place, TooWideError


class Colour(Enum):
    """Three values that are no numbers."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"


DOMAINS: tuple[Any, ...] = (
    *(range(n) for n in (1, 2, 3, 5, 16, 17, 255, 256, 257, 1000)),
    bool,
    Colour,
    instances("a", "b"),
)

domains = st.lists(st.sampled_from(DOMAINS), max_size=36)


def layout_of(*domains: Any) -> Layout:
    """Return the layout of variables with these domains."""
    return Layout([Var(f"v{i}", domain) for i, domain in enumerate(domains)])


def bits(word: int, shift: int, width: int) -> set[int]:
    """Return the bits of a state that a variable or a chunk takes."""
    return set(range(word * WORD + shift, word * WORD + shift + width))


def bits_of(place: Place) -> set[int]:
    """Return the bits of a state that a variable takes."""
    return bits(place.word, place.shift, place.width)


@given(domains)
def test_no_variable_straddles_two_words_or_shares_a_bit(its: list[Any]) -> None:
    """Each variable has as few bits as its values take, all in one word, and its own."""
    layout = layout_of(*its)
    taken: set[int] = set()

    assert len(its) == len(layout.places)
    for place in layout.places.values():
        assert place.word < layout.words
        assert place.shift + place.width <= WORD
        assert 1 << place.width >= len(place.var.values) > 1 << place.width >> 1
        assert not taken & bits_of(place)
        taken |= bits_of(place)


@given(domains)
def test_chunks_are_disjoint_and_hold_every_variable(its: list[Any]) -> None:
    """Each variable with two values or more lies in one chunk; a wide chunk has one variable."""
    layout = layout_of(*its)
    places = [place for place in layout.places.values() if place.width]

    assert sum(chunk.width for chunk in layout.chunks) == sum(place.width for place in places)
    assert sorted(each.var.name for each in places) == sorted(
        place.var.name for chunk in layout.chunks for place in chunk.places
    )
    for chunk in layout.chunks:
        assert chunk.width <= CHUNK or 1 == len(chunk.places)
        assert bits(chunk.word, chunk.shift, chunk.width) == set().union(
            *map(bits_of, chunk.places)
        )


@given(domains, st.data())
def test_a_state_is_read_back(its: list[Any], data: st.DataObject) -> None:
    """Packing a state and unpacking its words gives its values, in the order of the variables."""
    layout = layout_of(*its)
    variables = [place.var for place in layout.places.values()]
    state = {var.name: data.draw(st.sampled_from(var.values)) for var in variables}
    words = layout.pack(state)

    assert layout.words == len(words)
    assert all(0 <= each < 1 << WORD for each in words)
    assert tuple(state.values()) == layout.unpack(words)


def test_a_value_is_its_place_in_the_domain() -> None:
    """What is stored of a number is not the number."""
    layout = layout_of(range(3, 7), Colour, instances("a", "b"))

    assert [2, 1, 0] == [
        layout.code(name, value)
        for name, value in zip(layout.places, (5, Colour.GREEN, None), strict=True)
    ]
    assert [2 | 1 << 2] == layout.pack({"v0": 5, "v1": Colour.GREEN, "v2": None})


def test_a_later_variable_fills_what_an_earlier_word_has_left() -> None:
    """Thirteen variables of five bits do not fit into a word; one of four bits fits behind them."""
    layout = layout_of(*[range(32)] * 13, range(16))

    assert 2 == layout.words
    assert [(0, 55), (1, 0), (0, 60)] == [
        (place.word, place.shift) for place in list(layout.places.values())[-3:]
    ]


def test_a_variable_of_one_value_takes_no_bit() -> None:
    """Behind a full word it lies at 0: a shift by 64 would be no shift."""
    layout = layout_of(*[range(256)] * 8, range(1))

    assert 1 == layout.words
    assert (0, 0, 0, 0) == (
        layout.places["v8"].word,
        layout.places["v8"].shift,
        layout.places["v8"].width,
        layout.places["v8"].mask,
    )
    assert 8 == len(layout.chunks)


def test_a_wide_variable_is_a_chunk_of_its_own() -> None:
    """A thousand values take ten bits, more than a chunk has else."""
    layout = layout_of(range(2), range(1000), range(2))

    assert [1, 10, 1] == [chunk.width for chunk in layout.chunks]


def test_no_variable_is_one_word() -> None:
    """A system without variables has one state."""
    layout = layout_of()

    assert 1 == layout.words
    assert () == layout.chunks
    assert [0] == layout.pack({})
    assert () == layout.unpack([0])


def test_four_words_are_the_most() -> None:
    """Of bytes 32 fit; one more is an error that says how many there are."""
    assert 4 == layout_of(*[range(256)] * 32).words
    with pytest.raises(TooWideError) as caught:
        layout_of(*[range(256)] * 33)

    assert "264 bits take 5 words of 64; 4 is the most" == str(caught.value)
