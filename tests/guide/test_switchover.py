"""SIP Server's switchover: noticed, decided, carried out (SIP-1b, A-ML, A-VIP)."""

from __future__ import annotations

from tests.stories.telling import SMALL, TAKE_OVER, deployed

NOTICES, DECIDES, TAKES_OVER, MOVES = TAKE_OVER
HEARTBEAT = "management_layer.heartbeat_period=10 s"


def test_a_crash_is_noticed() -> None:
    """The agent on its host sees a process that is gone."""
    crashed = deployed(*SMALL).after("sip_server_1 crashes")

    assert not deployed(*SMALL).can(NOTICES)
    assert crashed.can(NOTICES)


def test_a_hang_is_noticed_only_with_a_heartbeat() -> None:
    """A hung process has its connections still: without a heartbeat nobody notices."""
    assert not deployed(*SMALL).after("sip_server_1 hangs").can(NOTICES)
    assert deployed(*SMALL, HEARTBEAT).after("sip_server_1 hangs").can(NOTICES)


def test_a_hung_primary_is_stopped_before_another_takes_over() -> None:
    """Nothing is decided while the hung primary may come to life again."""
    noticed = deployed(*SMALL, HEARTBEAT).after("sip_server_1 hangs", NOTICES)
    stops = "management_layer stops the hung sip_server_1"

    assert not noticed.can(DECIDES)
    assert noticed.can(stops)
    assert noticed.after(stops, DECIDES, TAKES_OVER)["sip_server_2"] == "active"


def test_the_failure_of_the_backup_changes_nothing() -> None:
    """Only the primary's failure starts a switchover."""
    assert not deployed(*SMALL).after("sip_server_2 crashes").can(NOTICES)


def test_the_role_moves_before_the_address() -> None:
    """Promotion and the script that takes the address are two steps, in this order."""
    decided = deployed(*SMALL).after("sip_server_1 crashes", NOTICES, DECIDES)
    promoted = decided.after(TAKES_OVER)

    assert not decided.can(MOVES)
    assert "sip_server_1" == promoted["sip_server_address.holder"]
    assert "sip_server_2" == promoted.after(MOVES)["sip_server_address.holder"]


def test_without_a_standby_nothing_is_decided() -> None:
    """The standby died first: there is none to take over."""
    noticed = deployed(*SMALL).after("sip_server_2 crashes", "sip_server_1 crashes", NOTICES)

    assert not noticed.can(DECIDES)
    assert noticed.after("sip_server_2 returns").can(DECIDES)


def test_a_switchover_starts_again() -> None:
    """The standby that was chosen dies: the decision is taken back."""
    decided = deployed(*SMALL).after("sip_server_1 crashes", NOTICES, DECIDES)
    again = "management_layer finds no standby to promote"
    left = decided.after("sip_server_2 crashes")

    assert not decided.can(again)
    assert not left.can(TAKES_OVER)
    assert "noticed" == left.after(again)["management_layer"]


def test_a_primary_that_came_back_is_not_the_primary() -> None:
    """Restarted before anyone noticed, it is a backup; the other takes over all the same."""
    back = deployed(*SMALL).after("sip_server_1 crashes", "sip_server_1 returns")

    assert ("hot-standby", "hot-standby") == (back["sip_server_1"], back["sip_server_2"])
    assert "active" == back.after(NOTICES, DECIDES, TAKES_OVER)["sip_server_2"]


def test_a_management_layer_that_is_down_decides_nothing() -> None:
    """SCS alone is a single point of failure, and comes back watching (FR-24)."""
    down = deployed(*SMALL).after("sip_server_1 crashes", NOTICES, "management_layer crashes")

    assert not down.can(DECIDES)
    assert down.after("management_layer returns").can(NOTICES)


def test_a_single_sip_server_has_no_switchover() -> None:
    """Without a pair the model has no rule of a switchover."""
    rules = {rule.name for rule in deployed(*SMALL, "sip_server.pair=single").system.rules}

    assert rules.isdisjoint(TAKE_OVER)
