"""The formula on trial: the page is as the data are, and the data are as the model is."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hamodel import InputError, System
from hamodel.cli import trial_report
from hamodel.cli.app import app
from hamodel.cli.trial import (
    FILE,
    Apart,
    Outcome,
    at_most,
    budget_of,
    case_outcome,
    court,
    figure,
    main,
    read_trial,
    shipped,
    tried,
    write_trial,
)
from hamodel.cli.trial_page import page
from hamodel.guide import shipped as deployments
from hamodel.guide.trial import CASES, FIGURES, ORDEALS, PAIR, Case
from hamodel.rule import Kind
from tests.cli.blind import blind

PAGE = Path(__file__).parents[2] / "docs" / "formula-on-trial.md"
OUTCOMES, MEASURED = shipped()
LARGE = {
    "one-fault-both-probe",
    "one-fault-private-edition-big",
    "one-fault-trading-floor",
    "resource-manager-dies-both-probe",
    "resource-manager-dies-health-inherited",
    "second-of-three",
    "sip-server-notices-itself",
    "two-active-resource-managers",
}
"""Cases that are searched again for the page alone."""
QUICK = [each for each in FIGURES if each.claim not in {"MS-1", "DUP-6", "REC-4"}]
CALM = (ORDEALS[0],)


def of(name: str) -> Outcome:
    """Return a committed outcome."""
    [found] = [each for each in OUTCOMES if each.name == name]
    return found


def hamodel(*words: str) -> Result:
    """Run `hamodel trial`."""
    return CliRunner().invoke(app, ["trial", *words])


def test_the_page_is_as_the_data_are() -> None:
    """The committed page is what `python -m hamodel.cli.trial` writes, a row a case."""
    assert [case.name for case in CASES] == [its.name for its in OUTCOMES]
    assert len(FIGURES) == len(MEASURED)
    assert page(OUTCOMES, MEASURED) == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name not in LARGE], ids=lambda case: case.name
)
def test_a_case_is_what_the_search_finds(case: Case) -> None:
    """The loss, D and F, both properties, the run with its dates, and all that follows."""
    assert of(case.name) == case_outcome(case)


@pytest.mark.parametrize("each", QUICK, ids=lambda each: f"{each.claim} {each.what} {each.title}")
def test_a_figure_is_what_the_search_finds(each: object) -> None:
    """What other claims lose."""
    place = [id(its) for its in FIGURES].index(id(each))

    assert MEASURED[place] == figure(FIGURES[place])


@pytest.mark.parametrize("its", OUTCOMES, ids=lambda its: its.name)
def test_time_lines_add_up(its: Outcome) -> None:
    """The intervals of the recording are one after the other, and their phases are the loss."""
    line = [each for each in its.line if each.lane == "recording"]
    lost = [each for each in line if each.phase]

    assert all(a.end_ms == b.begin_ms for a, b in pairwise(line))
    assert {"lost"} == {each.state for each in lost}
    known = [e.end_ms - (e.begin_ms or 0) for e in lost if e.end_ms is not None]
    assert sum(ms for _, ms in its.phases) == sum(known)
    if its.lost is None:
        assert lost[-1].end_ms is None
    else:
        assert its.lost == sum(known)


def test_for_one_fault_it_is_a_tight_bound() -> None:
    """In each setting that was tried; 25 to 35 s and 0.4 s, as field notes, section 8, derive."""
    for case, its in zip(CASES, OUTCOMES, strict=True):
        if case.ordeal == ORDEALS[0]:
            assert "a bound, attained" == its.bound
            assert "PROVED" == its.identity
            if case.deployment == "reference":
                assert (35_000, 400) == (its.detection, its.failover)


def test_every_shipped_deployment_is_tried() -> None:
    """As it ships, where the claim applies: not where there is one Media Server alone."""
    names = [case.deployment for case in CASES if case.as_shipped]

    assert sorted({*deployments()} - {"small-single-site"}) == sorted(names)


def test_a_refused_connection_is_a_notice() -> None:
    """Over TCP a Resource Manager is refused, and has noticed: the loss is D and then F."""
    its = of("one-fault-private-edition")

    assert "resource_manager_1 is refused by media_server_1" in {rule for _, rule in its.run}
    assert Apart(10_000, 400, 0) == its.apart


def test_each_case_that_exceeds_it_needs_all_its_faults() -> None:
    """With any one of them less, or the repair, what is lost is within the formula."""
    beyond = [its for its in OUTCOMES if not its.bound.startswith("a bound")]

    assert 10 == len(beyond)
    for its in beyond:
        assert its.smaller
        assert its.formula is not None
        assert all(ms is not None and ms <= its.formula for _, ms in its.smaller), its.name


def test_what_becomes_of_the_formula() -> None:
    """Where the loss ends it is D, F and what is neither, each by its own clock."""
    for its in OUTCOMES:
        if its.lost is None:
            assert its.apart is None
        else:
            assert its.apart is not None
            d, f, rest = its.apart.detection, its.apart.failover, its.apart.rest
            assert its.lost == d + f + rest
            assert its.identity != "PROVED" or rest == 0 or its.name == "second-of-three"

    monitor = of("resource-manager-dies-while-it-detects")
    assert monitor.apart is not None
    assert 50 + 3_000 + 5_000 + 35_000 == monitor.apart.rest
    assert "REFUTED" == monitor.identity
    assert 50 == (monitor.lost or 0) - (of("resource-manager-dies-health-inherited").lost or 0)


def test_views_that_differ() -> None:
    """Two that probe have two D, and yet the loss is within the formula for one fault."""
    assert "PROVED" == of("one-fault").one_view
    assert "REFUTED" == of("one-fault-both-probe").one_view
    assert "a bound, attained" == of("one-fault-both-probe").bound
    assert "exceeded by 35 s" == of("two-active-resource-managers").bound


def test_the_account_changes_nothing() -> None:
    """No rule reads it: the loss and its run are those of the model without it."""
    its = court("reference", PAIR)
    parts, without = its.parts, replace(its, system=_without_account(its.system))
    budget = budget_of(ORDEALS[0])
    one, other = its.lost(budget), without.lost(budget)

    assert parts is without.parts
    assert one.waits == other.waits


def _without_account(system: System) -> System:
    rules = tuple(
        replace(rule, sets=tuple(e for e in rule.sets if not e.var.name.startswith("formula.")))
        for rule in system.rules
    )
    components = tuple(each for each in system.components if each.name != "formula")
    return replace(system, components=components, rules=rules)


def test_a_monitor_that_nobody_watches_with_is_no_detection() -> None:
    """If nobody's watch counts, the identity is refuted: the property can fail for one fault."""
    its = blind(court("reference", PAIR))

    assert "REFUTED" == tried(its, "blind", budget_of(ORDEALS[0]), whole=False).outcome.identity


