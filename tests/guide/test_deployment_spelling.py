"""What the guide and the product write is understood; what has two readings is refused."""

from __future__ import annotations

import operator

import pytest

from hamodel.errors import InputError
from hamodel.guide.deployment import load, loads


def value(body: str, parameter: str) -> object:
    """Return the value of a parameter in a deployment with this body."""
    return operator.attrgetter(parameter)(loads(f'name = "site"\n{body}'))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("hot-standby", "hot-standby"),
        ("active/hot-standby", "hot-standby"),
        ("Active/Hot-Standby", "hot-standby"),
        ("hot standby", "hot-standby"),
        ("hot_standby", "hot-standby"),
        ("stand-alone", "single"),
        ("standalone", "single"),
        ("none", "single"),
    ],
)
def test_pair(written: str, meant: str) -> None:
    """SIP Server's pair, as the guide and the product write it."""
    assert meant == value(f'sip_server.pair = "{written}"', "sip_server.pair")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("active/hot-standby", "active-hot-standby"),
        ("active standby", "active-hot-standby"),
        ("hot-standby", "active-hot-standby"),
        ("stand-alone", "single"),
        ("Active/Active Load Balancer", "active-active-load-balancer"),
        ("active_active_sip_server", "active-active-sip-server"),
    ],
)
def test_mode(written: str, meant: str) -> None:
    """Resource Manager's mode, as the guide and the product write it."""
    assert meant == value(f'resource_manager.mode = "{written}"', "resource_manager.mode")


@pytest.mark.parametrize("written", ["active/active", "active-active", "Active Active"])
def test_active_active_is_ambiguous(written: str) -> None:
    """The guide's active/active has two readings, which the error lists."""
    with pytest.raises(InputError) as caught:
        value(f'resource_manager.mode = "{written}"', "name")

    assert (
        f"HA066 text:2 [resource_manager.mode]: found {written!r}, which can be"
        " active-active-load-balancer or active-active-sip-server."
    ) == str(caught.value)


@pytest.mark.parametrize(
    ("body", "parameter", "meant"),
    [
        ('recording.start = "T-lib"', "recording.start", "t-lib"),
        ('recording.record_id = "Media Server"', "recording.record_id", "media-server"),
        ('duplication.requested_by = "SIP Server"', "duplication.requested_by", "sip-server"),
        (
            'media_server.on_none_available = "continue_unrecorded"',
            "media_server.on_none_available",
            "continue-unrecorded",
        ),
        (
            'resource_manager.notify = "until_acked"',
            "resource_manager.notify",
            "until-acknowledged",
        ),
        ('media_server.balance = "Round Robin"', "media_server.balance", "round-robin"),
    ],
)
def test_words(body: str, parameter: str, meant: str) -> None:
    """A word may be written with the guide's capitals, spaces and slashes."""
    assert meant == value(f"{body}\n[t_lib_client]", parameter)


def test_strategies() -> None:
    """Signalling may have one l or two; a strategy of one's own is left as it is written."""
    body = (
        '[[recorder_group]]\nname = "a"\n'
        'strategies = ["signalling-backup", "Media Backup", "acme:snapshot_takeover"]'
    )
    (group,) = loads(f'name = "site"\n{body}').recorder_group

    assert ("signaling-backup", "media-backup", "acme:snapshot_takeover") == group.strategies


@pytest.mark.parametrize("word", ["signaling", "acme:Snapshot", "acme:", ":x", "a b:c"])
def test_wrong_strategies(word: str) -> None:
    """A strategy is one of three, or module:name."""
    with pytest.raises(InputError, match=r"HA066 .*stop-start, or module:name of your own"):
        loads(f'name = "site"\n[[recorder_group]]\nname = "a"\nstrategies = ["{word}"]')


@pytest.mark.parametrize(
    ("written", "parameter"),
    [
        ("sip-server", "sip_server.pair"),
        ('"SIP Server"', "sip_server.pair"),
        ("'SIP Server'", "sip_server.pair"),
    ],
)
def test_tables(written: str, parameter: str) -> None:
    """A table may be called as the guide calls what it describes."""
    assert "single" == value(f'[{written}]\npair = "single"', parameter)


