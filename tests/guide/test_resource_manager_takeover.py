"""What remains of a Resource Manager pair is active, and knows what it was told (RM-2, RM-3)."""

from __future__ import annotations

import pytest

from tests.stories.telling import (
    CALL,
    MANAGER,
    PEER,
    SERVER,
    asked,
    deployed,
    placed,
    recorded,
)

STANDBY = ("recording.pausable=false", "resource_manager.mode=active-hot-standby")
MISSES = f"{PEER} misses the heartbeat of {MANAGER}"
TAKES = f"{PEER} takes the address and is active"
HEARS = f"sip_server_1 hears where {CALL} is placed"
TELLS = f"{MANAGER} tells {PEER} the media server of {CALL}"


@pytest.mark.parametrize("failure", ["crashes", "hangs"])
def test_the_hot_standby_takes_over(failure: str) -> None:
    """It misses the heartbeat, is promoted, and moves the virtual address to itself."""
    gone = deployed(*STANDBY).after(f"{MANAGER} {failure}")
    promoted = gone.after(MISSES)
    active = promoted.after(TAKES)

    assert not deployed(*STANDBY).can(MISSES)
    assert "taking-over" == promoted[PEER]
    assert not promoted.holds(promoted.parts.accepts(PEER))
    assert ("active", PEER) == (active[PEER], active["resource_manager_address.holder"])
    assert active.holds(active.parts.accepts(PEER))


def test_the_repaired_instance_is_the_standby() -> None:
    """There is no fail-back: what returns waits for the other to fail."""
    back = deployed(*STANDBY).after(f"{MANAGER} crashes", MISSES, TAKES, f"{MANAGER} returns")

    assert ("hot-standby", "active") == (back[MANAGER], back[PEER])


def test_an_instance_that_is_back_before_it_was_missed() -> None:
    """Two hot standbys: either takes the address, and then the other stays (A-ELECTION)."""
    back = deployed(*STANDBY).after(f"{MANAGER} crashes", f"{MANAGER} returns")
    other = f"{MANAGER} misses the heartbeat of {PEER}"

    assert ("hot-standby", "hot-standby") == (back[MANAGER], back[PEER])
    assert back.can(other)
    assert not back.after(MISSES).can(other)
    assert "active" == back.after(MISSES, TAKES)[PEER]


def test_a_repaired_instance_of_a_balanced_pair_is_active() -> None:
    """Active/active: it takes requests as soon as the load balancer sees it."""
    gone = deployed().after(f"{MANAGER} crashes", f"load_balancer gives up {MANAGER}")
    back = gone.after(f"{MANAGER} returns")

    assert not gone.can(f"load_balancer sees {MANAGER} again")
    assert "active" == back[MANAGER]
    assert not back.holds(back.parts.accepts(MANAGER))
    again = back.after(f"load_balancer sees {MANAGER} again")
    assert again.holds(back.parts.accepts(MANAGER))


def test_the_load_balancer_does_not_give_up_who_answers() -> None:
    """Its probes are answered: there are no false alarms in the model."""
    assert [] == deployed().choices("load_balancer_gives_up")


def test_affinity_is_shared_before_the_2xx() -> None:
    """before-2xx: SIP Server hears of the placement once both Resource Managers know it."""
    executed = asked(deployed()).after(f"{MANAGER} places {CALL} on {SERVER}")
    told = executed.after(TELLS)

    assert not executed.can(HEARS)
    assert told.can(HEARS)
    assert SERVER == told[f"{PEER}.media_server_of_{CALL}"]


def test_affinity_is_shared_after_the_2xx() -> None:
    """after-2xx: the answer goes first, and the peer may never learn of the call."""
    executed = asked(deployed("resource_manager.session_data=after-2xx")).after(
        f"{MANAGER} places {CALL} on {SERVER}"
    )

    assert executed.can(HEARS)
    assert executed.after(HEARS).can(TELLS)


def test_affinity_that_is_not_shared_has_no_rule() -> None:
    """not-shared: no Resource Manager tells its peer anything."""
    placed_call = placed(deployed("resource_manager.session_data=not-shared"))
    families = {rule.family for rule in placed_call.system.rules}

    assert "resource_manager_tells_peer" not in families
    assert "none" == placed_call[f"{PEER}.media_server_of_{CALL}"]


def test_nothing_is_told_twice() -> None:
    """What the peer knows is not repeated."""
    assert [] == recorded(deployed()).choices("resource_manager_tells_peer")


def test_after_a_repair_affinities_are_told_again() -> None:
    """The repaired instance has forgotten: its peer tells it both affinities of the call."""
    back = recorded(deployed()).after(f"{PEER} crashes", f"{PEER} returns")
    again = [
        f"{MANAGER} tells {PEER} the media server of {CALL}",
        f"{MANAGER} tells {PEER} the recorder of {CALL}",
    ]
    told = back.after(*again)

    assert "none" == back[f"{PEER}.media_server_of_{CALL}"]
    assert again == back.choices("resource_manager_tells_peer")
    assert SERVER == told[f"{PEER}.media_server_of_{CALL}"]
    assert "recorder_1" == told[f"{PEER}.recorder_of_{CALL}"]


def test_a_standby_inherits_health() -> None:
    """replicates_health: what the active one believes of a Media Server, its standby does, too."""
    tells = f"{MANAGER} tells {PEER} the health of {SERVER}"
    noticed = deployed(*STANDBY).after(
        f"{SERVER} crashes", f"{MANAGER} notices that {SERVER} failed"
    )

    assert not deployed(*STANDBY).can(tells)
    assert "no" == noticed.after(tells)[f"{PEER}.believes_{SERVER}"]


def test_a_standby_that_does_not_inherit_probes_afresh() -> None:
    """replicates_health = false: after the take-over it finds out for itself."""
    fresh = deployed(*STANDBY, "resource_manager.replicates_health=false")
    over = fresh.after(
        f"{SERVER} crashes",
        f"{MANAGER} notices that {SERVER} failed",
        f"{MANAGER} crashes",
        MISSES,
        TAKES,
    )

    assert "yes" == over[f"{PEER}.believes_{SERVER}"]
    assert over.can(f"{PEER} notices that {SERVER} failed")


def test_a_standby_does_not_probe() -> None:
    """Only who is active sends OPTIONS."""
    dead = deployed(*STANDBY).after(f"{SERVER} crashes")

    assert [f"{MANAGER} notices that {SERVER} failed"] == dead.choices(
        "resource_manager_notices_failure"
    )
