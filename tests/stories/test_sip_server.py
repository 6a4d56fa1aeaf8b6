"""SIP-1 and SIP-2, told: what becomes of calls when a SIP Server fails."""

from __future__ import annotations

from tests.stories.telling import (
    CALL,
    MANAGER,
    SERVER,
    SIP,
    SMALL,
    TAKE_OVER,
    deployed,
    established,
    joined,
    recorded,
)

ASKS = f"a party of {CALL} asks for stop"
SENDS = f"sip_server_2 sends the request of {CALL}"
REACHES = f"the request for {CALL} reaches {MANAGER}"
EXECUTES = f"{SERVER} executes the request for {CALL} through {MANAGER}"
HEARS = f"sip_server_2 hears the answer for {CALL}"


def test_sip_server_is_deployed_as_a_pair() -> None:
    """SIP-1a: one instance serves, the other is its synchronised hot standby."""
    # Given the guide's own picture
    pair = deployed()
    # Then one instance is active and serves, and the other is ready
    assert ("active", "hot-standby") == (pair["sip_server_1"], pair["sip_server_2"])
    assert pair.holds(pair.parts.serves(SIP))
    assert "yes" == pair["sip_server_2.synchronised"]


def test_the_hot_standby_takes_over() -> None:
    """SIP-1b: the primary crashes, and its standby comes to serve in four steps."""
    # Given a pair
    pair = deployed(*SMALL)
    # When the primary crashes and the management layer does its work
    over = pair.after(f"{SIP} crashes", *TAKE_OVER)
    # Then the standby has role and address, and is the only one that serves
    assert over.holds(over.parts.serves("sip_server_2"))
    assert not over.holds(over.parts.serves(SIP))
    # And new calls reach it
    assert [f"{CALL} starts at sip_server_2"] == over.choices("call_starts")


def test_the_hot_standby_knows_an_established_call() -> None:
    """SIP-1c: what is left of the pair knows the call's Media Server and its recording."""
    # Given an established call
    call = established(deployed(*SMALL))
    # When the primary is lost with its host
    lost = call.after("host_1 is lost")
    # Then the other instance knows the call as its parties do
    assert "up" == lost[CALL]
    assert "bridged" == lost[f"sip_server_2.session_of_{CALL}"]
    assert SERVER == lost[f"sip_server_2.media_server_of_{CALL}"]


def test_an_established_call_does_not_notice() -> None:
    """SIP-2: the call, its conference and its recording go on through the switchover."""
    # Given a call that is recorded
    call = recorded(deployed(*SMALL))
    # When the primary crashes and the standby takes over
    over = call.after(f"{SIP} crashes", *TAKE_OVER)
    # Then it is still recorded, at every step
    for steps in range(len(call.rules), len(over.rules) + 1):
        assert deployed(*SMALL).after(*over.rules[:steps]).holds(call.parts.recorded(CALL))


def test_the_new_primary_carries_out_requests() -> None:
    """SIP-2: a party asks the new primary to stop the recording, and it is stopped."""
    # Given a recorded call whose primary was replaced
    call = recorded(deployed(*SMALL)).after(f"{SIP} crashes", *TAKE_OVER)
    # When a party asks for stop
    stopped = call.after(ASKS, SENDS, REACHES, EXECUTES, HEARS).after(
        f"sip_server_2 tells the party of {CALL} that it is done"
    )
    # Then it is told so, though no standby is left to be told
    assert "stopped" == stopped[f"{CALL}.told"]
    assert "not-recording" == stopped[f"{SERVER}.conference_of_{CALL}"]


def test_a_request_survives_its_primary() -> None:
    """SIP-2: asked in the middle of a switchover, answered by the new primary."""
    # Given a request that the old primary had sent and not heard of
    call = recorded(deployed(*SMALL)).after(ASKS, f"{SIP} sends the request of {CALL}")
    # When the primary crashes
    over = call.after(
        f"{SIP} crashes",
        f"the request for {CALL} is abandoned with its sip server",
        *TAKE_OVER,
    )
    # Then the new primary sends it again, and hears the answer
    assert over.after(SENDS, REACHES, EXECUTES).can(HEARS)


def test_lagging_replication_loses_an_established_call() -> None:
    """SIP-1c refuted: the primary confirms, and dies before it has told its standby."""
    # Given replication that lags behind the 2xx
    confirmed = joined(deployed(*SMALL, "sip_server.replication=lagging")).after(
        f"{SIP} confirms {CALL}"
    )
    # When the primary crashes
    over = confirmed.after(f"{SIP} crashes", *TAKE_OVER)
    # Then the call is up, and the new primary refuses whatever is asked of it
    assert ("up", "unknown") == (over[CALL], over[f"sip_server_2.session_of_{CALL}"])
    assert over.after(ASKS).can(f"sip_server_2 refuses the request of unknown {CALL}")


def test_a_hung_primary_blocks_its_pair() -> None:
    """SIP-1b refuted: without a heartbeat nobody acts on a hung primary."""
    # Given a pair without a heartbeat
    # When the primary hangs
    hung = deployed(*SMALL).after(f"{SIP} hangs")
    # Then nobody serves, and no step of a switchover is possible
    assert not hung.holds(hung.parts.some_sip_server_serves())
    assert [] == [rule for rule in TAKE_OVER if hung.can(rule)]
