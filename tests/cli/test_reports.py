"""The reports: text at several widths, JSON, JUnit, Markdown."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from hamodel import transparent
from hamodel.cli.app import app
from hamodel.cli.assess import Assessment, assess
from hamodel.cli.options import Format
from hamodel.cli.report_json import read_results
from hamodel.cli.reports import report, text_report
from hamodel.cli.story import mattering, told
from hamodel.errors import SearchError
from hamodel.guide import Promise, Status
from hamodel.guide.manifest import Expected
from hamodel.trace import Trace, trace_of
from tests.cli.toy import KNOWS_ALL, SPOF, SPOF_TOLD, toy_subject, toy_system
from tests.tidy.tree import ROOT

DOCUMENT = ROOT / "docs" / "how-to" / "json.md"


@pytest.fixture(scope="module")
def pair() -> Assessment:
    """Return the assessment of the pair, its lost session accepted."""
    subject = toy_subject({"SIP-1c": "we know", "MS-1": "so does the guide"})
    return assess(subject, subject.promises)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(pair: Assessment, width: int) -> None:
    """The table and the stories fit the terminal."""
    assert width >= max(map(len, text_report(pair, width=width).splitlines()))


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_cut(pair: Assessment, width: int) -> None:
    """What does not fit is wrapped, not cut off."""
    assert "…" not in text_report(pair, width=width, verbose=True)


def test_the_text_tells_everything(pair: Assessment) -> None:
    """Table, story, scope, accepted weaknesses and totals are there, a line each."""
    lines = text_report(pair, verbose=True).splitlines()

    assert "claim    strength   verdict          states   why" in " ".join(lines)
    for line in (
        "SIP-1c REFUTED: new primary knows every session",
        "  accepted: we know",
        "    2. sip_server_1 crashes  (failure)",
        "         » caller → sip_server_1: INVITE",
        "         sip_server_1.has_call: no → yes",
        "Scope: what is proved is proved for 1 call, 1 of 2 pairs; never for more.",
        "Accepted: MS-1 (WITNESSED): so does the guide",
        (
            "7 claims: 2 PROVED, 1 REFUTED, 1 WITNESSED, 1 NEEDS TIMERS, 1 NOT A PROMISE, "
            "1 NOT APPLICABLE (1 of them accepted)"
        ),
    ):
        assert line in lines


def test_an_accepted_story_is_short_unless_asked_for(pair: Assessment) -> None:
    """Without -v an accepted refutation is told by its rules alone."""
    brief, whole = text_report(pair), text_report(pair, verbose=True)

    assert brief.count("has_call: no → yes") < whole.count("has_call: no → yes")
    assert "shortened; -v tells all of it" in brief
    assert "shortened; -v tells all of it" not in whole


def test_verbose_tells_the_premises_and_what_lies_beyond(pair: Assessment) -> None:
    """With -v a proof names the run to its premise, and the lasso beyond is marked."""
    lines = text_report(pair, verbose=True).splitlines()

    assert "SIP-1b PROVED: hot standby takes over" in lines
    assert "SIP-1b REFUTED beyond: hot standby takes over" in lines
    assert "  ⇒ and here it stays, for ever." in lines
    assert "Note: toy.toml:3 [later]: it awaits timers" in lines


def test_notes_are_told_once() -> None:
    """What many keys await is one line; with -v each key has its own, with file and line."""
    subject = toy_subject()
    pair = assess(subject, ())
    lines, verbose = (text_report(pair, verbose=each).splitlines() for each in (False, True))

    assert ["Note: later, much.later: it awaits timers"] == [x for x in lines if "Note" in x]
    assert [
        "Note: toy.toml:3 [later]: it awaits timers",
        "Note: toy.toml:4 [much.later]: it awaits timers",
    ] == [line for line in verbose if "Note" in line]
    assert "Note: later, much.later: it awaits timers" in report(pair, Format.MARKDOWN)


@pytest.mark.parametrize(("columns", "width"), [("", 120), ("90", 90), ("wide", 120), ("0", 120)])
def test_a_piped_table_has_a_width(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    """Where there is no terminal a table is as wide as COLUMNS says, or 120; a step is not cut."""
    monkeypatch.setenv("COLUMNS", columns)
    long = Promise("REC-4", (), not_applicable="this is not the case here, " * 20)
    subject = toy_subject(None, (long, Promise("SIP-1c", (KNOWS_ALL,))))
    pair = assess(subject, subject.promises)
    [row] = [row for row in pair.rows if row.verdict is not None]
    assert row.verdict is not None
    noted = Trace(note="it fails " * 30)
    rows = (pair.rows[0], replace(row, verdict=replace(row.verdict, trace=noted)))
    lines = text_report(replace(pair, rows=rows)).splitlines()
    table = lines[: lines.index("SIP-1c REFUTED: new primary knows every session")]

    assert width == max(map(len, table))
    assert f"  ⇒ {noted.note}." in lines


def test_a_step_tells_what_matters() -> None:
    """Told of a step are main states and what the property reads; with -v every change."""
    system = toy_system()
    replicated = trace_of(system, ("call_1 starts", "sip_server_1 replicates"))
    some = told(replicated, {}, "", only=mattering(SPOF, system))
    whole = told(replicated, {}, "")

    assert [("sip_server_1.has_call: no → yes",), ()] == [step.changes for step in some.steps]
    assert ("sip_server_2.knows_call: no → yes",) == whole.steps[1].changes
    assert (True, False) == (some.shortened, whole.shortened)
    assert {"sip_server_1", "sip_server_2", "sip_server_1.has_call"} == mattering(SPOF, system)


def test_observers_are_told_of_by_what_they_hear() -> None:
    """Where observers are to tell, the changes told are those of main states."""
    hidden = transparent(
        "it_is_hidden", fault=("sip_server_1 crashes",), observers=("sip_server_2",)
    )

    assert {"sip_server_1", "sip_server_2"} == mattering(hidden, toy_system())


def test_a_shortened_story_is_said_to_be_one() -> None:
    """The reader hears that -v tells more, if it does."""
    subject = toy_subject(None, (Promise("MS-1", (SPOF_TOLD,), weakness=True),))
    pair = assess(subject, subject.promises)

    assert "-v tells all" in text_report(pair)
    assert "-v tells all" not in text_report(pair, verbose=True)
    assert "has_call: no → yes" not in text_report(pair)
    assert "has_call: no → yes" in text_report(pair, verbose=True)


def test_facts_are_all_told() -> None:
    """The table has each that is true; -v, Markdown and JSON have all of them, a line each."""
    facts = (("one is so", True), ("two is so", True))
    subject = toy_subject(None, (Promise("RM-1", (), structure=facts),))
    pair = assess(subject, subject.promises)
    [claim] = read_results(report(pair, Format.JSON)).claims

    assert "true of the model: one is so; two is so" in text_report(pair, width=120)
    assert "  true: two is so" not in text_report(pair).splitlines()
    assert "  true: two is so" in text_report(pair, verbose=True).splitlines()
    assert "true: two is so" in report(pair, Format.MARKDOWN)
    assert [{"fact": said, "holds": holds} for said, holds in facts] == claim["facts"]


def test_what_lies_beyond_names_the_failure(pair: Assessment) -> None:
    """Beside the larger budget stands the failure that refutes: the first of the run."""
    said = "REFUTED with sip-server-crash=2 (by sip_server_1 crashes)"

    assert said in text_report(pair, width=250)
    assert said in report(pair, Format.MARKDOWN).replace("\\_", "_")


def test_differences_are_listed(pair: Assessment) -> None:
    """A comparison with the manifest is part of the report."""
    text = text_report(replace(pair, differences=("one differs",)))

    assert "1 difference from the manifest:\n  one differs\n" in text
    assert "As the manifest expects." in text_report(replace(pair, differences=()))


def test_an_interruption_is_said(pair: Assessment) -> None:
    """A report that is not whole says so, and what is sooner done."""
    text = text_report(replace(pair, interrupted=True))

    assert "Interrupted" in text
    assert "Less to search: one claim (--claim RM-3), " in text


def test_json_says_what_the_document_says(pair: Assessment) -> None:
    """Every key of the JSON is in the document, and the reader reads it back."""
    text = report(pair, Format.JSON)
    results = read_results(text)
    document = DOCUMENT.read_text(encoding="utf-8")

    assert ("toy", "1 call, 1 of 2 pairs") == (results.deployment, results.scope)
    assert [row.source.id for row in pair.rows] == [claim["id"] for claim in results.claims]
    for key in (*json.loads(text), *results.claims[0]):
        assert f"`{key}`" in document, key


def test_the_document_shows_an_object_that_a_run_makes() -> None:
    """The example of the document is what its command makes, but for how much was searched."""
    document = DOCUMENT.read_text(encoding="utf-8")
    shown = json.loads(document.split("```json\n")[1].split("```")[0])
    [line] = [line for line in document.splitlines() if line.startswith("hamodel check --claim")]
    result = CliRunner().invoke(app, line.split()[1:], catch_exceptions=False)
    [claim] = read_results(result.stdout).claims
    sizes = ("distinct_states", "depth")

    assert [int, int] == [type(shown[size]) for size in sizes]
    assert {**shown, **dict.fromkeys(sizes)} == {**claim, **dict.fromkeys(sizes)}


def test_json_has_the_traces_in_full(pair: Assessment) -> None:
    """A trace has its note, marks and steps, each with rule, changes and messages."""
    claims = {claim["id"]: claim for claim in read_results(report(pair, Format.JSON)).claims}
    trace = claims["SIP-1c"]["trace"]

    assert ["note", "loop", "fork", "steps"] == list(trace)
    assert {
        "rule": "call_1 starts",
        "changes": [["sip_server_1.has_call", "no", "yes"]],
        "messages": ["caller → sip_server_1: INVITE"],
    } == trace["steps"][0]
    assert "here the premise holds" == claims["SIP-1b"]["premise_witness"]["note"]


def test_json_has_what_the_manifest_expects(pair: Assessment) -> None:
    """A row's expectation is beside it."""
    expected = Expected("SIP-1b", "hot_standby_takes_over", "PROVED", 12, 4, "REFUTED")
    rows = tuple(
        replace(row, expected=expected) if row.source.id == "SIP-1b" else row for row in pair.rows
    )
    claims = read_results(report(replace(pair, rows=rows), Format.JSON)).claims

    assert {"status": "PROVED", "distinct_states": 12, "depth": 4} == claims[1]["expected"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "HA042"),
        ("[" * 100_000, "HA042"),
        ("[]", "HA042"),
        ("{}", "HA042"),
        ('{"schema": 2}', "HA043"),
        ('{"schema": "one"}', "HA043"),
        ('{"schema": true}', "HA043"),
        ('{"schema": 1}', "HA042"),
        ('{"schema": 1, "deployment": "a", "scope": "b", "claims": {}}', "HA042"),
        ('{"schema": 1, "deployment": "a", "scope": "b", "claims": [1]}', "HA042"),
        ('{"schema": 1, "deployment": "a", "scope": "b", "claims": [{"id": "x"}]}', "HA042"),
    ],
)
def test_what_is_no_report_is_refused(text: str, code: str) -> None:
    """The reader refuses what it does not know, by name."""
    with pytest.raises(SearchError) as caught:
        read_results(text)

    assert code == caught.value.code


