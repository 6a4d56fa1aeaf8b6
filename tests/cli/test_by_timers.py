"""MS-5, asked for by its name, is judged by the timers of the deployment, in every report."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hamodel.cli import by_timers
from hamodel.cli.app import app
from hamodel.cli.assess import assess
from hamodel.cli.by_timers import judged_by_timers
from hamodel.cli.loss import LossOptions, losses
from hamodel.cli.options import CheckOptions, read_budgets
from hamodel.cli.subject import chosen, read_subject
from hamodel.cli.trial import budget_of, court, shipped, tried
from hamodel.guide import Status
from hamodel.guide.trial import ONE, ORDEALS, PAIR
from tests.cli.blind import blind

CHANGES = ("--set", *PAIR)
SUM = "what is lost is within 35.4 s (35 s to detect, 0.4 s to fail over): it is"
SAME = "in every run all that is lost is detection and then fail-over"
WHY = f"true of the model: {SUM} at most 35.4 s: a bound, attained; {SAME}"


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
    assert "MS-5 PROVED: by what is true of the model" in text.stdout
    assert f"  true: {SAME}" in text.stdout
    assert f"| MS-5 | must | PROVED | – | {WHY} |" in markdown
    assert 'tests="1" failures="0" errors="0" skipped="0"' in junit


def test_it_is_refuted_where_the_sum_is_exceeded() -> None:
    """Beyond one fault: with a SIP Server that dies the bound fails, and the exit status is 1."""
    words = ("--claim", "MS-5", "--faults", f"{ONE},sip-server-crash=1")
    its = row(*words)

    assert 1 == check(*words).exit_code
    assert "REFUTED" == its["status"]
    assert f"not true of the model: {SUM} at most 38.6 s: exceeded by 3.2 s" == its["why"]
    assert [False, True] == [each["holds"] for each in its["facts"]]


def test_it_is_refuted_where_there_is_nowhere_to_go() -> None:
    """
    One Media Server alone: neither the loss nor the sum ends, and MS-3 is what is not kept.

    An assumption that the deployment lacks is NOT APPLICABLE, named (correction 5).
    """
    words = ["check", "small-single-site", "--claim", "MS-5", "--format", "json"]
    result = CliRunner().invoke(app, words)
    [its] = json.loads(result.stdout)["claims"]
    other = row("--claim", "MS-5", "--set", "media_server.count=1")

    assert 0 == result.exit_code
    assert "NOT APPLICABLE" == its["status"] == other["status"]
    assert its["why"].startswith("no other Media Server is in scope to fail over to; MS-3")


def test_a_sum_without_end_is_no_bound() -> None:
    """Nobody places a call on the other Media Server: neither the loss nor failing over ends."""
    subject = read_subject("reference", PAIR)
    never = "places call_1 on media_server_2"
    stays = [rule for rule in subject.system.rules if never not in rule.name]
    blocked = replace(subject, system=replace(subject.system, rules=tuple(stays)))
    its = assess(blocked, chosen(blocked, ["MS-5"]))

    [row] = judged_by_timers(its, ["MS-5"], CheckOptions()).rows

    assert len(stays) < len(subject.system.rules)
    assert Status.UNDETERMINED == row.status
    assert "has no end, and neither has the sum" in row.why


def test_what_refutes_it_is_told_with_its_times() -> None:
    """The worst run, as `hamodel loss` finds it: each step with its date, and what is lost."""
    words = ("--claim", "MS-5", "--faults", f"{ONE},sip-server-crash=1")
    text, its = check(*words).stdout, row(*words)
    [worst] = losses(LossOptions("reference", budgets=read_budgets(words[3], ""), changes=PAIR))
    assert worst.worst is not None

    assert [(s.rule, s.at) for s in worst.worst.run] == [
        (step["rule"], step["ms"]) for step in its["trace"]["steps"]
    ]
    assert "MS-5 REFUTED: in time" in text
    assert "   16. 0 s: media_server_1 crashes  (failure)" in text
    assert "   43. 38.6 s: media_server_2 has a recording session for call_1" in text
    assert "unrecorded from step 16 on: 38.6 s (undetected 35 s, notifying 0.05 s" in text
    assert "the time to detect is 35 s and to fail over 0.4 s, at most." in text
    junit = check(*words, "--format", "junit").stdout
    assert "\n16. 0 s: media_server_1 crashes\n" in junit


def test_what_refutes_it_is_saved_and_made_again(tmp_path: Path) -> None:
    """`--traces` keeps the run, `hamodel trace` makes it again, by rules that only time has."""
    words = ["--claim", "MS-5", "--faults", f"{ONE},sip-server-crash=1", "--traces", str(tmp_path)]
    words += ["--set", "resource_manager.monitor.transport=tcp"]
    assert 1 == check(*words).exit_code
    kept = tmp_path / "MS-5.json"
    told = CliRunner().invoke(app, ["trace", str(kept)])

    assert json.loads(kept.read_text(encoding="utf-8"))["in_time"] is True
    assert 0 == told.exit_code, told.stderr
    assert "   17. 10 s: resource_manager_1 is refused by media_server_1" in told.stdout
    assert "unrecorded from step 16 on" in told.stdout


def test_an_endless_loss_is_told_as_a_loop() -> None:
    """With both Media Servers gone the request is made and refused again and again."""
    words = ("--claim", "MS-5", "--faults", "media-server-crash=2")
    text = check(*words).stdout

    assert "— from here on, again and again:" in text
    assert "from step 16 on: without end" in text


def test_a_run_that_is_neither_is_told_where_the_bound_holds() -> None:
    """What breaks the identity alone has a run too, without dates."""
    its = court("reference", PAIR)
    found = tried(blind(its), "blind", budget_of(ORDEALS[0]), whole=False)

    run = by_timers.run_of(found)

    assert "a bound, attained" == found.outcome.bound
    assert found.identity.trace is not None
    assert (found.identity.trace.rules, True) == (run.rules, run.in_time)
    assert all(step.at is None for step in run.steps)


def test_what_is_not_known_is_undetermined() -> None:
    """A search that is cut short proves nothing."""
    words = ("--claim", "MS-5", "--limit-states", "5")
    its = row(*words)

    assert "UNDETERMINED" == its["status"]
    assert re.fullmatch(r"stopped at \d+ classes by the limit of 5 classes", its["why"])
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
