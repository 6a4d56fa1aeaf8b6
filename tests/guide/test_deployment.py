"""A deployment is one frozen value, read strictly, with the instances that it adds up to."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from hamodel.errors import InputError
from hamodel.guide.deployment import (
    Deployment,
    load,
    loads,
    parameters,
    shipped,
    tables,
    template,
)
from hamodel.guide.sources import guide_catalogue

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def smallest() -> Deployment:
    """Return the deployment that has a name and nothing else."""
    return loads('name = "smallest"')


def test_shipped_names() -> None:
    """Six deployments are shipped."""
    assert (
        "loopback-lab",
        "private-edition",
        "private-edition-big",
        "reference",
        "small-single-site",
        "trading-floor",
    ) == shipped()


@pytest.mark.parametrize(
    ("name", "hosts", "accepted"),
    [
        ("loopback-lab", 0, "MS-1 SIP-1b SIP-1c SIP-2 RM-4 MS-2 MS-3 REC-2".split()),
        ("private-edition", 10, ["MS-1"]),
        ("private-edition-big", 0, ["MS-1", "SIP-1c", "SIP-2", "TLIB-1"]),
        ("reference", 10, ["MS-1"]),
        ("small-single-site", 2, "MS-1 MS-2 MS-3 MS-4 RM-2 RM-3 RM-4".split()),
        ("trading-floor", 0, ["MS-1", "DUP-6"]),
    ],
)
def test_shipped_load(name: str, hosts: int, accepted: list[str]) -> None:
    """A shipped deployment is loaded by its name, which it also has, and nothing in it is idle."""
    deployment = load(name)

    assert name == deployment.name
    assert () == deployment.warnings
    assert accepted == list(deployment.accept)
    assert hosts == len(deployment.hosts_in_scope)
    assert deployment.scope_sentence.startswith("1 call, ")


def test_reference() -> None:
    """The reference is the guide's picture: pairs, two Media Servers, two recorders."""
    deployment = load("reference")

    assert () == deployment.notes
    assert "active-active-load-balancer" == deployment.resource_manager.mode
    assert "virtual-address" == deployment.resource_manager.record_route
    assert "synchronous" == deployment.sip_server.replication
    assert ("sip_server_1", "sip_server_2") == deployment.sip_servers
    assert ("resource_manager_1", "resource_manager_2") == deployment.resource_managers


def test_private_edition() -> None:
    """In the private edition SIP Server is the load balancer; nothing drains, nothing is killed."""
    deployment = load("private-edition")

    assert "active-active-sip-server" == deployment.resource_manager.mode
    assert "own-address" == deployment.resource_manager.record_route
    assert "round-robin" == deployment.recorder_group[0].balance
    assert ["resource_manager.drain", "media_server.liveness"] == [
        note.key for note in deployment.notes
    ]
    assert all(note.text.startswith("has no effect: ") for note in deployment.notes)


def test_path(tmp_path: Path) -> None:
    """A file is loaded by its path, as text or as a Path."""
    path = tmp_path / "site.toml"
    path.write_text('name = "site"')

    assert load(path) == load(str(path)) == loads('name = "site"')


