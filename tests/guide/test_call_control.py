"""Hold, pause, resume, stop and hang-up: asked by a party, carried out by Media Server."""

from __future__ import annotations

import pytest

from tests.stories.telling import (
    CALL,
    MANAGER,
    SERVER,
    SIP,
    SMALL,
    TAKE_OVER,
    Situation,
    deployed,
    established,
    placed,
    recorded,
)

PAUSABLE = ("resource_manager.mode=single",)
SENDS = f"{SIP} sends the request of {CALL}"
REACHES = f"the request for {CALL} reaches {MANAGER}"
EXECUTES = f"{SERVER} executes the request for {CALL} through {MANAGER}"
HEARS = f"{SIP} hears the answer for {CALL}"
COPIES = f"{SIP} copies {CALL} to sip_server_2"
TELLS = f"{SIP} tells the party of {CALL} that it is done"
SILENT = f"the media server that {MANAGER} asks for {CALL} does not answer"
FAILED = f"{SIP} hears that the request for {CALL} failed"


def asks(request: str) -> str:
    """Return the rule by which a party asks for something."""
    return f"a party of {CALL} asks for {request}"


def executed(before: Situation, request: str) -> Situation:
    """Return the situation in which Media Server has done what a party asked for."""
    return before.after(asks(request), SENDS, REACHES, EXECUTES)


def done(before: Situation, request: str) -> Situation:
    """Return the situation in which the party has been told that it is done."""
    return executed(before, request).after(HEARS, COPIES, TELLS)


def test_a_party_asks_for_one_thing_at_a_time() -> None:
    """While a request is open no other is made, hang-up included."""
    waiting = established(deployed(*PAUSABLE)).after(asks("pause"))

    assert [] == waiting.choices("party_asks")
    assert [] == waiting.choices("party_hangs_up")


@pytest.mark.parametrize(
    ("before", "possible"),
    [
        ((), ["hold", "pause", "stop"]),
        (("pause",), ["hold", "resume", "stop"]),
        (("pause", "resume"), ["hold", "pause", "stop"]),
        (("stop",), ["hold"]),
    ],
)
def test_what_a_party_can_ask_for(before: tuple[str, ...], possible: list[str]) -> None:
    """Only what makes sense by what it was told: paused is resumed, stopped is not."""
    call = established(deployed(*PAUSABLE))
    for request in before:
        call = done(call, request)

    assert len(possible) == len(call.choices("party_asks"))
    assert [asks(request) for request in possible] == call.choices("party_asks")


def test_a_deployment_without_pause_has_no_such_rule() -> None:
    """recording.pausable = false: hold and stop are left."""
    assert [asks("hold"), asks("stop")] == established(deployed(*SMALL)).choices("party_asks")


@pytest.mark.parametrize(
    ("requests", "conference", "told"),
    [
        (("pause",), "paused", "paused"),
        (("pause", "resume"), "recording", "on"),
        (("stop",), "not-recording", "stopped"),
    ],
)
def test_a_request_is_carried_out(requests: tuple[str, ...], conference: str, told: str) -> None:
    """What the party is told is what the conference does, and what the standby knows."""
    call = established(deployed(*PAUSABLE))
    for request in requests:
        call = done(call, request)

    assert conference == call[f"{SERVER}.conference_of_{CALL}"]
    assert told == call[f"{CALL}.told"]
    assert told == call[f"sip_server_2.recording_of_{CALL}"]


def test_the_party_is_told_after_the_standby() -> None:
    """Synchronous replication: that it is paused is known twice before it is said (SIP-1c)."""
    heard = executed(established(deployed(*PAUSABLE)), "pause").after(HEARS)

    assert not heard.can(TELLS)
    assert heard.after(COPIES).can(TELLS)


def test_with_lagging_replication_the_party_is_told_first() -> None:
    """The standby may never learn that the recording is paused."""
    lagging = deployed(*PAUSABLE, "sip_server.replication=lagging")

    assert executed(established(lagging), "pause").after(HEARS).can(TELLS)


def test_hold_is_answered_at_once() -> None:
    """Hold changes nothing that a standby has to know."""
    call = executed(established(deployed(*SMALL)), "hold").after(HEARS)

    assert "nothing" == call[f"{CALL}.request"]
    assert not call.can(COPIES)


