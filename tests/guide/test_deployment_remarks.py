"""A key that is given and can affect nothing is a warning; one that has an effect is not."""

from __future__ import annotations

import pytest

from hamodel.guide.deployment import load, loads

ALONE = 'sip_server.pair = "single"\n'
ONE_MANAGER = 'resource_manager.mode = "single"\n'
ACTIVE_TWICE = 'resource_manager.mode = "active-active-sip-server"\n'
STANDBY = 'resource_manager.mode = "active-hot-standby"\n'
CLIENT = "[t_lib_client]\n"
GROUP = '[[recorder_group]]\nname = "a"\n'
MEDIA_BACKUP = f'{GROUP}separated = true\nstrategies = ["media-backup"]\n'
BOTH_BACKUPS = f'{GROUP}separated = true\nstrategies = ["signaling-backup", "media-backup"]\n'
STOP_START = f'{GROUP}strategies = ["stop-start"]\n{CLIENT}'


def idle(body: str) -> list[str]:
    """Return the keys that a deployment with this body is warned of."""
    return [note.key for note in loads(f'name = "site"\n{body}').warnings]


@pytest.mark.parametrize(
    ("premise", "line"),
    [
        (ALONE, 'sip_server.replication = "lagging"'),
        (ALONE, 'sip_server.replication_lag = "1 s"'),
        (ALONE, "sip_server.synced_at_start = false"),
        (ALONE, 'sip_server.ha_ready_delay = "1 s"'),
        (ALONE, 'sip_server.switchover_overlap = "1 s"'),
        (ALONE, 'sip_server.vip_move = "1 s"'),
        (ALONE, 'management_layer.scs = "pair"'),
        (ALONE, 'management_layer.lca_crash_detect = "1 s"'),
        (ALONE, 'management_layer.addp_timeout = "1 s"'),
        (ALONE, 'management_layer.heartbeat_period = "5 s"'),
        ("", 'sip_server.replication_lag = "1 s"'),
        (ONE_MANAGER, 'resource_manager.record_route = "own-address"'),
        (ONE_MANAGER, 'resource_manager.session_data = "not-shared"'),
        (ONE_MANAGER, "resource_manager.replicates_health = false"),
        (ONE_MANAGER, 'resource_manager.takeover = "1 s"'),
        (ONE_MANAGER, 'resource_manager.peer_heartbeat = "1 s"'),
        (ONE_MANAGER, "resource_manager.peer_misses = 2"),
        (ONE_MANAGER, 'resource_manager.lb_probe = "1 s"'),
        (
            'resource_manager.mode = "active-hot-standby"\n',
            'resource_manager.lb_probe = "1 s"',
        ),
        (ACTIVE_TWICE, "resource_manager.replicates_health = false"),
        (ACTIVE_TWICE, 'resource_manager.takeover = "1 s"'),
        (ACTIVE_TWICE, 'resource_manager.peer_heartbeat = "1 s"'),
        (ACTIVE_TWICE, "resource_manager.peer_misses = 2"),
        (ACTIVE_TWICE, 'resource_manager.lb_probe = "1 s"'),
        ("", "resource_manager.replicates_health = false"),
        ('resource_manager.notify = "once"\n', "resource_manager.notify_limit = 3"),
        ("", 'resource_manager.monitor.tcp_setup = "1 s"'),
        ("media_server.count = 1\n", 'media_server.balance = "round-robin"'),
        ("scope.media_servers = 1\n", 'media_server.balance = "round-robin"'),
        ("", 'duplication.targets = ["main", "main"]'),
        ("", "duplication.rebuild_leg = true"),
        ("", 'duplication.identifiers = "same"'),
        (ONE_MANAGER, "resource_manager.shares_pointer = true"),
        (
            'recorder_group = [{ name = "a", balance = "any" }]\n',
            "resource_manager.shares_pointer = true",
        ),
        ('duplication.requested_by = "sip-server"\n', 'duplication.targets = ["main", "main"]'),
    ],
)
def test_idle(premise: str, line: str) -> None:
    """A key is idle under its premise, and only that key."""
    assert [line.partition(" = ")[0]] == idle(premise + line)


@pytest.mark.parametrize(
    "body",
    [
        'sip_server = { replication = "lagging", replication_lag = "1 s" }',
        'management_layer.heartbeat_period = "5 s"',
        'resource_manager = { record_route = "own-address", lb_probe = "1 s" }',
        f'{STANDBY}resource_manager.takeover = "1 s"',
        f"{STANDBY}resource_manager.replicates_health = false",
        f'{STANDBY}resource_manager.peer_heartbeat = "1 s"\nresource_manager.peer_misses = 2',
        "resource_manager.notify_limit = 3",
        'resource_manager.monitor = { transport = "tcp", tcp_setup = "1 s" }',
        'media_server.balance = "round-robin"',
        'duplication = { requested_by = "sip-server", rebuild_leg = true }',
        f'{BOTH_BACKUPS}detects = "1 s"\nreinvite_by = "active"',
        f"{STOP_START}start_waits_stop = true\nping = {{}}",
        f'{STOP_START}stop_scope = "call"\n[duplication]\nrequested_by = "sip-server"',
        "resource_manager.shares_pointer = true",
        f'{GROUP}strategies = ["acme:own"]\ndetects = "1 s"\nreinvite_by = "active"',
        f"{CLIENT}backup = true\nstate_shared = true",
        f'{CLIENT}[duplication]\nrequested_by = "t-lib-client"',
    ],
)
def test_not_idle(body: str) -> None:
    """Without the premise the same keys are not idle."""
    assert [] == idle(body)