def test_name_before_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shipped name wins over a file of that name, which `./` still reaches."""
    (tmp_path / "reference").write_text('name = "mine"')
    monkeypatch.chdir(tmp_path)

    assert "reference" == load("reference").name
    assert "mine" == load("./reference").name
    assert "mine" == load(Path("reference")).name


def test_defaults(smallest: Deployment) -> None:
    """A name alone is a deployment of pairs, each thing at its default."""
    assert "active-active-load-balancer" == smallest.resource_manager.mode
    assert 2 == smallest.resource_manager.count
    assert 2 == smallest.scope.media_servers
    assert 2 == smallest.scope.recorders
    assert smallest.t_lib_client is None
    assert smallest.management_layer.heartbeat_period is None
    assert 10_000 == smallest.resource_manager.monitor.interval
    assert () == smallest.notes == smallest.warnings


@pytest.mark.parametrize(
    ("mode", "count", "record_route", "takeover"),
    [
        ("single", 1, "virtual-address", 0),
        ("active-hot-standby", 2, "virtual-address", 5_000),
        ("active-active-load-balancer", 2, "virtual-address", 0),
        ("active-active-sip-server", 2, "own-address", 0),
    ],
)
def test_what_follows_from_the_mode(
    mode: str, count: int, record_route: str, takeover: int
) -> None:
    """How many Resource Managers there are, and how they are reached, follows from the mode."""
    manager = loads('name = "site"', changes=[f"resource_manager.mode={mode}"]).resource_manager

    assert (count, record_route, takeover) == (
        manager.count,
        manager.record_route,
        manager.takeover,
    )


def test_own_address_behind_a_load_balancer() -> None:
    """A pair that gives its own addresses is a mistake one can make, so it can be modelled."""
    manager = loads('name = "site"\nresource_manager.record_route = "own-address"').resource_manager

    assert "own-address" == manager.record_route


def test_frozen(smallest: Deployment) -> None:
    """Neither a deployment nor what it holds can be changed."""
    with pytest.raises(AttributeError):
        smallest.name = "other"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        smallest.scope.calls = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        smallest.hosts["host_1"] = ("sip_server_1",)  # type: ignore[index]


def test_instances_in_scope() -> None:
    """What is in scope has names with numbers, recorders across their groups."""
    deployment = loads(
        'name = "site"\nscope = { calls = 2, media_servers = 1, recorders = 3 }\n'
        'sip_server.pair = "single"\nresource_manager.mode = "single"\nt_lib_client.backup = true\n'
        '[[recorder_group]]\nname = "a"\n[[recorder_group]]\nname = "b"\ncount = 5'
    )

    assert ("sip_server_1",) == deployment.sip_servers
    assert ("resource_manager_1",) == deployment.resource_managers
    assert ("media_server_1",) == deployment.media_servers
    assert ("recorder_1", "recorder_2", "recorder_3") == deployment.recorders
    assert ("call_1", "call_2") == deployment.calls
    assert ("recorder_1", "recorder_2") == deployment.recorder_groups["a"]
    assert "recorder_3" == deployment.recorder_groups["b"][0]
    assert "recorder_7" == deployment.recorder_groups["b"][-1]
    assert "2 calls, 1 of 2 Media Servers, 3 of 7 recorders, 1 recording start a call" == (
        deployment.scope_sentence
    )
    kinds = ("sip_server", "resource_manager", "media_server", "recorder", "t_lib_client")
    assert [1, 1, 2, 7, 2] == [deployment.installed(kind) for kind in kinds]


def test_no_t_lib_client(smallest: Deployment) -> None:
    """Without its table there is no T-lib client."""
    assert 0 == smallest.installed("t_lib_client")


def test_unknown_kind(smallest: Deployment) -> None:
    """To ask for a kind that there is not is a mistake in code, which says what there is."""
    with pytest.raises(ValueError, match="'server' is no kind of instance; possible are sip_serv"):
        smallest.installed("server")


def test_scope_of_a_large_deployment() -> None:
    """A search covers no more than 100 of anything, and says so."""
    deployment = loads('name = "site"\nmedia_server.count = 500')

    assert "100 of 500 Media Servers" in deployment.scope_sentence


def test_hosts_in_scope() -> None:
    """A host has its instances in scope, a group's name standing for its recorders."""
    deployment = loads(
        'name = "site"\n[scope]\nmedia_servers = 1\n[hosts]\nx = ["main", "sip_server_2"]\n'
        'y = ["media_server_2"]\nz = ["media_server_1", "t_lib_client_1"]\n[t_lib_client]'
    )

    assert ("sip_server_2", "recorder_1", "recorder_2") == deployment.hosts_in_scope["x"]
    assert ("media_server_1", "t_lib_client_1") == deployment.hosts_in_scope["z"]
    assert "y" not in deployment.hosts_in_scope
    assert ("main", "sip_server_2") == deployment.hosts["x"]


