"""`hamodel loss` with rules that hold time still, or have bad times: each is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hamodel.cli.app import app

RULES = '''
"""What a call is told changes for ever, in no time."""

from collections.abc import Iterator

from hamodel import Rule, Set
from hamodel.guide import Parts
from hamodel.guide.vocabulary import Recording


def rules(parts: Parts) -> Iterator[Rule]:
    """Two rules that undo each other."""
    call = parts.calls["call_1"]
    for name, found, left in (
        ("call_1 is told off", Recording.ON, Recording.PAUSED),
        ("call_1 is told on", Recording.PAUSED, Recording.ON),
    ):
        yield Rule(
            name,
            when=parts.up("call_1") & call.told.is_(found),
            sets=Set(call.told, left),
            cite="A-HANG",
            takes=TAKES,
        )
'''


def loss(file: Path, takes: str, *words: str) -> Result:
    """Run the command with two rules that take some time."""
    file.write_text(RULES.replace("TAKES", takes), encoding="utf-8")
    options = ("--set", "scope.calls=1", "--rules", str(file), "--faults", "sip-server-crash=1")
    return CliRunner().invoke(app, ["loss", "small-single-site", *options, *words])


def test_rules_that_hold_time_still_are_named(tmp_path: Path) -> None:
    """In words; and for other tools."""
    file = tmp_path / "told_for_ever.py"
    text = " ".join(loss(file, "(0, 0)").output.split())
    found = json.loads(loss(file, "(0, 0)", "--format", "json").stdout)

    assert "time stands still while these happen again and again: " in text
    assert "The figures are of every run in which time goes on, and of no other." in text
    [[*loop]] = found["losses"][0]["zeno"]
    assert {"call_1 is told off", "call_1 is told on"} == set(loop)
    assert all(rule in text for rule in loop)


def test_rules_that_take_time_hold_none_still(tmp_path: Path) -> None:
    """They go on for ever, and so does time."""
    found = loss(tmp_path / "told_for_ever.py", "(1, 1)")

    assert 0 == found.exit_code
    assert "time stands still" not in found.output


@pytest.mark.parametrize("takes", ["(-1, 1)", "(5, 4)", "(0, 10**13)", "(0.5, 1)"])
def test_bad_times_are_errors_that_name_the_rule(tmp_path: Path, takes: str) -> None:
    """Negative, earliest after latest, beyond any word, no whole number: file, line, rule."""
    file = tmp_path / "told_for_ever.py"
    found = loss(file, takes)

    assert 2 == found.exit_code
    assert f"HA019 {file}:" in found.output
    assert "'call_1 is told off' takes" in found.output
    assert "Traceback" not in found.output
