"""The manifest: decoded strictly, written so that it reads back, compared with a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hamodel.cli import expect, regenerate
from hamodel.cli.assess import Assessment, assess
from hamodel.cli.expect import compared, expected_of, found_in, scenario_of
from hamodel.cli.options import CheckOptions, Format, read_budgets
from hamodel.cli.reports import report
from hamodel.cli.subject import Subject
from hamodel.errors import InputError
from hamodel.guide.manifest import (
    Expected,
    Scenario,
    read_manifest,
    shipped_manifest,
    write_manifest,
)
from tests.cli.toy import toy_subject

EXAMPLE = Scenario(
    "lagging",
    "reference",
    ("sip_server.replication=lagging",),
    "sip-server=1",
    "unlimited",
    ("SIP-1c",),
    'the "standby" is told too late\\',
    (
        Expected("SIP-1c", "session_survives", "REFUTED", 1234, 30, "REFUTED"),
        Expected("RM-1", "", "NOT APPLICABLE"),
    ),
)
BARE = Scenario("reference", "reference")


@pytest.fixture(scope="module")
def pair() -> Assessment:
    """Return the assessment of the pair."""
    subject = toy_subject()
    return assess(subject, subject.promises)


def test_what_is_written_reads_back() -> None:
    """Every field of a scenario survives, quotes and backslashes included."""
    scenarios = (EXAMPLE, BARE, replace(BARE, name="other", repairs="2"))

    assert scenarios == read_manifest(write_manifest(scenarios))


def test_the_shipped_manifest_reads() -> None:
    """The manifest that is shipped, if there is one, is a manifest."""
    names = [scenario.name for scenario in shipped_manifest()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("schema = ", "HA085", "not TOML"),
        ("a = " + "[" * 5000, "HA085", "not TOML"),
        ("", "HA043", "schema None"),
        ("schema = 2", "HA043", "schema 2"),
        ("schema = 1\nscenarios = []", "HA085", "'scenarios'"),
        ("schema = 1\nscenario = 3", "HA085", "write [[scenario]]"),
        ("schema = 1\n[[scenario]]\nname = 'a'", "HA085", "lacks a deployment"),
        ("schema = 1\n[[scenario]]\ndeployment = 'a'", "HA085", "lacks a name"),
        ("schema = 1\n[[scenario]]\nname = 3", "HA085", "must be a str"),
        ("schema = 1\n[[scenario]]\nname = 'a'\ndeployment = 'b'\nset = [3]", "HA085", "texts"),
        ("schema = 1\n[[scenario]]\nname = 'a'\ndeployment = 'b'\nrepairs = true", "HA085", "int"),
        ("schema = 1\n[[scenario]]\nname = 'a'\ndeployment = 'b'\npears = 1", "HA085", "'pears'"),
    ],
)
def test_what_is_no_manifest_is_refused(text: str, code: str, said: str) -> None:
    """A manifest is read strictly."""
    with pytest.raises(InputError) as caught:
        read_manifest(text)

    assert code == caught.value.code
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("status = 'PROVED'", "names no claim"),
        ("claim = 'A'\nstatus = 'FINE'", "possible are PROVED"),
        ("claim = 'A'\nstatus = 'PROVED'\nstates = '3'", "must be a int"),
        ("claim = 'A'\nstatus = 'PROVED'\nbeyond = 'x'", "'beyond'"),
        ("claim = 'A'\nstatus = 'PROVED'\nwhy = 'x'", "'why'"),
    ],
)
def test_what_is_no_expectation_is_refused(lines: str, said: str) -> None:
    """An expectation names a claim and a status, and knows its keys."""
    head = "schema = 1\n[[scenario]]\nname = 'a'\ndeployment = 'b'\n[[scenario.expect]]\n"
    with pytest.raises(InputError, match="HA085") as caught:
        read_manifest(head + lines)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    "scenarios", [(BARE, BARE), (replace(EXAMPLE, expect=EXAMPLE.expect * 2),)]
)
def test_nothing_is_there_twice(scenarios: Sequence[Scenario]) -> None:
    """Two scenarios of one name, or two expectations of one property, are an error."""
    with pytest.raises(InputError, match=r"HA085 .*more than one"):
        read_manifest(write_manifest(scenarios))


def test_a_scenario_is_found_by_what_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deployment, changes in any order, and budget are those of the run."""
    two = replace(EXAMPLE, changes=("a.b=1", "c.d = 2"))
    monkeypatch.setattr(expect, "shipped_manifest", lambda: (BARE, two))
    options = CheckOptions(
        "reference", changes=("c.d=2", "a.b=1"), budgets=read_budgets("sip-server=1", "unlimited")
    )

    assert two == scenario_of(options)
    assert BARE == scenario_of(CheckOptions("reference"))
    assert scenario_of(replace(options, rule_files=(Path("storm.py"),))) is None
    assert scenario_of(CheckOptions("reference", changes=("a.b=2",))) is None


