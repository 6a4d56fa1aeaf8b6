"""Properties judged in time: verdicts, and runs with the time of each step."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from hamodel import (
    NO_FAULT,
    PROVED,
    REFUTED,
    UNDETERMINED,
    Budget,
    SearchError,
    TimedVerdict,
    VerdictKind,
    always,
    check_in_time,
    leads_to,
    never,
    sometimes,
)
from hamodel.engine.cone import Influences, sliced
from hamodel.engine.judged_by_ticks import judged_by_ticks, shown_by
from hamodel.engine.limits import Limits
from tests.agreement.timed_systems import timed_drawing
from tests.agreement.timed_verdicts import assert_shown, compare_verdicts
from tests.engine.timed.examples import (
    EXAMPLES,
    FAULT,
    MONITOR,
    OFF,
    ON,
    SIDE,
    a_deadline_beside_a_loop,
    a_monitor_dies,
    in_turn,
    nobody_mends,
    one_rule,
    time_stands_still,
)

SEEDS = range(70)


def told(verdict: TimedVerdict) -> list[tuple[str, int]]:
    """Return the run of a verdict."""
    return [(step.rule, step.at) for step in verdict.run or ()]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_wait_ends_within_its_longest_and_within_no_less(name: str) -> None:
    """The border is where the longest wait is, whole milliseconds, both ends included."""
    its = EXAMPLES[name]()
    if its.worst is None:
        return
    within = [
        check_in_time(its.system, leads_to("p", its.begin, ~its.begin, within=ms), its.budget).kind
        for ms in (its.worst, its.worst - 1)
        if ms >= 0
    ]

    assert [PROVED, REFUTED][: len(within)] == within


def test_what_is_too_late_has_a_date() -> None:
    """The run stays where it is until the first whole ms that is too late."""
    its = in_turn()
    verdict = check_in_time(its.system, leads_to("p", OFF, ON.is_(True), within=30), FAULT)

    assert REFUTED is verdict.kind
    assert ([("it fails", 0)], 31, 1) == (told(verdict), verdict.until, verdict.begins)
    assert "has not come 30 ms after step 1" == verdict.why
    assert [
        "REFUTED p: has not come 30 ms after step 1 (2 classes)",
        "        0 ms  it fails",
        "       31 ms  more than 30 ms",
    ] == str(verdict).splitlines()
    assert "" == shown_by(its.system, verdict.property, FAULT, told(verdict), 31)
    wrong = shown_by(its.system, verdict.property, FAULT, told(verdict), 30)
    assert "it waits for 30 at 30" == wrong


def test_it_is_due_from_when_its_premise_held_first() -> None:
    """A premise that holds no longer, or again, makes no difference until the conclusion holds."""
    its = in_turn()
    seen = OFF & SIDE.is_(False)

    assert REFUTED is check_in_time(its.system, leads_to("p", seen, ~OFF, within=36), FAULT).kind
    assert PROVED is check_in_time(its.system, leads_to("p", seen, ~OFF, within=37), FAULT).kind


def test_a_state_that_only_impossible_timing_reaches_is_not_reached() -> None:
    """The faster of two rules leaves the slower none of the time that it takes."""
    its = a_deadline_beside_a_loop()
    mended = check_in_time(its.system, sometimes("p", SIDE.is_(True), given=OFF), FAULT)
    its = a_monitor_dies()
    late = check_in_time(
        its.system, leads_to("p", OFF & MONITOR.is_(1), MONITOR.is_(2), within=1), its.budget
    )

    assert PROVED is mended.kind
    assert REFUTED is late.kind
    assert 2 == (late.until or 0) - told(late)[-1][1]


@pytest.mark.parametrize(
    ("prop", "kind", "run"),
    [
        (never("p", OFF & SIDE.is_(True)), REFUTED, [("it fails", 0), ("it is seen", 25)]),
        (always("p", ON.is_(True)), REFUTED, [("it fails", 0)]),
        (sometimes("p", SIDE.is_(True)), PROVED, [("it fails", 0), ("it is seen", 25)]),
        (always("p", ON.is_(True), given=SIDE.is_(False) & ON.is_(True)), PROVED, []),
        (never("p", ON.is_(True), given=MONITOR.is_(1)), UNDETERMINED, []),
        (sometimes("p", MONITOR.is_(1)), REFUTED, []),
        (leads_to("p", OFF, ON.is_(True)), PROVED, []),
        (leads_to("p", MONITOR.is_(1), ON.is_(True)), UNDETERMINED, []),
        (leads_to("p", MONITOR.is_(1), ON.is_(True), within="40 s"), UNDETERMINED, []),
        (
            leads_to("p", ON.is_(True), ON.is_(True), within=0, also=((OFF, ON.is_(True)),)),
            REFUTED,
            [("it fails", 0)],
        ),
    ],
)
def test_what_one_repair_in_turn_shows(
    prop: object, kind: VerdictKind, run: list[tuple[str, int]]
) -> None:
    """Each modality: the run as soon as can be; nothing is shown where no premise held."""
    its = in_turn()
    verdict = check_in_time(its.system, prop, its.budget)  # type: ignore[arg-type]

    assert kind is verdict.kind
    assert run == told(verdict)
    assert kind is judged_by_ticks(its.system, prop, its.budget)  # type: ignore[arg-type]


def test_what_never_comes_says_why() -> None:
    """In the end: in every run in which time goes on."""
    its = nobody_mends()
    verdict = check_in_time(its.system, leads_to("p", OFF, ON.is_(True)), its.budget)

    assert (REFUTED, "never comes: nothing more has to happen") == (verdict.kind, verdict.why)


def test_where_time_stands_still_nothing_is_late() -> None:
    """No time passes, so none has passed; that the loop is a fault of the model is told apart."""
    its = time_stands_still()
    props = [leads_to("p", OFF, ON.is_(True), within=ms) for ms in (None, 0)]

    assert [PROVED] * 2 == [check_in_time(its.system, prop, FAULT).kind for prop in props]


@pytest.mark.parametrize("within", [None, 36, 40])
def test_a_search_that_is_cut_short_shows_nothing_but_refutations(within: int | None) -> None:
    """A run that was found stays found."""
    its = in_turn()
    prop = leads_to("p", OFF, ON.is_(True), within=within)
    cut = check_in_time(its.system, prop, FAULT, limits=Limits(states=1))

    assert UNDETERMINED is cut.kind
    assert "stopped at" in cut.why
    late = leads_to("p", OFF, ON.is_(True), within=34)
    assert REFUTED is check_in_time(its.system, late, FAULT, limit_states=1).kind


def test_a_cut_search_for_a_state_shows_nothing() -> None:
    """The state comes later; and it is found where no limit is."""
    its = in_turn()
    prop = never("p", SIDE.is_(True))

    assert UNDETERMINED is check_in_time(its.system, prop, FAULT, limit_states=1).kind
    assert REFUTED is check_in_time(its.system, prop, FAULT).kind


def test_the_budget_is_the_propertys_own_by_default() -> None:
    """As for `check`; without one, no fault."""
    its = one_rule()

    assert UNDETERMINED is check_in_time(its.system, never("p", OFF, given=OFF)).kind
    own = check_in_time(its.system, never("p", OFF, given=OFF, budget=FAULT))
    assert (REFUTED, FAULT) == (own.kind, own.budget)
    assert NO_FAULT == check_in_time(its.system, always("p", ON.is_(True))).budget


def test_what_is_proved_in_a_cone_is_proved() -> None:
    """What a property cannot depend on is left out, and the budget that it is judged under told."""
    for seed in range(40):
        try:
            drawn = timed_drawing(seed)
            prop = leads_to("p", drawn.begin, drawn.end, within=2)
            found = [
                check_in_time(drawn.system, prop, drawn.budget, in_cones=in_cones)
                for in_cones in (False, True)
            ]
        except SearchError:
            continue
        # A loop that holds time still outside the cone lets less happen in the whole system.
        assert (found[0].kind, found[1].kind) in {
            (REFUTED, REFUTED),
            (PROVED, PROVED),
            (PROVED, REFUTED),
            (UNDETERMINED, UNDETERMINED),
        }
        assert found[1].states <= found[0].states
        assert drawn.budget == found[1].budget
        counters = [var.name for var in drawn.budget.counters]
        part = sliced(drawn.system, Influences(drawn.system).cone(prop, counters))
        budget = drawn.budget.suited(part.fault_classes)
        assert_shown(replace(drawn, system=part, budget=budget), found[1])


def test_random_systems_are_judged_as_tick_by_tick() -> None:
    """Every modality, about the borders; each run can happen; and in a unit of 1/1000."""
    judged: Counter[str] = Counter()
    systems = 0
    for found in map(compare_verdicts, SEEDS):
        judged += found
        systems += bool(found)

    assert 50 <= systems
    for sort in ("always", "never", "sometimes", "leads-to", "leads-to within"):
        assert judged[f"{sort} PROVED"] >= 3
        assert judged[f"{sort} REFUTED"] >= 3


def test_a_budget_is_told_as_it_was_given() -> None:
    """Whatever of it the cone needs."""
    its = a_monitor_dies()
    verdict = check_in_time(its.system, never("p", OFF), Budget(2), in_cones=True)

    assert Budget(2) == verdict.budget