def test_an_unknown_schema_is_named() -> None:
    """A report of a later version is refused with its schema and ours."""
    with pytest.raises(SearchError, match="schema 7; this version reads 1"):
        read_results('{"schema": 7}')


def test_junit_has_a_case_a_row() -> None:
    """A refuted promise is a failure with its story; what binds nobody is skipped."""
    subject = toy_subject()
    suite = ET.fromstring(report(assess(subject, subject.promises), Format.JUNIT))  # noqa: S314 (our own)
    outcomes = {case.get("classname"): [child.tag for child in case] for case in suite}

    assert {"tests": "7", "failures": "1", "errors": "0", "skipped": "3"} == {
        key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")
    }
    assert ["failure"] == outcomes["SIP-1c"]
    assert ["skipped"] == outcomes["REC-4"]
    assert [] == outcomes["MS-1"]
    assert "2. sip_server_1 crashes" in (suite.findtext(".//failure") or "")


def test_junit_skips_what_is_accepted(pair: Assessment) -> None:
    """An accepted refutation is skipped, with the reason."""
    suite = ET.fromstring(report(pair, Format.JUNIT))  # noqa: S314 (our own)
    [case] = [case for case in suite if case.get("classname") == "SIP-1c"]

    assert "REFUTED: fails after 3 steps (accepted: we know)" == case[0].get("message")


