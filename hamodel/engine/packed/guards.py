"""
Guards over packed states: tables of bits, and cubes for what tables cannot say.

Each guard of a list has a bit. A conjunct whose variables lie in one chunk of the layout is worked
out for every value of the chunk beforehand; a row of the table says which guards that value allows,
so that the conjunction of the rows of all chunks decides all such conjuncts of all guards at once.
What is left of a guard is a conjunction of clauses. A clause has cubes, pairs (mask, value), and
holds iff some cube matches, or iff none does, whichever takes fewer of them. Both are exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import product as combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hamodel.engine.packed.layout import WORD, Chunk, Layout, Place, TooWideError, Words
from hamodel.expr import TRUE, And, Expr, Is, Not, Or, Same, Var, all_of, any_of, variables_of

Ints = npt.NDArray[np.int64]
Cube = Mapping[str, frozenset[int]]
"""For some variables the codes that they may have; the others may have any."""

CUBES_MAX = 4096
"""How many cubes a clause may take while it is worked out."""
CACHED = 1 << 14
"""How many guards are kept worked out: the searches of one deployment share most of theirs."""


class Tables(NamedTuple):
    """
    A list of guards as arrays.

    Parameters
    ----------
    chunk_word, chunk_shift, chunk_mask, chunk_row
        For each chunk where it is read, and where its rows begin in `rows`.
    rows
        Shape (rows, lanes): which guards a value of a chunk allows, a bit each.
    clauses
        Shape (guards + 1,): the clauses of guard g are `clauses[g]` to `clauses[g + 1]` less one.
    cubes, wanted
        Likewise the cubes of each clause, and whether one of them is to match.
    masks, values
        Shape (cubes, words).
    """

    chunk_word: Ints
    chunk_shift: Words
    chunk_mask: Words
    chunk_row: Ints
    rows: Words
    clauses: Ints
    cubes: Ints
    wanted: npt.NDArray[np.bool_]
    masks: Words
    values: Words


def tables(layout: Layout, guards: Sequence[Expr], *, looked_up: bool = True) -> Tables:
    """
    Return a list of guards as arrays.

    Parameters
    ----------
    layout, guards
        Where the variables are stored, and guards about them.
    looked_up
        Whether to use the tables of bits; otherwise everything is clauses.

    Raises
    ------
    TooWideError
        If a guard takes too many cubes.
    """
    lanes = max(1, -(-len(guards) // WORD))
    chunk_of = {p.var.name: i for i, chunk in enumerate(layout.chunks) for p in chunk.places}
    allowed = [np.ones((1 << chunk.width, len(guards)), np.bool_) for chunk in layout.chunks]
    # One part is often in many of the guards.
    row = cache(lambda i, part: _row(layout.chunks[i], part))
    clause = cache(lambda part: _clause(part, layout.places_of(_read(part)), layout.words))
    clause_ends, cube_ends = [0], [0]
    wanted: list[bool] = []
    cubes: list[tuple[list[int], list[int]]] = []
    for number, guard in enumerate(guards):
        for part in conjuncts(guard):
            chunks = {chunk_of[name] for name, var in _read(part).items() if len(var.values) > 1}
            if len(chunks) == 1 and looked_up:
                [i] = chunks
                allowed[i][:, number] &= row(i, part)
                continue
            if not chunks:
                if not part({var.name: var.initial for var in variables_of(part)}):
                    wanted.append(True)  # a clause without cubes, one of which is to match
                    cube_ends.append(len(cubes))
                continue
            its, holds = clause(part)
            cubes += its
            wanted.append(holds)
            cube_ends.append(len(cubes))
        clause_ends.append(len(wanted))
    read = [(c, its) for c, its in zip(layout.chunks, allowed, strict=True) if not its.all()]
    read.sort(key=lambda each: float(each[1].mean()))  # What rules out most is looked up first.
    # A chunk without bits, whose one row has a bit for every guard.
    read.append((Chunk(0, 0, 0, ()), np.ones((1, len(guards)), np.bool_)))
    used = [chunk for chunk, _ in read]
    rows = [_bits(its, lanes) for _, its in read]
    begins = np.cumsum([0, *(len(its) for _, its in read)])[:-1]
    return Tables(
        np.array([chunk.word for chunk in used], np.int64),
        np.array([chunk.shift for chunk in used], np.uint64),
        np.array([(1 << chunk.width) - 1 for chunk in used], np.uint64),
        np.array(begins, np.int64),
        np.concatenate(rows),
        np.array(clause_ends, np.int64),
        np.array(cube_ends, np.int64),
        np.array(wanted, np.bool_),
        np.array([mask for mask, _ in cubes], np.uint64).reshape(-1, layout.words),
        np.array([value for _, value in cubes], np.uint64).reshape(-1, layout.words),
    )


def tables_of(layout: Layout, guard: Expr) -> Tables:
    """Return as arrays guards of which one holds iff this one does; tables rule out most."""
    ways = list(disjuncts(guard))
    most = WORD // max(1, len(ways))
    return tables(layout, [each for way in ways for each in _by_chunk(layout, way, most)])


def _by_chunk(layout: Layout, guard: Expr, most: int) -> Sequence[Expr]:
    """
    Return guards of which one holds iff this one does, at most so many.

    A part that is true for what one chunk or another says is taken apart by chunk, as a table can
    tell of a conjunction of what each chunk says.
    """
    chunk_of = {p.var.name: i for i, chunk in enumerate(layout.chunks) for p in chunk.places}
    found: Sequence[Expr] = [TRUE]
    for part in conjuncts(guard):
        ways: dict[frozenset[int | None], list[Expr]] = {}
        for way in disjuncts(part):
            read = frozenset(chunk_of.get(var.name) for var in variables_of(way))
            ways.setdefault(read, []).append(way)
        options = [any_of(*its) for its in ways.values()]
        if len(found) * len(options) > most:
            options = [part]
        found = [all_of(each, option) for each in found for option in options]
    return found


def conjuncts(guard: Expr) -> Iterator[Expr]:
    """Yield the parts of a conjunction, those of conjunctions in it too."""
    if isinstance(guard, And):
        for part in guard.parts:
            yield from conjuncts(part)
    elif isinstance(guard, Not) and isinstance(guard.part, Or):
        for part in guard.part.parts:
            yield from conjuncts(~part)
    else:
        yield guard


def disjuncts(guard: Expr) -> Iterator[Expr]:
    """Yield the parts of a disjunction, those of disjunctions in it too."""
    for part in conjuncts(~guard):
        yield ~part


@lru_cache(maxsize=CACHED)
def _read(part: Expr) -> Mapping[str, Var[Any]]:
    """Return the variables that a guard reads, by name."""
    return {var.name: var for var in variables_of(part)}


def _row(chunk: Chunk, part: Expr) -> npt.NDArray[np.bool_]:
    """Return for every value of a chunk whether a guard about its variables holds."""
    every = np.arange(1 << chunk.width)
    codes = {p.var.name: every >> (p.shift - chunk.shift) & p.mask for p in chunk.places}
    alone = np.zeros_like(every)  # the code of a variable with one value, which is stored nowhere
    index = tuple(codes.get(name, alone) for name in _read(part))
    return np.asarray(_worked_out(part)[index], np.bool_)


@lru_cache(maxsize=CACHED)
def _worked_out(part: Expr) -> npt.NDArray[np.bool_]:
    """Return whether a guard holds, by the codes of the variables that it reads."""
    read = _read(part).values()
    held = np.zeros([1 << (len(var.values) - 1).bit_length() for var in read], np.bool_)
    for codes in combinations(*(range(len(var.values)) for var in read)):
        chosen = zip(read, codes, strict=True)
        held[codes] = part({var.name: var.values[code] for var, code in chosen})
    return held


def _bits(allowed: npt.NDArray[np.bool_], lanes: int) -> Words:
    """Return rows of yes and no as rows of words, the first guard in the lowest bit."""
    padded = np.zeros((len(allowed), lanes * WORD), np.bool_)
    padded[:, : allowed.shape[1]] = allowed
    return np.packbits(padded, axis=1, bitorder="little").view("<u8").astype(np.uint64)


@lru_cache(maxsize=CACHED)
def _clause(
    part: Expr, places: tuple[Place, ...], words: int
) -> tuple[list[tuple[list[int], list[int]]], bool]:
    """
    Return the cubes of a guard, and whether it holds iff one of them matches, or none.

    Its variables are at these places, in so many words.
    """
    place_of = {place.var.name: place for place in places}
    options = []
    for holds, cubes in zip((True, False), _both_ways(part), strict=True):
        if cubes is not None:
            covered = [_covered(place_of, cube) for cube in cubes]
            count = sum(math.prod(map(len, each)) for each in covered)
            options.append((count, not holds, covered))
    if not options:
        raise TooWideError(f"a guard takes more than {CUBES_MAX:,} cubes: {str(part)[:200]}")
    _, negated, covered = min(options, key=lambda option: option[:2])
    return [pair for each in covered for pair in _masked(words, each)], not negated


@lru_cache(maxsize=1 << 16)
def _both_ways(part: Expr) -> tuple[list[Cube] | None, list[Cube] | None]:
    """Return the cubes where a guard holds, and where it does not; None for too many."""
    return _within_limit(part, True), _within_limit(part, False)


def _within_limit(part: Expr, holds: bool) -> list[Cube] | None:
    try:
        return _cubes(part, holds)
    except TooWideError:
        return None


def _cubes(guard: Expr, holds: bool) -> list[Cube]:
    """Return cubes of which one matches iff the guard holds, or iff it does not."""
    match guard:
        case Is():
            code = guard.var.values.index(guard.value)
            its = frozenset({code}) if holds else _all(guard.var) - {code}
            return [{guard.var.name: its}] if its else []
        case Same():
            return list(_same(guard, holds))
        case Not():
            return _cubes(guard.part, not holds)
        case And() | Or() if isinstance(guard, And) == holds:
            found: list[Cube] = [{}]
            for part in guard.parts:
                options = _cubes(part, holds)
                both = (_both(one, two) for one in found for two in options)
                found = _fewer(each for each in both if each is not None)
            return found
        case And() | Or():
            return _fewer(cube for part in guard.parts for cube in _cubes(part, holds))
    raise AssertionError(f"{guard!r} is not one of the five nodes")


def _all(var: Var[Any]) -> frozenset[int]:
    return frozenset(range(len(var.values)))


def _same(guard: Same, holds: bool) -> Iterator[Cube]:
    left, right = guard.left, guard.right
    if left.name == right.name:
        if holds:
            yield {}
        return
    if len(left.values) > CUBES_MAX:
        raise TooWideError(f"more than {CUBES_MAX:,} cubes")
    for code in range(len(left.values)):
        its = frozenset({code}) if holds else _all(right) - {code}
        if its:
            yield {left.name: frozenset({code}), right.name: its}


def _both(one: Cube, two: Cube) -> Cube | None:
    """Return the cube that matches where both do; None if that is nowhere."""
    cube = dict(one)
    for name, codes in two.items():
        cube[name] = cube[name] & codes if name in cube else codes
        if not cube[name]:
            return None
    return cube


def _fewer(cubes: Iterable[Cube]) -> list[Cube]:
    """Return as few cubes that match where these do: those that differ in one variable joined."""
    found: dict[Any, Cube] = {}
    for cube in cubes:
        found[_key(cube)] = cube
        if len(found) > CUBES_MAX:
            raise TooWideError(f"more than {CUBES_MAX:,} cubes")
    before = len(found) + 1
    while len(found) < before:
        before = len(found)
        for name in dict.fromkeys(name for cube in found.values() for name in cube):
            joined: dict[Any, tuple[Any, Cube]] = {}
            for key, cube in found.items():
                has = name in cube
                rest = (has, tuple([each for each in key if each[0] != name]) if has else key)
                other = joined.get(rest)
                if other is None:
                    joined[rest] = key, cube
                elif has:
                    both = {**cube, name: cube[name] | other[1][name]}
                    joined[rest] = _key(both), both
            found = dict(joined.values())
    return list(found.values())


def _key(cube: Cube) -> tuple[tuple[str, frozenset[int]], ...]:
    """Return what is the same for equal cubes."""
    return tuple(sorted(cube.items()))


def _covered(place_of: Mapping[str, Place], cube: Cube) -> list[list[tuple[int, int, int]]]:
    """Return for each variable of a cube the words, masks and values of which one is to match."""
    options = []
    for name, codes in cube.items():
        place = place_of[name]
        shift, word = place.shift, place.word
        covers = _covers(codes, len(place.var.values), place.width)
        options.append([(word, mask << shift, value << shift) for mask, value in covers])
    return options


def _masked(
    words: int, options: list[list[tuple[int, int, int]]]
) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the pairs (mask, value) that together match where one of each of these does."""
    for choice in combinations(*options):
        masks, values = [0] * words, [0] * words
        for word, mask, value in choice:
            masks[word] |= mask
            values[word] |= value
        yield masks, values


@lru_cache(maxsize=1 << 12)
def _covers(codes: frozenset[int], domain: int, width: int) -> list[tuple[int, int]]:
    """Return pairs (mask, value) that match these codes and no other code of the domain."""

    def halves(high: int, bits: int) -> Iterator[tuple[int, int]]:
        within = range(high << bits, min(domain, (high + 1) << bits))
        known = [code in codes for code in within]
        if known and all(known):
            yield (1 << width) - (1 << bits), high << bits
        elif any(known):
            yield from halves(high << 1, bits - 1)
            yield from halves((high << 1) + 1, bits - 1)

    return list(halves(0, width))