def test_a_request_to_a_dead_media_server_fails() -> None:
    """Timer F: Resource Manager says so to SIP Server, and SIP Server to the party."""
    call = established(deployed(*SMALL)).after(f"{SERVER} crashes", asks("hold"), SENDS, REACHES)
    refused = call.after(SILENT, FAILED)

    assert "nothing" == refused[f"{CALL}.request"]
    assert "bridged" == refused[f"{SIP}.session_of_{CALL}"]
    assert 2 == len(refused.heard)


def test_sip_server_detects_a_media_server_itself() -> None:
    """self_detects_media_server: a request that failed tells it to place the call anew (MS-2)."""
    detects = deployed(*SMALL, "sip_server.self_detects_media_server=true")
    call = established(detects).after(f"{SERVER} crashes", asks("hold"), SENDS, REACHES)
    refused = call.after(SILENT, FAILED)

    assert "lost" == refused[f"{SIP}.session_of_{CALL}"]
    assert "yes" == refused[f"{SIP}.unsent_{CALL}"]
    assert refused.after(COPIES).can(f"{SIP} asks for a media server for {CALL}")


def test_a_restarted_media_server_does_not_know_the_call() -> None:
    """Back, and empty: it answers 481, and the request fails."""
    call = established(deployed(*SMALL)).after(
        f"{SERVER} crashes", f"{SERVER} returns", asks("hold"), SENDS, REACHES
    )

    assert not call.can(EXECUTES)
    assert call.after(f"the media server that {MANAGER} asks does not know {CALL}").can(FAILED)


def test_a_call_ends_with_its_conference_and_recording() -> None:
    """BYE ends the conference and the affinity; then Media Server ends the recording session."""
    bye = recorded(deployed(*SMALL)).after(
        f"a party of {CALL} hangs up",
        SENDS,
        REACHES,
        EXECUTES,
        f"{SIP} hears the answer to BYE for {CALL}",
    )
    closed = bye.after(
        f"{SERVER} ends the recording session for {CALL}",
        f"{MANAGER} passes on the BYE of {SERVER} for {CALL}",
    )

    assert ("ended", "absent") == (bye[CALL], bye[f"{SERVER}.conference_of_{CALL}"])
    assert "none" == bye[f"{MANAGER}.media_server_of_{CALL}"]
    assert "yes" == bye[f"recorder_1.receives_{CALL}"]
    assert "no" == closed[f"recorder_1.receives_{CALL}"]


def test_a_bye_that_fails_ends_the_call_too() -> None:
    """Nothing is left to end at a Media Server that is gone (A-HANGUP)."""
    ended = established(deployed(*SMALL)).after(
        f"{SERVER} crashes",
        f"a party of {CALL} hangs up",
        SENDS,
        REACHES,
        SILENT,
        f"{SIP} hears that BYE failed for {CALL}",
    )

    assert ("ended", "unknown") == (ended[CALL], ended[f"{SIP}.session_of_{CALL}"])


def test_a_call_without_a_media_server_just_ends() -> None:
    """Hung up before a Media Server was placed: there is nobody to tell."""
    rings = deployed(*SMALL).after(f"{CALL} starts at {SIP}", f"a party of {CALL} hangs up")

    assert not rings.can(SENDS)
    assert "ended" == rings.after(f"{SIP} ends {CALL} without a media server")[CALL]


def test_a_call_in_set_up_can_be_hung_up() -> None:
    """Placed and not yet joined: BYE goes to the Media Server that holds its conference."""
    assert placed(deployed(*SMALL)).after(f"a party of {CALL} hangs up").can(SENDS)


def lost(*requests: str) -> Situation:
    """Return a call that the new primary was never told of, after these requests."""
    lagging = deployed(*SMALL, "sip_server.replication=lagging")
    call = placed(lagging).after(
        f"{SIP} joins endpoint_a of {CALL}",
        f"{SIP} joins endpoint_b of {CALL}",
        f"{SIP} confirms {CALL}",
    )
    return call.after(f"{SIP} crashes", *TAKE_OVER, *requests)


def test_an_unknown_call_is_refused() -> None:
    """481 to whoever asks something of a call that this SIP Server does not know."""
    refused = lost(asks("stop"), f"sip_server_2 refuses the request of unknown {CALL}")

    assert ("up", "nothing") == (refused[CALL], refused[f"{CALL}.request"])


def test_an_unknown_call_can_be_hung_up() -> None:
    """The party is told 481, and its call is over."""
    over = lost(f"a party of {CALL} hangs up", f"unknown {CALL} is hung up at sip_server_2")

    assert ("ended", "none") == (over[CALL], over[f"{CALL}.endpoint_b"])
