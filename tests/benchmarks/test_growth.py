"""How searches in time grow: what is committed, and a small part of it again."""

from __future__ import annotations

from tests.benchmarks.growth import kept, measured, rows, sizes


def test_every_size_was_measured() -> None:
    """A row each, in order; what was cut short says so and tells no figure."""
    found = kept()["sizes"]

    assert list(sizes()) == [(row["calls"], row["media_servers"], row["faults"]) for row in found]
    assert all(
        "cut short" in words[3] for row, words in zip(found, rows(found), strict=True) if row["cut"]
    )
    assert 10 <= sum(not row["cut"] for row in found)


def test_the_smallest_is_as_large_as_it_was() -> None:
    """States, classes and figure are the same in every run."""
    [row] = [row for row in kept()["sizes"] if (row["calls"], row["media_servers"], row["faults"])
             == (1, 2, "0")]  # fmt: skip
    again = measured(1, 2, "0")

    assert (row["worst_ms"], row["states"], row["classes"]) == (
        again.worst_ms,
        again.states,
        again.classes,
    )
