"""Proof cards: the pages are as the data are, the data are as the model is, and `explain` tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import combinations_with_replacement
from pathlib import Path

import pytest

from hamodel import REFUTED, Budget, InputError, Modality, check, trace_of
from hamodel.cli.cards import card, cards, main, measure, measured, remeasured
from hamodel.cli.cards_page import order, pages
from hamodel.cli.explain import entries
from hamodel.cli.options import Searching
from hamodel.cli.subject import Subject, read_subject
from hamodel.engine.breaking import breaking_sets, contains, happened
from hamodel.engine.limits import Limits
from hamodel.guide import Status
from hamodel.guide.cards import (
    SCOPES,
    Measured,
    bare,
    read_measurements,
    shipped_measurements,
    write_measurements,
)
from hamodel.guide.sources import guide_catalogue

DOCS = Path(__file__).parents[2] / "docs" / "claims"
MEASURED = shipped_measurements()
QUICK_STATES, QUICK_SEARCHES = 300, 20
"""What is measured anew here: what took no more than so many searches of so many states."""


@cache
def made() -> Mapping[str, str]:
    """Return all pages; they are made once for all tests."""
    return pages(cards())


def subject_of(found: Measured) -> Subject:
    """Return the deployment that something was measured on."""
    return read_subject(found.deployment, found.changes)


def named(found: Measured) -> str:
    """Return a test's name for a measurement."""
    return f"{found.claim}-{found.prop}"


def test_the_pages_are_as_the_data_are() -> None:
    """The committed pages are what `python -m hamodel.cli.cards docs/claims` writes."""
    assert set(made()) == {path.name for path in DOCS.iterdir()}
    for name, text in made().items():
        assert text == (DOCS / name).read_text(encoding="utf-8"), name


def test_pages_are_written_where_it_is_said(tmp_path: Path) -> None:
    """Every page goes into the folder that is named; without one there is a line on usage."""
    assert (0, 2) == (main([str(tmp_path / "claims")]), main([]))
    assert 2 == main([str(tmp_path), "--sarch"])
    assert {*made()} == {path.name for path in (tmp_path / "claims").iterdir()}


def test_every_claim_has_a_card_and_a_row() -> None:
    """The 36 items of the guide and COMPLIANCE have a page each, and the totals count them all."""
    index = made()["index.md"]
    ids = [source.id for source in guide_catalogue().claims]

    assert 37 == len(ids)
    for claim in ids:
        assert 1 == index.count(f"| [{claim}]({claim}.md) |")
    assert "| all | 37 |" in index


def test_every_searched_claim_is_measured() -> None:
    """Each scope's claims have data for each of their properties there, and nothing else has."""
    expected = {
        (claim, prop.name)
        for scope in SCOPES
        for promise in read_subject(scope.deployment, scope.changes).promises
        for claim in scope.claims
        if promise.claim == claim
        for prop in promise.properties
    }

    assert expected == {(found.claim, found.prop) for found in MEASURED}


@pytest.mark.parametrize("found", MEASURED, ids=named)
def test_every_run_of_a_card_is_a_run(found: Measured) -> None:
    """Each run can be replayed, with the faults that it says, and shows what it is to show."""
    subject = subject_of(found)
    [prop] = (
        each
        for promise in subject.promises
        if promise.claim == found.claim
        for each in promise.properties
        if each.name == found.prop
    )
    for broken in found.minimal:
        trace = trace_of(subject.system, broken.run.rules, loop=broken.run.loop)
        assert broken.happened == happened(subject.system, trace)
        if prop.modality is not Modality.TRANSPARENT:
            assert sorted(broken.faults) == sorted(broken.happened)
    for one in found.minimal:
        assert not any(
            contains(one.faults, other.faults) for other in found.minimal if other != one
        )
        assert not any(contains(one.faults, unknown) for unknown in found.undetermined)
    if found.premise is not None:
        trace_of(subject.system, found.premise.rules)


QUICK = [
    found
    for found in MEASURED
    if found.states_max <= QUICK_STATES and found.searches <= QUICK_SEARCHES
]


@pytest.mark.parametrize("found", QUICK, ids=named)
def test_small_cards_are_measured_anew(found: Measured) -> None:
    """What takes a moment is searched again, and is as it was."""
    assert [found] == measured_of(found)


def measured_of(found: Measured) -> list[Measured]:
    """Measure one property anew."""
    subject = subject_of(found)
    return [
        measured(subject, found.claim, prop, found.size_max, Limits(found.limit_states))
        for promise in subject.promises
        if promise.claim == found.claim
        for prop in promise.properties
        if prop.name == found.prop
    ]


def test_some_cards_are_small() -> None:
    """There are properties that are measured anew, with breaking sets among them."""
    assert len(QUICK) >= 3
    assert any(found.minimal for found in QUICK)


@pytest.mark.slow
def test_sets_of_the_guide_are_those_of_brute_force() -> None:
    """For RM-2 the minimal sets are those of a search for every multiset of up to 3 faults."""
    [found] = (each for each in MEASURED if each.claim == "RM-2")
    subject = subject_of(found)
    [prop] = (
        each
        for promise in subject.promises
        if promise.claim == "RM-2"
        for each in promise.properties
    )
    system = subject.system
    broken = [
        faults
        for size in range(found.size_max + 1)
        for faults in combinations_with_replacement(system.fault_classes, size)
        if REFUTED is check(system, prop, Budget(dict(Counter(faults))), in_cones=True).kind
    ]
    minimal = [each for each in broken if not any(contains(each, o) for o in broken if o != each)]

    assert len(broken) > len(minimal) >= 1
    assert minimal == [each.faults for each in found.minimal]
    assert minimal == [each.faults for each in breaking_sets(system, prop).minimal]


