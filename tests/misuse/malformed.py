"""
Files that are no deployments: 20 in each of ten kinds, each wrong in a way that people get wrong.

In a text, `# here` marks the line that the error must name. A key is what the error must name; it
is empty where the file as a whole is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Malformed:
    """
    One file, and what must be said of it.

    Parameters
    ----------
    kind
        One of `KINDS`.
    data
        Its bytes.
    code
        The code of the one error.
    key
        The key that the error names; empty where there is none.
    line
        The line that the error names; 0 where there is none to check.
    """

    kind: str
    data: bytes
    code: str
    key: str
    line: int


def malformed() -> tuple[Malformed, ...]:
    """Return every file, in the order of the kinds."""
    return tuple(case for build in KINDS.values() for case in build())


def _text(kind: str, code: str, key: str, body: str) -> Malformed:
    """Return a file that is wrong only in its body, at the line marked `# here`."""
    text = f'name = "site"\n{body}\n'
    before, mark, _ = text.partition("# here")
    line = before.count("\n") + 1 if mark else 0
    return Malformed(kind, text.encode(), code, key, line)


def _one_line(kind: str, code: str, *lines: str) -> tuple[Malformed, ...]:
    """Return a file for each dotted `key = value`, as the last of its lines."""
    return tuple(_text(kind, code, line.partition(" = ")[0], f"{line} # here") for line in lines)


def _types() -> tuple[Malformed, ...]:
    """Values of another type than the key's."""
    return (
        *_one_line(
            "types",
            "HA064",
            'scope.calls = "2"',
            "scope.calls = 2.0",
            "scope.calls = true",
            "scope.calls = 2026-10-01",
            "scope.calls = [2]",
            "scope.calls = { number = 2 }",
            'sip_server = "hot-standby"',
            "sip_server.pair = 2",
            'sip_server.pair = ["single"]',
            'sip_server.synced_at_start = "yes"',
            "sip_server.synced_at_start = 1",
            "resource_manager.count = nan",
            "media_server.capacity = inf",
            'recorder_group = "main"',
            "accept.MS-1 = true",
        ),
        Malformed("types", b"name = 5\n", "HA064", "name", 1),
        _text("types", "HA064", "sip_server", '[[sip_server]] # here\npair = "single"'),
        _text("types", "HA064", "recorder_group", '[recorder_group] # here\nname = "main"'),
        _text("types", "HA064", "hosts.host_1", '[hosts]\nhost_1 = "sip_server_1" # here'),
        _text("types", "HA064", "hosts.host_1[2]", '[hosts]\nhost_1 = [\n"recorder_1",\n7] # here'),
    )


def _units() -> tuple[Malformed, ...]:
    """Durations without a unit, with another one, or not whole."""
    values = (
        "10",
        "10.5",
        "true",
        '["10 s"]',
        '"10"',
        '"10s"',
        '"10 sec"',
        '"10 S"',
        '"10  s"',
        '" 10 s"',
        '"1.5 s"',
        '"1,5 s"',
        '"-10 s"',
        '"010 s"',
        '"2 min"',
        '"10 us"',
        '"10 s 5 ms"',
        '"ten s"',
        '"٣ s"',
        '"never"',
    )
    key = "resource_manager.monitor.interval"
    body = "[resource_manager.monitor]\ninterval = {} # here"
    return tuple(_text("units", "HA065", key, body.format(value)) for value in values)


def _keys() -> tuple[Malformed, ...]:
    """Keys that no table has, most of them nearly right."""
    kind = "keys"

    def case(key: str, body: str) -> Malformed:
        return _text(kind, "HA063", key, f"{body} # here")

    return (
        *_one_line(
            kind,
            "HA063",
            "calls = 2",
            "scope.call = 2",
            "scope.Calls = 2",
            "scope.phones = 2",
            'sip_server.mode = "single"',
            'resource_manager.pair = "single"',
            'resource_manager.monitor.intervall = "10 s"',
            "t_lib_client.ping.interval_s = 5",
            'recording.started = "static"',
            "notes = []",
            "__class__ = 1",
        ),
        case("scop", "scop.calls = 2"),
        case("Scope", "[Scope]"),
        case("sip_servers", "[[sip_servers]]"),
        case("''", '"" = 1'),
        case("'resource_manager.mode'", '"resource_manager.mode" = "single"'),
        case(r"scope.'calls\n'", r'scope."calls\n" = 2'),
        case("recorder_group[1].size", "[[recorder_group]]\nsize = 3"),
        case("links.wan.carry", '[links]\nwan = { between = ["a", "b"], carry = ["sip"] }'),
        case("media_server.liveness.failure", "[media_server]\nliveness = { failure = 3 }"),
    )


