"""How a recorder survives a failure: backups of its units, and the re-INVITE (REC-4, REC-5)."""

from __future__ import annotations

import pytest

from tests.guide.test_recorder import (
    BACKUPS,
    MEDIA,
    MEDIA_BACKUP,
    SEPARATED,
    SIGNALING,
    SIGNALING_BACKUP,
    call,
)
from tests.stories.telling import CALL, RECORDER, SERVER, SMALL, deployed, recorded

NOTICES = f"{SIGNALING_BACKUP} notices that {SIGNALING} failed"
TAKES_OVER = f"{SIGNALING_BACKUP} takes over signaling"
MOVES = f"{RECORDER} moves {CALL} on {SERVER} from {MEDIA} to {MEDIA_BACKUP}"
INVITES = f"{RECORDER} re-INVITEs {SERVER} for {CALL}"
DESTINATION = f"recording_session_of_{CALL}_on_{SERVER}.media"


def test_the_backup_signaling_unit_takes_over() -> None:
    """It misses the active one, and is active; nobody else notices a thing."""
    before = call(BACKUPS)
    dead = before.after(f"{SIGNALING} crashes")
    after = dead.after(NOTICES, TAKES_OVER)

    assert not before.can(NOTICES)
    assert not dead.can(TAKES_OVER)
    assert "active" == after[SIGNALING_BACKUP]
    assert after.holds(after.parts.recorders[RECORDER].answers)
    assert after.holds(after.parts.recorded(CALL))


def test_a_hung_signaling_unit_is_replaced() -> None:
    """A hang is noticed like a crash: the backup pings it."""
    assert (
        "active" == call(BACKUPS).after(f"{SIGNALING} hangs", NOTICES, TAKES_OVER)[SIGNALING_BACKUP]
    )


def test_a_unit_that_is_back_before_it_was_missed_leaves_nobody_active_for_long() -> None:
    """Two backups hear no active one: either takes over, and then the other stays (A-ELECTION)."""
    back = call(BACKUPS).after(f"{SIGNALING} crashes", f"{SIGNALING} returns")
    other = f"{SIGNALING} notices that {SIGNALING_BACKUP} failed"
    chosen = back.after(NOTICES)

    assert ("backup", "backup") == (back[SIGNALING], back[SIGNALING_BACKUP])
    assert back.can(other)
    assert not chosen.can(other)
    assert not chosen.after(TAKES_OVER).can(other)
    assert chosen.after(TAKES_OVER).holds(chosen.parts.recorders[RECORDER].answers)


def test_a_bye_waits_for_the_backup() -> None:
    """A BYE in the gap is sent again until the backup answers; without one it ends unheard."""
    ended = call(BACKUPS).after(
        f"a party of {CALL} asks for stop",
        f"sip_server_1 sends the request of {CALL}",
        f"the request for {CALL} reaches resource_manager_1",
        f"{SERVER} executes the request for {CALL} through resource_manager_1",
        f"{SERVER} ends the recording session for {CALL}",
        f"{SIGNALING} crashes",
    )
    bye = f"resource_manager_1 passes on the BYE of {SERVER} for {CALL}"

    assert not ended.can(bye)
    assert "no" == ended.after(NOTICES, TAKES_OVER, bye)[f"{RECORDER}.receives_{CALL}"]
    assert ended.after(f"{SIGNALING_BACKUP} crashes").can(bye)


def test_media_is_recorded_again_after_the_re_invite() -> None:
    """The other unit has been chosen, and media still goes to the dead one until the re-INVITE."""
    dead = call(BACKUPS).after(f"{MEDIA} crashes")
    chosen = dead.after(MOVES)
    told = chosen.after(INVITES)

    assert not dead.can(INVITES)
    assert MEDIA == chosen[DESTINATION]
    assert not chosen.holds(chosen.parts.recorded(CALL))
    assert MEDIA_BACKUP == told[DESTINATION]
    assert told.holds(told.parts.recorded(CALL))
    assert (f"{RECORDER} → {SERVER}: re-INVITE ({CALL})",) == told.heard


def test_there_is_no_other_unit_without_a_backup() -> None:
    """Without media-backup a media unit that failed stays missed."""
    dead = recorded(deployed(*SMALL, SEPARATED)).after(f"{MEDIA} crashes")

    assert [] == dead.choices("recorder_notices_media_unit_failed")


@pytest.mark.parametrize(("by", "can"), [("active", False), ("standby", True)])
def test_who_re_invites(by: str, can: bool) -> None:
    """With reinvite_by = standby the backup can, while the active unit is down; else it waits."""
    change = f"recorder_group.main.reinvite_by={by}"
    dead = call(BACKUPS, change).after(f"{MEDIA} crashes", f"{SIGNALING} crashes")

    assert can == dead.can(MOVES)
    assert dead.after(NOTICES, TAKES_OVER).can(MOVES)


def test_the_re_invite_needs_a_resource_manager() -> None:
    """It is a request within a dialog, through the proxy."""
    moved = call(BACKUPS).after(f"{MEDIA} crashes", MOVES, "resource_manager_1 crashes")

    assert not moved.can(INVITES)


def test_a_unit_that_came_back_empty_is_left() -> None:
    """A media unit that was restarted writes nothing for the session: it moves all the same."""
    back = call(BACKUPS).after(f"{MEDIA} crashes", f"{MEDIA} returns")

    assert not back.holds(back.parts.recorded(CALL))
    assert back.can(MOVES)