def test_measurements_are_read_as_they_were_written() -> None:
    """Writing and reading change nothing; a fresh measurement is written as well."""
    [scope] = (each for each in SCOPES if "RM-2" in each.claims)
    fresh = tuple(measure(scope, "RM-2"))

    assert MEASURED == read_measurements(write_measurements(MEASURED))
    assert fresh == read_measurements(write_measurements(fresh))
    assert fresh == tuple(each for each in MEASURED if each.claim == "RM-2")


def test_one_claim_is_measured_anew_and_the_others_kept() -> None:
    """With claims named, only these are searched; the order stays that of the scopes."""
    assert MEASURED == remeasured(["RM-2"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "HA085"),
        ("[]", "HA085"),
        ('{"schema": 1, "measured": [{}]}', "HA085"),
        ('{"schema": 7, "measured": []}', "HA043"),
    ],
)
def test_what_is_no_file_of_measurements_is_said(text: str, code: str) -> None:
    """A broken file is an error with a code, which names the command that writes it."""
    with pytest.raises(InputError, match=code):
        read_measurements(text)


def test_a_card_tells_the_verdicts_of_the_manifest() -> None:
    """SIP-1b is proved in the guide's picture, flipped by a hang, and broken by two crashes."""
    found = card(guide_catalogue()["SIP-1b"], read_subject("reference"))
    sets = {each.faults: each for each in found.measured[0].minimal}

    assert ("reference", Status.PROVED) == (found.judged[0].deployment, found.judged[0].status)
    assert "hang-without-heartbeat" in [flip.scenario.name for flip in found.flips]
    assert ("sip-server-crash", "sip-server-crash") in sets
    assert "there is one only" == order(sets["sip-server-hang",])


def test_explain_tells_the_card() -> None:
    """`hamodel explain RM-2` has verdicts, negative controls, premise and breaking sets."""
    [entry] = entries("RM-2", "reference")
    text = "\n".join(entry.lines)

    assert "  reference: PROVED" in entry.lines
    assert (
        "  - single-resource-manager: remaining_resource_manager_accepts_requests is REFUTED"
        in text
    )
    assert "The shortest run in which the premise of" in text
    assert "  - resource-manager-crash + resource-manager-crash" in entry.lines


def test_explain_says_what_judges_a_claim_in_time() -> None:
    """MS-5 needs timers: the commands that have them, and what the page of the trial found."""
    [entry] = entries("MS-5", "trading-floor", (), ("scope.calls=1",))

    assert "  hamodel check trading-floor --set scope.calls=1 --claim MS-5" in entry.lines
    assert "  hamodel trial trading-floor --set scope.calls=1" in entry.lines
    told = entry.lines.index(
        "  for one Media Server that dies, in a shipped deployment with nothing changed:"
    )
    assert [
        f"    {name}: at most {lost} lost, {detect} to detect and {fail_over} to fail over:"
        " a bound, attained; that it is these two in every run: PROVED"
        for name, lost, detect, fail_over in (
            ("reference", "35.4 s", "35 s", "0.4 s"),
            ("loopback-lab", "4.05 s", "3.5 s", "0.55 s"),
            ("private-edition", "10.4 s", "10 s", "0.4 s"),
            ("private-edition-big", "25.4 s", "10 s", "15.4 s"),
            ("trading-floor", "35.4 s", "35 s", "0.4 s"),
        )
    ] == list(entry.lines[told + 1 : told + 6])


def test_explain_says_whose_verdict_it_shows() -> None:
    """With something changed the command that judges it stands before what is of a shipped one."""
    [changed] = entries("RM-2", "reference", (), ("scope.calls=2",))
    [plain] = entries("RM-2", "reference")
    said = "  hamodel check reference --set scope.calls=2 --claim RM-2"
    verdict = "Verdict in a shipped deployment, as the manifest expects it:"

    assert changed.lines.index(said) < changed.lines.index(verdict)
    assert verdict in plain.lines
    assert "In the deployment as you ask for it:" in changed.lines
    assert "In the deployment as you ask for it:" not in plain.lines


def test_explain_searches_where_it_is_asked_to() -> None:
    """With --search the sets are those of the deployment that is named: one manager, one crash."""
    changes = ("resource_manager.mode=single",)
    [entry] = entries("rm-2", "reference", (), changes, Searching(1, Limits(1000)))

    assert "  - resource-manager-crash" in entry.lines
    assert "In reference with resource_manager.mode=single" in "\n".join(entry.lines)


def test_only_a_claim_is_searched() -> None:
    """To search for a word that is no claim is an error that names claims near to it."""
    with pytest.raises(InputError, match=r"HA082.*RM-2"):
        entries("RM-22", "reference", (), (), Searching(1, Limits(1000)))


def test_a_run_without_its_details_is_its_rules() -> None:
    """What is kept of a run are its rules, its loop and its note."""
    subject = read_subject("reference", ("resource_manager.mode=single",))
    [prop] = (
        each
        for promise in subject.promises
        if promise.claim == "RM-2"
        for each in promise.properties
    )
    trace = check(subject.system, prop, in_cones=True).trace
    assert trace is not None

    assert trace.rules == bare(trace).rules
    assert (trace.loop, trace.note) == (bare(trace).loop, bare(trace).note)