def _encodings() -> tuple[Malformed, ...]:
    """Bytes that are not UTF-8 text with ordinary line ends."""
    text = 'name = "site"\n[scope]\ncalls = 2\n'

    def case(data: bytes, code: str = "HA061", line: int = 1) -> Malformed:
        return Malformed("encodings", data, code, "", line)

    return (
        case(b"\xff\xfe" + text.encode("utf-16-le")),
        case(b"\xfe\xff" + text.encode("utf-16-be")),
        case(text.encode("utf-16-le")),
        case(text.encode("utf-16-be")),
        case(b"\xff\xfe\x00\x00" + text.encode("utf-32-le")),
        case(b"\x00\x00\xfe\xff" + text.encode("utf-32-be")),
        case(text.encode("utf-32-le")),
        case(b"\xef\xbb\xbf" + text.encode()),
        case(text.replace("2", "2 # für zwei").encode("latin-1"), line=3),
        case(text.replace("site", "“site”").encode("cp1252")),
        case(text.replace("2", "2 # 二").encode("shift-jis"), line=3),
        case(text.encode("cp037")),
        case(text.replace("site", "si\0te").encode()),
        case(text.encode() + b"\0", line=4),
        case(text.replace("\n", "\r").encode()),
        case(text.replace("2", "2 # t\rwo").encode(), line=3),
        case(text.encode() + b"# \xc0\x80", line=4),
        case(text.encode() + b"# \xed\xa0\x80", line=4),
        case(text.encode() + b"# \xe2\x82", line=4),
        case(b"\x1f\x8b\x08\x00" + text.encode()),
    )


def _nesting() -> tuple[Malformed, ...]:
    """Lists, tables and keys inside one another, a few or 100,000 deep."""
    deep = 100_000

    def case(key: str, body: str) -> Malformed:
        return _text("nesting", "HA072", key, body)

    tables = "".join(f"[{'.'.join(['a'] * depth)}]\n" for depth in range(1, 9))
    return (
        case("a", f"a = {'[' * deep}{']' * deep} # here"),
        case("a", f"a = {'[' * deep} # here"),
        case("a", f"a = {'{ b = ' * 20_000}1{' }' * 20_000} # here"),
        case("a", f"a = {'[{b=' * 30_000}1{'}]' * 30_000} # here"),
        case("", f"{'.'.join(['a'] * deep)} = 1 # here"),
        case("", f"[{'.'.join(['a'] * deep)}] # here\nb = 1"),
        case("", f"[[{'.'.join(['a'] * deep)}]] # here\nb = 1"),
        case("", ".".join(['"a"'] * 50_000) + " = 1 # here"),
        case("accept", f"[accept]\n{' . '.join(['a'] * 50_000)} = 1 # here"),
        case("hosts.host_1", f"[hosts]\nhost_1 = {'[' * deep}{']' * deep} # here"),
        case("hosts.host_1", f"[hosts]\nhost_1 = [{'[' * deep}\n# no end"),
        case("hosts.host_1", "[hosts]\nhost_1 = [[[[[[[[\n[ # here\n]]]]]]]]]"),
        case("links.wan", "[links]\nwan = { between = [[[[[[[[[1]]]]]]]]] } # here"),
        case(
            "recorder_group[1].strategies",
            f"[[recorder_group]]\nstrategies = {'[' * 500}{']' * 500} # here",
        ),
        case(
            "recorder_group[1].strategies",
            f"[[recorder_group]]\nstrategies = {'[ ' * 50_000} # here",
        ),
        case("scope.calls", f"[scope]\ncalls = {'[' * 9}{']' * 9} # here"),
        case("scope.calls", f"[scope]\ncalls = {'{a=' * 9}1{'}' * 9} # here"),
        case("scope", f"[scope]\n{'.'.join(['calls'] * 9)} = 1 # here"),
        case("", f"{tables}[{'.'.join(['a'] * 9)}] # here"),
        case("a", f"a = [\n{'[' * deep} # here"),
    )


