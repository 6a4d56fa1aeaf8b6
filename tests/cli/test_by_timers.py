"""MS-5, asked for by its name, is judged by the timers of the deployment, in every report."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hamodel.cli import by_timers
from hamodel.cli.app import app
from hamodel.cli.trial import shipped
from hamodel.guide.trial import ONE, PAIR

CHANGES = ("--set", *PAIR)
SUM = "is within the time to detect, 35 s, and to fail over, 0.4 s"
WHY = (
    f"2 facts about the model: what is lost, at most 35.4 s, {SUM}: a bound, attained (and 1 more)"
)


def check(*words: str) -> Result:
    """Check `reference` with one Resource Manager that probes."""
    return CliRunner().invoke(app, ["check", *words, *CHANGES])


def row(*words: str) -> dict[str, Any]:
    """Return what JSON says of MS-5."""
    claims = json.loads(check(*words, "--format", "json").stdout)["claims"]
    [found] = [each for each in claims if each["id"] == "MS-5"]
    return dict(found)


def test_it_is_proved_for_one_fault() -> None:
    """As `hamodel trial` finds in its first case: a bound, attained, and D and F in every run."""
    [first, *_] = shipped()[0]
    its = row("--claim", "MS-5")

    assert ("one-fault", 35_400, "a bound, attained") == (first.name, first.lost, first.bound)
    assert ("PROVED", WHY, None) == (its["status"], its["why"], its["expected"])
    assert [f"at most {ONE}", "the timers of the deployment"] == its["assumptions"]
    assert [True, True] == [each["holds"] for each in its["facts"]]


def test_each_report_has_it() -> None:
    """Text, Markdown and JUnit; `-v` tells both facts."""
    text = check("--claim", "ms-5", "-v")
    markdown = check("--claim", "MS-5", "--format", "markdown").stdout
    junit = check("--claim", "MS-5", "--format", "junit").stdout

    assert 0 == text.exit_code
    assert "MS-5 PROVED: as facts about the model" in text.stdout
    assert "it is so: in every run all that is lost is detection and then fail-over" in text.stdout
    assert f"| MS-5 | must | PROVED | – | {WHY} |" in markdown
    assert 'tests="1" failures="0" errors="0" skipped="0"' in junit


def test_it_is_refuted_where_the_sum_is_exceeded() -> None:
    """Beyond one fault: with a SIP Server that dies the bound fails, and the exit status is 1."""
    words = ("--claim", "MS-5", "--faults", f"{ONE},sip-server-crash=1")
    its = row(*words)

    assert 1 == check(*words).exit_code
    assert "REFUTED" == its["status"]
    assert f"not so: what is lost, at most 38.6 s, {SUM}: exceeded by 3.2 s" == its["why"]
    assert [False, True] == [each["holds"] for each in its["facts"]]


def test_it_is_refuted_where_there_is_nowhere_to_go() -> None:
    """One Media Server alone: what is lost does not end, and no sum bounds it."""
    words = ["check", "small-single-site", "--claim", "MS-5", "--format", "json"]
    [its] = json.loads(CliRunner().invoke(app, words).stdout)["claims"]

    assert "REFUTED" == its["status"]
    assert "fail over: it is without end, it goes round for ever" in its["why"]


def test_what_is_not_known_is_undetermined() -> None:
    """A search that is cut short proves nothing."""
    words = ("--claim", "MS-5", "--limit-states", "5")
    its = row(*words)

    assert ("UNDETERMINED", "the search was cut short") == (its["status"], its["why"])
    assert 3 == check(*words).exit_code


def test_ctrl_c_leaves_it_undetermined(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report is printed, with status 130."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(by_timers, "tried", interrupted)
    result = check("--claim", "MS-5")

    assert 130 == result.exit_code
    assert "UNDETERMINED" in result.stdout


@pytest.mark.parametrize("faults", ["0", "recorder-media-crash=1", "sip-server=1"])
def test_without_a_media_server_that_fails_it_does_not_apply(faults: str) -> None:
    """Neither bound nor refutation: MS-5 is about the failure of a Media Server."""
    its = row("--claim", "MS-5", "--faults", faults)

    assert "NOT APPLICABLE" == its["status"]
    assert its["why"].startswith("no Media Server fails within ")


def test_a_scope_that_is_too_large_is_undetermined() -> None:
    """What does not fit into a packed state is said, and the other claims have their rows."""
    its = row("--claim", "MS-5", "--set", "scope.calls=9")

    assert "UNDETERMINED" == its["status"]
    assert "take less into [scope]" in its["why"]


def test_unless_it_is_named_it_needs_timers() -> None:
    """A whole check stays as fast as it is; and the manifest is of searches without time."""
    said = "it is about durations: named by --claim, it is judged by the timers here"
    words = ["check", "--claim", "MS-5", "--expect", "--format", "json"]
    compared = CliRunner().invoke(app, words)
    [its] = json.loads(compared.stdout)["claims"]

    assert 0 == compared.exit_code
    assert ("NEEDS TIMERS", said) == (its["status"], its["why"])
    assert "NEEDS TIMERS" == row("--claim", "MS", "--limit-states", "5")["status"]


def test_a_check_does_not_load_what_measures_time() -> None:
    """That takes longer to load than a small claim to search."""
    script = (
        "import sys\n"
        "import hamodel.cli.check\n"
        "print(*(each for each in sys.modules if 'timed.search' in each or 'by_timers' in each))\n"
    )
    words = [sys.executable, "-c", script]
    found = subprocess.run(words, capture_output=True, text=True, check=True)

    assert "\n" == found.stdout