def test_idle_in_a_group() -> None:
    """A recorder group's idle keys are named with the group's number."""
    body = f'{GROUP}count = 1\nbalance = "any"\ndetects = "1 s"\nreinvite_by = "active"'

    assert [
        "recorder_group[1].balance",
        "recorder_group[1].detects",
        "recorder_group[1].reinvite_by",
    ] == idle(body)


def test_idle_without_a_backup() -> None:
    """What the backup of a T-lib client does is idle without one."""
    body = f'{CLIENT}takeover = "1 s"\nresync_on_activate = true\nstate_shared = true\nping = {{}}'

    assert [
        "t_lib_client.takeover",
        "t_lib_client.resync_on_activate",
        "t_lib_client.state_shared",
        "t_lib_client.ping",
    ] == idle(body)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (f'{GROUP}strategies = ["media-backup"]', "recorder_group[1].strategies"),
        (f'{MEDIA_BACKUP}reinvite_by = "active"', "recorder_group[1].reinvite_by"),
        (f"{CLIENT}start_waits_stop = true", "t_lib_client.start_waits_stop"),
        (f'{STOP_START}stop_scope = "call"', "t_lib_client.stop_scope"),
    ],
)
def test_idle_of_a_strategy(body: str, key: str) -> None:
    """A strategy needs units that fail apart; what belongs to a strategy is idle without it."""
    assert [key] == idle(body)


def test_a_shipped_file_is_not_warned_of() -> None:
    """What a change makes idle in a shipped file is not the user's; what the user set is."""
    changes = ["resource_manager.mode=single", "recorder_group.main.count=1"]

    assert () == load("reference", changes).warnings
    assert ["--set [resource_manager.peer_misses]"] == [
        f"{note.file} [{note.key}]"
        for note in load("reference", [*changes, "resource_manager.peer_misses=2"]).warnings
    ]


def test_text_of_a_warning() -> None:
    """A warning says where the key is, and why it is idle."""
    (warning,) = loads(f'name = "site"\n{ONE_MANAGER}resource_manager.peer_misses = 2').warnings

    assert (
        "text:3 [resource_manager.peer_misses]: can affect nothing here:"
        " there is one Resource Manager." == str(warning)
    )


def test_a_table_is_noted_once() -> None:
    """A table that has no effect as a whole is one note, not one for each of its keys."""
    found = loads('name = "site"\nmedia_server.liveness = { period = "1 s", failures = 2 }')

    assert ["media_server.liveness"] == [note.key for note in found.notes]
    assert found.notes[0].text.startswith("has no effect: nothing in the model kills what hangs;")


def test_changes_are_noted() -> None:
    """What the command line sets is noted like what a file says, at `--set`."""
    found = loads('name = "site"', changes=["resource_manager.drain=1 s"])

    assert (
        "--set [resource_manager.drain]: has no effect: the model has no planned stop;"
        " the guide is of failures." == str(found.notes[0])
    )


def test_a_host_with_all_of_a_kind_is_warned_of() -> None:
    """A pair on one host is none when the host is lost; a single instance is no pair."""
    both = 'host_1 = ["sip_server_1", "sip_server_2"]\nhost_2 = ["resource_manager_1"]\n'
    [warning] = loads(f'name = "x"\n[hosts]\n{both}').warnings

    assert "hosts.host_1" == warning.key
    assert "has all SIP Servers that are in scope: none is left when it is lost." == warning.text
    single = both.replace(', "sip_server_2"', "")
    assert () == loads(f'name = "x"\n[sip_server]\npair = "single"\n[hosts]\n{single}').warnings


@pytest.mark.parametrize(
    ("body", "key", "said"),
    [
        ('t1 = "36 s"', "network.t1", "t1 is longer than gives_up here"),
        ('gives_up = "400 ms"', "network.gives_up", "t1 is longer than gives_up here"),
        ('t2 = "400 ms"', "network.t2", "t1 is longer than t2 here"),
        ('exchange = "33 s"', "network.exchange", "exchange is longer than gives_up here"),
    ],
)
def test_timers_of_the_network_that_are_out_of_order_are_told(
    body: str, key: str, said: str
) -> None:
    """Each is taken as it is; what it makes of a loss says nothing of a network."""
    found = [
        each
        for each in loads(f'name = "x"\n[network]\n{body}').warnings
        if "is longer than" in each.text
    ]

    assert key == found[0].key
    assert said in found[0].text
