"""The T-lib client: take-over, connections, starts, and stop and start (TLIB-1, TLIB-2, REC-6)."""

from __future__ import annotations

import pytest

from tests.guide.test_call_control import done
from tests.stories.telling import (
    CALL,
    MANAGER,
    RECORDER,
    SERVER,
    SIP,
    SMALL,
    TAKE_OVER,
    Situation,
    deployed,
    established,
    recorded,
)

ACTIVE, BACKUP = "t_lib_client_1", "t_lib_client_2"
STOP_START = 'recorder_group.main.strategies=["stop-start"]'
CLIENT = "t_lib_client={}"
PAIR = "t_lib_client.backup=true"
BY_CLIENT = "recording.start=t-lib"
RESYNC = "t_lib_client.resync_on_activate=true"
SHARED = "t_lib_client.state_shared=true"
NOTICES = f"{ACTIVE} notices that a recorder of {CALL} failed"
STOPS = f"{ACTIVE} asks to stop recording {CALL}"
STARTS = f"{ACTIVE} asks to start recording {CALL}"
EXECUTES = (
    f"{SIP} sends what the t-lib client asks of {CALL}",
    f"the request for {CALL} reaches {MANAGER}",
    f"{SERVER} executes the request for {CALL} through {MANAGER}",
    f"{SIP} hears the answer for {CALL}",
    f"{SIP} copies {CALL} to sip_server_2",
    f"{SIP} answers what the t-lib client asked of {CALL}",
)
TAKES_OVER = (f"{BACKUP} notices that {ACTIVE} failed", f"{BACKUP} takes over")
ENDS = (
    f"{SERVER} ends the recording session for {CALL}",
    f"{MANAGER} passes on the BYE of {SERVER} for {CALL}",
)


def failed(*changes: str) -> Situation:
    """Return the situation in which the recorder of a call failed, and the client noticed."""
    start = deployed(*SMALL, STOP_START, CLIENT, *changes)
    return recorded(start).after(f"{RECORDER} crashes", NOTICES)


def test_stop_and_start_find_another_recorder() -> None:
    """REC-6, REC-7: the old session is ended, and the new one is on the recorder that works."""
    stopped = failed().after(STOPS, *EXECUTES, *ENDS)
    started = stopped.after(
        STARTS,
        *EXECUTES,
        f"{SERVER} invites a recorder for {CALL}",
        f"the invite of {SERVER} for {CALL} reaches {MANAGER}",
        f"{MANAGER} finds recorder_2 for {CALL} on {SERVER}",
        f"{SERVER} has a recording session for {CALL}",
    )

    assert "not-recording" == stopped[f"{SERVER}.conference_of_{CALL}"]
    assert started.holds(started.parts.recorded(CALL))
    assert "recorded" == started[f"{ACTIVE}.view_of_{CALL}"]


@pytest.mark.parametrize(("waits", "view"), [("false", "to-start"), ("true", "stopping")])
def test_whether_the_start_waits(waits: str, view: str) -> None:
    """With start_waits_stop nothing is asked before the stop's answer."""
    asked = failed(f"t_lib_client.start_waits_stop={waits}").after(STOPS)

    assert view == asked[f"{ACTIVE}.view_of_{CALL}"]
    assert not asked.can(STARTS)
    assert asked.after(*EXECUTES).can(STARTS)


@pytest.mark.parametrize("asked", ["pause", "resume"])
def test_what_a_party_asks_of_a_recording_that_is_stopped_meanwhile(asked: str) -> None:
    """The T-lib client's stop goes first; then SIP Server refuses it, unsent (A-STOPPED)."""
    call = recorded(deployed("resource_manager.mode=single", STOP_START, CLIENT)).after(
        f"{RECORDER} crashes", NOTICES
    )
    if asked == "resume":
        call = done(call, "pause")
    crossed = call.after(f"a party of {CALL} asks for {asked}", STOPS)
    refuses = f"{SIP} refuses the request of stopped {CALL}"
    stopped = crossed.after(*EXECUTES)
    refused = stopped.after(refuses)

    assert not crossed.can(refuses)
    assert not stopped.can(f"{SIP} sends the request of {CALL}")
    assert "stopped" == refused[f"{SIP}.recording_of_{CALL}"] == refused[f"{CALL}.told"]
    assert "nothing" == refused[f"{CALL}.request"]
    assert (f"sip_server → {CALL}: refused ({asked})",) == refused.heard


def test_a_recorder_that_works_is_left_alone() -> None:
    """Nothing is stopped while the pings are answered."""
    assert not recorded(deployed(*SMALL, STOP_START, CLIENT)).can(NOTICES)


def test_without_the_strategy_nobody_stops() -> None:
    """A T-lib client whose recorder group does not name stop-start does not touch a recording."""
    start = deployed(*SMALL, PAIR)

    assert [] == [r.name for r in start.system.rules if "asks to stop recording" in r.name]