def _sizes() -> tuple[Malformed, ...]:
    """Too much of something, or none of it."""
    kind = "sizes"
    groups = "".join(f'[[recorder_group]]\nname = "g{number}"\n' for number in range(101))
    return (
        *_one_line(
            kind,
            "HA067",
            "scope.calls = 0",
            "scope.calls = -1",
            "scope.calls = 101",
            "media_server.count = 0",
            "media_server.count = 10001",
            "media_server.count = 9223372036854775808",
            "resource_manager.count = 3",
            "resource_manager.peer_misses = 0",
            'resource_manager.monitor.interval = "0 s"',
            'management_layer.heartbeat_period = "1 s"',
            'recording.session_expires = "604801 s"',
            'sip_server.vip_move = "999999999999999999 s"',
        ),
        _text(kind, "HA067", "recorder_group", groups),
        _text(kind, "HA072", "scope.calls", f"scope.calls = {'9' * 5_000} # here"),
        _text(kind, "HA072", "", f"{'k' * 2_000} = 1 # here"),
        _text(kind, "HA072", "accept.MS-1", f'accept.MS-1 = "{"x" * 501}" # here'),
        _text(kind, "HA072", "accept.MS-1", f'accept.MS-1 = """{"x" * 5_000}""" # here'),
        Malformed(kind, b'name = "' + b"x" * 61 + b'"', "HA072", "name", 1),
        Malformed(kind, b'name = "site"\n#' + b"x" * 300_000, "HA072", "", 0),
        Malformed(kind, b"\n" * 50_000_000, "HA072", "", 0),
    )


def _contradictions() -> tuple[Malformed, ...]:
    """Parts that are right alone and not together."""
    kind = "contradictions"
    manager = "resource_manager"
    group = '[[recorder_group]]\nname = "a"\ncount = {}\n'
    sites = '[sites]\nx = ["sip_server_1", "main"]\ny = ["sip_server_2"]\n[hosts]\n'

    def mode(word: str, key: str, value: str) -> Malformed:
        body = f'[{manager}]\nmode = "{word}"\n{key} = {value} # here'
        return _text(kind, "HA070", f"{manager}.{key}", body)

    def case(key: str, body: str) -> Malformed:
        return _text(kind, "HA070", key, body)

    return (
        mode("single", "count", "2"),
        mode("active-hot-standby", "count", "1"),
        mode("active-active-load-balancer", "count", "1"),
        mode("active-active-sip-server", "count", "1"),
        mode("active-active-sip-server", "record_route", '"virtual-address"'),
        case("scope.media_servers", "scope.media_servers = 3 # here"),
        case("scope.media_servers", "scope.media_servers = 2 # here\nmedia_server.count = 1"),
        case("scope.recorders", "scope.recorders = 3 # here"),
        case("scope.recorders", f"scope.recorders = 4 # here\n{group.format(3)}"),
        case("hosts.y[1]", '[hosts]\nx = ["recorder_1"]\ny = ["recorder_1"] # here'),
        case("hosts.y[2]", '[hosts]\nx = ["main"]\ny = ["sip_server_1",\n"recorder_2"] # here'),
        case("hosts.y[1]", '[hosts]\nx = ["recorder_2"]\ny = ["main"] # here'),
        case("sites.y[1]", '[sites]\nx = ["sip_server_1"]\ny = ["sip_server_1"] # here'),
        case("hosts.z", f'{sites}z = ["sip_server_1", "sip_server_2"] # here'),
        case("hosts.z", f'{sites}z = ["recorder_2", "sip_server_2"] # here'),
        case("recording.start", 'recording.start = "t-lib" # here'),
        case("duplication.requested_by", 'duplication.requested_by = "t-lib-client" # here'),
        case(
            "recorder_group[1].strategies", f'{group.format(2)}strategies = ["stop-start"] # here'
        ),
        case("duplication.targets", 'duplication.targets = ["main"] # here'),
        case("recorder_group[1].name", '[[recorder_group]]\nname = "media_server_1" # here'),
    )


def _references() -> tuple[Malformed, ...]:
    """Names of what the deployment, or the guide, does not have."""
    kind = "references"

    def host(member: str, more: str = "") -> Malformed:
        return _text(kind, "HA069", "hosts.x[1]", f'{more}\n[hosts]\nx = ["{member}"] # here')

    def case(key: str, body: str) -> Malformed:
        return _text(kind, "HA069", key, body)

    return (
        host("media_server_3"),
        host("sip_server_2", 'sip_server.pair = "single"'),
        host("resource_manager_2", 'resource_manager.mode = "single"'),
        host("recorder_3"),
        host("recorder_1000000000000"),
        host("t_lib_client_1"),
        host("t_lib_client_2", "t_lib_client.backup = false"),
        host("sip_sever_1"),
        host("sip_server"),
        host("sip_server_0"),
        host("media_server_01"),
        host("Media_Server_1"),
        host("mian"),
        case("sites.x[2]", '[sites]\nx = ["sip_server_1", "host_1"] # here'),
        case("links.wan.between[1]", '[links]\nwan = { between = ["a", "b"] } # here'),
        case(
            "links.wan.between[2]",
            '[sites]\na = ["main"]\n[links]\nwan = { between = ["a", "b"] } # here',
        ),
        case("duplication.targets[2]", 'duplication.targets = ["main", "recorder_1"] # here'),
        case("accept.MS-9", 'accept.MS-9 = "known" # here'),
        case("accept.ms-1", 'accept.ms-1 = "known" # here'),
        case("accept.A-CRASH", 'accept.A-CRASH = "known" # here'),
    )


