"""The campaign `ticks`: what is committed covers every shipped deployment, without a mismatch."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict, replace

import pytest

from hamodel.engine.timed.search import waits
from hamodel.guide import shipped
from tests.agreement.timed_deployments import (
    Setting,
    compare_setting,
    in_ticks,
    lost_in_ms,
    part_of,
    parted,
    settings,
)
from tests.benchmarks.ticks import FILE, asked_of, command, kept, setting_of

SMALL = 500
"""Settings with fewer timed states are compared again."""


def test_every_setting_of_every_deployment_was_compared() -> None:
    """Each loss and each fault; none differs, and none was cut."""
    found = kept()
    rows = found["settings"]

    assert [] == found["mismatches"]
    assert sorted(map(str, settings())) == sorted(str(asked_of(row)) for row in rows)
    assert not any(row["cut"] for row in rows)
    assert all(0 < row["ticks"] <= row["limit"] for row in rows)
    assert all(row["commit"].isalnum() for row in rows)


def test_what_is_smaller_loses_the_same() -> None:
    """What it loses in ms is written beside it; whether it ends, or is any, is so in ticks too."""
    rows = [row for row in kept()["settings"] if row["smaller"]]

    assert len(rows) >= 50
    assert all((row["alike"] is None) == (not row["smaller"]) for row in kept()["settings"])
    for row in rows:
        assert row["alike"]["endless"] is row["endless"]
        for which in ("worst", "best"):
            assert bool(row["alike"][which]) is bool(row[which])
            assert (row["alike"][which] is None) is (row[which] is None)


@pytest.mark.parametrize("fault", ["resource-manager-hang", "recorder-signaling-crash"])
def test_what_is_smaller_loses_the_same_when_it_is_looked_for_again(fault: str) -> None:
    """In the whole deployment and in what was compared: as is written, with its own timers."""
    row = next(
        row
        for row in kept()["settings"]
        if (row["deployment"], row["lost"], row["fault"])
        == ("private-edition-big", "unrecorded", fault)
    )

    assert row["smaller"]
    assert row["alike"] == lost_in_ms(asked_of(row), 500_000)
    assert row["alike"] == lost_in_ms(setting_of(row), 500_000)


def test_with_one_recorder_what_was_to_be_lost_is_another_loss() -> None:
    """Of two copies one is lost for ever; where one recorder is left there never are two."""
    two = Setting("trading-floor", "single_copy", "recorder-media-crash")
    one = replace(two, changes=("recording.pausable=false", "scope.recorders=1"))

    assert {"worst": None, "best": None, "endless": True} == lost_in_ms(two, 500_000)
    assert {"worst": None, "best": None, "endless": False} == lost_in_ms(one, 500_000)
    assert one not in list(two.smaller())


def test_what_is_lost_is_not_known_of_what_is_too_large_or_has_no_such_fault() -> None:
    """A search that is cut says nothing, and a single SIP Server has no standby to wait for."""
    setting = Setting("small-single-site", "unrecorded", "media-server-crash")

    assert lost_in_ms(setting, 100_000) is not None
    assert lost_in_ms(setting, 10) is None
    assert lost_in_ms(replace(setting, fault="no-such-fault"), 100_000) is None


@pytest.mark.parametrize(
    ("lost", "fault", "stays"),
    [
        ("single_copy", "sip-server-hang", ("sip_server.", "duplication.")),
        ("unrecorded", "management-layer-crash", ("sip_server.",)),
        ("unrecorded", "resource-manager-crash", ("resource_manager.",)),
        ("unrecorded", "media-server-crash", ("scope.media_servers",)),
        ("unrecorded", "host-loss", ("sip_server.", "resource_manager.", "scope.media")),
    ],
)
def test_what_is_smaller_leaves_what_fails_as_it_is(
    lost: str, fault: str, stays: tuple[str, ...]
) -> None:
    """Each recorder group keeps one, both copies stay where one is lost, nothing comes twice."""
    ways = [each.changes for each in Setting("trading-floor", lost, fault).smaller()]
    said = {change for way in ways for change in way}

    assert len(ways) == len(set(ways)) >= 2
    assert ways[0] == ("recording.pausable=false",)
    assert ways[1] == (*ways[0], "recorder_group.vendor_a.count=1", "scope.recorders=2")
    assert not [change for change in said if change.startswith(stays)]
    assert ("scope.recorders=1" in said) is (lost != "single_copy")


def test_too_many_classes_are_not_gone_through_tick_by_tick() -> None:
    """The limit on classes is one by itself; within it the same is found as without it."""
    setting = Setting("small-single-site", "unrecorded", "media-server-crash")
    found = compare_setting(setting, 100_000)

    assert not found.cut
    assert found == compare_setting(setting, 100_000, found.classes)
    fewer = compare_setting(setting, 100_000, 10)
    assert fewer.cut
    assert not fewer.ticks


def test_a_lost_media_server_was_compared_in_every_deployment() -> None:
    """What is unrecorded when a Media Server crashes; where the whole is too large, in less."""
    compared = {
        row["deployment"]
        for row in kept()["settings"]
        if (row["lost"], row["fault"]) == ("unrecorded", "media-server-crash")
    }

    assert set(shipped()) == compared


def test_enough_was_compared() -> None:
    """Losses that end after some time, and never; verdicts either way."""
    rows = kept()["settings"]
    sorts = Counter(
        "endless" if row["endless"] else "some time" if row["worst"] else str(row["worst"])
        for row in rows
    )
    verdicts = Counter(kind for row in rows for kind in row["verdicts"].values())

    assert len(rows) >= 300
    assert {"endless", "some time", "None"} == sorts.keys()
    assert sorts["some time"] >= 10
    assert min(verdicts["PROVED"], verdicts["REFUTED"]) >= 20


@pytest.mark.parametrize("deployment", ["small-single-site", "reference"])
def test_small_settings_are_compared_again(deployment: str) -> None:
    """The same times, sizes and verdicts as are committed."""
    again = 0
    for row in kept()["settings"]:
        if row["deployment"] == deployment and row["ticks"] < SMALL:
            found = asdict(compare_setting(setting_of(row), SMALL))
            assert {name: row[name] for name in found} == found
            again += 1

    assert again >= 10


def test_what_was_compared_is_the_model_as_it_is() -> None:
    """Every sixth setting has as many states and classes as are committed, and loses as much."""
    rows = kept()["settings"][::6]

    assert len(rows) >= 60
    for row in rows:
        part, lost, budget = part_of(setting_of(row))
        few = parted(part, budget).untimed.product.system
        found = waits(few, lost.begin, lost.end, budget, since=lost.since)
        assert (row["states"], row["classes"]) == (found.states, found.classes), str(row)
        assert row["worst"] == (None if found.worst is None else found.worst.ms)


def test_ticks_keep_the_order_of_what_counts() -> None:
    """Times that count are numbered from 1 on; another is what the next shorter is, at least 1."""
    part, _, _ = part_of(Setting("reference", "unrecorded", "media-server-crash"))
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
