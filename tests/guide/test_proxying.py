"""Requests on their way through Resource Manager: placed, executed, refused (RM-1 to RM-4)."""

from __future__ import annotations

import pytest

from tests.stories.telling import (
    CALL,
    MANAGER,
    PEER,
    SERVER,
    SIP,
    SMALL,
    asked,
    deployed,
    established,
    placed,
)

OWN = "resource_manager.record_route=own-address"
TURNS = ("recording.pausable=false", "resource_manager.mode=active-active-sip-server", OWN)
STANDBY = "resource_manager.mode=active-hot-standby"
REACHES, REACHES_PEER = (f"the request for {CALL} reaches {name}" for name in (MANAGER, PEER))
ASKS = f"{SIP} asks for a media server for {CALL}"
OTHER = "media_server_2"


def places(server: str, manager: str = MANAGER, call: str = CALL) -> str:
    """Return the rule by which a call is placed."""
    return f"{manager} places {call} on {server}"


def test_round_robin_gives_the_next_call_to_the_next_media_server() -> None:
    """The first call goes to the first Media Server, the second to the second."""
    two = placed(deployed(*SMALL, "scope.calls=2"))

    assert [places(OTHER, call="call_2")] == asked(two, "call_2").choices(
        "resource_manager_places_call"
    )


def test_round_robin_passes_over_a_media_server_that_does_not_answer() -> None:
    """It is not even noticed yet: the INVITE gets no answer, and the next is tried."""
    dead = asked(deployed(*SMALL).after(f"{SERVER} crashes"))

    assert "yes" == dead[f"{MANAGER}.believes_{SERVER}"]
    assert [places(OTHER)] == dead.choices("resource_manager_places_call")


def test_any_placement_is_possible_without_a_policy() -> None:
    """With balance = any each Media Server that answers may be chosen."""
    free = asked(deployed(*SMALL, "media_server.balance=any"))

    assert [places(SERVER), places(OTHER)] == free.choices("resource_manager_places_call")


def test_a_full_media_server_is_passed_over() -> None:
    """With capacity = 1: the second call goes to the other one, whoever's turn it is."""
    full = asked(placed(deployed(*SMALL, "scope.calls=2", "media_server.capacity=1")), "call_2")

    assert [places(OTHER, call="call_2")] == full.choices("resource_manager_places_call")


def test_two_full_media_servers_take_nothing() -> None:
    """With capacity = 1, one Media Server and two calls: there is none for the second."""
    tight = deployed(*SMALL, "scope.calls=2", "media_server.count=1", "media_server.capacity=1")
    full = asked(placed(tight), "call_2")

    assert [] == full.choices("resource_manager_places_call")
    assert [f"{MANAGER} has no media server for call_2"] == full.choices("request_is_refused")


def test_capacity_that_is_enough_is_no_matter() -> None:
    """With capacity = 2 and two calls: one Media Server takes both."""
    wide = deployed(*SMALL, "scope.calls=2", "media_server.count=1", "media_server.capacity=2")

    assert asked(placed(wide), "call_2").can(places(SERVER, call="call_2"))


def test_an_in_dialog_request_follows_the_affinity() -> None:
    """Hold reaches the Media Server that holds the call's conference, and no other (RM-3)."""
    call = established(deployed(*SMALL)).after(
        f"a party of {CALL} asks for hold", f"{SIP} sends the request of {CALL}", REACHES
    )

    assert [f"{SERVER} executes the request for {CALL} through {MANAGER}"] == call.choices(
        "media_server_executes_request"
    )


def test_without_affinity_an_in_dialog_request_is_refused() -> None:
    """A Resource Manager that came back empty, alone, knows no Media Server for the call."""
    call = established(deployed(*SMALL)).after(
        f"{MANAGER} crashes",
        f"{MANAGER} returns",
        f"a party of {CALL} asks for hold",
        f"{SIP} sends the request of {CALL}",
        REACHES,
    )

    assert [f"{MANAGER} knows no media server for {CALL}"] == call.choices("request_is_refused")


def test_a_request_at_a_dead_resource_manager_is_sent_again() -> None:
    """Who had the transaction in hand is gone: the client sends it again, to the other."""
    again = asked(deployed()).after(f"{MANAGER} crashes", f"the request for {CALL} is sent again")

    assert not asked(deployed()).can(f"the request for {CALL} is sent again")
    assert ("requested", "none") == (
        again[f"media_dialog_of_{CALL}"],
        again[f"media_dialog_of_{CALL}.via"],
    )
    assert [REACHES_PEER] == again.choices("request_reaches_resource_manager")