def _duplicates() -> tuple[Malformed, ...]:
    """The same thing given twice, in one spelling or two."""
    kind = "duplicates"
    group = '[[recorder_group]]\nname = "a"\n'

    def case(key: str, body: str) -> Malformed:
        return _text(kind, "HA071", key, body)

    return (
        case("name", 'name = "other" # here'),
        case("scope.calls", "[scope]\ncalls = 1\ncalls = 1 # here"),
        case("scope", "[scope]\ncalls = 1\n[scope] # here\nrecorders = 1"),
        case("scope.calls", "scope = { calls = 1, calls = 2 } # here"),
        case("scope", "scope.calls = 1\n[scope] # here\nrecorders = 1"),
        case("scope", "scope = { calls = 1 }\n[scope] # here\nrecorders = 1"),
        case("scope.calls", 'scope.calls = 1\nscope."calls" = 2 # here'),
        case("recorder_group", f"{group}[recorder_group] # here\ncount = 1"),
        case("media-server", "[media_server]\ncount = 2\n[media-server] # here\ncapacity = 9"),
        case("'SIP Server'", '[sip_server]\n["SIP Server"] # here\npair = "single"'),
        case(
            "resource_manager.replicates-health",
            "[resource_manager]\nreplicates_health = true\nreplicates-health = true # here",
        ),
        case("hosts.x[2]", '[hosts]\nx = ["recorder_1", "recorder_1"] # here'),
        case("hosts.x", '[hosts]\nx = ["recorder_1"]\nx = ["recorder_2"] # here'),
        case("hosts.x[2]", '[hosts]\nx = ["recorder_1", "main"] # here'),
        case("sites.x[3]", '[sites]\nx = ["main", "sip_server_1", "sip_server_1"] # here'),
        case("recorder_group[2].name", f'{group}[[recorder_group]]\nname = "a" # here'),
        case(
            "recorder_group[1].strategies[2]",
            f'{group}strategies = ["media-backup",\n"media-backup"] # here',
        ),
        case("links.w.between", '[sites]\na = ["main"]\n[links.w]\nbetween = ["a", "a"] # here'),
        case(
            "links.w.carries[2]",
            '[sites]\na = ["recorder_1"]\nb = ["recorder_2"]\n'
            '[links.w]\nbetween = ["a", "b"]\ncarries = ["sip", "sip"] # here',
        ),
        case("accept.MS-1", 'accept.MS-1 = "known"\naccept.MS-1 = "signed off" # here'),
    )


def _emptiness() -> tuple[Malformed, ...]:
    """Nothing where something is needed."""
    kind = "emptiness"

    def whole(data: bytes, code: str, key: str = "", line: int = 0) -> Malformed:
        return Malformed(kind, data, code, key, line)

    def case(key: str, body: str, code: str = "HA073") -> Malformed:
        return _text(kind, code, key, body)

    return (
        whole(b"", "HA073"),
        whole(b"\n\n\n", "HA073"),
        whole(b" \t \r\n", "HA073"),
        whole(b"# a deployment, some day\n", "HA073"),
        whole(b"[scope]\n", "HA068", "name"),
        whole(b'name = ""\n', "HA073", "name", 1),
        whole(b'name = " "\n', "HA073", "name", 1),
        whole(b"name =\n", "HA062", "name", 1),
        case("", "[] # here", "HA062"),
        case("recorder_group", "recorder_group = [] # here"),
        case("recorder_group[1].name", "[[recorder_group]] # here", "HA068"),
        case("recorder_group[1].name", '[[recorder_group]]\nname = "" # here'),
        case("hosts", "[hosts] # here"),
        case("hosts.x", "hosts.x = [] # here"),
        case("hosts.''", 'hosts."" = ["recorder_1"] # here'),
        case("sites.x[1]", 'sites.x = [""] # here'),
        case("links.wan.between", "links.wan = { between = [] } # here"),
        case("resource_manager.mode", 'resource_manager.mode = "" # here'),
        case("sip_server.vip_move", 'sip_server.vip_move = "" # here'),
        case("accept.MS-1", 'accept.MS-1 = " " # here'),
    )


KINDS: Mapping[str, Callable[[], tuple[Malformed, ...]]] = MappingProxyType(
    {
        "types": _types,
        "units": _units,
        "keys": _keys,
        "encodings": _encodings,
        "nesting": _nesting,
        "sizes": _sizes,
        "contradictions": _contradictions,
        "references": _references,
        "duplicates": _duplicates,
        "emptiness": _emptiness,
    }
)
"""What can be wrong with a deployment file, by kind."""
