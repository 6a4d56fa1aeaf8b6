"""Media Server records a joined call through a recorder (MS-4, RM-3, RFC 7866)."""

from __future__ import annotations

from tests.stories.telling import (
    CALL,
    MANAGER,
    PEER,
    SERVER,
    SIP,
    SMALL,
    Situation,
    deployed,
    established,
    joined,
    recorded,
)

OTHER = "media_server_2"
INVITES = f"{SERVER} invites a recorder for {CALL}"
REACHES = f"the invite of {SERVER} for {CALL} reaches {MANAGER}"
HAS = f"{SERVER} has a recording session for {CALL}"
FAMILY = "resource_manager_finds_recorder"


def finds(recorder: str, server: str = SERVER, manager: str = MANAGER, call: str = CALL) -> str:
    """Return the rule by which a recorder is found."""
    return f"{manager} finds {recorder} for {call} on {server}"


def invited(before: Situation) -> Situation:
    """Return the situation in which a Resource Manager is asked for a recorder."""
    return established(before).after(INVITES, REACHES)


def moved(before: Situation) -> Situation:
    """Return the situation in which a recorded call was moved, and its new Media Server invites."""
    return recorded(before).after(
        f"{SERVER} crashes",
        f"{MANAGER} notices that {SERVER} failed",
        f"{MANAGER} tells {SIP} that {SERVER} failed for {CALL}",
        f"{SIP} copies {CALL} to sip_server_2",
        f"{SIP} asks for a media server for {CALL}",
        f"the request for {CALL} reaches {MANAGER}",
        f"{MANAGER} places {CALL} on {OTHER}",
        f"{SIP} hears where {CALL} is placed",
        f"{SIP} joins endpoint_a of {CALL}",
        f"{SIP} joins endpoint_b of {CALL}",
        f"{OTHER} invites a recorder for {CALL}",
        f"the invite of {OTHER} for {CALL} reaches {MANAGER}",
    )


def test_no_recorder_is_invited_before_the_call_is_established() -> None:
    """There is nothing to record before both endpoints are joined and the call is confirmed."""
    assert not joined(deployed(*SMALL)).can(INVITES)
    assert established(deployed(*SMALL)).can(INVITES)


def test_a_call_is_invited_for_once() -> None:
    """One recording session for each call and Media Server."""
    assert not recorded(deployed(*SMALL)).can(INVITES)


def test_recorders_take_turns() -> None:
    """Round robin: the first recording goes to the first recorder, the second to the second."""
    first = invited(deployed(*SMALL))
    second = established(recorded(deployed(*SMALL, "scope.calls=2")), "call_2", OTHER).after(
        f"{OTHER} invites a recorder for call_2",
        f"the invite of {OTHER} for call_2 reaches {MANAGER}",
    )

    assert [finds("recorder_1")] == first.choices(FAMILY)
    assert [finds("recorder_2", OTHER, call="call_2")] == second.choices(FAMILY)


def test_a_recorder_that_does_not_answer_is_passed_over() -> None:
    """For a call that is new nothing speaks for the recorder that is down."""
    assert [finds("recorder_2")] == invited(deployed(*SMALL).after("recorder_1 hangs")).choices(
        FAMILY
    )


def test_any_recorder_is_possible_without_a_policy() -> None:
    """With balance = any each recorder that answers may be chosen."""
    free = invited(deployed(*SMALL, "recorder_group.main.balance=any"))

    assert [finds("recorder_1"), finds("recorder_2")] == free.choices(FAMILY)


def test_a_supplied_identifier_leads_to_the_same_recorder() -> None:
    """The affinity goes before the turn, which is the other recorder's (MS-4)."""
    call = moved(deployed(*SMALL))

    assert "recorder_2" == call[f"{MANAGER}.recorder_turn"]
    assert [finds("recorder_1", OTHER)] == call.choices(FAMILY)


def test_an_identifier_of_the_media_servers_leads_anywhere() -> None:
    """The new Media Server made another identifier: it is a new recording, whoever's turn it is."""
    call = moved(deployed(*SMALL, "recording.record_id=media-server"))

    assert "recorder_1" == call[f"{MANAGER}.recorder_of_{CALL}"]
    assert [finds("recorder_2", OTHER)] == call.choices(FAMILY)