def test_durations_are_whole_milliseconds(smallest: Deployment) -> None:
    """No duration is a float, and never is None."""
    found = loads(
        'name = "site"\nmedia_server.restart = "20 s"\n'
        'management_layer = { heartbeat_period = "3 s", lca_crash_detect = "0 ms" }'
    )

    assert 20_000 == found.media_server.restart
    assert (3_000, 0) == (
        found.management_layer.heartbeat_period,
        found.management_layer.lca_crash_detect,
    )
    assert smallest.media_server.restart is None


def test_template_equals_the_defaults() -> None:
    """What `init` writes loads without a note or a warning, and says what a name alone says."""
    assert loads('name = "my-deployment"') == loads(template())


def test_template_is_complete() -> None:
    """Every parameter stands in the template, and no line is longer than a screen is wide."""
    text = template()

    for parameter in parameters():
        table, _, name = parameter.key.rpartition(".")
        if "NAME" in parameter.key:
            assert f"\n#[{table.partition('.')[0]}]\n" in text
        else:
            assert re.search(rf"^#?{name} = ", text, re.MULTILINE), name
    assert 100 >= max(len(line) for line in text.splitlines())


def test_template_with_all_it_hides() -> None:
    """Every line that the template hides behind `#` is right, once its hash is taken away."""
    shown = re.sub(r"^#(?=[\[a-z\"])", "", template(), flags=re.MULTILINE)
    shown = shown.replace("london", "x", 1).replace('"leeds"]', '"y"]').replace('"london"', '"x"')
    shown = shown.replace('x = ["sip_server_1", "main"]', 'x = ["main"]\ny = ["sip_server_1"]')
    deployment = loads(shown)

    assert 7 == len(deployment.notes)
    assert deployment.t_lib_client is not None
    assert deployment.media_server.liveness is not None


def test_parameters() -> None:
    """Each parameter can be explained: its key, meaning, values, default, source."""
    found = {parameter.key: parameter for parameter in parameters()}

    assert len(found) == len(parameters())
    assert all(parameter.text.endswith(".") for parameter in parameters())
    assert all(parameter.possible for parameter in parameters())
    assert '"10 s"' == found["resource_manager.monitor.interval"].default
    no_planned_stop = "has no effect: the model has no planned stop; the guide is of failures"
    assert no_planned_stop == found["resource_manager.drain"].no_effect
    assert ("", True) == (found["network.t2"].no_effect, found["network.t2"].timer)
    assert found["media_server.restart"].timer
    assert not found["recording.pausable"].timer
    assert '"never"' == found["management_layer.heartbeat_period"].default
    assert "" == found["scope.media_servers"].default
    assert "true" == found["recording.pausable"].default
    assert "[]" == found["recorder_group.strategies"].default
    assert '["ha", "sip", "rtp", "t-lib"]' == found["links.NAME.carries"].default
    awaits = "has no effect yet; it awaits network partitions"
    assert awaits == found["links.NAME.between"].no_effect
    assert "single, hot-standby" == found["sip_server.pair"].possible


def test_what_a_word_means_is_said_where_it_is_declared() -> None:
    """Each word of each parameter has a meaning, which also stands in the commented file."""
    text = " ".join(template().replace("\n#", " ").split())
    found = {parameter.key: dict(parameter.values) for parameter in parameters()}

    assert ["before-2xx", "after-2xx", "not-shared"] == [*found["resource_manager.session_data"]]
    for parameter in parameters():
        words = parameter.possible.split(", ") if parameter.values else []
        assert words == [*found[parameter.key]]
        for word, meaning in parameter.values:
            assert f"{word}: {meaning}" in text