def test_guide_names_of_tables() -> None:
    """Every component of the guide's has its table under the guide's name."""
    found = loads(
        'name = "site"\n["Resource Manager"]\nreplicates-health = false\n["Media Server"]\n'
        "count = 3\n"
        '[["recording server"]]\nname = "a"\n["T-lib client"]\nbackup = true\n'
        '["Management Layer"]\nscs = "pair"'
    )

    assert found.resource_manager.replicates_health is False
    assert 3 == found.media_server.count
    assert "a" == found.recorder_group[0].name
    assert found.t_lib_client is not None
    assert "pair" == found.management_layer.scs


@pytest.mark.parametrize(
    ("written", "ms"),
    [("0 s", 0), ("1 ms", 1), ("250 ms", 250), ("10 s", 10_000), ("604800 s", 604_800_000)],
)
def test_durations(written: str, ms: int) -> None:
    """A duration is a whole number of seconds or milliseconds."""
    assert ms == value(f'sip_server.vip_move = "{written}"', "sip_server.vip_move")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ('"10s"', "10 s"),
        ('"10sec"', "10 s"),
        ('"1.5 s"', "1500 ms"),
        ('"0.5 ms"', ""),
        ('"2 min"', "120 s"),
        ('"1 h"', "3600 s"),
        ('"1.5 hours"', "5400 s"),
        ('"250"', "250 s"),
        ("250", "250 s"),
        ("-1", ""),
        ('"10 days"', ""),
        ('"soon"', ""),
    ],
)
def test_nearly_durations(written: str, hint: str) -> None:
    """What is nearly a duration is refused with the right spelling, if it has an exact one."""
    with pytest.raises(InputError) as caught:
        value(f"sip_server.vip_move = {written}", "name")

    assert "HA065" == caught.value.code
    assert (f'(did you mean "{hint}"?)' in str(caught.value)) is bool(hint)


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("scop.calls = 1", "scope"),
        ("Name = 'x'", "name"),
        ("scope.Media-Servers = 1", "media_servers"),
        ("sip_server.pair = 'singel'", "single"),
        ("resource_manager.mode = 'active-active-sip'", "active-active-sip-server"),
        ("hosts.x = ['sip_sever_1']", "sip_server_1"),
        ("hosts.x = ['mian']", "main"),
        ("duplication.targets = ['man', 'main']", "main"),
        ("recorder_group = [{name = 'a', strategies = ['stop-stat']}]", "stop-start"),
    ],
)
def test_did_you_mean(body: str, hint: str) -> None:
    """A key, a word or a name that is nearly right is refused with the right one."""
    with pytest.raises(InputError) as caught:
        value(body, "name")

    assert f"(did you mean '{hint}'?)" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "homes"),
    [
        ("calls", "scope.calls"),
        ("sip_server.mode", "resource_manager.mode"),
        ("scope.backup", "t_lib_client.backup"),
        ("count", "resource_manager.count, media_server.count, recorder_group.count"),
    ],
)
def test_key_of_another_table(key: str, homes: str) -> None:
    """A key that stands in the wrong table is refused with the tables that have it."""
    with pytest.raises(InputError) as caught:
        value(f"{key} = 1", "name")

    name = key.rpartition(".")[2]
    assert f"HA063 text:2 [{key}]: {name!r} is no key here, but there is {homes}." == str(
        caught.value
    )


def test_key_of_a_recorder_group_alone() -> None:
    """A change is told to name the group, as it has to."""
    with pytest.raises(InputError, match=r"there is recorder_group\.NAME\.retry_on_timeout\."):
        load("reference", ["retry_on_timeout=true"])


def test_claims_of_other_case() -> None:
    """A claim that the guide does not have is refused with the claims under its heading."""
    with pytest.raises(InputError, match="no claim of the guide; it has RM-1, RM-2, RM-3, RM-4"):
        value("accept.rm-9 = 'known'", "name")