def test_a_recorder_that_was_given_up_is_replaced() -> None:
    """The affinity holds until its recorder is known to have failed; then another is found."""
    dead = moved(deployed(*SMALL)).after("recorder_1 crashes")

    assert [] == dead.choices(FAMILY)
    given_up = dead.after(f"{MANAGER} notices that recorder_1 failed")
    assert [finds("recorder_2", OTHER)] == given_up.choices(FAMILY)


def test_a_failed_media_server_leaves_an_orphan() -> None:
    """Its dialog is gone, and the recorder's open recording is not (A-ORPHAN)."""
    call = moved(deployed(*SMALL))

    assert "absent" == call[f"recording_session_of_{CALL}_on_{SERVER}"]
    assert "yes" == call[f"recorder_1.receives_{CALL}"]


def test_the_peer_is_told_the_recorder_before_the_2xx() -> None:
    """before-2xx: the Media Server's recording session stands once both know of it (RM-3)."""
    found = invited(deployed()).after(finds("recorder_1"))
    told = found.after(f"{MANAGER} tells {PEER} the recorder of {CALL}")

    assert not found.can(HAS)
    assert told.can(HAS)
    assert "recorder_1" == told[f"{PEER}.recorder_of_{CALL}"]


def test_a_peer_that_is_down_is_not_waited_for() -> None:
    """before-2xx: there is nobody to tell."""
    found = invited(deployed()).after(finds("recorder_1"), f"{PEER} crashes")

    assert found.can(HAS)


def test_an_invite_at_a_dead_resource_manager_is_sent_again() -> None:
    """The client of the INVITE is the Media Server, which asks whoever answers."""
    again = f"the invite of {SERVER} for {CALL} is sent again"
    found = invited(deployed()).after(finds("recorder_1"))
    resent = found.after(f"{MANAGER} crashes", again)

    assert not found.can(again)
    assert [f"the invite of {SERVER} for {CALL} reaches {PEER}"] == resent.after(
        f"load_balancer gives up {MANAGER}"
    ).choices("invite_reaches_resource_manager")


def stopped(before: Situation) -> Situation:
    """Return the situation in which Media Server has said BYE for a recording that was stopped."""
    return before.after(
        f"a party of {CALL} asks for stop",
        f"{SIP} sends the request of {CALL}",
        f"the request for {CALL} reaches {MANAGER}",
        f"{SERVER} executes the request for {CALL} through {MANAGER}",
        f"{SERVER} ends the recording session for {CALL}",
    )


def test_stop_closes_the_recording() -> None:
    """The BYE reaches the recorder of the affinity, which closes its recording."""
    assert not recorded(deployed(*SMALL)).can(f"{SERVER} ends the recording session for {CALL}")
    closed = stopped(recorded(deployed(*SMALL))).after(
        f"{MANAGER} passes on the BYE of {SERVER} for {CALL}"
    )

    assert "no" == closed[f"recorder_1.receives_{CALL}"]
    assert "none" == closed[f"{MANAGER}.recorder_of_{CALL}"]
    assert (f"resource_manager → {SERVER}: 200 OK ({CALL})",) == closed.heard


def test_without_affinity_the_recorder_is_not_told() -> None:
    """A Resource Manager that came back empty answers 481, and the recording stays open."""
    empty = stopped(recorded(deployed(*SMALL))).after(f"{MANAGER} crashes", f"{MANAGER} returns")
    rule = f"{MANAGER} knows no recorder for the BYE of {SERVER} for {CALL}"

    assert [rule] == empty.choices("recording_session_closes")
    assert "yes" == empty.after(rule)[f"recorder_1.receives_{CALL}"]


def test_own_address_bye_times_out_with_its_resource_manager() -> None:
    """
    The instance that Record-Route names is gone: no answer, and the recording stays open.

    The 408 is nobody's message: Media Server's own timer has run out (RFC 3261 8.1.3.1).
    """
    own = deployed(
        "resource_manager.mode=active-hot-standby", "resource_manager.record_route=own-address"
    )
    rule = f"the BYE of {SERVER} for {CALL} gets no answer"
    dead = stopped(recorded(own)).after(f"{MANAGER} crashes")

    assert not stopped(recorded(own)).can(rule)
    assert [] == dead.choices("recording_session_closes")
    assert "absent" == dead.after(rule)[f"recording_session_of_{CALL}_on_{SERVER}"]
    assert (f"{SERVER} → {SERVER}: 408 ({CALL})",) == dead.after(rule).heard
