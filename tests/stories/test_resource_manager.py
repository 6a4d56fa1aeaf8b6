"""RM-1 to RM-4, told: what becomes of calls when a Resource Manager fails."""

from __future__ import annotations

from tests.stories.telling import (
    CALL,
    MANAGER,
    PEER,
    SERVER,
    SIP,
    asked,
    deployed,
    recorded,
)

HOLD = (f"a party of {CALL} asks for hold", f"{SIP} sends the request of {CALL}")
BALANCED = ("recording.pausable=false",)
STANDBY = (*BALANCED, "resource_manager.mode=active-hot-standby")
REACHES_PEER = f"the request for {CALL} reaches {PEER}"
THROUGH_PEER = f"{SERVER} executes the request for {CALL} through {PEER}"
HEARS = f"{SIP} hears the answer for {CALL}"


def test_resource_manager_is_a_proxy() -> None:
    """RM-1: requests go through it, media does not."""
    # Given a call that is recorded
    call = recorded(deployed(*BALANCED))
    # When both Resource Managers are gone
    gone = call.after(f"{MANAGER} crashes", f"{PEER} crashes")
    # Then its recording goes on, and only requests find no way
    assert gone.holds(gone.parts.recorded(CALL))
    assert [] == gone.after(*HOLD).choices("request_reaches_resource_manager")


def test_the_remaining_instance_accepts_requests() -> None:
    """RM-2: behind a load balancer the other instance is active already."""
    # Given an active/active pair
    pair = deployed(*BALANCED)
    # When an instance crashes
    gone = pair.after(f"{MANAGER} crashes")
    # Then a new call is placed through the other one, whatever the balancer believes yet
    assert (
        SERVER
        == asked(gone, manager=PEER).after(f"{PEER} places {CALL} on {SERVER}")[
            f"{PEER}.media_server_of_{CALL}"
        ]
    )


def test_the_hot_standby_accepts_requests() -> None:
    """RM-2: it takes the virtual address, and new requests reach it."""
    # Given an active/hot-standby pair
    pair = deployed(*STANDBY)
    # When the active instance crashes, and its standby takes over
    over = pair.after(
        f"{MANAGER} crashes",
        f"{PEER} misses the heartbeat of {MANAGER}",
        f"{PEER} takes the address and is active",
    )
    # Then a new call is placed through it
    assert asked(over, manager=PEER).can(f"{PEER} places {CALL} on {SERVER}")


def test_the_remaining_instance_remembers_affinity() -> None:
    """RM-3: it knows the call's Media Server and recorder."""
    # Given a call that is recorded, placed through the first instance
    call = recorded(deployed(*BALANCED))
    # When this instance is lost with its host
    lost = call.after("host_3 is lost")
    # Then the other one has both affinities
    assert SERVER == lost[f"{PEER}.media_server_of_{CALL}"]
    assert "recorder_1" == lost[f"{PEER}.recorder_of_{CALL}"]


def test_an_in_dialog_request_does_not_notice() -> None:
    """RM-4: hold is answered as ever, through the other instance."""
    # Given a recorded call whose Resource Manager crashed and was given up
    call = recorded(deployed(*BALANCED)).after(
        f"{MANAGER} crashes", f"load_balancer gives up {MANAGER}"
    )
    # When a party asks for hold
    held = call.after(*HOLD, REACHES_PEER, THROUGH_PEER, HEARS)
    # Then it is answered
    assert "nothing" == held[f"{CALL}.request"]
    assert (f"resource_manager → sip_server: 200 OK ({CALL}, hold)",) == held.heard


def test_affinity_that_is_not_shared_is_missed() -> None:
    """RM-3 and RM-4 refuted: the other instance never knew the call."""
    # Given Resource Managers that share nothing
    call = recorded(deployed(*BALANCED, "resource_manager.session_data=not-shared"))
    # When the one that placed the call is gone, and a party asks for hold
    asks = call.after(
        f"{MANAGER} crashes", f"load_balancer gives up {MANAGER}", *HOLD, REACHES_PEER
    )
    # Then the other one can only refuse
    assert not asks.can(THROUGH_PEER)
    assert [f"{PEER} knows no media server for {CALL}"] == asks.choices("request_is_refused")


def test_own_address_in_record_route_is_dead() -> None:
    """RM-4 refuted: in-dialog requests are for an instance that is no more."""
    # Given the private edition, whose Resource Managers put their own address in Record-Route
    call = recorded(deployed(*BALANCED, where="private-edition"))
    # When the one that placed the call is gone, and a party asks for hold
    asks = call.after(f"{MANAGER} crashes", *HOLD)
    # Then the request times out, though the other instance knows the call
    assert SERVER == asks[f"{PEER}.media_server_of_{CALL}"]
    assert [] == asks.choices("request_reaches_resource_manager")
    assert asks.can(f"{SIP} gets no answer to the request for {CALL}")
