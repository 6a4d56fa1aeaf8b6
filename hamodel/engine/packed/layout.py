"""
The layout of a state in machine words: for each variable a word, a shift and a width.

A variable is stored as its value's place in its domain, in as few bits as that takes. None
straddles two words. Neighbouring variables of a word make up a *chunk* of a few bits, which is
read at once: a guard about variables of one chunk is a look into a table (`guards`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hamodel.expr import Value, Var

Words = npt.NDArray[np.uint64]
"""States or masks: the last axis has the words of a state."""

WORD = 64
WORDS_MAX = 4
CHUNK = 8
"""How many bits a chunk has at most, but for one variable with more."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a variable is stored: bits `shift` to `shift + width - 1` of a word."""

    var: Var[Any]
    word: int
    shift: int
    width: int

    @property
    def mask(self) -> int:
        """As many ones as it has bits."""
        return (1 << self.width) - 1


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bits of a word that are read together, and the variables in them."""

    word: int
    shift: int
    width: int
    places: tuple[Place, ...]


class TooWideError(Exception):
    """A system does not fit into the words of a packed state, or its guards into cubes."""


class Layout:
    """
    Where each variable of a system is stored.

    Attributes
    ----------
    places
        By the variable's name, in the order of the variables.
    words
        How many 64-bit words a state takes.
    width
        How many bits it takes.
    chunks
        Disjoint; together they hold every variable that has more than one value.

    Raises
    ------
    TooWideError
        If the variables take more than `WORDS_MAX` words.
    """

    def __init__(self, variables: Sequence[Var[Any]]) -> None:
        filled: list[int] = []
        self.places: dict[str, Place] = {}
        for var in variables:
            width = (len(var.values) - 1).bit_length()
            word = next((i for i, used in enumerate(filled) if used + width <= WORD), len(filled))
            if word == len(filled):
                filled.append(0)
            # One without bits lies at 0: what a shift by 64 gives, the processor decides.
            self.places[var.name] = Place(var, word, filled[word] if width else 0, width)
            filled[word] += width
        self.words, self.width = max(1, len(filled)), sum(filled)
        if self.words > WORDS_MAX:
            raise TooWideError(
                f"{self.width} bits take {self.words} words of {WORD}; {WORDS_MAX} is the most"
            )
        self.chunks = tuple(self._chunks())
        self._codes = {
            name: {value: code for code, value in enumerate(place.var.values)}
            for name, place in self.places.items()
        }
        self._readers = [
            (place.word, place.shift, place.mask, place.var.values)
            for place in self.places.values()
        ]

    def places_of(self, names: Iterable[str]) -> tuple[Place, ...]:
        """Return where some variables are stored."""
        return tuple([self.places[name] for name in names])

    def code(self, name: str, value: Value) -> int:
        """Return what a variable's value is stored as: its place in the domain."""
        return self._codes[name][value]

    def pack(self, state: Mapping[str, Value]) -> list[int]:
        """Return the words of a state."""
        words = [0] * self.words
        for name, place in self.places.items():
            words[place.word] |= self._codes[name][state[name]] << place.shift
        return words

    def packed(self, states: Iterable[Sequence[Value]]) -> tuple[Words, list[int]]:
        """
        Return the words of some states, and which of the states they are, by their places.

        A state with a value that its variable cannot have has no words.
        """
        words, places = [], []
        for place, values in enumerate(states):
            with suppress(KeyError):
                words.append(self.pack(dict(zip(self.places, values, strict=True))))
                places.append(place)
        return np.array(words, np.uint64).reshape(-1, self.words), places

    def unpack(self, words: Sequence[int]) -> tuple[Value, ...]:
        """Return the values of a state, in the order of the variables."""
        return tuple([values[words[w] >> shift & mask] for w, shift, mask, values in self._readers])

    def mask(self, names: Iterable[str]) -> Words:
        """Return the words that have ones where these variables are stored."""
        words = np.zeros(self.words, np.uint64)
        for name in names:
            place = self.places[name]
            words[place.word] |= np.uint64(place.mask << place.shift)
        return words

    def _chunks(self) -> Iterator[Chunk]:
        for word in range(self.words):
            waiting: list[Place] = []
            for place in (p for p in self.places.values() if p.word == word and p.width):
                if waiting and sum(each.width for each in waiting) + place.width > CHUNK:
                    yield _chunk(waiting)
                    waiting = []
                waiting.append(place)
            if waiting:
                yield _chunk(waiting)


def _chunk(places: Sequence[Place]) -> Chunk:
    width = sum(place.width for place in places)
    return Chunk(places[0].word, places[0].shift, width, tuple(places))