def test_marks_are_failures_and_repairs() -> None:
    """With the kinds that the picture draws them in."""
    marks = of("media-server-is-back").marks

    assert [Kind.FAILURE.value, Kind.REPAIR.value] == [kind for _, _, kind in marks]


def test_what_was_found_is_read_as_it_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    """The file gives back what was written; another file is HA085; usage is said."""
    assert (OUTCOMES, MEASURED) == read_trial(write_trial(OUTCOMES, MEASURED))
    assert write_trial(OUTCOMES, MEASURED) == FILE.read_text(encoding="utf-8")
    with pytest.raises(InputError, match="HA085"):
        read_trial("{}")
    assert 2 == main([])
    assert "usage" in capsys.readouterr().err


def test_main_writes_the_page(tmp_path: Path) -> None:
    """From the data, without a search; a place that cannot be written is an error."""
    assert 0 == main([str(tmp_path / "page.md")])
    assert PAGE.read_text(encoding="utf-8") == (tmp_path / "page.md").read_text(encoding="utf-8")
    assert 2 == main([str(tmp_path / "none" / "page.md")])


def test_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for what happens; JSON has the run; what cannot happen is left out."""
    monkeypatch.setattr(trial_report, "ORDEALS", (*CALM, replace(CALM[0], faults="no-such=1")))
    text = hamodel("--set", PAIR[0])
    [case] = json.loads(hamodel("--set", PAIR[0], "--format", "json").stdout)["cases"]

    assert 0 == text.exit_code
    [line] = [each for each in text.stdout.splitlines() if each.startswith("a Media Server dies")]
    assert ["35.4", "s", "35", "s", "+", "0.4", "s", "a", "bound,", "attained"] == line.split()[
        4:14
    ]
    assert "\n  media-server-crash=1\n" in text.stdout
    assert f"  with {PAIR[0]}" in text.stdout
    assert (35_400, "a bound, attained") == (case["lost"], case["bound"])


def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format that it does not have; a search that is cut short is no bound."""
    monkeypatch.setattr(trial_report, "ORDEALS", CALM)
    form = hamodel("--format", "junit")
    cut = hamodel("--set", PAIR[0], "--limit-states", "50")

    assert "HA082 --format is junit; it can be text, json" in form.stderr
    assert (2, 3) == (form.exit_code, cut.exit_code)
    assert "UNDETERMINED" in cut.stdout


