"""A recorder as a component: one box, or signaling and media units that fail apart (REC-3)."""

from __future__ import annotations

import pytest

from tests.stories.telling import (
    CALL,
    MANAGER,
    RECORDER,
    SERVER,
    SMALL,
    Situation,
    deployed,
    recorded,
)

SEPARATED = "recorder_group.main.separated=true"
BACKUPS = 'recorder_group.main.strategies=["signaling-backup", "media-backup"]'
SIGNALING, SIGNALING_BACKUP = "recorder_1_signaling_1", "recorder_1_signaling_2"
MEDIA, MEDIA_BACKUP = "recorder_1_media_1", "recorder_1_media_2"
WRITES = f"{MEDIA}.writes_{CALL}"
RECEIVES = f"{RECORDER}.receives_{CALL}"


def call(*changes: str) -> Situation:
    """Return the situation in which a call is recorded by a recorder of separate units."""
    return recorded(deployed(*SMALL, SEPARATED, *changes))


@pytest.mark.parametrize(
    ("strategies", "units"),
    [
        ("[]", [SIGNALING, MEDIA]),
        ('["signaling-backup"]', [SIGNALING, SIGNALING_BACKUP, MEDIA]),
        ('["media-backup"]', [SIGNALING, MEDIA, MEDIA_BACKUP]),
        (
            '["signaling-backup", "media-backup"]',
            [SIGNALING, SIGNALING_BACKUP, MEDIA, MEDIA_BACKUP],
        ),
    ],
)
def test_a_backup_is_a_unit_more(strategies: str, units: list[str]) -> None:
    """A separated recorder has a unit of each kind, and one more for each backup."""
    start = deployed(*SMALL, SEPARATED, f"recorder_group.main.strategies={strategies}")

    assert units == [unit.name for unit in start.parts.recorders[RECORDER].machines]


def test_a_box_is_one_machine() -> None:
    """Not separated, all of a recorder fails at once, whatever strategies are named."""
    recorder = deployed(*SMALL, BACKUPS).parts.recorders[RECORDER]

    assert not recorder.separated
    assert [RECORDER] == [machine.name for machine in recorder.machines]


def test_media_goes_to_the_first_unit_that_is_up() -> None:
    """An accepted recording session has a media unit, and that unit writes."""
    start = deployed(*SMALL, SEPARATED, BACKUPS)
    first, second = recorded(start), recorded(start.after(f"{MEDIA} crashes"))
    media = f"recording_session_of_{CALL}_on_{SERVER}.media"

    assert (MEDIA, "yes") == (first[media], first[WRITES])
    assert (MEDIA_BACKUP, "no") == (second[media], second[WRITES])


def test_media_goes_on_without_signaling() -> None:
    """A signaling unit that fails changes no media unit: the call is recorded all the same."""
    dead = call(BACKUPS).after(f"{SIGNALING} crashes")

    assert dead.holds(dead.parts.recorded(CALL))
    assert not dead.holds(dead.parts.recorders[RECORDER].answers)


def test_without_its_media_unit_nothing_is_written() -> None:
    """A media unit that fails forgets what it wrote; signaling still has the session open."""
    dead = call().after(f"{MEDIA} crashes")

    assert ("no", "yes") == (dead[WRITES], dead[RECEIVES])
    assert not dead.holds(dead.parts.recorded(CALL))
    assert dead.holds(dead.parts.recorders[RECORDER].answers)
    assert not dead.holds(dead.parts.recorders[RECORDER].accepts)


@pytest.mark.parametrize(("changes", "kept"), [((), "no"), ((BACKUPS,), "yes")])
def test_open_sessions_are_lost_with_the_last_signaling_unit(
    changes: tuple[str, ...], kept: str
) -> None:
    """What a recorder has open is lost with its only signaling unit, and kept by a backup."""
    dead = call(*changes).after(f"{SIGNALING} crashes")

    assert kept == dead[RECEIVES]


def test_both_signaling_units_lost() -> None:
    """With neither signaling unit left what was open is forgotten, though media is written."""
    dead = call(BACKUPS).after(f"{SIGNALING} crashes", f"{SIGNALING_BACKUP} crashes")

    assert ("no", "yes") == (dead[RECEIVES], dead[WRITES])
    assert dead.holds(dead.parts.recorded(CALL))


def test_a_host_takes_all_units() -> None:
    """A recorder's units share its host: its loss is the loss of everything."""
    gone = call(BACKUPS).after("host_7 is lost")
    recorder = gone.parts.recorders[RECORDER]

    assert ["down"] * 4 == [gone[unit.name] for unit in recorder.machines]
    assert "no" == gone[RECEIVES]


def test_a_recorder_without_media_refuses_and_is_passed_over() -> None:
    """It answers OPTIONS, so nobody gives it up; it refuses, so affinity does not stick to it."""
    call = recorded(deployed(*SMALL, SEPARATED)).after(f"{MEDIA} crashes")
    moved = call.after(
        f"{SERVER} crashes",
        f"{MANAGER} notices that {SERVER} failed",
        f"{MANAGER} tells sip_server_1 that {SERVER} failed for {CALL}",
        f"sip_server_1 copies {CALL} to sip_server_2",
        f"sip_server_1 asks for a media server for {CALL}",
        f"the request for {CALL} reaches {MANAGER}",
        f"{MANAGER} places {CALL} on media_server_2",
        f"sip_server_1 hears where {CALL} is placed",
        f"sip_server_1 joins endpoint_a of {CALL}",
        f"sip_server_1 joins endpoint_b of {CALL}",
        f"media_server_2 invites a recorder for {CALL}",
        f"the invite of media_server_2 for {CALL} reaches {MANAGER}",
    )

    assert RECORDER == moved[f"{MANAGER}.recorder_of_{CALL}"]
    assert not moved.can(f"{MANAGER} notices that {RECORDER} failed")
    assert [f"{MANAGER} finds recorder_2 for {CALL} on media_server_2"] == moved.choices(
        "resource_manager_finds_recorder"
    )
