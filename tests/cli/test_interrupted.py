"""Ctrl-C in a command of many searches: what is known by then is printed, with status 130."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hamodel.cli import impact, need, readings
from hamodel.cli.app import app
from hamodel.cli.words import INTERRUPTED
from tests.cli.test_need import TWICE
from tests.cli.test_readings import CHANGES
from tests.guide.test_impact import PLAIN, SMALL

NEED = ("need", "DUP-1", "--vary", "recorders=1..2", "--deployment", PLAIN)
READINGS = ("check", PLAIN, "--readings", "--claim", "SIP-1c")


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> Callable[[object, str, int], None]:
    """Let a function be called so many times; then it is as if Ctrl-C were pressed in it."""

    def after(owner: object, name: str, times: int) -> None:
        usual, left = getattr(owner, name), [times]

        def called(*arguments: Any, **more: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return usual(*arguments, **more)

        monkeypatch.setattr(owner, name, called)

    return after


Stop = Callable[[object, str, int], None]


def hamodel(*words: str, changes: tuple[str, ...] = ()) -> Result:
    """Run a command with changes to the deployment."""
    options = [word for change in changes for word in ("--set", change)]
    return CliRunner().invoke(app, [*words, *options])


def test_impact_prints_the_rows_that_it_has(stop: Stop) -> None:
    """The first failures, and that there is no more."""
    stop(impact._Searches, "outcomes", 2)
    text = hamodel("impact", PLAIN, changes=SMALL)

    assert 130 == text.exit_code
    assert "sip_server_1 crashes" in text.stdout
    assert "resource_manager_1 crashes" in text.stdout
    assert "media_server_1 crashes" not in text.stdout
    assert INTERRUPTED in text.stdout


def test_impact_of_pairs_says_how_many_were_searched(stop: Stop) -> None:
    """Eight failures alone and two pairs; the third was not done. JSON says so as well."""
    stop(impact._Searches, "outcomes", 8 + 2)
    its = hamodel("impact", PLAIN, "--faults", "2", "--format", "json", changes=SMALL)
    value = json.loads(its.stdout)

    assert 130 == its.exit_code
    assert (True, 2) == (value["interrupted"], value["pairs"])
    assert 8 == len([row for row in value["rows"] if len(row["failures"]) == 1])


def test_need_prints_the_values_that_it_has(stop: Stop) -> None:
    """One policy whole, and one value of the next; of a policy that has none it says that."""
    stop(need, "_tried", 3)
    text = hamodel(*NEED, changes=TWICE)

    assert 130 == text.exit_code
    assert "round-robin: 2 suffices, the smallest of 1 to 2" in text.stdout
    assert ": no value suffices of 1 to 1; with 1, " in text.stdout
    assert INTERRUPTED in text.stdout


def test_need_says_of_a_policy_that_nothing_was_tried(stop: Stop) -> None:
    """Where Ctrl-C came before its first value."""
    stop(need, "_tried", 2)

    assert ": no value was tried" in hamodel(*NEED, changes=TWICE).stdout


def test_readings_prints_the_dependences_that_it_has(stop: Stop) -> None:
    """As deployed and two readings; the others are named as not tried."""
    stop(readings._Judge, "statuses", 3)
    text = hamodel(*READINGS, changes=CHANGES)

    assert 130 == text.exit_code
    assert INTERRUPTED in text.stdout
    assert ", interrupted before it." in text.stdout


@pytest.mark.parametrize(
    ("owner", "name", "words"),
    [
        (impact._Searches, "outcomes", ("impact", PLAIN)),
        (need, "_tried", NEED),
        (readings._Judge, "statuses", READINGS),
    ],
    ids=["impact", "need", "readings"],
)
def test_before_anything_is_known_it_says_that_nothing_is_kept(
    stop: Stop, owner: object, name: str, words: tuple[str, ...]
) -> None:
    """No empty report, and no traceback."""
    stop(owner, name, 0)
    its = hamodel(*words)

    assert (130, "") == (its.exit_code, its.stdout)
    assert "interrupted: nothing is kept but what is said above" in its.stderr