def test_the_command_with_rules_and_faults() -> None:
    """The page's last row: a shipped rule file, within its faults and nothing else."""
    faults = "media-server-crash=1,resource-manager-split=1"
    rules = ("--rules", "resource_manager_split_brain")
    its = hamodel("--set", PAIR[0], *rules, "--faults", faults, "--format", "json")
    [case] = json.loads(its.stdout)["cases"]
    unknown = hamodel("--faults", "resource-manager-split=1")

    assert 0 == its.exit_code
    assert (of("two-active-resource-managers").lost, "REFUTED") == (case["lost"], case["identity"])
    assert 2 == unknown.exit_code
    assert "HA044" in unknown.stderr


def test_detection_is_that_of_the_fault_that_is_asked_for() -> None:
    """A crash over TCP is refused at once, in 10 s; a hang is silence, as D is then: a bound."""
    smaller = ("--set", "recording.pausable=false", "--set", "scope.recorders=1")
    hang = ("--faults", "media-server-hang=1", "--format", "json")
    its = hamodel("private-edition", *smaller, *hang)
    [case] = json.loads(its.stdout)["cases"]

    assert (35_000, "a bound, attained") == (case["detection"], case["bound"])


def test_faults_that_leave_all_media_servers_alone_are_an_error() -> None:
    """The sentence is about a Media Server's failure."""
    its = hamodel("--faults", "sip-server-crash=1")

    assert 2 == its.exit_code
    assert "HA082 no Media Server fails within sip-server-crash=1" in its.stderr


def test_where_the_identity_breaks_it_is_told_how() -> None:
    """After the table, with the end of the shortest run that breaks it."""
    its = hamodel("--set", PAIR[0], "--faults", "media-server-crash=1", "--repairs", "1")
    text = " ".join(its.stdout.split())

    assert "REFUTED within media-server-crash=1; 1 repair, as soon as this has happened: " in text


def test_rules_without_faults_come_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they can do is not among what is tried by itself."""
    monkeypatch.setattr(trial_report, "ORDEALS", CALM)
    its = hamodel("--set", PAIR[0], "--rules", "message_loss")

    assert "  with the rules of message_loss" in its.stdout
    assert "warning: faults of the rules are not among what is tried" in its.stderr


def test_a_deployment_from_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many models are made of it."""
    monkeypatch.setattr(trial_report, "ORDEALS", CALM * 2)
    text = 'name = "piped"\nresource_manager.mode = "active-hot-standby"\n'
    its = CliRunner().invoke(app, ["trial", "-", "--format", "json"], input=text)

    assert 0 == its.exit_code
    assert 2 == len(json.loads(its.stdout)["cases"])


def test_repairs_alone_come_beside_what_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `hamodel loss` has it."""
    monkeypatch.setattr(trial_report, "ORDEALS", CALM)
    its = hamodel("--set", PAIR[0], "--repairs", "1", "--format", "json")
    [case] = json.loads(its.stdout)["cases"]

    assert (of("media-server-is-back").within, None) == (case["within"], case["lost"])


def test_where_the_sentence_does_not_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one Media Server it says nothing; what is lost is told all the same, a loop below."""
    monkeypatch.setattr(trial_report, "ORDEALS", CALM)
    text = " ".join(hamodel("small-single-site").stdout.split())
    told = json.loads(hamodel("small-single-site", "--format", "json").stdout)

    assert "It is NOT APPLICABLE here: no other Media Server is in scope" in text
    assert "PROVED" not in text
    assert "REFUTED" not in text
    assert "(1) it goes round for ever: sip_server_1 asks for a media server for call_1" in text
    assert told["not_applicable"].startswith("no other Media Server")
    assert not json.loads(hamodel("--set", PAIR[0], "--format", "json").stdout)["not_applicable"]


def test_words() -> None:
    """Nothing, without end, or so long."""
    assert ["nothing", "without end", "35.4 s"] == [at_most(ms) for ms in (-1, None, 35_400)]
