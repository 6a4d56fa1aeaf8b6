"""What an assessment says: statuses, exit status, budgets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hamodel import Budget, Verdict, never, sometimes
from hamodel.cli.assess import BEYOND_STATES, Assessment, assess, planned, together
from hamodel.cli.options import Budgets, read_budgets
from hamodel.cli.subject import Subject, read_subject
from hamodel.engine.limits import Limits
from hamodel.errors import HamodelError
from hamodel.expr import FALSE
from hamodel.guide import Promise, Status
from tests.cli.toy import (
    HAS,
    KNOWS,
    KNOWS_ALL,
    ONE,
    SPOF,
    STANDBY,
    TAKES_OVER,
    Standby,
    endless_promises,
    endless_system,
    toy_subject,
)

REFUTED_SHOULD = ("RM-4", "MS-3")
"""Claims of strength should."""


def assessed(subject: Subject, budgets: Budgets | None = None, jobs: int = 1) -> Assessment:
    """Return the assessment of all of a subject's promises."""
    return assess(subject, subject.promises, budgets=budgets, processes=jobs)


def of(*promises: Promise, **accept: str) -> Assessment:
    """Return the assessment of the pair with these promises."""
    return assessed(toy_subject({k.replace("_", "-"): v for k, v in accept.items()}, promises))


def test_every_status_is_told_apart() -> None:
    """Each promise of the pair gets the status that it was made for."""
    assert {
        "META-1": Status.NOT_A_PROMISE,
        "SIP-1b": Status.PROVED,
        "SIP-1c": Status.REFUTED,
        "RM-1": Status.PROVED,
        "MS-1": Status.WITNESSED,
        "MS-5": Status.NEEDS_TIMERS,
        "REC-4": Status.NOT_APPLICABLE,
    } == assessed(toy_subject()).claims


def test_processes_change_nothing() -> None:
    """Two processes find what one finds, in the same order."""
    assert assessed(toy_subject()).rows == assessed(toy_subject(), jobs=2).rows


def test_what_lies_beyond_stands_beside() -> None:
    """The larger budget is searched too; it does not change the status."""
    [row] = of(Promise("SIP-1b", (TAKES_OVER,))).rows

    assert Status.PROVED == row.status
    assert row.beyond is not None
    assert "REFUTED" == row.beyond.kind.value
    assert (4, 2) == (row.verdict and sizes(row.verdict))


def sizes(verdict: Verdict) -> tuple[int, int]:
    """Return the states and the depth of a verdict's search."""
    return verdict.distinct_states, verdict.depth


def test_a_refuted_must_is_exit_status_1() -> None:
    """A must promise that is refuted fails the check."""
    assert 1 == of(Promise("SIP-1c", (KNOWS_ALL,))).exit_status


@pytest.mark.parametrize("claim", REFUTED_SHOULD)
def test_a_refuted_should_is_exit_status_1(claim: str) -> None:
    """A should promise binds as a must does."""
    found = of(Promise(claim, (KNOWS_ALL,)))

    assert "should" == found.rows[0].source.strength
    assert 1 == found.exit_status


def test_a_refuted_may_is_exit_status_0() -> None:
    """What may be is not promised."""
    found = of(Promise("REC-4", (KNOWS_ALL,)))

    assert Status.REFUTED == found.rows[0].status
    assert 0 == found.exit_status


def test_an_accepted_refutation_is_exit_status_0() -> None:
    """A weakness that the deployment's owner accepts does not fail the check."""
    found = of(Promise("SIP-1c", (KNOWS_ALL,)), SIP_1c="we know")

    assert Status.REFUTED == found.rows[0].status
    assert 0 == found.exit_status


def test_an_accepted_witness_changes_nothing() -> None:
    """Accepting a weakness that the guide admits is legal."""
    assert 0 == of(Promise("MS-1", (SPOF,), weakness=True), MS_1="we know").exit_status


def test_a_weakness_that_is_not_found_is_refuted() -> None:
    """The guide says that it is there: not finding it refutes the sentence."""
    nothing = sometimes("nothing_is_found", FALSE, budget=ONE)
    [row] = of(Promise("MS-1", (nothing,), weakness=True)).rows

    assert Status.REFUTED == row.status


def test_a_premise_that_never_holds_is_exit_status_3() -> None:
    """A vacuous promise is not known to hold."""
    vacuous = never("it_is_vacuous", HAS.is_(True), given=FALSE, budget=ONE)
    found = of(Promise("SIP-1c", (vacuous,)))

    assert Status.UNDETERMINED == found.rows[0].status
    assert 3 == found.exit_status


def test_a_refutation_outweighs_what_is_not_known() -> None:
    """Something refuted and something undetermined is exit status 1."""
    vacuous = never("it_is_vacuous", HAS.is_(True), given=FALSE, budget=ONE)

    assert 1 == of(Promise("SIP-1b", (vacuous,)), Promise("SIP-1c", (KNOWS_ALL,))).exit_status


def test_a_fact_that_does_not_hold_refutes_a_definition() -> None:
    """A definition is a matter of the model's structure."""
    facts = (("one is so", True), ("two is so", False))
    [row] = of(Promise("RM-1", (), structure=facts)).rows

    assert (Status.REFUTED, "not true of the model: two is so") == (row.status, row.why)


def test_facts_and_properties_are_rows_of_one_claim() -> None:
    """A claim with both has a row for its facts, and one for each property."""
    promise = Promise("RM-1", (KNOWS_ALL, TAKES_OVER), structure=(("it is so", True),))
    found = of(promise)

    assert [None, KNOWS_ALL, TAKES_OVER] == [row.prop for row in found.rows]
    assert {"RM-1": Status.REFUTED} == found.claims


