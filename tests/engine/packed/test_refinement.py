"""The partition by rounds over arrays is the partition of `bisimulation`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from hamodel.engine import bisimulation
from hamodel.engine.bisimulation import Nodes, Partition
from hamodel.engine.packed import refinement
from hamodel.engine.packed.refinement import by_source, numbered, refined, signed
from tests.engine.packed.plain import plainly, twin


@dataclass(frozen=True, slots=True)
class Drawn:
    """Nodes with edges: (source, code, target); silent are those of code 0 to another node."""

    colour: list[int]
    stays: list[bool]
    edges: list[tuple[int, int, int]]

    def silent(self, edge: tuple[int, int, int]) -> bool:
        """Return whether a step says nothing and leaves the colour as it is."""
        source, code, target = edge
        return not code and self.colour[source] == self.colour[target]

    def nodes(self) -> Nodes:
        """Return them as `bisimulation` has them."""
        silent: list[set[int]] = [set() for _ in self.colour]
        loud: list[set[tuple[int, int]]] = [set() for _ in self.colour]
        for each in self.edges:
            if self.silent(each):
                silent[each[0]].add(each[2])
            else:
                loud[each[0]].add(each[1:])
        both = [*map(frozenset, silent)], [*map(frozenset, loud)]
        return Nodes({}, self.colour, self.stays, *both)

    def arrays(self) -> tuple[Any, ...]:
        """Return them as `refined` takes them."""
        edges = sorted(self.edges, key=lambda each: each[0])
        count = len(self.colour)
        starts = np.searchsorted([each[0] for each in edges], range(count + 1)).astype(np.int64)
        columns = np.array(edges, np.int32).reshape(-1, 3)
        return (
            starts,
            columns[:, 1].copy(),
            columns[:, 2].copy(),
            np.array([self.silent(each) for each in edges], np.bool_),
            np.array(self.stays, np.bool_),
            np.array(self.colour, np.int32),
        )


def drawn(seed: int) -> Drawn:
    """Return a few nodes with random edges; silent ones lead to nodes of smaller numbers."""
    chance = np.random.default_rng(seed)
    size = int(chance.integers(1, 40))
    _, colour = np.unique(chance.integers(0, chance.integers(1, 4), size), return_inverse=True)
    stays = chance.random(size) < 0.2
    edges = set()
    for _ in range(int(chance.integers(0, 4 * size))):
        source, target = chance.integers(0, size, 2).tolist()
        code = int(chance.integers(0, 3))
        if code == 0 and colour[source] == colour[target] and source <= target:
            continue
        edges.add((source, code, target))
    return Drawn(colour.tolist(), stays.tolist(), sorted(edges))


def compare(its: Drawn) -> int:
    """Assert that both partitions and their signatures are the same; return how many blocks."""
    expected = Partition(its.nodes())
    block, blocks, signature, (begins, pool) = refined(*its.arrays())
    pairs = set(zip(expected.block, block.tolist(), strict=True))

    assert len(set(expected.block)) == blocks
    assert len(pairs) == blocks
    known = dict(pairs)
    for node, number in enumerate(signature.tolist()):
        held = pool[begins[number] : begins[number + 1]].tolist()
        entries = {
            bisimulation.STAYS if each == bisimulation.STAYS else (c, known[b])
            for each in expected.signature[node]
            for c, b in [divmod(each, len(expected.block))]
        }
        mine = {
            refinement.STAYS if each == refinement.STAYS else divmod(each, blocks) for each in held
        }
        assert sorted(held) == held
        assert len(held) == len(mine)
        assert entries == mine
    return blocks


def test_random_nodes_have_one_partition() -> None:
    """Three hundred random graphs: the same blocks, and the same signatures under them."""
    parted = joined = 0
    for seed in range(300):
        its = drawn(seed)
        blocks = compare(its)
        parted += blocks > len(set(its.colour))
        joined += blocks < len(its.colour)

    assert 200 <= parted
    assert 200 <= joined


def test_what_outgrows_its_first_room() -> None:
    """More signatures, entries, and entries of one node, than the first arrays hold."""
    chance = np.random.default_rng(1)
    size = 4_500
    edges = {
        (source, int(code), int(target))
        for source in range(size)
        for code, target in zip(
            chance.integers(1, 60, 18), chance.integers(0, size, 18), strict=True
        )
    }
    edges |= {(size - 1, 1, target) for target in range(1_500)}
    edges |= {(source, 0, source - 1) for source in range(1, size, 3)}
    its = Drawn([0] * size, [i % 7 == 0 for i in range(size)], sorted(edges))
    _, _, signature, (begins, pool) = refined(*its.arrays())

    assert 1 << 12 < len(begins)
    assert 1 << 16 < len(pool)
    assert 1 << 10 < max(np.diff(begins))
    assert size - 10 <= compare(its)
    assert len(begins) - 1 == len(set(signature.tolist()))

    starts, codes, targets, silent, stays, _ = its.arrays()
    one_block = np.zeros(size, np.int32), 1
    compiled, plain = np.empty(size, np.int32), np.empty(size, np.int32)
    arrays = signed(starts, codes, targets, silent, stays, *one_block, compiled)
    with plainly():
        twins = twin(signed)(starts, codes, targets, silent, stays, *one_block, plain)

    assert compiled.tolist() == plain.tolist()
    assert [each.tolist() for each in arrays] == [each.tolist() for each in twins]


def test_signatures_of_many_silent_ways_are_joined() -> None:
    """A node from which silent steps lead to many others of its block holds all their entries."""
    size = 1_200
    edges = [(node, 1 + node, node) for node in range(size - 1)]
    edges += [(size - 1, 0, node) for node in range(size - 1)]
    its = Drawn([0] * size, [False] * size, edges)
    starts, codes, targets, silent, stays, _ = its.arrays()
    signature = np.empty(size, np.int32)
    begins, pool = signed(
        starts, codes, targets, silent, stays, np.zeros(size, np.int32), 1, signature
    )

    assert size == len(begins) - 1
    assert [*range(1, size)] == pool[begins[-2] : begins[-1]].tolist()


@pytest.mark.parametrize("seed", range(12))
def test_plain_twins_do_the_same(seed: int) -> None:
    """Numbering rows, sorting edges by source, and signing."""
    its = drawn(seed)
    starts, codes, targets, silent, stays, colour = its.arrays()
    rows = np.random.default_rng(seed).integers(0, 3, (50, 2)).astype(np.uint64)
    sources = np.random.default_rng(seed).integers(0, 9, 40).astype(np.int32)

    def run(of: Any) -> list[Any]:
        numbers, order = np.empty(len(rows), np.int32), np.empty(len(sources), np.int64)
        begins = np.empty(10, np.int64)
        signature = np.empty(len(colour), np.int32)
        count = of(numbered)(rows, numbers)
        of(by_source)(sources, 9, begins, order)
        blocks = int(colour.max()) + 1
        pool = of(signed)(starts, codes, targets, silent, stays, colour, blocks, signature)
        return [
            count,
            *(each.tolist() for each in (numbers, begins, order, signature, *pool)),
        ]

    compiled = run(lambda kernel: kernel)
    with plainly():
        plain = run(twin)

    assert compiled == plain


def test_rows_are_numbered_as_they_come() -> None:
    """Equal rows have one number, by every word; the numbers are in order."""
    rows = np.array([[7, 1], [7, 2], [7, 1], [1 << 63, 1], [7, 2], [0, 0]], np.uint64)
    numbers = np.empty(6, np.int32)

    assert 4 == numbered(rows, numbers)
    assert [0, 1, 0, 2, 1, 3] == numbers.tolist()


def test_no_node_is_no_block() -> None:
    """Nothing to tell apart."""
    its = Drawn([], [], [])
    block, blocks, _, _ = refined(*its.arrays())

    assert ([], 0) == (block.tolist(), blocks)
