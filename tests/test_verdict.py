"""Verdicts: three values, and what several of them make together."""

from __future__ import annotations

from enum import Enum
from itertools import product

import pytest

from hamodel import (
    PROVED,
    REFUTED,
    UNDETERMINED,
    Budget,
    Component,
    Kind,
    Rule,
    Set,
    System,
    Var,
    VerdictKind,
    always,
    check,
    check_all,
    never,
    next_of,
    sometimes,
)
from hamodel.verdict import combined

COUNT: Var[int] = Var("count", range(10))
SYSTEM = System(
    (Component("clock", variables=(COUNT,)),),
    (
        Rule("it ticks", sets=(Set(COUNT, next_of(COUNT)),)),
        Rule("it jumps", Kind.FAILURE, sets=(Set(COUNT, 9),), cost={"clock-jump": 1}),
    ),
)


class Nothing(Enum):
    """A state in which nothing happens."""

    STILL = "still"


def test_a_proof_is_of_every_state_and_names_a_premise() -> None:
    """PROVED comes with the size of the search and a run to a state where the premise held."""
    verdict = check(SYSTEM, always("low", COUNT.at_least(4), given=COUNT.is_(5)))

    assert PROVED is verdict.kind
    assert (10, 10, 9) == (verdict.distinct_states, verdict.transitions, verdict.depth)
    assert verdict.premise_witness is not None
    assert 5 == len(verdict.premise_witness)
    assert verdict.trace is None


def test_a_verdict_prints_as_one_line() -> None:
    """`print(verdict)` says what was judged, how, why, and how much was searched."""
    still = check(SYSTEM, never("late", COUNT.at_least(1)), limit_states=1)

    assert "REFUTED late: fails after 1 step (2 states)" == str(still)


def test_a_refutation_has_a_shortest_run() -> None:
    """REFUTED comes with as few steps as any run needs."""
    verdict = check(SYSTEM, never("late", COUNT.at_least(7)))
    faulty = check(SYSTEM, never("late", COUNT.at_least(7)), Budget(1))

    assert REFUTED is verdict.kind
    assert verdict.trace is not None
    assert 7 == len(verdict.trace)
    assert faulty.trace is not None
    assert ("it jumps",) == faulty.trace.rules


def test_a_proof_of_nothing_is_none() -> None:
    """A premise that never holds leaves a property undetermined, never proved."""
    verdict = check(SYSTEM, always("p", COUNT.is_(1), given=COUNT.is_(1) & COUNT.is_(2)))

    assert UNDETERMINED is verdict.kind
    assert "the premise holds in no reachable state, so nothing was shown" == verdict.why


@pytest.mark.parametrize("limit", range(1, 10))
def test_a_search_cut_short_is_never_a_pass(limit: int) -> None:
    """Under any limit what is true of all states is undetermined; what was found is found."""
    true, false, seen = check_all(
        SYSTEM,
        [
            always("true", COUNT.at_least(0)),
            never("never_one", COUNT.is_(1)),
            sometimes("never_seen", COUNT.is_(3) & COUNT.is_(4)),
        ],
        limit_states=limit,
    )

    assert UNDETERMINED is true.kind
    assert REFUTED is false.kind
    assert UNDETERMINED is seen.kind
    assert true.why.startswith(f"stopped at {limit + 1:,} states, depth ")


def test_a_witness_is_found_or_refuted() -> None:
    """`sometimes` is proved by a run, and refuted when no state shows it."""
    found, missing = check_all(
        SYSTEM, [sometimes("seven", COUNT.is_(7)), sometimes("no", COUNT.is_(7) & COUNT.is_(8))]
    )

    assert (PROVED, REFUTED) == (found.kind, missing.kind)
    assert found.trace is not None
    assert 7 == len(found.trace)


def test_each_property_is_judged_under_its_own_budget() -> None:
    """One search for each budget; a budget given to `check_all` is everybody's."""
    quiet = never("no_fault", COUNT.is_(9), budget=Budget(0))
    faulty = never("fault", COUNT.is_(9), budget=Budget(2))

    assert [10, 30] == [verdict.distinct_states for verdict in check_all(SYSTEM, [quiet, faulty])]
    assert [20, 20] == [
        verdict.distinct_states for verdict in check_all(SYSTEM, [quiet, faulty], Budget(1))
    ]


def test_only_a_proof_counts_as_true() -> None:
    """`if check(…)` holds for PROVED alone."""
    assert check(SYSTEM, always("true", COUNT.at_least(0)))
    assert not check(SYSTEM, never("false", COUNT.is_(0)))
    assert not check(SYSTEM, always("true", COUNT.at_least(0)), limit_states=1)


def test_a_system_without_steps_has_one_state() -> None:
    """Its only run is the one that stays."""
    still = Component("stone", Nothing)
    verdict = check(System((still,), ()), always("still", still.is_(Nothing.STILL)))

    assert (PROVED, 1, 0, 0) == (
        verdict.kind,
        verdict.distinct_states,
        verdict.transitions,
        verdict.depth,
    )


@pytest.mark.parametrize("kinds", list(product(VerdictKind, repeat=3)))
def test_together_is_the_worst(kinds: tuple[VerdictKind, ...]) -> None:
    """One refuted refutes; otherwise one undetermined leaves it open."""
    order = (REFUTED, UNDETERMINED, PROVED)

    assert min(kinds, key=order.index) is combined(kinds)


def test_no_verdicts_prove_nothing() -> None:
    """A conjunction of nothing is undetermined."""
    assert UNDETERMINED is combined([])
