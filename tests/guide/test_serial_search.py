"""An INVITE goes to one Media Server after the other, until one answers (A-SERIAL)."""

from __future__ import annotations

import pytest

from tests.stories.telling import (
    CALL,
    MANAGER,
    PEER,
    RECORDER,
    SERVER,
    SIP,
    Situation,
    asked,
    deployed,
)

OTHER = "media_server_2"
LAB = ("sip_server.pair=single", "recording.pausable=false")
NEXT = "resource_manager.on_silence=next"
TURNS = (
    "resource_manager.mode=active-active-sip-server",
    "resource_manager.record_route=own-address",
)
DIALOG = f"media_dialog_of_{CALL}"


def sends(server: str, manager: str = MANAGER) -> str:
    """Return the rule by which the INVITE of a call goes out to a Media Server."""
    return f"{manager} sends the invite for {CALL} to {server}"


def times_out(server: str, manager: str = MANAGER) -> str:
    """Return the rule by which it times out there."""
    return f"{manager} gets no answer from {server} for {CALL} and tries the next"


def serial(*changes: str) -> Situation:
    """Return a lab in which the first Resource Manager has been asked to place a call."""
    return asked(deployed(*LAB, *TURNS, NEXT, *changes))


def split() -> Situation:
    """Return the situation in which one has noticed, and the other gets the re-INVITE."""
    call = serial().after(
        sends(SERVER),
        f"{MANAGER} places {CALL} on {SERVER}",
        f"{MANAGER} tells {PEER} the media server of {CALL}",
        f"{SIP} hears where {CALL} is placed",
        f"{SIP} joins endpoint_a of {CALL}",
        f"{SIP} joins endpoint_b of {CALL}",
        f"{SIP} confirms {CALL}",
        f"{SERVER} crashes",
        f"{MANAGER} notices that {SERVER} failed",
        f"{MANAGER} tells {SIP} that {SERVER} failed for {CALL}",
        f"{SIP} asks for a media server for {CALL}",
    )
    return call.after(f"the request for {CALL} reaches {PEER}")


def test_an_invite_goes_out_before_it_is_answered() -> None:
    """It is out at the one whose turn it is, which answers."""
    call = serial()

    assert [sends(SERVER)] == call.choices("resource_manager_forwards_invite")
    assert [] == call.choices("resource_manager_places_call")
    assert [f"{MANAGER} places {CALL} on {SERVER}"] == call.after(sends(SERVER)).choices(
        "resource_manager_places_call"
    )


def test_without_a_policy_it_can_go_to_any() -> None:
    """Balance = any: also to one that does not answer, as long as that is not noticed."""
    call = serial("media_server.balance=any").after(f"{SERVER} crashes")

    assert [sends(SERVER), sends(OTHER)] == call.choices("resource_manager_forwards_invite")


def test_one_that_has_not_noticed_sends_it_to_the_dead_one() -> None:
    """Its affinity goes first, and it does not know better (RM-3)."""
    call = split()

    assert "yes" == call[f"{PEER}.believes_{SERVER}"]
    assert [sends(SERVER, PEER)] == call.choices("resource_manager_forwards_invite")


def test_one_that_has_noticed_sends_it_to_a_living_one() -> None:
    """It noticed just before the re-INVITE came: nothing times out."""
    call = split().after(f"{PEER} notices that {SERVER} failed")

    assert [sends(OTHER, PEER)] == call.choices("resource_manager_forwards_invite")


def test_what_is_noticed_does_not_call_the_invite_back() -> None:
    """It is out until it has timed out, whatever the probes say; then the next one gets it."""
    call = split().after(sends(SERVER, PEER), f"{PEER} notices that {SERVER} failed")

    assert [] == call.choices("resource_manager_places_call")
    assert [] == call.choices("request_is_refused")
    assert [times_out(SERVER, PEER)] == call.choices("resource_manager_tries_next")
    after = call.after(times_out(SERVER, PEER))
    assert [sends(OTHER, PEER)] == after.choices("resource_manager_forwards_invite")
    assert (
        OTHER
        == after.after(sends(OTHER, PEER), f"{PEER} places {CALL} on {OTHER}")[
            f"{DIALOG}.media_server"
        ]
    )


