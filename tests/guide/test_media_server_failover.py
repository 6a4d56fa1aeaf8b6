"""Resource Manager finds that a Media Server failed, and tells SIP Server (MS-2, MS-3)."""

from __future__ import annotations

import pytest

from tests.stories.telling import (
    CALL,
    MANAGER,
    PEER,
    SERVER,
    SIP,
    SMALL,
    TAKE_OVER,
    Situation,
    asked,
    deployed,
    established,
)

OTHER = "media_server_2"
NOTICES = f"{MANAGER} notices that {SERVER} failed"
TELLS = f"{MANAGER} tells {SIP} that {SERVER} failed for {CALL}"
COPIES = f"{SIP} copies {CALL} to sip_server_2"
SETTLES = f"{SIP} acknowledges to {MANAGER} that {SERVER} failed for {CALL}"
LOST = f"the notice of {MANAGER} for {CALL} is lost"
ASKS = f"{SIP} asks for a media server for {CALL}"
NOTICE = f"{MANAGER}.notice_of_{CALL}"
ONCE = "resource_manager.notify=once"


def noticed(*changes: str) -> Situation:
    """Return the situation in which a Media Server has failed with a call on it, and is missed."""
    return established(deployed(*SMALL, *changes)).after(f"{SERVER} crashes", NOTICES)


@pytest.mark.parametrize("failure", ["crashes", "hangs"])
def test_a_failed_media_server_is_noticed(failure: str) -> None:
    """OPTIONS are not answered, whether it is gone or hung."""
    start = established(deployed(*SMALL))

    assert not start.can(NOTICES)
    assert "no" == start.after(f"{SERVER} {failure}", NOTICES)[f"{MANAGER}.believes_{SERVER}"]


def test_an_affinity_becomes_a_notice() -> None:
    """The affinity with the failed Media Server ends; SIP Server has yet to be told."""
    call = noticed()

    assert SERVER == call[NOTICE]
    assert "none" == call[f"{MANAGER}.media_server_of_{CALL}"]


def test_a_failed_recorder_is_no_notice() -> None:
    """SIP Server is not told of recorders."""
    call = established(deployed(*SMALL)).after(
        "recorder_1 crashes", f"{MANAGER} notices that recorder_1 failed"
    )

    assert "none" == call[NOTICE]
    assert [] == call.choices("resource_manager_notifies")


def test_a_call_that_is_elsewhere_is_not_affected() -> None:
    """The failure of the other Media Server is no matter of this call."""
    call = established(deployed(*SMALL)).after(
        f"{OTHER} crashes", f"{MANAGER} notices that {OTHER} failed"
    )

    assert "none" == call[NOTICE]
    assert SERVER == call[f"{MANAGER}.media_server_of_{CALL}"]


def test_a_media_server_is_seen_again() -> None:
    """Its OPTIONS are answered again: it gets calls again."""
    again = f"{MANAGER} sees {SERVER} again"
    back = noticed().after(f"{SERVER} returns")

    assert not noticed().can(again)
    assert "yes" == back.after(again)[f"{MANAGER}.believes_{SERVER}"]


def test_a_notice_that_is_sent_once_is_gone() -> None:
    """With notify = once: told, and not told again."""
    told = noticed(ONCE).after(TELLS)

    assert "lost" == told[f"{SIP}.session_of_{CALL}"]
    assert "none" == told[NOTICE]


def test_a_notice_stands_until_it_is_acknowledged() -> None:
    """until-acknowledged: it stands until SIP Server answers, once the standby has been told."""
    told = noticed().after(TELLS)

    assert SERVER == told[NOTICE]
    assert not told.can(SETTLES)
    assert "none" == told.after(COPIES, SETTLES)[NOTICE]


def test_a_notice_is_acknowledged_before_a_lagging_standby_knows() -> None:
    """Lagging replication waits for nobody: the notice is settled, and the standby is not told."""
    assert noticed("sip_server.replication=lagging").after(TELLS).can(SETTLES)


def test_a_notice_is_repeated_to_the_new_primary() -> None:
    """The primary died before it acknowledged: the other one is told."""
    again = f"{MANAGER} tells sip_server_2 that {SERVER} failed for {CALL}"
    over = noticed().after(TELLS, f"{SIP} crashes", *TAKE_OVER)

    assert "bridged" == over[f"sip_server_2.session_of_{CALL}"]
    assert "lost" == over.after(again)[f"sip_server_2.session_of_{CALL}"]


def test_a_notice_that_is_sent_once_can_find_nobody() -> None:
    """With notify = once, during a switchover: it is lost, and the new primary is never told."""
    gone = noticed(ONCE).after(f"{SIP} crashes")

    assert not noticed(ONCE).can(LOST)
    assert "none" == gone.after(LOST)[NOTICE]


def test_a_notice_until_acknowledged_is_never_lost() -> None:
    """The model has no rule that loses it."""
    assert "notice_is_lost" not in {rule.family for rule in noticed().system.rules}


def test_nobody_is_told_during_a_switchover() -> None:
    """Until a SIP Server serves, the notice waits."""
    assert [] == noticed().after(f"{SIP} crashes").choices("resource_manager_notifies")


def test_a_notice_waits_while_the_call_is_placed() -> None:
    """One open INVITE a dialog: SIP Server answers once it has heard where the call is placed."""
    placing = noticed().after(TELLS, COPIES, ASKS)
    heard = placing.after(
        f"the request for {CALL} reaches {MANAGER}",
        f"{MANAGER} places {CALL} on {OTHER}",
        f"{SIP} hears where {CALL} is placed",
    )

    assert not placing.can(SETTLES)
    assert heard.can(SETTLES)


def test_the_standby_knows_of_the_failure_before_the_primary_acts() -> None:
    """Synchronous replication: first the standby, then the INVITE to another Media Server."""
    told = noticed().after(TELLS)

    assert not told.can(ASKS)
    assert told.after(COPIES).can(ASKS)


def test_the_call_is_placed_on_another_media_server() -> None:
    """The failed one is not tried again, though it may be its turn."""
    placing = noticed().after(TELLS, COPIES, ASKS, f"the request for {CALL} reaches {MANAGER}")

    assert [f"{MANAGER} places {CALL} on {OTHER}"] == placing.choices(
        "resource_manager_places_call"
    )


def test_what_the_peer_has_yet_to_hear_stays_an_affinity() -> None:
    """It would be lost with this instance: first the peer is told, then SIP Server."""
    placed = asked(deployed()).after(f"{MANAGER} places {CALL} on {SERVER}")
    missed = placed.after(f"{SERVER} crashes", NOTICES)
    affected = f"{MANAGER} finds {CALL} affected by the failure of {SERVER}"

    assert ("none", SERVER) == (missed[NOTICE], missed[f"{MANAGER}.media_server_of_{CALL}"])
    assert not missed.can(affected)
    told = missed.after(f"{MANAGER} tells {PEER} the media server of {CALL}")
    assert SERVER == told.after(affected)[NOTICE]


def test_the_peer_finds_a_call_affected_that_it_hears_of_later() -> None:
    """It has given up the Media Server already, and then hears that a call is on it."""
    late = asked(deployed()).after(
        f"{MANAGER} places {CALL} on {SERVER}",
        f"{SERVER} crashes",
        f"{PEER} notices that {SERVER} failed",
        f"{MANAGER} tells {PEER} the media server of {CALL}",
    )
    affected = f"{PEER} finds {CALL} affected by the failure of {SERVER}"

    assert "none" == late[f"{PEER}.notice_of_{CALL}"]
    assert SERVER == late.after(affected)[f"{PEER}.notice_of_{CALL}"]
