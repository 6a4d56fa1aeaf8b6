"""Two recording sessions a call: who asks for them, what each survives, and what a stop ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hamodel.guide.promises.duplication import identifiers_tell_sessions_apart
from hamodel.guide.promises.recording_server import recorder_is_on_its_own
from tests.guide.test_balancing import SECOND, SINGLE, TWICE, asks
from tests.guide.test_recording import finds
from tests.guide.test_t_lib import STOP_START
from tests.stories.telling import CALL, MANAGER, SERVER, SIP, Situation, deployed, established

CLIENT = "t_lib_client={}"
BY_CLIENT = ("duplication.requested_by=t-lib-client", "recording.start=t-lib", CLIENT)
HALF = f"recording_session_of_{SECOND}_on_{SERVER}"
NOTICES = f"t_lib_client_1 notices that a recorder of {CALL} failed"
EXECUTES = (
    f"{SIP} sends what the t-lib client asks of {CALL}",
    f"the request for {CALL} reaches {MANAGER}",
    f"{SERVER} executes the request for {CALL} through {MANAGER}",
    f"{SIP} hears the answer for {CALL}",
)


def twice(*changes: str) -> Situation:
    """Return the situation in which a call is recorded twice, on two recorders."""
    return established(deployed(*SINGLE, TWICE, *changes)).after(
        *asks(CALL),
        *asks(SECOND),
        finds("recorder_1"),
        finds("recorder_2", call=SECOND),
        f"{SERVER} has a recording session for {CALL}",
        f"{SERVER} has a recording session for {SECOND}",
    )


def test_sip_server_asks_for_two() -> None:
    """DUP-3, DUP-4: by its configuration, from the start; Media Server invites twice."""
    call = established(deployed(*SINGLE, TWICE))

    assert "yes" == call[f"{SERVER}.duplicates_{CALL}"]
    assert [f"{SERVER} invites a recorder for {leg}" for leg in (CALL, SECOND)] == call.choices(
        "media_server_invites_recorder"
    )


def test_a_t_lib_client_asks_for_two() -> None:
    """DUP-3: with its start, and not before."""
    call = established(deployed(*SINGLE, *BY_CLIENT))
    started = call.after(f"t_lib_client_1 asks to start recording {CALL}", *EXECUTES)

    assert "no" == call[f"{SERVER}.duplicates_{CALL}"]
    assert "yes" == started[f"{SERVER}.duplicates_{CALL}"]
    assert "yes" == started[f"{SIP}.duplicated_{CALL}"]
    assert started.can(f"{SERVER} invites a recorder for {SECOND}")


@pytest.mark.parametrize("recorder", ["recorder_1", "recorder_2"])
def test_either_recorder_can_fail(recorder: str) -> None:
    """DUP-1: the other one goes on, and its session is not touched; both, and nothing does."""
    call = twice()
    dead = call.after(f"{recorder} crashes")

    assert dead.holds(call.parts.recorded(CALL))
    assert "established" == dead[HALF]
    rest = {"recorder_1", "recorder_2"} - {recorder}
    assert not dead.after(*(f"{each} crashes" for each in rest)).holds(call.parts.recorded(CALL))


def test_one_media_server_has_both() -> None:
    """DUP-6: its failure ends both sessions, and leaves both recorders with an open one."""
    dead = twice().after(f"{SERVER} crashes")

    assert not dead.holds(dead.parts.recorded(CALL))
    assert "absent" == dead[HALF]
    assert "yes" == dead[f"recorder_1.receives_{CALL}"]
    assert "yes" == dead[f"recorder_2.receives_{SECOND}"]


@pytest.mark.parametrize(
    ("changes", "can"), [((), False), (("duplication.rebuild_leg=true",), True)]
)
def test_whether_a_lost_one_is_rebuilt(changes: tuple[str, ...], can: bool) -> None:
    """With rebuild_leg Media Server gives the session up and invites a recorder anew."""
    rule = f"{SERVER} gives up the recording session for {SECOND}"
    family = "media_server_rebuilds_recording_session"
    dead = twice(*changes).after("recorder_2 crashes")

    assert [] == twice(*changes).choices(family)
    assert ([rule] if can else []) == dead.choices(family)
    if can:
        rebuilt = dead.after(rule, f"{MANAGER} notices that recorder_2 failed", *asks(SECOND))
        assert rebuilt.can(finds("recorder_1", call=SECOND))


def test_a_rebuilt_session_is_not_the_recorders_doing() -> None:
    """With rebuild_leg Media Server does what REC-1 leaves to the recorder: decision 7."""
    facts = {
        each: dict(promise.structure)
        for each in ("false", "true")
        for promise in recorder_is_on_its_own(
            twice(f"duplication.rebuild_leg={each}").parts,
            twice(f"duplication.rebuild_leg={each}").system,
        )
    }
    ends = "an established recording session ends only by BYE or with its Media Server"

    assert all(facts["false"].values())
    assert not facts["true"][ends]


def test_a_stop_of_one_session_leaves_the_other() -> None:
    """REC-6, stop_scope = recording-session: only the one whose recorder failed is ended."""
    stopped = twice(STOP_START, CLIENT).after(
        "recorder_2 crashes",
        NOTICES,
        f"t_lib_client_1 asks to stop-session recording {CALL}",
        *EXECUTES,
    )

    assert stopped.can(f"{SERVER} ends the recording session for {SECOND}")
    assert not stopped.can(f"{SERVER} ends the recording session for {CALL}")
    assert stopped.holds(stopped.parts.recorded(CALL))
    assert stopped.can(f"t_lib_client_1 asks to start-session recording {CALL}")


def test_a_stop_by_call_ends_both() -> None:
    """REC-6, stop_scope = call: what the other recorder recorded is lost meanwhile."""
    stopped = twice(STOP_START, CLIENT, "t_lib_client.stop_scope=call").after(
        "recorder_2 crashes", NOTICES, f"t_lib_client_1 asks to stop recording {CALL}", *EXECUTES
    )

    assert not stopped.holds(stopped.parts.recorded(CALL))
    assert stopped.can(f"{SERVER} ends the recording session for {CALL}")


@pytest.mark.parametrize(("identifiers", "number"), [("different", 2), ("same", 1)])
def test_affinities_are_by_identifier(identifiers: str, number: int) -> None:
    """DUP-5b: Resource Manager has an affinity for each record identifier."""
    start = deployed(*SINGLE, TWICE, f"duplication.identifiers={identifiers}")
    affinities = start.parts.resource_managers[MANAGER].recorder_of.values()

    assert number == len({affinity.to.name for affinity in affinities})


def test_one_affinity_for_two_identifiers_is_noticed() -> None:
    """DUP-5b: a Resource Manager that keeps one affinity for both sessions breaks it."""
    start = deployed(*SINGLE, TWICE)
    manager = start.parts.resource_managers[MANAGER]
    shared = dict.fromkeys(manager.recorder_of, manager.recorder_of[CALL])
    mixed = replace(start.parts, resource_managers={MANAGER: replace(manager, recorder_of=shared)})
    found = [
        [holds for _, holds in promise.structure]
        for parts in (start.parts, mixed)
        for promise in identifiers_tell_sessions_apart(parts, start.system)
    ]

    assert [[True], [False]] == found
