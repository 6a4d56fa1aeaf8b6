"""What the primary SIP Server tells its hot standby (SIP-1c, A-REPLICATION)."""

from __future__ import annotations

from tests.stories.telling import CALL, SMALL, TAKE_OVER, deployed, joined, placed

COPIES = f"sip_server_1 copies {CALL} to sip_server_2"
CONFIRMS = f"sip_server_1 confirms {CALL}"


def test_a_call_in_set_up_is_not_copied() -> None:
    """Until its endpoints are joined, the standby is told nothing of a call (A-SETUP)."""
    assert not placed(deployed(*SMALL)).can(COPIES)
    assert joined(deployed(*SMALL)).can(COPIES)


def test_the_standby_knows_a_call_before_its_2xx() -> None:
    """Synchronous: the call is confirmed once the standby has been told."""
    ready = joined(deployed(*SMALL))

    assert not ready.can(CONFIRMS)
    assert ready.after(COPIES).can(CONFIRMS)
    assert "bridged" == ready.after(COPIES)[f"sip_server_2.session_of_{CALL}"]


def test_lagging_replication_confirms_first() -> None:
    """Lagging: the 2xx goes on though the standby knows nothing yet."""
    ready = joined(deployed(*SMALL, "sip_server.replication=lagging"))

    assert "up" == ready.after(CONFIRMS)[CALL]
    assert "unknown" == ready.after(CONFIRMS)[f"sip_server_2.session_of_{CALL}"]


def test_a_standby_that_is_down_is_not_waited_for() -> None:
    """Without its standby the primary goes on alone."""
    alone = joined(deployed(*SMALL)).after("sip_server_2 crashes")

    assert not alone.can(COPIES)
    assert alone.can(CONFIRMS)


def test_a_standby_that_is_not_synchronised_is_not_waited_for() -> None:
    """It has yet to catch up with earlier calls, so it cannot take over with all of them anyway."""
    catching_up = joined(deployed(*SMALL, "sip_server.synced_at_start=false"))

    assert "no" == catching_up["sip_server_2.synchronised"]
    assert catching_up.can(CONFIRMS)


def test_a_standby_is_synchronised_once_it_has_every_call() -> None:
    """While the primary has something to tell, the standby is not synchronised."""
    becomes = "sip_server_2 is synchronised with sip_server_1"
    catching_up = joined(deployed(*SMALL, "sip_server.synced_at_start=false"))

    assert not catching_up.can(becomes)
    assert "yes" == catching_up.after(COPIES, becomes)["sip_server_2.synchronised"]


def test_the_repaired_instance_is_told_every_call_again() -> None:
    """After a repair it is the backup, empty and not synchronised, and catches up."""
    known = joined(deployed(*SMALL)).after(COPIES, CONFIRMS)
    back = known.after("sip_server_1 crashes", *TAKE_OVER, "sip_server_1 returns")
    told = back.after(f"sip_server_2 copies {CALL} to sip_server_1")

    assert "unknown" == back[f"sip_server_1.session_of_{CALL}"]
    assert "no" == back["sip_server_1.synchronised"]
    assert "bridged" == told[f"sip_server_1.session_of_{CALL}"]
    assert told.can("sip_server_1 is synchronised with sip_server_2")
