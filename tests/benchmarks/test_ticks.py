"""The campaign `ticks`: what is committed covers every shipped deployment, without a mismatch."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict, replace

import pytest

from tests.agreement.timed_deployments import compare_setting, settings
from tests.benchmarks.ticks import FILE, command, kept, setting_of

SMALL = 500
"""Settings with fewer timed states are compared again."""


def test_every_setting_of_every_deployment_was_compared() -> None:
    """Each loss and each fault; none differs, and one that was cut says so."""
    found = kept()
    rows = found["settings"]

    assert [] == found["mismatches"]
    compared = [replace(setting_of(row), changes=()) for row in rows]
    assert sorted(map(str, settings())) == sorted(map(str, compared))
    assert all(row["cut"] or row["ticks"] >= row["states"] for row in rows)
    assert all(row["commit"].isalnum() for row in rows)


def test_enough_was_compared() -> None:
    """Losses that end after some time, at once, and never; verdicts either way."""
    rows = [row for row in kept()["settings"] if not row["cut"]]
    sorts = Counter(
        "endless" if row["endless"] else "some time" if row["worst"] else str(row["worst"])
        for row in rows
    )
    verdicts = Counter(kind for row in rows for kind in row["verdicts"].values())

    assert len(rows) >= 100
    assert {"endless", "some time", "0", "None"} == sorts.keys()
    assert sorts["some time"] >= 10
    assert min(verdicts["PROVED"], verdicts["REFUTED"]) >= 20


@pytest.mark.parametrize("deployment", ["small-single-site", "reference"])
def test_small_settings_are_compared_again(deployment: str) -> None:
    """The same times, sizes and verdicts as are committed."""
    again = 0
    for row in kept()["settings"]:
        if row["deployment"] == deployment and not row["cut"] and row["ticks"] < SMALL:
            found = asdict(compare_setting(setting_of(row), SMALL))
            assert {name: row[name] for name in found} == found
            again += 1

    assert again >= 10


def test_what_is_too_large_is_cut_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Unless it is asked for; a cut setting is named."""
    before = FILE.read_bytes()

    assert 0 == command(
        argparse.Namespace(only=["small-single-site"], states=100, cut=False, write=False)
    )
    out = capsys.readouterr().out
    assert "0 mismatches" in out
    assert "cut: small-single-site unrecorded sip-server-crash, beyond" in out
    assert before == FILE.read_bytes()
