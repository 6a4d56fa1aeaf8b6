"""`hamodel check --rules NAME --diff`: what changed, the trace of it, and the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hamodel.cli.app import app

SMALL = (
    "scope.media_servers=1",
    "scope.recorders=1",
    "sip_server.pair=single",
    "resource_manager.mode=single",
    "recording.pausable=false",
    "recorder_group.main.separated=false",
    "recorder_group.main.strategies=[]",
    "t_lib_client.backup=false",
)


def invoked(*words: str) -> Result:
    """Return what `hamodel check` with these words and the smallest deployment ends with."""
    changes = [word for change in SMALL for word in ("--set", change)]
    return CliRunner().invoke(app, ["check", *words, *changes])


def test_a_promise_that_is_newly_refuted_is_told() -> None:
    """Before and after, the budget's head, the story with the rule, and exit 1."""
    result = invoked("--rules", "false_alarm", "--diff", "--claim", "MS-2", "--faults", "1")

    assert 1 == result.exit_code
    assert "The rules change 1 of 2 rows:" in result.stdout
    assert "PROVED   →   REFUTED" in result.stdout
    assert "every property judged under: at most 1 fault" in result.stdout
    assert "resource_manager_1 takes media_server_1 for failed  (failure)" in result.stdout


def test_what_joins_the_budgets_is_told() -> None:
    """Without --faults the head says which faults join every budget."""
    result = invoked("--rules", "flapping_recorder", "--diff", "--claim", "RM-1")

    assert 0 == result.exit_code
    assert "budget also allows: recorder-flap=1" in result.stdout
    assert "The rules change none of 1 row." in result.stdout


def test_a_search_that_is_cut_short_is_undetermined() -> None:
    """Nothing is said to be the same that was not searched to its end: exit 3."""
    result = invoked(
        "--rules", "flapping_recorder", "--diff", "--claim", "MS-4", "--limit-states", "5"
    )

    assert 3 == result.exit_code


def test_the_stories_of_what_changed_are_saved(tmp_path: Path) -> None:
    """--traces saves each newly refuted property's run, which can be replayed with the rules."""
    words = ("--rules", "false_alarm", "--diff", "--claim", "MS-2", "--faults", "1")
    invoked(*words, "--traces", str(tmp_path))
    [file] = tmp_path.iterdir()
    replayed = CliRunner().invoke(app, ["trace", str(file), "--rules", "false_alarm"])

    assert "MS-2-no_media_server_is_taken_for_failed_that_answers.json" == file.name
    assert 0 == replayed.exit_code


def test_rules_that_add_nothing_are_said() -> None:
    """A single SIP Server has no split brain: that nothing changed means nothing, and is said."""
    result = invoked("--rules", "split_brain", "--diff", "--claim", "RM-1")

    assert "warning: split_brain adds nothing here" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--diff",), "name some: --rules NAME"),
        (("--diff", "--rules", "false_alarm", "--format", "json"), "told as text"),
        (("--diff", "--rules", "false_alarm", "--expect"), "leave out --expect"),
        (("--rules", "false_alrm"), "near to it: false_alarm"),
        (("--rules", "false_alarm.py"), "No such file"),
    ],
)
def test_what_cannot_be_compared_is_said(words: tuple[str, ...], said: str) -> None:
    """Without rules, or as anything but text, there is nothing to tell."""
    result = invoked(*words)

    assert 2 == result.exit_code
    assert said in result.stderr


def test_a_witness_of_a_file_is_a_row() -> None:
    """A file without rules shows the state that it names, as a row of its claim."""
    result = invoked("--rules", "restart_before_detection", "--claim", "MS-2")

    assert "MS-2 WITNESSED: a restart goes unnoticed" in result.stdout
