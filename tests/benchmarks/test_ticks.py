"""The campaign `ticks`: what is committed covers every shipped deployment, without a mismatch."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict

import pytest

from hamodel.guide import shipped
from tests.agreement.timed_deployments import (
    Setting,
    compare_setting,
    in_ticks,
    part_of,
    settings,
)
from tests.benchmarks.ticks import FILE, asked_of, command, kept, setting_of

SMALL = 500
"""Settings with fewer timed states are compared again."""


def test_every_setting_of_every_deployment_was_compared() -> None:
    """Each loss and each fault; none differs, and one that was cut says so."""
    found = kept()
    rows = found["settings"]

    assert [] == found["mismatches"]
    assert sorted(map(str, settings())) == sorted(str(asked_of(row)) for row in rows)
    assert all(row["cut"] or row["ticks"] >= row["states"] for row in rows)
    assert all(row["commit"].isalnum() for row in rows)


def test_a_lost_media_server_was_compared_in_every_deployment() -> None:
    """What is unrecorded when a Media Server crashes; where the whole is too large, in less."""
    compared = {
        row["deployment"]
        for row in kept()["settings"]
        if (row["lost"], row["fault"]) == ("unrecorded", "media-server-crash") and not row["cut"]
    }

    assert set(shipped()) == compared


def test_enough_was_compared() -> None:
    """Losses that end after some time, at once, and never; verdicts either way."""
    rows = [row for row in kept()["settings"] if not row["cut"]]
    sorts = Counter(
        "endless" if row["endless"] else "some time" if row["worst"] else str(row["worst"])
        for row in rows
    )
    verdicts = Counter(kind for row in rows for kind in row["verdicts"].values())

    assert len(rows) >= 300
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


def test_ticks_keep_the_order_of_what_counts() -> None:
    """Times that count are numbered from 1 on; another is what the next shorter is, at least 1."""
    part, _, _ = part_of(Setting("small-single-site", "unrecorded", "sip-server-crash"))
    times = sorted({ms for rule in part.rules for ms in rule.bounds if ms})
    count = [rule for rule in part.rules if set(rule.bounds) & set(times[1::2])]
    numbers = {
        ms: n for n, ms in enumerate(sorted({ms for r in count for ms in r.bounds if ms}), 1)
    }
    few = in_ticks(part, count)

    assert 2 < len(numbers) < len(times)
    for rule, its in zip(part.rules, few.rules, strict=True):
        for ms, tick in zip(rule.bounds, its.bounds, strict=True):
            if not ms:
                assert ms == tick
            else:
                assert tick == max(1, *(n for its_ms, n in numbers.items() if its_ms <= ms), 0)


def test_what_was_cut_can_be_compared_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of a small deployment was cut."""
    chosen = argparse.Namespace(only=["small-single-site"], states=100, cut=True, write=False)

    assert 0 == command(chosen)
    assert "small-single-site" not in capsys.readouterr().out


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
