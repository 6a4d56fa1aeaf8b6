"""A call begins: it is placed on a Media Server, joined to it, and confirmed."""

from __future__ import annotations

from tests.stories.telling import (
    CALL,
    MANAGER,
    SERVER,
    SIP,
    SMALL,
    TAKE_OVER,
    asked,
    deployed,
    established,
    joined,
    placed,
)

CANNOT = f"{SIP} hears that {CALL} cannot be placed"
NONE_LEFT = f"{MANAGER} has no media server for {CALL}"
NOTICES = f"{MANAGER} notices that {SERVER} failed"
ALONE = (*SMALL, "media_server.count=1")


def test_only_the_sip_server_that_serves_takes_a_call() -> None:
    """The hot standby gets no INVITE: the virtual address leads to the primary."""
    assert [f"{CALL} starts at {SIP}"] == deployed(*SMALL).choices("call_starts")


def test_nobody_takes_a_call_during_a_switchover() -> None:
    """The primary is gone and the address has not moved: a call finds nobody."""
    assert [] == deployed(*SMALL).after(f"{SIP} crashes").choices("call_starts")


def test_endpoints_are_joined_one_after_the_other() -> None:
    """Two re-INVITEs: first one endpoint, then the other, to the same Media Server."""
    before = placed(deployed(*SMALL))
    first = before.after(f"{SIP} joins endpoint_a of {CALL}")
    second = first.after(f"{SIP} joins endpoint_b of {CALL}")

    assert not before.can(f"{SIP} joins endpoint_b of {CALL}")
    assert (SERVER, "none") == (first[f"{CALL}.endpoint_a"], first[f"{CALL}.endpoint_b"])
    assert (SERVER, SERVER) == (second[f"{CALL}.endpoint_a"], second[f"{CALL}.endpoint_b"])


def test_an_established_call_is_known_as_bridged() -> None:
    """2xx and ACK: the call is up, and SIP Server takes it for bridged."""
    call = established(deployed(*SMALL))

    assert ("up", "bridged") == (call[CALL], call[f"{SIP}.session_of_{CALL}"])
    assert (f"sip_server → {CALL}: established",) == call.heard


def test_a_call_in_set_up_dies_with_its_primary() -> None:
    """The standby was never told of it, so that it fails (A-SETUP)."""
    after = joined(deployed(*SMALL)).after(f"{SIP} crashes", *TAKE_OVER)
    ended = after.after(f"{CALL} in set-up is unknown to sip_server_2 and fails")

    assert ("ended", "none") == (ended[CALL], ended[f"{CALL}.endpoint_a"])


def test_a_call_in_set_up_survives_if_it_was_copied() -> None:
    """Joined and copied: the new primary confirms the call, or knows it at least."""
    copied = joined(deployed(*SMALL)).after(f"{SIP} copies {CALL} to sip_server_2")
    after = copied.after(f"{SIP} crashes", *TAKE_OVER)

    assert "bridged" == after[f"sip_server_2.session_of_{CALL}"]
    assert [] == after.choices("call_in_set_up_is_dropped")


def test_a_request_is_abandoned_with_its_sip_server() -> None:
    """The transaction of a primary that died has no client any more."""
    abandons = f"the request for {CALL} is abandoned with its sip server"
    waiting = asked(deployed(*SMALL))
    gone = waiting.after(f"{SIP} crashes")

    assert not waiting.can(abandons)
    assert "idle" == gone.after(abandons)[f"media_dialog_of_{CALL}"]


def test_without_a_media_server_the_call_is_asked_for_again() -> None:
    """on_none_available = continue-unrecorded: SIP Server tries again later (RFC 6341)."""
    refused = asked(deployed(*ALONE).after(f"{SERVER} crashes", NOTICES)).after(NONE_LEFT)
    told = refused.after(CANNOT)

    assert "set-up" == told[CALL]
    assert told.can(f"{SIP} asks for a media server for {CALL}")


def test_without_a_media_server_the_call_is_dropped() -> None:
    """on_none_available = drop: the call ends, and nothing of it is remembered."""
    drop = deployed(*ALONE, "media_server.on_none_available=drop")
    told = asked(drop.after(f"{SERVER} crashes", NOTICES)).after(NONE_LEFT, CANNOT)

    assert ("ended", "unknown") == (told[CALL], told[f"{SIP}.session_of_{CALL}"])
    assert f"sip_server → {CALL}: call ended" in told.heard


def test_a_call_that_hangs_up_is_not_placed() -> None:
    """Nobody asks for a Media Server for a call that wants to end."""
    ringing = deployed(*SMALL).after(f"{CALL} starts at {SIP}")

    assert ringing.can(f"{SIP} asks for a media server for {CALL}")
    hung_up = ringing.after(f"a party of {CALL} hangs up")
    assert not hung_up.can(f"{SIP} asks for a media server for {CALL}")
