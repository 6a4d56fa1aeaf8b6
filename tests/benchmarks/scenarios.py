"""
Small deployments that between them let every rule happen, for trying mutants in seconds.

They are scenarios as the manifest has them; one that it has by the same name is taken from there.
"""

from __future__ import annotations

from hamodel.guide.manifest import Scenario

_SINGLE_SIP = "sip_server.pair=single"
_SINGLE_RM = "resource_manager.mode=single"
_PAIRED_RM = "resource_manager.mode=active-hot-standby"
_OWN_ROUTE = (
    "resource_manager.mode=active-active-sip-server",
    "resource_manager.record_route=own-address",
)
_ONE_MS = "scope.media_servers=1"
_ONE_RECORDER = "scope.recorders=1"
_NO_PAUSE = "recording.pausable=false"
_SMALLEST = (_ONE_MS, _ONE_RECORDER)
_BOXES = ("recorder_group.main.separated=false", "t_lib_client.backup=false")
_STOP_START = (
    "recorder_group.main.separated=false",
    'recorder_group.main.strategies=["stop-start"]',
)
_SINGLES = (_SINGLE_SIP, _SINGLE_RM, _ONE_MS, _NO_PAUSE)
_TWICE = "duplication.requested_by=sip-server"


def _small(name: str, *changes: str, faults: str = "", repairs: str = "") -> Scenario:
    plain = (*_BOXES, "recorder_group.main.strategies=[]")
    return Scenario(f"small: {name}", "reference", (*changes, *plain), faults, repairs)


def _whole(name: str, *changes: str, faults: str = "", repairs: str = "") -> Scenario:
    return Scenario(f"small: {name}", "reference", (*_SINGLES, *changes), faults, repairs)


SMALL: tuple[Scenario, ...] = (
    _small("one of each", _SINGLE_SIP, _SINGLE_RM, *_SMALLEST),
    _small("two media servers", _SINGLE_SIP, _SINGLE_RM, _ONE_RECORDER),
    _small("two media servers, no pause", _SINGLE_SIP, _SINGLE_RM, _ONE_RECORDER, _NO_PAUSE),
    _small("two of what records", _SINGLE_SIP, _SINGLE_RM, _NO_PAUSE),
    _small("sip server pair", _SINGLE_RM, *_SMALLEST),
    _small("sip server pair, no pause", _SINGLE_RM, *_SMALLEST, _NO_PAUSE),
    _small("sip server pair, two media servers", _SINGLE_RM, _ONE_RECORDER, _NO_PAUSE),
    _small("balanced pair", _SINGLE_SIP, *_SMALLEST),
    _small("balanced pair, no pause", _SINGLE_SIP, *_SMALLEST, _NO_PAUSE),
    _small("balanced pair, two media servers", _SINGLE_SIP, _ONE_RECORDER, _NO_PAUSE),
    _small("paired", _SINGLE_SIP, _PAIRED_RM, *_SMALLEST),
    _small("paired, two media servers", _SINGLE_SIP, _PAIRED_RM, _ONE_RECORDER, _NO_PAUSE),
    _small("own route", _SINGLE_SIP, *_OWN_ROUTE, *_SMALLEST),
    _small("own route, two media servers", _SINGLE_SIP, *_OWN_ROUTE, _ONE_RECORDER, _NO_PAUSE),
    _small(
        "one notice",
        _SINGLE_RM,
        *_SMALLEST,
        _NO_PAUSE,
        "resource_manager.notify=once",
        faults="media-server-crash=1,sip-server-crash=1",
    ),
    _small(
        "two failures and a repair",
        _SINGLE_RM,
        *_SMALLEST,
        _NO_PAUSE,
        faults="sip-server-crash=2",
        repairs="1",
    ),
    _small(
        "own route, two faults",
        _SINGLE_SIP,
        *_OWN_ROUTE,
        _ONE_RECORDER,
        _NO_PAUSE,
        faults="media-server-crash=1,resource-manager-crash=1",
    ),
    _small(
        "repaired balanced pair",
        _SINGLE_SIP,
        *_SMALLEST,
        _NO_PAUSE,
        faults="resource-manager-crash=1",
        repairs="1",
    ),
    _small(
        "repaired pair",
        _SINGLE_SIP,
        _PAIRED_RM,
        *_SMALLEST,
        _NO_PAUSE,
        faults="resource-manager-crash=2",
        repairs="1",
    ),
    _small(
        "repaired media server",
        _SINGLE_SIP,
        _SINGLE_RM,
        *_SMALLEST,
        _NO_PAUSE,
        faults="media-server-crash=1",
        repairs="1",
    ),
    _small(
        "management layer crash",
        _SINGLE_RM,
        *_SMALLEST,
        _NO_PAUSE,
        faults="management-layer-crash=1,sip-server-crash=1",
    ),
    _small(
        "repaired management layer",
        _SINGLE_RM,
        *_SMALLEST,
        _NO_PAUSE,
        faults="management-layer-crash=1,sip-server-crash=1",
        repairs="1",
    ),
    _small(
        "repaired recorder",
        _SINGLE_SIP,
        _SINGLE_RM,
        _NO_PAUSE,
        faults="recorder-crash=1",
        repairs="1",
    ),
    Scenario(
        "small: lost node",
        "private-edition",
        (_SINGLE_SIP, *_SMALLEST, _NO_PAUSE),
        faults="host-loss=1",
    ),
    _whole("recorder with backups", _ONE_RECORDER, "t_lib_client.backup=false"),
    _whole(
        "repaired units",
        _ONE_RECORDER,
        faults="recorder-signaling-crash+t-lib-client-crash=1",
        repairs="1",
    ),
    _whole("stop and start", *_STOP_START, "t_lib_client.backup=false"),
    _whole("silent recorder", *_STOP_START, "recorder_group.main.retry_on_timeout=false"),
    _whole(
        "t-lib client starts",
        "recorder_group.main.separated=false",
        "recorder_group.main.strategies=[]",
        _ONE_RECORDER,
        "recording.start=t-lib",
    ),
    _whole(
        "t-lib client dies between",
        *_STOP_START,
        "t_lib_client.state_shared=true",
        faults="recorder-crash=1,t-lib-client-crash=1",
    ),
    _whole("recorded twice", *_BOXES, "recorder_group.main.strategies=[]", _TWICE),
    _whole(
        "rebuilt",
        *_BOXES,
        "recorder_group.main.strategies=[]",
        _TWICE,
        "duplication.rebuild_leg=true",
        faults="recorder-crash=1",
    ),
)
