"""A product of a system and a budget as arrays: what the kernels search."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hamodel.engine.packed.guards import Ints, Tables, tables
from hamodel.engine.packed.layout import Layout, TooWideError, Words
from hamodel.engine.reference import Product
from hamodel.expr import TRUE, And, Expr, Var
from hamodel.rule import Next, Set, Step

ACTIONS_MAX = 1 << 16
"""How many actions have a number of 16 bits, which is what is kept of each step."""


class Program(NamedTuple):
    """
    Every action of a product as arrays.

    An action keeps some bits of a state and puts others; then come its moves, each of which reads
    the state before the step. A move writes a code: what it reads (with an empty mask: nothing)
    plus `move_add`, modulo `move_size` or within it.

    Parameters
    ----------
    guards
        When each action is enabled.
    keep, put
        Shape (actions, words).
    moves
        Shape (actions + 1,): the moves of action a are `moves[a]` to `moves[a + 1]` less one.
    move_when
        For each move the guard of `conditions` under which it happens; -1 for always.
    move_from, move_to, move_shift
        The words that it reads and writes; the shifts of both, shape (moves, 2).
    move_mask
        The masks of both, not shifted, shape (moves, 2).
    move_add, move_size, move_bounded
        As above.
    conditions
        The guards of moves, by clauses alone: a state reads few of them.
    """

    guards: Tables
    keep: Words
    put: Words
    moves: Ints
    move_when: Ints
    move_from: Ints
    move_to: Ints
    move_shift: Words
    move_mask: Words
    move_add: Ints
    move_size: Ints
    move_bounded: Ints
    conditions: Tables


def program(layout: Layout, product: Product) -> Program:
    """
    Return a product as arrays; its actions have the places that they have there.

    Raises
    ------
    TooWideError
        If a guard takes too many cubes, or there are too many actions.
    """
    if len(product.actions) > ACTIONS_MAX:
        raise TooWideError(f"{len(product.actions):,} actions; {ACTIONS_MAX:,} is the most")
    counters = {var.name: var for var in product.counters}
    guards: list[Expr] = []
    keeps, puts, ends = [], [], [0]
    moves: list[_Move] = []
    conditions: dict[Expr, int] = {}
    for action in product.actions:
        spare = [counters[n].in_(*range(limit - by + 1)) for n, by, limit in action.charge]
        guards.append(And((action.guard, *spare)))
        keep, put = [(1 << 64) - 1] * layout.words, [0] * layout.words
        effects = [effect for effect, _ in action.effects]
        charged = [Set(counters[n], Step(counters[n], by)) for n, by, _ in action.charge]
        for effect in (*effects, *charged):
            place = layout.places[effect.var.name]
            if effect.when == TRUE:
                keep[place.word] &= ~(place.mask << place.shift)
                if effect.source is None:
                    put[place.word] |= layout.code(effect.var.name, effect.to) << place.shift
                    continue
            when = -1
            if effect.when != TRUE:
                when = conditions.setdefault(effect.when, len(conditions))
            moves.append(_move(layout, effect, when))
        keeps.append(keep)
        puts.append(put)
        ends.append(len(moves))
    columns: list[Any] = list(zip(*moves, strict=True)) or [()] * len(_Move._fields)
    whens, reads, writes, shifts, masks, add, size, bounded = columns
    return Program(
        tables(layout, guards),
        np.array(keeps, np.uint64).reshape(-1, layout.words),
        np.array(puts, np.uint64).reshape(-1, layout.words),
        np.array(ends, np.int64),
        np.array(whens, np.int64),
        np.array(reads, np.int64),
        np.array(writes, np.int64),
        np.array(shifts, np.uint64).reshape(-1, 2),
        np.array(masks, np.uint64).reshape(-1, 2),
        np.array(add, np.int64),
        np.array(size, np.int64),
        np.array(bounded, np.int64),
        tables(layout, list(conditions), looked_up=False),
    )


class _Move(NamedTuple):
    when: int
    reads: int
    writes: int
    shifts: tuple[int, int]
    masks: tuple[int, int]
    add: int
    size: int
    bounded: int


def _move(layout: Layout, effect: Set, when: int) -> _Move:
    place = layout.places[effect.var.name]
    source: Var[Any] | None = effect.source
    if source is None:
        code = layout.code(effect.var.name, effect.to)
        shifts, masks = (0, place.shift), (0, place.mask)
        return _Move(when, place.word, place.word, shifts, masks, code, len(place.var.values), 0)
    its = layout.places[source.name]
    add = 1 if isinstance(effect.to, Next) else effect.to.by if isinstance(effect.to, Step) else 0
    return _Move(
        when,
        its.word,
        place.word,
        (its.shift, place.shift),
        (its.mask, place.mask),
        add,
        len(place.var.values),
        int(isinstance(effect.to, Step)),
    )