def test_tables() -> None:
    """Each table of the file can be explained: what it is about, and what can stand in it."""
    found = {table.key: table for table in tables()}

    assert all(table.text.endswith(".") for table in tables())
    assert "resource_manager.monitor" in found
    assert "scope.calls" == found["scope"].parameters[0].key
    assert all(
        bool(table.example) is (table.key in {"hosts", "sites", "links", "accept"})
        for table in tables()
    )


def test_sources_of_defaults() -> None:
    """Every claim and assumption that a default's source cites is in the catalogue."""
    cited = {
        word
        for parameter in parameters()
        for word in re.findall(r"\b(?:SIP|RM|MS|REC|TLIB|DUP|A)-[A-Z0-9]+[a-z]?", parameter.source)
    }

    assert cited
    for word in cited:
        assert word in guide_catalogue(), word


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["sip_server"], "HA082 --set: found 'sip_server'; write KEY=VALUE"),
        (["=single"], "HA082 --set: found '=single'"),
        (["a b=single"], "HA082 --set"),
        (["a=1\nb=2"], "HA082 --set"),
        (["#=1"], "HA082 --set"),
        (["a={b=1,b=2}"], "HA063 --set [a]"),
        (["scope.calls=" + "[" * 100_000], "HA072 --set"),
        (["scope.call=2"], "HA063 --set [scope.call]: no such key here (did you mean 'calls'?)"),
        (["scope.calls=two"], "HA064 --set [scope.calls]: found the text 'two'"),
        (["scope.calls=0"], "HA067 --set [scope.calls]: found 0"),
        (["scope.calls=1", "scope.calls=1"], "HA071 --set [scope.calls]: this is set already"),
        (["scope=5", "scope.calls=1"], "HA071 --set [scope]: this is set already"),
        (["sip_server.pair=double"], "HA066 --set [sip_server.pair]: found 'double'"),
        (["sip_server.pair="], "HA073 --set [sip_server.pair]: found ''"),
        (["media_server.restart=20s"], "HA065 --set [media_server.restart]: found '20s' (did"),
        (["resource_manager.count=1"], "HA070 --set [resource_manager.count]: found 1, but"),
        (["hosts.x=['sip_server_3']"], "HA069 --set [hosts.x[1]]: found 'sip_server_3'"),
        (["recorder_group.mian.count=1"], "HA069 --set [recorder_group.mian]: there is no such"),
        (["recorder_group.count=1"], "HA069 --set [recorder_group.count]"),
        (["recorder_group=5"], "HA064 --set [recorder_group]: found 5"),
        (["recorder_group=5", "recorder_group.main.count=1"], "HA069 --set [recorder_group.main]"),
        (["recorder_group.main.size=1"], "HA063 --set [recorder_group.main.size]"),
        (["recorder_group.main.count=x"], "HA064 --set [recorder_group.main.count]"),
        (["scope.recorders=3"], "HA070 --set [scope.recorders]: found 3, but 2 are installed."),
    ],
)
def test_wrong_changes(changes: list[str], message: str) -> None:
    """A change is decoded as strictly as a file; its place is `--set`."""
    with pytest.raises(InputError) as caught:
        load("reference", changes)

    assert str(caught.value).startswith(message)
    assert "--set" == caught.value.file
    assert 0 == caught.value.line


def test_changes() -> None:
    """A change is a TOML value or a bare word, on top of what the file says."""
    found = load(
        "reference",
        [
            "scope.calls=2",
            "sip_server.replication=lagging",
            'sip_server.pair="hot-standby"',
            "media_server.restart=20 s",
            "resource_manager.replicates_health = false",
            "recording={ pausable = false }",
            "recorder_group.main.balance=anti-affinity",
            "accept.RM-4=signed off, see the minutes",
        ],
    )

    assert 2 == found.scope.calls
    assert "lagging" == found.sip_server.replication
    assert 20_000 == found.media_server.restart
    assert found.resource_manager.replicates_health is False
    assert (False, "static") == (found.recording.pausable, found.recording.start)
    assert "anti-affinity" == found.recorder_group[0].balance
    assert {"MS-1", "RM-4"} == set(found.accept)


