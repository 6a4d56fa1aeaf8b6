"""Files as users write them load: a note for what awaits a feature, a warning for what idles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from hamodel.guide.deployment import Deployment, Note, load

EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> Deployment:
    """Return the deployment of an example file."""
    return load(EXAMPLES / f"{name}.toml")


def brief(notes: tuple[Note, ...]) -> list[str]:
    """Return each note's line and key."""
    return [f"{note.line} {note.key}" for note in notes]


def test_small_single_site() -> None:
    """Two hosts, a single Resource Manager, one Media Server, one recorder."""
    found = example("small-single-site")

    assert "2 calls, 1 Media Server, 1 recorder, 1 recording start a call" == found.scope_sentence
    assert {
        "host_1": ("sip_server_1", "resource_manager_1", "media_server_1"),
        "host_2": ("sip_server_2", "recorder_1", "t_lib_client_1"),
    } == found.hosts_in_scope
    assert 1 == found.installed("resource_manager")
    assert found.management_layer.heartbeat_period is None
    assert 60_000 == found.recorder_group[0].unsaved
    assert [
        "18 sip_server.switchover_overlap",
        "45 recorder_group[1].orphan_timeout",
    ] == brief(found.notes)
    assert [
        "23 resource_manager.session_data",
        "46 recorder_group[1].balance",
    ] == brief(found.warnings)


def test_trading_floor() -> None:
    """Two sites, two recorder groups of two vendors, duplication with fixed targets."""
    found = example("trading-floor")

    assert "2 calls, 2 Media Servers, 3 recorders, 1 recording start a call" == found.scope_sentence
    assert ("sip_server_1", "resource_manager_1", "media_server_1", "vendor_a") == (
        found.sites["london_a"]
    )
    assert ("london_a", "london_b") == found.links["wan"].between
    assert ("ha", "sip", "rtp", "t-lib") == found.links["wan"].carries
    assert ("vendor_a", "vendor_b") == found.duplication.targets
    assert ("signaling-backup", "media-backup") == found.recorder_group[0].strategies
    assert ("acme:snapshot_takeover",) == found.recorder_group[1].strategies
    assert ("recorder_3",) == found.recorder_groups["vendor_b"]
    assert {
        "MS-1": "single point of failure, signed off 2026-10",
        "DUP-6": "same",
    } == found.accept
    assert [
        "4 sites",
        "7 links",
    ] == brief(found.notes)
    assert [
        "14 resource_manager.replicates_health",
        "39 recording.session_expires",
    ] == brief(found.warnings)


def test_private_edition_big() -> None:
    """Twelve Media Servers and eight recorders, three of each in scope, and a T-lib client."""
    found = example("private-edition-big")

    assert "2 calls, 3 of 12 Media Servers, 3 of 8 recorders, 1 recording start a call" == (
        found.scope_sentence
    )
    assert ("media_server_1", "media_server_2", "media_server_3") == found.media_servers
    assert 12 == found.installed("media_server")
    assert 2 == found.installed("t_lib_client")
    assert found.t_lib_client is not None
    assert "recording-session" == found.t_lib_client.stop_scope
    assert found.media_server.liveness is not None
    assert 20_000 == found.media_server.liveness.timeout
    assert 200 == found.sip_server.replication_lag
    assert [
        "16 resource_manager.notify_limit",
        "20 resource_manager.drain",
        "31 media_server.liveness",
    ] == brief(found.notes)
    assert [
        "14 resource_manager.replicates_health",
        "17 resource_manager.takeover",
        "18 resource_manager.peer_heartbeat",
        "19 resource_manager.peer_misses",
        "49 t_lib_client.stop_scope",
    ] == brief(found.warnings)


FIRST: Mapping[str, str] = {
    "trading-floor": "has no effect yet; it awaits network partitions.",
    "private-edition-big": "has no effect: a notice is sent until it is acknowledged",
    "small-single-site": "has no effect: an instance that is promoted takes over in one step",
}


@pytest.mark.parametrize("name", FIRST)
def test_notes_say_why_there_is_no_effect(name: str) -> None:
    """A note says that the key has no effect, why, and where it is."""
    first = example(name).notes[0]

    assert first.text.startswith(FIRST[name])
    assert str(EXAMPLES / f"{name}.toml") == first.file
    assert f"{first.file}:{first.line} [{first.key}]: {first.text}" == str(first)