def test_it_does_not_go_to_the_same_one_twice() -> None:
    """Though its failure is not noticed yet."""
    call = split().after(sends(SERVER, PEER), times_out(SERVER, PEER))

    assert "yes" == call[f"{PEER}.believes_{SERVER}"] == call[f"{DIALOG}.tried_{SERVER}"]
    assert [sends(OTHER, PEER)] == call.choices("resource_manager_forwards_invite")


def test_one_that_answers_again_gets_it_after_all() -> None:
    """It came back while the INVITE was sent again and again (A-RETRANSMIT)."""
    call = split().after(sends(SERVER, PEER), f"{SERVER} returns")

    assert [] == call.choices("resource_manager_tries_next")
    assert call.can(f"{PEER} places {CALL} on {SERVER}")


def test_after_the_last_one_it_is_refused() -> None:
    """Each was tried once: SIP Server hears so, asks again, and all of them are tried anew."""
    refused = f"{MANAGER} has no media server for {CALL}"
    call = serial().after(f"{SERVER} crashes", f"{OTHER} crashes", sends(SERVER), times_out(SERVER))
    assert [] == call.choices("request_is_refused")
    last = call.after(sends(OTHER), times_out(OTHER))

    assert [refused] == last.choices("request_is_refused")
    again = last.after(refused, f"{SIP} hears that {CALL} cannot be placed")
    assert "no" == again[f"{DIALOG}.tried_{SERVER}"] == again[f"{DIALOG}.tried_{OTHER}"]


def test_a_full_one_is_no_target() -> None:
    """Capacity = 1 and two calls: the INVITE of the second goes to the other one alone."""
    full = "scope.calls=2", "media_server.capacity=1"
    call = serial(*full).after(
        sends(SERVER),
        f"{MANAGER} places {CALL} on {SERVER}",
        "call_2 starts at sip_server_1",
        "sip_server_1 asks for a media server for call_2",
        f"the request for call_2 reaches {PEER}",
    )

    assert [f"{PEER} sends the invite for call_2 to {OTHER}"] == call.choices(
        "resource_manager_forwards_invite"
    )


def test_an_invite_dies_with_its_resource_manager() -> None:
    """It is sent again through the other, which begins with the first one anew (A-RETRANSMIT)."""
    call = split().after(sends(SERVER, PEER), times_out(SERVER, PEER), sends(OTHER, PEER))
    call = call.after(f"{PEER} crashes", f"the request for {CALL} is sent again")

    assert "none" == call[f"{DIALOG}.tries"]
    assert "no" == call[f"{DIALOG}.tried_{SERVER}"]


def test_an_in_dialog_request_is_refused_as_ever() -> None:
    """A dialog has one Media Server: there is no next one for a hold (RFC 3261 section 12.2)."""
    call = serial().after(
        sends(SERVER),
        f"{MANAGER} places {CALL} on {SERVER}",
        f"{MANAGER} tells {PEER} the media server of {CALL}",
        f"{SIP} hears where {CALL} is placed",
        f"{SIP} joins endpoint_a of {CALL}",
        f"{SIP} joins endpoint_b of {CALL}",
        f"{SIP} confirms {CALL}",
        f"a party of {CALL} asks for hold",
        f"{SIP} sends the request of {CALL}",
        f"the request for {CALL} reaches {MANAGER}",
        f"{SERVER} crashes",
    )

    assert [] == call.choices("resource_manager_forwards_invite")
    assert [f"the media server that {MANAGER} asks for {CALL} does not answer"] == call.choices(
        "request_is_refused"
    )


@pytest.mark.parametrize("name", ["tries", f"tried_{SERVER}"])
def test_by_default_an_invite_is_not_followed(name: str) -> None:
    """on_silence = refuse: no variables and no rules of this, and the same states as ever."""
    default = asked(deployed(*LAB, *TURNS))

    assert f"{DIALOG}.{name}" not in default.system.variables
    assert [] == default.choices("resource_manager_forwards_invite")
    assert RECORDER in default.parts.recorders