def test_change_of_a_list() -> None:
    """A change of a list replaces it."""
    found = load(
        "reference",
        ['recorder_group=[{ name = "a", count = 3 }]', "hosts.host_7=['recorder_1', 'recorder_3']"],
    )

    assert "a" == found.recorder_group[0].name
    assert 3 == found.scope.recorders
    assert ("recorder_1", "recorder_3") == found.hosts_in_scope["host_7"]


def test_change_removes_instances() -> None:
    """A change may leave fewer instances; hosts lose them, which is a warning and no error."""
    changes = ["sip_server.pair=single", "recorder_group.main.count=1"]
    entry = resources.files("hamodel.guide").joinpath("deployments", "reference.toml")
    found = loads(entry.read_bytes(), changes=changes)

    assert "host_2" not in found.hosts
    assert ("recorder_1",) == found.hosts_in_scope["host_7"]
    assert [
        "sip_server_2 is left out, because --set changed sip_server.",
        "recorder_2 is left out, because --set changed recorder_group.",
    ] == [note.text for note in found.warnings if "left out" in note.text]


def test_unrelated_change_removes_nothing() -> None:
    """A host's unknown instance is an error unless the change is about its kind."""
    text = 'name = "site"\n[hosts]\nx = ["media_server_3"]'

    with pytest.raises(InputError, match="HA069 text:3"):
        loads(text, changes=["sip_server.pair=single"])


def test_error_names_the_file_of_what_is_wrong() -> None:
    """What the file says is named with the file, though a change made it wrong."""
    text = 'name = "site"\nresource_manager.count = 2'

    with pytest.raises(InputError, match=r"HA070 text:2 \[resource_manager.count\]"):
        loads(text, changes=["resource_manager.mode=single"])


@pytest.mark.parametrize("table", ["hosts", "sites", "links", "accept"])
def test_a_change_empties_a_table(table: str) -> None:
    """`--set hosts={}` leaves no host; an empty table of a file is still refused, as a mistake."""
    body = (
        'hosts = {host_1 = ["sip_server_1"]}\n'
        'sites = {site_1 = ["sip_server_1"], site_2 = ["sip_server_2"]}\n'
        'links = {wan = {between = ["site_1", "site_2"]}}\n'
        'accept = {RM-4 = "known"}\n'
    )
    changes = [f"{each}={{}}" for each in (table, *(["links"] if table == "sites" else []))]
    before = loads(f'name = "site"\n{body}')
    after = loads(f'name = "site"\n{body}', changes=changes)

    assert getattr(before, table)
    assert {} == dict(getattr(after, table))


def test_a_contradiction_with_a_change_says_so() -> None:
    """Where the first of two places is a change, it is called `--set`; in a file it is a line."""
    host = '[hosts]\nhost_1 = ["sip_server_1"]\n'
    with pytest.raises(InputError, match=r"HA070 .*host host_1 has already \(line 3\)"):
        loads(f'name = "site"\n{host}', changes=['hosts.host_2=["sip_server_1"]'])
    with pytest.raises(InputError, match=r"HA070 .*host host_1 has already \(--set\)"):
        loads(
            f'name = "site"\n{host}host_2 = ["sip_server_2"]\n',
            changes=['hosts.host_1=["sip_server_2"]'],
        )


def test_bytes_are_text() -> None:
    """A deployment can be read from bytes; too many of them are refused."""
    assert "site" == loads(b'name = "site"').name
    with pytest.raises(InputError, match="HA072 text: it is larger than"):
        loads(b"#" * 300_000)
