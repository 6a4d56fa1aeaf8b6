"""A deployment as one frozen value: its tables, and the instances that they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from hamodel.guide.deployment.kinds import About, Name, Read, Words
from hamodel.guide.deployment.media_tables import (
    Duplication,
    MediaServer,
    RecorderGroup,
    Recording,
    TLibClient,
)
from hamodel.guide.deployment.tables import (
    Link,
    ManagementLayer,
    Network,
    ResourceManager,
    Scope,
    SipServer,
    Table,
)


class Note(Struct, frozen=True, kw_only=True):
    """
    A remark on one key: it has no effect, or it can affect nothing here.

    Parameters
    ----------
    file
        The file, or `--set`.
    line
        The line of the key; 0 for `--set`.
    key
        The key as it is written, with its tables: `resource_manager.takeover`.
    text
        What there is to know about it.
    """

    file: str
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} [{self.key}]: {self.text}"


class Deployment(Table, frozen=True, kw_only=True):
    """
    What is installed, how it behaves, and how much of it a search covers.

    Built by `load`, which fills in what follows from something else (a count from a mode, a scope
    from what is installed) and has checked that the parts fit.
    """

    name: Annotated[Name, About("What reports call this deployment.")]
    scope: Annotated[Scope, About("")]
    hosts: Annotated[
        Mapping[Name, Annotated[tuple[Name, ...], Meta(min_length=1)]],
        About(
            "What shares a host is lost with it. A recorder group stands for all its recorders."
            " What no host names is alone on its own.",
            example='host_1 = ["sip_server_1", "resource_manager_1"]',
        ),
    ] = {}
    sites: Annotated[
        Mapping[Name, Annotated[tuple[Name, ...], Meta(min_length=1)]],
        About(
            "What stands at which site, for the links between them.",
            "",
            Read.PARTITIONS,
            example='london = ["sip_server_1", "main"]',
        ),
    ] = {}
    links: Annotated[
        Mapping[Name, Link],
        About(
            "The links between sites. Nothing cuts one in the model yet: they have no effect.",
            "",
            Read.PARTITIONS,
            example=(
                'wan = { between = ["london", "leeds"], carries = ["ha", "sip", "rtp", "t-lib"] }'
            ),
        ),
    ] = {}
    management_layer: Annotated[ManagementLayer, About("")] = ManagementLayer()
    sip_server: Annotated[SipServer, About("")] = SipServer()
    resource_manager: Annotated[ResourceManager, About("")]
    media_server: Annotated[MediaServer, About("")] = MediaServer()
    recorder_group: Annotated[
        tuple[RecorderGroup, ...], Meta(min_length=1, max_length=100), About("")
    ] = (RecorderGroup(name="main"),)
    t_lib_client: Annotated[TLibClient | None, About("")] = None
    recording: Annotated[Recording, About("")] = Recording()
    duplication: Annotated[Duplication, About("")] = Duplication()
    network: Annotated[Network, About("")] = Network()
    accept: Annotated[
        Mapping[Name, Words],
        About(
            "Weaknesses that are known, by claim, with the reason why they are accepted.",
            example='"MS-1" = "single point of failure, signed off by …"',
        ),
    ] = {}
    notes: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        for name in ("hosts", "sites", "links", "accept"):
            force_setattr(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def sip_servers(self) -> tuple[str, ...]:
        """The SIP Servers: `sip_server_1`, and its hot standby if there is one."""
        return _numbered("sip_server", self.installed("sip_server"))

    @property
    def resource_managers(self) -> tuple[str, ...]:
        """The Resource Managers: `resource_manager_1`, and the other of the pair."""
        return _numbered("resource_manager", self.installed("resource_manager"))

    @property
    def media_servers(self) -> tuple[str, ...]:
        """The Media Servers in scope: `media_server_1` and on."""
        return _numbered("media_server", self.scope.media_servers)

    @property
    def recorders(self) -> tuple[str, ...]:
        """The recorders in scope, numbered across the groups in their order."""
        return _numbered("recorder", self.scope.recorders)

    @property
    def t_lib_clients(self) -> tuple[str, ...]:
        """The T-lib clients: `t_lib_client_1`, and its backup if there is one."""
        return _numbered("t_lib_client", self.installed("t_lib_client"))

    @property
    def stops_and_starts(self) -> bool:
        """Whether the T-lib client stops and starts what a failed recorder recorded (REC-6)."""
        return any("stop-start" in group.strategies for group in self.recorder_group)

    @property
    def stops_one_session(self) -> bool:
        """Whether a T-lib client's stop ends one of a call's two recording sessions (REC-6)."""
        client = self.t_lib_client
        one = client is not None and client.stop_scope == "recording-session"
        return one and self.stops_and_starts and self.duplication.requested_by != "off"

    @property
    def starts_later(self) -> bool:
        """Whether a recording can be started while its call is up."""
        return self.stops_and_starts or self.recording.start == "t-lib"

    @property
    def legs(self) -> Mapping[str, str]:
        """The recording sessions that a Media Server can have, each with its call (DUP-4)."""
        ends = ("",) if self.duplication.requested_by == "off" else ("", "_duplicate")
        return MappingProxyType({f"{call}{end}": call for call in self.calls for end in ends})

    @property
    def identifiers(self) -> Mapping[str, str]:
        """For each recording session, the one whose record identifier it has (DUP-5)."""
        same = self.duplication.identifiers == "same"
        return MappingProxyType({leg: call if same else leg for leg, call in self.legs.items()})

    def group_of(self, recorder: str) -> RecorderGroup:
        """Return the group that a recorder belongs to."""
        for group in self.recorder_group:
            if recorder in self.recorder_groups[group.name]:
                return group
        raise ValueError(f"{recorder!r} is no recorder here; possible are {self.recorders}.")

    @property
    def calls(self) -> tuple[str, ...]:
        """The calls of a run: `call_1` and on."""
        return _numbered("call", self.scope.calls)

    @property
    def recorder_groups(self) -> Mapping[str, tuple[str, ...]]:
        """Each group's recorders, of all that are installed."""
        groups: dict[str, tuple[str, ...]] = {}
        first = 0
        for group in self.recorder_group:
            names = _numbered("recorder", first + group.count)
            groups[group.name] = names[first:]
            first += group.count
        return MappingProxyType(groups)

    def installed(self, kind: str) -> int:
        """
        Return how many instances of a kind there are, in scope or not.

        Parameters
        ----------
        kind
            `"sip_server"`, `"resource_manager"`, `"media_server"`, `"recorder"` or
            `"t_lib_client"`.
        """
        match kind:
            case "sip_server":
                return 1 if self.sip_server.pair == "single" else 2
            case "resource_manager":
                return self.resource_manager.count
            case "media_server":
                return self.media_server.count
            case "recorder":
                return sum(group.count for group in self.recorder_group)
            case "t_lib_client":
                return 0 if self.t_lib_client is None else 1 + self.t_lib_client.backup
        raise ValueError(f"{kind!r} is no kind of instance; possible are {', '.join(KINDS)}.")

    @property
    def hosts_in_scope(self) -> Mapping[str, tuple[str, ...]]:
        """Each host's instances in scope; a host without any is left out."""
        scope = (
            *self.sip_servers,
            *self.resource_managers,
            *self.media_servers,
            *self.recorders,
            *self.t_lib_clients,
        )
        found: dict[str, tuple[str, ...]] = {}
        for host, members in self.hosts.items():
            meant = {name for member in members for name in self.stands_for(member)}
            if kept := tuple(name for name in scope if name in meant):
                found[host] = kept
        return MappingProxyType(found)

    def stands_for(self, member: str) -> tuple[str, ...]:
        """Return the instances that a name in `hosts` or `sites` means: one, or a group's."""
        return self.recorder_groups.get(member, (member,))

    @property
    def scope_sentence(self) -> str:
        """What a search covers, of what is installed: `2 calls, 3 of 12 Media Servers, …`."""
        scope, starts = self.scope, self.scope.starts_per_call
        return ", ".join(
            (
                _amount(scope.calls, scope.calls, "call"),
                _amount(scope.media_servers, self.installed("media_server"), "Media Server"),
                _amount(scope.recorders, self.installed("recorder"), "recorder"),
                _amount(starts, starts, "recording start") + " a call",
            )
        )


KINDS = ("sip_server", "resource_manager", "media_server", "recorder", "t_lib_client")
"""The kinds of instances that hosts and sites can name, each with a number behind it."""


def _numbered(kind: str, count: int) -> tuple[str, ...]:
    return tuple(f"{kind}_{number}" for number in range(1, count + 1))


def _amount(covered: int, installed: int, noun: str) -> str:
    nouns = noun if installed == 1 else f"{noun}s"
    return f"{covered} {nouns}" if covered == installed else f"{covered} of {installed} {nouns}"
