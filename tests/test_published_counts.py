"""Models with published counts, written through the public names: the same counts here."""

from __future__ import annotations

from itertools import combinations

import pytest

from hamodel import PROVED, System, all_of, any_of, check, never
from hamodel.engine.reference import explore
from tests.models import Manager, Member, Philosopher, philosophers, ring, two_phase


@pytest.mark.parametrize(
    ("system", "distinct", "transitions", "diameter"),
    [
        pytest.param(ring(6), 5_832, 25_272, 48, id="RING-6"),
        pytest.param(ring(8), 69_984, 396_576, 66, id="RING-8"),
        pytest.param(philosophers(6), 728, 2_910, 15, id="PHIL-6"),
        pytest.param(philosophers(9), 19_682, 118_089, 24, id="PHIL-9"),
        pytest.param(two_phase(3), 288, 1_145, 10, id="TP-3"),
        pytest.param(two_phase(5), 8_832, 58_145, 16, id="TP-5"),
        pytest.param(two_phase(6), 50_816, 402_305, 19, id="TP-6"),
    ],
)
def test_counts_are_the_published_ones(
    system: System, distinct: int, transitions: int, diameter: int
) -> None:
    """Distinct states, transitions, loops among them, and diameter: as SPIN and TLC find."""
    exploration = explore(system)

    assert distinct == len(exploration.states)
    assert transitions == exploration.transitions
    assert diameter == exploration.depth


@pytest.mark.parametrize("n", range(2, 7))
def test_counts_of_the_ring_follow_its_formulas(n: int) -> None:
    """RING(N) has 4N·3^(N-1) states, 4N·3^(N-2)·(2N+1) transitions and the diameter 9N-6."""
    exploration = explore(ring(n))

    assert 4 * n * 3 ** (n - 1) == len(exploration.states)
    assert 4 * n * 3 ** (n - 2) * (2 * n + 1) == exploration.transitions
    assert 9 * n - 6 == exploration.depth
    assert [] == exploration.deadlocks


@pytest.mark.parametrize("n", range(2, 8))
def test_counts_of_the_philosophers_follow_their_formulas(n: int) -> None:
    """PHIL(N) has 3^N-1 states, 2N·3^(N-1)-N transitions, the diameter 3N-3 and one deadlock."""
    exploration = explore(philosophers(n))

    assert 3**n - 1 == len(exploration.states)
    assert 2 * n * 3 ** (n - 1) - n == exploration.transitions
    assert 3 * n - 3 == exploration.depth
    assert 1 == len(exploration.deadlocks)


def test_philosophers_wait_for_one_another() -> None:
    """The one deadlock of PHIL(6) is the state in which everybody has one fork."""
    exploration = explore(philosophers(6))
    (deadlock,) = exploration.deadlocks
    state = exploration.state(deadlock)

    assert {Philosopher.HAS_ONE} == {state[f"philosopher_{i}"] for i in range(6)}


def test_one_member_of_the_ring_is_critical() -> None:
    """In RING(6) no two members are critical at once; the verdict carries the search's counts."""
    system = ring(6)
    critical = [system[f"member_{i}"].is_(Member.CRITICAL) for i in range(6)]
    two = any_of(*(all_of(*pair) for pair in combinations(critical, 2)))

    verdict = check(system, never("two_are_critical", two))

    assert (5_832, 25_272, 48) == (verdict.distinct_states, verdict.transitions, verdict.depth)
    assert PROVED == verdict.kind


def test_two_phase_commit_is_consistent() -> None:
    """In TP(3) no manager has committed while another has aborted."""
    system = two_phase(3)
    managers = [system[f"manager_{i}"] for i in range(3)]
    committed = any_of(*(manager.is_(Manager.COMMITTED) for manager in managers))
    aborted = any_of(*(manager.is_(Manager.ABORTED) for manager in managers))

    verdict = check(system, never("they_disagree", committed & aborted))

    assert (288, 1_145, 10) == (verdict.distinct_states, verdict.transitions, verdict.depth)
    assert PROVED == verdict.kind