def test_markdown_has_the_table_and_the_stories(pair: Assessment) -> None:
    """Underscores and bars are escaped, so that names stay as they are."""
    text = report(pair, Format.MARKDOWN)

    assert "| SIP-1b | must | PROVED | 4 | hot standby takes over: " in text
    assert "2. sip\\_server\\_1 crashes" in text
    assert "Accepted: SIP-1c (REFUTED): we know" in text


def test_every_format_is_the_same_twice(pair: Assessment) -> None:
    """A report has no time and no order of chance in it."""
    for form in Format:
        assert report(pair, form) == report(pair, form)
        assert "\x1b" not in report(pair, form)


def test_markdown_says_what_the_text_says(pair: Assessment) -> None:
    """Changes, rule files, budget and differences are in the Markdown too."""
    subject = replace(pair.subject, changes=("a.b=1",), rule_files=("storm.py",))
    found = replace(
        pair, subject=subject, budget="at most 2 faults", differences=("one_row differs",)
    )
    text = report(found, Format.MARKDOWN)

    for line in (
        "- with `a.b=1`",
        "- with the rules of `storm.py`",
        "- every property judged under: at most 2 faults",
        "1 difference from the manifest.",
        "- one\\_row differs",
    ):
        assert line in text.splitlines()


def test_junit_says_what_is_not_known(pair: Assessment) -> None:
    """An undetermined row is an error, not a pass."""
    rows = tuple(replace(row, status=Status.UNDETERMINED) for row in pair.rows[:1])
    suite = ET.fromstring(report(replace(pair, rows=rows), Format.JUNIT))  # noqa: S314 (our own)

    assert "1" == suite.get("errors")
