"""MS-1 to MS-4, told: what becomes of a call when its Media Server fails."""

from __future__ import annotations

from tests.stories.telling import (
    CALL,
    MANAGER,
    SERVER,
    SIP,
    SMALL,
    TAKE_OVER,
    Situation,
    deployed,
    recorded,
)

OTHER = "media_server_2"
NOTICES = f"{MANAGER} notices that {SERVER} failed"
TELLS = f"{MANAGER} tells {SIP} that {SERVER} failed for {CALL}"
COPIES = f"{SIP} copies {CALL} to sip_server_2"
ONCE = "resource_manager.notify=once"


def told(call: Situation) -> Situation:
    """Return the situation in which SIP Server has been told that the Media Server failed."""
    return call.after(f"{SERVER} crashes", NOTICES, TELLS)


def moved(call: Situation) -> Situation:
    """Return the situation in which SIP Server has joined the call to the other Media Server."""
    return told(call).after(
        COPIES,
        f"{SIP} asks for a media server for {CALL}",
        f"the request for {CALL} reaches {MANAGER}",
        f"{MANAGER} places {CALL} on {OTHER}",
        f"{SIP} hears where {CALL} is placed",
        f"{SIP} joins endpoint_a of {CALL}",
        f"{SIP} joins endpoint_b of {CALL}",
    )


def test_media_server_is_a_single_point_of_failure() -> None:
    """MS-1: the conversation runs through it, and so does its recording."""
    # Given a call that is recorded
    call = recorded(deployed(*SMALL))
    # When its Media Server crashes
    dead = call.after(f"{SERVER} crashes")
    # Then nothing is recorded, though the call is up and both endpoints send there
    assert call.holds(call.parts.recorded(CALL))
    assert not dead.holds(call.parts.recorded(CALL))
    assert "up" == dead[CALL]
    assert dead.holds(call.parts.joined(CALL, SERVER))


def test_sip_server_is_told() -> None:
    """MS-2: Resource Manager notices, and tells the SIP Server that serves."""
    # Given a call that is recorded
    call = recorded(deployed(*SMALL))
    # When its Media Server crashes, and Resource Manager notices
    after = told(call)
    # Then SIP Server knows that the call has lost its Media Server
    assert "lost" == after[f"{SIP}.session_of_{CALL}"]
    assert (f"resource_manager → sip_server: media server failed ({CALL}, {SERVER})",) == (
        after.heard
    )


def test_the_call_is_joined_to_another_media_server() -> None:
    """MS-3: SIP Server has another one placed, and joins both endpoints to it."""
    # Given a call that is recorded
    call = recorded(deployed(*SMALL))
    # When its Media Server fails over
    after = moved(call)
    # Then both endpoints are on the other one, and the call was up throughout
    assert after.holds(after.parts.joined(CALL, OTHER))
    assert "up" == after[CALL]


def test_the_new_recording_is_at_the_same_recorder() -> None:
    """MS-4: the other Media Server records the call anew, where its identifier belongs."""
    # Given a call that was moved, and that the standby knows to be
    call = moved(recorded(deployed(*SMALL))).after(COPIES, f"{SIP} confirms {CALL}")
    # When the new Media Server invites a recorder
    after = call.after(
        f"{OTHER} invites a recorder for {CALL}",
        f"the invite of {OTHER} for {CALL} reaches {MANAGER}",
        f"{MANAGER} finds recorder_1 for {CALL} on {OTHER}",
        f"{OTHER} has a recording session for {CALL}",
    )
    # Then the call is recorded again, and no other recorder has anything of it
    assert after.holds(after.parts.recorded_by(CALL, OTHER))
    assert "no" == after[f"recorder_2.receives_{CALL}"]


def test_the_notice_survives_the_primary() -> None:
    """MS-2: it is repeated until acknowledged, so that the new primary hears it, too."""
    # Given a notice that the primary has heard and not passed on
    call = told(recorded(deployed(*SMALL)))
    # When the primary crashes and its standby takes over
    over = call.after(f"{SIP} crashes", *TAKE_OVER)
    # Then Resource Manager tells the new primary
    assert over.can(f"{MANAGER} tells sip_server_2 that {SERVER} failed for {CALL}")


def test_a_notice_that_is_sent_once_dies_with_the_primary() -> None:
    """MS-2 refuted: it was sent once, and who received it is gone."""
    # Given a Resource Manager that sends its notice once
    call = told(recorded(deployed(*SMALL, ONCE)))
    # When the primary crashes before it has told its standby
    over = call.after(f"{SIP} crashes", *TAKE_OVER)
    # Then the new primary relies on a Media Server that is dead, and nobody will tell it
    assert "bridged" == over[f"sip_server_2.session_of_{CALL}"]
    assert [] == over.choices("resource_manager_notifies")


def test_a_restart_before_detection_goes_unnoticed() -> None:
    """MS-2 refuted: back before anyone probed it, the Media Server has forgotten the call."""
    # Given a call that is recorded
    call = recorded(deployed(*SMALL))
    # When its Media Server crashes, and is back at once
    back = call.after(f"{SERVER} crashes", f"{SERVER} returns")
    # Then Resource Manager has nothing to notice, and the call is not recorded any more
    assert not back.can(NOTICES)
    assert "absent" == back[f"{SERVER}.conference_of_{CALL}"]
    assert not back.can(f"{SERVER} invites a recorder for {CALL}")


def test_without_another_media_server_the_call_goes_on_unrecorded() -> None:
    """MS-3 refuted: there is no other to join the call to."""
    # Given one Media Server, and a call on it that has lost it
    call = told(recorded(deployed(*SMALL, "media_server.count=1")))
    # When SIP Server asks for another
    refused = call.after(
        COPIES,
        f"{SIP} asks for a media server for {CALL}",
        f"the request for {CALL} reaches {MANAGER}",
        f"{MANAGER} has no media server for {CALL}",
        f"{SIP} hears that {CALL} cannot be placed",
    )
    # Then there is none: the call is up, and nothing records it
    assert "up" == refused[CALL]
    assert not refused.holds(refused.parts.recorded(CALL))