def in_dialog(*changes: str) -> list[str]:
    """Return where a further request of a call that the first Resource Manager placed may go."""
    call = established(deployed("recording.pausable=false", *changes)).after(
        f"a party of {CALL} asks for hold", f"{SIP} sends the request of {CALL}"
    )
    return call.choices("request_reaches_resource_manager")


def test_the_load_balancer_is_persistent() -> None:
    """A further request goes to the instance of the first."""
    assert [REACHES] == in_dialog()


def test_the_load_balancer_gives_up_an_instance() -> None:
    """Once its probes fail, further requests of a dialog go to the other."""
    call = established(deployed()).after(
        f"a party of {CALL} asks for hold",
        f"{SIP} sends the request of {CALL}",
        f"{MANAGER} crashes",
    )

    assert [] == call.choices("request_reaches_resource_manager")
    given_up = call.after(f"load_balancer gives up {MANAGER}")
    assert [REACHES_PEER] == given_up.choices("request_reaches_resource_manager")


def test_a_virtual_address_leads_to_who_holds_it() -> None:
    """A hot-standby pair with the virtual address in Record-Route keeps no route."""
    call = established(deployed("recording.pausable=false", STANDBY))

    assert "none" == call[f"media_dialog_of_{CALL}.route"]
    assert [REACHES] == in_dialog(STANDBY)


@pytest.mark.parametrize("changes", [TURNS[1:], (STANDBY, OWN)])
def test_own_address_requests_time_out_with_their_resource_manager(
    changes: tuple[str, ...],
) -> None:
    """Record-Route names the instance itself: when it is gone, so is the way to the call."""
    call = established(deployed("recording.pausable=false", *changes)).after(
        f"{MANAGER} crashes",
        f"a party of {CALL} asks for hold",
        f"{SIP} sends the request of {CALL}",
    )

    assert [REACHES] == in_dialog(*changes)
    assert [] == call.choices("request_reaches_resource_manager")
    [waits] = call.choices("request_fails")

    assert f"{SIP} gets no answer to the request for {CALL}" == waits
    assert (
        f"sip_server → sip_server: 408 ({CALL}, hold)",
        f"sip_server → {CALL}: refused (hold)",
    ) == call.after(waits).heard


def test_timer_f_runs_from_when_a_request_was_sent_first() -> None:
    """The instance that forwarded it may die before it answers; sent again, it is not sent anew."""
    call = established(deployed("recording.pausable=false", STANDBY, OWN)).after(
        f"a party of {CALL} asks for hold",
        f"{SIP} sends the request of {CALL}",
        REACHES,
    )
    waits = f"{SIP} gets no answer to the request for {CALL}"
    dead = call.after(f"{MANAGER} crashes")

    assert not call.can(waits)
    assert dead.can(waits)
    assert dead.after(f"the request for {CALL} is sent again").can(waits)


def test_sip_server_as_balancer_takes_turns() -> None:
    """The first placement goes to the first Resource Manager, the next to the second."""
    start = deployed(*TURNS, "scope.calls=2")
    first = start.after(f"{CALL} starts at {SIP}", ASKS)
    second = asked(start).after(
        f"call_2 starts at {SIP}", f"{SIP} asks for a media server for call_2"
    )

    assert [REACHES] == first.choices("request_reaches_resource_manager")
    assert [f"the request for call_2 reaches {PEER}"] == second.choices(
        "request_reaches_resource_manager"
    )


def test_sip_server_as_balancer_tries_the_next() -> None:
    """The one whose turn it is does not answer: after a time-out the other is asked."""
    tries = f"{SIP} gets no answer from {MANAGER} for {CALL} and tries the next"
    start = deployed(*TURNS)
    waits = start.after(f"{MANAGER} crashes", f"{CALL} starts at {SIP}", ASKS)

    assert not start.after(f"{CALL} starts at {SIP}", ASKS).can(tries)
    assert [] == waits.choices("request_reaches_resource_manager")
    assert [REACHES_PEER] == waits.after(tries).choices("request_reaches_resource_manager")