def test_the_run_is_as_expected_when_it_is_what_was_found(pair: Assessment) -> None:
    """Regenerated expectations have no differences."""
    scenario = replace(BARE, expect=tuple(map(found_in, pair.rows)))
    same = compared(expected_of(pair, scenario), scenario)

    assert ((), 0) == (same.differences, same.exit_status)


def test_every_difference_is_told(pair: Assessment) -> None:
    """A changed number, a missing row and an unknown one are each a line; the status is 1."""
    found = [found_in(row) for row in pair.rows]
    rows = {each.claim: each for each in found}
    rows["SIP-1b"] = replace(rows["SIP-1b"], states=13)
    del rows["MS-1"]
    scenario = replace(
        BARE, expect=(*rows.values(), Expected("DUP-1", "both_last", "PROVED", 3, 1, "PROVED"))
    )
    different = compared(expected_of(pair, scenario), scenario)

    assert 1 == different.exit_status
    assert (
        (
            "SIP-1b hot_standby_takes_over is PROVED, 4 states, depth 2, beyond REFUTED; "
            "expected was PROVED, 13 states, depth 2, beyond REFUTED"
        ),
        "MS-1 primary_is_down_with_a_call is WITNESSED; the manifest does not know it",
        "DUP-1 both_last is not judged; expected was PROVED, 3 states, depth 1, beyond PROVED",
    ) == different.differences


def test_some_claims_are_compared_alone(pair: Assessment) -> None:
    """With --claim what was not asked for is not missing."""
    scenario = replace(BARE, expect=(Expected("DUP-1", "", "PROVED"), *map(found_in, pair.rows)))

    assert () == compared(expected_of(pair, scenario), scenario, ("SIP",)).differences


def test_what_a_scenario_lacks_is_said_to_be_left_out(pair: Assessment) -> None:
    """A scenario for some claims is compared for those; the others are named, and no difference."""
    rows = [found_in(row) for row in pair.rows if row.source.id == "SIP-1b"]
    scenario = replace(BARE, claims=("SIP-1b",), expect=tuple(rows))
    same = compared(expected_of(pair, scenario), scenario)
    others = ("META-1", "SIP-1c", "RM-1", "MS-1", "MS-5", "REC-4")

    assert ((), others, 0) == (same.differences, same.not_compared, same.exit_status)
    for form in (Format.TEXT, Format.MARKDOWN):
        said = f"Not compared, as the manifest's scenario does not have them: {', '.join(others)}."
        assert said in report(same, form)


def test_to_compare_nothing_is_a_difference(pair: Assessment) -> None:
    """A comparison in which nothing was compared is no pass."""
    rows = tuple(row for row in pair.rows if row.source.id == "SIP-1c")
    scenario = replace(BARE, claims=("SIP-1b",))
    nothing = compared(replace(pair, rows=rows), scenario, ("SIP-1c",))

    assert ("nothing is compared; the scenario has no such claim",) == nothing.differences
    assert 1 == nothing.exit_status


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            CheckOptions("my.toml", expect=True),
            "about the shipped deployments reference, and 'my.toml' is none of them",
        ),
        (
            CheckOptions("reference", rule_files=(Path("storm.py"),), expect=True),
            "no scenario with --rules",
        ),
        (
            CheckOptions("reference", changes=("a.b=2",), expect=True),
            (
                "no scenario with this --set, --faults and --repairs; near to it: "
                "'reference', 'reference --set sip_server.replication=lagging "
                "--faults sip-server=1 --repairs unlimited'"
            ),
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(
    monkeypatch: pytest.MonkeyPatch, options: CheckOptions, said: str
) -> None:
    """HA085 says why the manifest has nothing for such a run, and what it has."""
    monkeypatch.setattr(expect, "shipped_manifest", lambda: (BARE, EXAMPLE))
    with pytest.raises(InputError) as caught:
        scenario_of(options)

    assert str(caught.value).startswith("HA085 --expect cannot compare: ")
    assert said in str(caught.value)


def test_regenerating_keeps_what_is_written_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pair: Assessment
) -> None:
    """Name, deployment, budget and note stay; the expectations are those of a run."""

    def subject_of(*_: object) -> Subject:
        return toy_subject()

    monkeypatch.setattr(regenerate, "read_subject", subject_of)
    old = replace(BARE, note="as in the guide's picture")
    other = replace(BARE, name="other")
    file = tmp_path / "manifest.toml"
    file.write_text(write_manifest((old, other)), encoding="utf-8")

    assert 0 == regenerate.main([str(file), "reference"])
    assert (
        replace(old, expect=tuple(map(found_in, pair.rows))),
        other,
    ) == read_manifest(file.read_text(encoding="utf-8"))


def test_regenerating_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a file, or with what is no manifest, it ends with status 2."""
    assert 2 == regenerate.main([])
    assert 2 == regenerate.main([str(tmp_path / "none.toml")])
    assert "error: HA074" in capsys.readouterr().err
