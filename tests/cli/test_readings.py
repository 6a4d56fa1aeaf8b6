"""`hamodel check --readings`: which claims depend on what the guide leaves open."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from hamodel.cli.app import app
from hamodel.cli.assess import assess
from hamodel.cli.options import CheckOptions
from hamodel.cli.readings import (
    Dependence,
    Reading,
    Readings,
    _differing,
    open_readings,
    readings,
)
from hamodel.cli.subject import chosen, read_subject
from hamodel.guide import Status, load
from hamodel.guide.deployment import parameters
from hamodel.guide.questions import DEPLOYED, QUESTIONS
from tests.guide.test_impact import PLAIN

CHANGES = (
    "scope.media_servers=1",
    "scope.recorders=1",
    "resource_manager.mode=single",
    "recording.pausable=false",
)
CLAIMS = ("SIP-1b", "SIP-1c")


@pytest.fixture(scope="module")
def found() -> Readings:
    """Return the readings of a deployment whose SIP Servers alone are two."""
    return readings(CheckOptions(PLAIN, CLAIMS, changes=CHANGES))


def test_knowledge_depends_on_when_it_is_replicated(found: Readings) -> None:
    """SIP-1c holds as deployed, and lagging replication alone refutes it."""
    assert Status.PROVED is found.statuses["SIP-1c"]
    assert {("sip_server.replication=lagging", "SIP-1c", Status.REFUTED)} == {
        (each.readings[0].change, each.claim, each.after)
        for each in found.dependences
        if len(each.readings) == 1
    }


def test_remembered_verdicts_are_those_of_a_check_of_its_own(found: Readings) -> None:
    """Each reading has the statuses that `hamodel check --set` finds with it."""
    for reading in found.tried:
        subject = read_subject(PLAIN, (*CHANGES, reading.change))
        expected = dict(found.statuses)
        expected.update(
            (each.claim, each.after) for each in found.dependences if each.readings == (reading,)
        )
        assert expected == dict(assess(subject, chosen(subject, CLAIMS)).claims), reading.change


def test_what_can_affect_nothing_is_said_and_not_tried(found: Readings) -> None:
    """A reading of what is not installed is left out, with the reason."""
    reasons = {each.change: why for each, why in found.left_out}

    assert "there is one Resource Manager" in reasons["resource_manager.session_data=not-shared"]
    assert not {each.change for each in found.tried} & reasons.keys()


def test_of_a_pair_only_what_neither_does_alone_is_told() -> None:
    """A pair's status counts iff it differs from the base and from what either alone gives."""
    one = Reading("recording.record_id", "recording.record_id", "media-server")
    other = Reading("resource_manager.notify", "resource_manager.notify", "once")
    base = {"MS-2": Status.PROVED, "MS-3": Status.PROVED, "MS-4": Status.PROVED}
    alone = {**base, "MS-2": Status.REFUTED}
    both = {"MS-2": Status.REFUTED, "MS-3": Status.REFUTED, "MS-4": Status.PROVED}

    expected = [Dependence((one, other), "MS-3", Status.PROVED, Status.REFUTED)]
    assert expected == list(_differing((one, other), both, base, (base, alone, base)))


def test_every_parameter_with_words_is_a_question_or_is_deployed() -> None:
    """One of several words that a verdict may depend on is open, or the architect's choice."""
    words = {
        each.key.replace(".NAME", "")
        for each in parameters()
        if (each.values or each.possible == "true or false")
        and not each.no_effect
        and not each.timer
    }

    assert set() == words - QUESTIONS.keys() - DEPLOYED
    assert set() == QUESTIONS.keys() & DEPLOYED
    assert set() == (QUESTIONS.keys() | DEPLOYED) - words


def test_every_reading_can_be_set() -> None:
    """Each reading of the plain deployment is a change that it takes."""
    for reading in open_readings(load(PLAIN)):
        assert "plain" == load(PLAIN, (reading.change,)).name


def test_the_report_has_the_question() -> None:
    """A reading that matters is told with what changes and what to ask; options that clash fail."""
    sets = [word for change in CHANGES for word in ("--set", change)]

    told = CliRunner().invoke(app, ["check", PLAIN, "--readings", "--claim", "SIP-1c", *sets])
    clash = CliRunner().invoke(app, ["check", "--readings", "--faults", "2"])

    assert 0 == told.exit_code
    assert "SIP-1c: PROVED → REFUTED" in told.stdout
    assert "Ask: Does the primary SIP Server send its 2xx before or after" in told.stdout
    assert 2 == clash.exit_code
    assert "HA082 --readings judges each claim under its own budget" in clash.stderr