@pytest.mark.parametrize("start", ["static", "route"])
def test_recordings_that_start_by_themselves(start: str) -> None:
    """With static and with route the call is to be recorded from its start."""
    call = established(deployed(*SMALL, PAIR, f"recording.start={start}"))

    assert call.can(f"{SERVER} invites a recorder for {CALL}")
    assert "on" == call[f"{CALL}.told"]


def test_recordings_that_the_client_starts() -> None:
    """With t-lib the call is established first, unrecorded; then the client asks."""
    call = established(deployed(*SMALL, PAIR, BY_CLIENT))
    started = call.after(STARTS, *EXECUTES)

    assert not call.can(f"{SERVER} invites a recorder for {CALL}")
    assert "stopped" == call[f"{CALL}.told"]
    assert "on" == started[f"{CALL}.told"]
    assert started.can(f"{SERVER} invites a recorder for {CALL}")


def test_a_backup_is_blind_until_it_is_active() -> None:
    """It is connected, sees nothing, and asks nothing (TLIB-2)."""
    call = established(deployed(*SMALL, PAIR, BY_CLIENT))

    assert SIP == call[f"{BACKUP}.connection"]
    assert "unseen" == call[f"{BACKUP}.view_of_{CALL}"]
    assert not call.can(f"{BACKUP} asks to start recording {CALL}")


def test_a_client_that_is_back_before_it_was_missed() -> None:
    """Two backups hear no active one: either takes over, and then the other stays (A-ELECTION)."""
    back = deployed(*SMALL, PAIR).after(f"{ACTIVE} crashes", f"{ACTIVE} returns")
    other = f"{ACTIVE} notices that {BACKUP} failed"

    assert ("backup", "backup") == (back[ACTIVE], back[BACKUP])
    assert back.can(other)
    assert not back.after(TAKES_OVER[0]).can(other)
    assert "active" == back.after(*TAKES_OVER)[BACKUP]


@pytest.mark.parametrize(
    ("changes", "view"), [((), "unseen"), ((RESYNC,), "to-start"), ((SHARED,), "unseen")]
)
def test_a_call_in_the_gap(changes: tuple[str, ...], view: str) -> None:
    """A call established while no client is active is found by resynchronising alone."""
    start = deployed(*SMALL, PAIR, BY_CLIENT, *changes).after(f"{ACTIVE} crashes")
    after = established(start).after(*TAKES_OVER)
    owner = "t_lib_store" if changes == (SHARED,) else BACKUP

    assert view == after[f"{owner}.view_of_{CALL}"]
    assert (view == "to-start") == after.can(f"{BACKUP} asks to start recording {CALL}")


@pytest.mark.parametrize(
    ("changes", "goes_on"), [((), False), ((RESYNC,), True), ((SHARED,), True)]
)
def test_dead_between_stop_and_start(changes: tuple[str, ...], goes_on: bool) -> None:
    """FR-16: stopped and answered, the client dies; the backup starts again if it can know."""
    between = failed(PAIR, *changes).after(STOPS, *EXECUTES, *ENDS, f"{ACTIVE} crashes")

    assert goes_on == between.after(*TAKES_OVER).can(f"{BACKUP} asks to start recording {CALL}")


@pytest.mark.parametrize(("changes", "again"), [((), False), ((RESYNC,), True), ((SHARED,), False)])
def test_what_a_party_stopped_when_the_client_dies(changes: tuple[str, ...], again: bool) -> None:
    """Resynchronising finds a call that is not recorded, not that a party had it so: decision 7."""
    started = established(deployed(*SMALL, PAIR, BY_CLIENT, *changes)).after(STARTS, *EXECUTES)
    stopped = done(started, "stop").after(f"{ACTIVE} crashes", *TAKES_OVER)

    assert "stopped" == stopped[f"{CALL}.told"]
    assert again == stopped.can(f"{BACKUP} asks to start recording {CALL}")


def test_a_crash_of_the_client_forgets_what_it_saw() -> None:
    """Its own view is memory; a shared store is not."""
    own, shared = failed(PAIR), failed(PAIR, SHARED)

    assert "unseen" == own.after(f"{ACTIVE} crashes")[f"{ACTIVE}.view_of_{CALL}"]
    assert "to-stop" == shared.after(f"{ACTIVE} crashes")[f"t_lib_store.view_of_{CALL}"]


def test_clients_follow_a_switchover() -> None:
    """Each connects to the SIP Server that serves, and asks nothing before (TLIB-2)."""
    moved = established(deployed(*SMALL, PAIR, BY_CLIENT)).after(f"{SIP} crashes", *TAKE_OVER)
    follows = f"{ACTIVE} connects to sip_server_2"

    assert not moved.can(STARTS)
    assert moved.can(f"{BACKUP} connects to sip_server_2")
    assert moved.after(follows).can(STARTS)
    assert "sip_server_2" == moved.after(follows)[f"{ACTIVE}.connection"]