def test_a_promise_without_anything_is_undetermined() -> None:
    """Nothing judged is nothing known."""
    assert Status.UNDETERMINED == of(Promise("RM-1", ())).rows[0].status


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((Status.PROVED, Status.REFUTED, Status.UNDETERMINED), Status.REFUTED),
        ((Status.PROVED, Status.UNDETERMINED), Status.UNDETERMINED),
        ((Status.WITNESSED, Status.PROVED), Status.PROVED),
        ((Status.WITNESSED, Status.WITNESSED), Status.WITNESSED),
    ],
)
def test_a_claim_is_as_good_as_its_worst_row(
    statuses: tuple[Status, ...], expected: Status
) -> None:
    """Refuted outweighs undetermined, undetermined proved, proved witnessed."""
    assert expected == together(statuses)


def test_faults_given_replace_every_budget() -> None:
    """With --faults 2 the promise that holds under one fault fails, and nothing lies beyond."""
    subject = toy_subject(None, (Promise("SIP-1b", (TAKES_OVER,)),))
    found = assessed(subject, read_budgets("2", ""))

    assert "at most 2 faults" == found.budget
    assert [(Status.REFUTED, None)] == [(row.status, row.beyond) for row in found.rows]


def test_repairs_given_leave_the_faults_as_they_are() -> None:
    """With --repairs 1 alone each promise keeps its own faults."""
    subject = toy_subject(None, (Promise("SIP-1b", (TAKES_OVER,)),))
    [row] = assessed(subject, read_budgets("", "1")).rows

    assert row.verdict is not None
    assert Budget({"sip-server-crash": 1}, 1) == row.verdict.budget


def test_a_property_that_reads_a_counter_needs_the_budget_that_counts() -> None:
    """Under a budget without its counter such a property is undetermined, not an error."""
    counter = ONE.counters[0]
    once = never("no_fault_is_counted", counter.is_(1), budget=ONE)
    subject = toy_subject(None, (Promise("SIP-1b", (once,)),))
    [row] = assessed(subject, read_budgets("unlimited", "")).rows

    assert Status.UNDETERMINED == row.status
    assert "faults.sip-server-crash" in row.why


@pytest.mark.parametrize(
    ("faults", "repairs", "code"),
    [
        ("many", "", "HA017"),
        ("1,", "", "HA017"),
        ("201", "", "HA017"),
        ("9" * 5000, "", "HA082"),
        ("1", "many", "HA082"),
        ("1", "-1", "HA082"),
        ("", "201", "HA082"),
        ("", "²", "HA082"),
    ],
)
def test_a_budget_that_is_none_is_an_error(faults: str, repairs: str, code: str) -> None:
    """What is not a budget is refused when it is read."""
    with pytest.raises(HamodelError) as caught:
        read_budgets(faults, repairs)

    assert code == caught.value.code


def test_an_unknown_fault_class_is_an_error() -> None:
    """A class that no rule has is refused, with those that there are."""
    with pytest.raises(HamodelError, match=r"HA044 .*sip-server-crash"):
        assessed(toy_subject(), read_budgets("meteor=1", ""), jobs=2)


def test_a_cut_search_is_undetermined() -> None:
    """A limit on states makes what is not refuted by then undetermined."""
    subject = toy_subject(None, endless_promises(), endless_system())
    found = assess(subject, subject.promises, limits=Limits(50), processes=2)

    assert [Status.PROVED, Status.UNDETERMINED] == [row.status for row in found.rows]
    assert "stopped at 51 states, depth 4, by the limit of 50 states" == found.rows[1].why
    assert 3 == found.exit_status


@pytest.mark.parametrize(
    ("calls", "faults", "cut"), [(2, "", True), (1, "", False), (2, "crash+loss+hang=1", False)]
)
def test_what_lies_beyond_is_cut_short_earlier_with_several_calls(
    calls: int, faults: str, cut: bool
) -> None:
    """Within the promises' own assumptions, with one call, and if asked for, nothing is."""
    subject = read_subject("reference", [f"scope.calls={calls}"])
    budgets = read_budgets(faults, "")
    found = planned(subject.system, subject.promises, budgets)
    beyond = {str(each.budget) for each in found if each.limit_states == BEYOND_STATES}

    assert cut == (Limits(BEYOND_STATES) in {each.within(Limits(50_000_000)) for each in found})
    assert cut == ("crash+loss+hang=1" in beyond)
    assert "crash+loss=1" not in beyond
    assert {Limits(50)} == {each.within(Limits(50)) for each in found}


def test_an_interrupted_run_is_exit_status_130() -> None:
    """Ctrl-C wins over whatever was found."""
    assert 130 == replace(assessed(toy_subject()), interrupted=True).exit_status


def test_ctrl_c_between_searches_keeps_what_is_known() -> None:
    """What was judged before the interrupt stays; the rest is undetermined."""
    seen: list[object] = []

    def watch(message: object) -> None:
        seen.append(message)
        if len(seen) > 3:
            raise KeyboardInterrupt

    subject = toy_subject()
    found = assess(subject, subject.promises, watch=watch)

    assert found.interrupted
    assert "interrupted" in [row.why for row in found.rows] or any(
        row.beyond is not None and row.beyond.why == "interrupted" for row in found.rows
    )


def test_the_standby_has_what_the_toy_says() -> None:
    """The pair loses a session only because its standby was not told: the control of the tests."""
    told = replace(KNOWS_ALL, given=STANDBY.is_(Standby.ACTIVE) & KNOWS.is_(True))
    [row] = of(Promise("SIP-1c", (told,))).rows

    assert Status.PROVED == row.status
