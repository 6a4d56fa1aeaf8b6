"""`hamodel loss --sweep`: the worst loss, value by value, as a table, as JSON and as a curve."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hamodel.cli.app import app
from hamodel.cli.loss import LossOptions
from hamodel.cli.sweep import Sweep, read_sweep
from hamodel.errors import InputError

ONE = ("loss", "--faults", "media-server-crash=1", "--sweep")
INTERVAL = "resource_manager.monitor.interval"


def hamodel(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, list(words))


def sweep(text: str) -> Sweep:
    """Return a sweep of `reference`."""
    return read_sweep(text, LossOptions())


def test_the_worst_follows_the_interval() -> None:
    """MS-5 for one fault: N·I + T and 0.4 s to fail over."""
    its = hamodel(*ONE, "rm_options_interval=1s..3s", "--format", "json")
    told = json.loads(its.stdout)
    [loss] = told["losses"]

    assert {"timer": INTERVAL, "unit": "ms", "values": [1_000, 2_000, 3_000]} == told["sweep"]
    assert [3 * i + 5_400 for i in (1_000, 2_000, 3_000)] == [each["ms"] for each in loss["worst"]]
    assert all(each["ms"] == sum(each["phases_ms"].values()) for each in loss["worst"])


def test_the_table_has_a_row_for_each_value() -> None:
    """What does not depend on the timer stands below it, and is searched once."""
    what = ("--what", "unrecorded,uncontrollable")
    its = hamodel(*ONE, "monitor.failures=1..2", *what)

    assert 0 == its.exit_code
    assert ["1", "15.4", "s"] in [line.split() for line in its.stdout.splitlines()]
    assert ["2", "25.4", "s"] in [line.split() for line in its.stdout.splitlines()]
    assert "The same with each value: uncontrollable, media-server-crash=1: nothing." in its.stdout


def test_a_sweep_warns_of_what_has_no_effect() -> None:
    """As a single measurement does."""
    restart = ("--set", "media_server.restart=20 s")
    its = hamodel(*ONE, "monitor.failures=1..2", *restart)

    warnings = [line for line in its.stderr.splitlines() if line.startswith("warning: ")]
    assert 1 == len(warnings)
    assert warnings[0].startswith("warning: media_server.restart: ")


def test_the_curve_is_drawn(tmp_path: Path) -> None:
    """An SVG file with the lines that were measured."""
    pytest.importorskip("matplotlib", reason="the extra 'plot' is not installed")
    file = tmp_path / "curve.svg"
    its = hamodel(*ONE, "vip_move=1s..2s", "--curve", str(file))

    assert 0 == its.exit_code
    assert f"wrote {file}" in its.stderr
    assert "unrecorded, media-server-crash=1" in file.read_text(encoding="utf-8")


def test_a_curve_needs_its_extra_and_a_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said before anything is searched."""
    file = str(tmp_path / "curve.svg")
    alone = hamodel("loss", "--curve", file)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    missing = hamodel(*ONE, "vip_move=1s..2s", "--curve", file)

    assert (2, 2) == (alone.exit_code, missing.exit_code)
    assert "HA082 --curve draws what --sweep finds" in alone.stderr
    assert "HA084 the package 'matplotlib' is not installed" in missing.stderr
    assert "vip_move 1 s" not in missing.stderr


@pytest.mark.parametrize(
    ("text", "key", "values"),
    [
        ("rm_options_interval=1s..60s", INTERVAL, range(1_000, 60_001, 1_000)),
        ("monitor.interval = 500 ms .. 2 s / 500 ms", INTERVAL, (500, 1_000, 1_500, 2_000)),
        ("monitor.interval=1..4s/2", INTERVAL, (1_000, 3_000, 4_000)),
        ("monitor.failures=1..5", "resource_manager.monitor.failures", range(1, 6)),
        ("vip_move=2s..2s", "sip_server.vip_move", (2_000,)),
        ("vip_move=0s..200s", "sip_server.vip_move", range(0, 200_001, 5_000)),
        ("vip_move=0ms..50ms", "sip_server.vip_move", range(51)),
    ],
)
def test_a_sweep_is_read(text: str, key: str, values: range | tuple[int, ...]) -> None:
    """The last value is always there; without a step it is one of the unit, or more."""
    its = sweep(text)

    assert (key, tuple(values)) == (its.key, its.values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("monitor.interval=9", "write TIMER=A..B"),
        ("monitor.intervall=1s..2s", "near to it: .*monitor.interval"),
        ("monitor.failures=1..3s", "whole numbers, as 1..5"),
        ("monitor.interval=1m..3m", "whole numbers of s or ms"),
        ("monitor.interval=3s..1s", "A ≤ B"),
        ("monitor.interval=1s..3s/0s", "a step above 0"),
        ("monitor.interval=1s..60s/1ms", "1,000 values at most"),
        ("monitor.interval=0s..3s", "HA067 .*possible: 1 ms to"),
    ],
)
def test_a_sweep_that_cannot_be_made(text: str, said: str) -> None:
    """What was found, and what was possible."""
    with pytest.raises(InputError, match=said):
        sweep(text)
