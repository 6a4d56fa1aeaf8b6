"""The parts of a deployment's model, and the guards that several procedures share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from hamodel import TRUE, Component, Expr, Set, System, Var, all_of, any_of, at
from hamodel.guide.components import (
    call,
    management_layer,
    media_dialog,
    media_server,
    recorder,
    recording_session,
    resource_manager,
    resource_manager_access,
    sip_server,
    t_lib_client,
)
from hamodel.guide.deployment import Deployment
from hamodel.guide.vocabulary import (
    CallState,
    Conference,
    Recording,
    RecordingSessionState,
    ResourceManagerState,
    SipServerState,
)

T = TypeVar("T")
_CALL = re.compile(r"call_\d+")


@dataclass(frozen=True, slots=True)
class Parts:
    """
    Everything that rules are about: the components of a deployment, by name.

    A rule generator takes the parts and yields rules; it loops over the
    instances, so that it is written once for any number of them.
    """

    deployment: Deployment
    sip_servers: Mapping[str, sip_server.SipServer]
    management: management_layer.ManagementLayer
    resource_managers: Mapping[str, resource_manager.ResourceManager]
    balancer: resource_manager_access.LoadBalancer
    address: resource_manager_access.ResourceManagerAddress
    media_servers: Mapping[str, media_server.MediaServer]
    recorders: Mapping[str, recorder.Recorder]
    calls: Mapping[str, call.Call]
    dialogs: Mapping[str, media_dialog.MediaDialog]
    recording_sessions: Mapping[tuple[str, str], recording_session.RecordingSession]
    legs: Mapping[str, str]
    t_lib_clients: Mapping[str, t_lib_client.TLibClient]
    t_lib_store: Component | None

    # --- how it is deployed -------------------------------------------------

    @property
    def has_pair(self) -> bool:
        """Whether SIP Server is deployed as a pair (SIP-1a)."""
        return len(self.sip_servers) > 1

    @property
    def mode(self) -> str:
        """The mode of the Resource Managers (RM-1)."""
        return self.deployment.resource_manager.mode

    @property
    def shares_affinity(self) -> bool:
        """Whether a Resource Manager tells its peer of its affinities at all (RM-3)."""
        alone = len(self.resource_managers) == 1
        return not alone and self.deployment.resource_manager.session_data != "not-shared"

    @property
    def stops_and_starts(self) -> bool:
        """Whether the T-lib client stops and starts what a failed recorder recorded (REC-6)."""
        return self.deployment.stops_and_starts

    @property
    def starts_later(self) -> bool:
        """Whether a recording can be started while its call is up."""
        return self.deployment.starts_later

    @property
    def keeps_route(self) -> bool:
        """Whether further requests of a dialog depend on the Resource Manager of the first."""
        own = self.deployment.resource_manager.record_route == "own-address"
        return own or self.mode == "active-active-load-balancer"

    @property
    def components(self) -> tuple[Component, ...]:
        """The components that this deployment has, in the order of a state."""
        balanced = self.mode == "active-active-load-balancer"
        paired = self.mode == "active-hot-standby"
        return (
            *(each.machine for each in self.sip_servers.values()),
            *((self.management.machine, self.management.address) if self.has_pair else ()),
            *(each.machine for each in self.resource_managers.values()),
            *((self.balancer.machine,) if balanced else ()),
            *((self.address.machine,) if paired else ()),
            *(each.machine for each in self.media_servers.values()),
            *(part for each in self.recorders.values() for part in each.components),
            *(each.machine for each in self.t_lib_clients.values()),
            *((self.t_lib_store,) if self.t_lib_store else ()),
            *(each.machine for each in self.calls.values()),
            *(each.machine for each in self.dialogs.values()),
            *(each.machine for each in self.recording_sessions.values()),
        )

    @property
    def instances(self) -> Mapping[str, tuple[Component, ...]]:
        """What of each instance can fail on its own, by its name; the management layer aside."""
        groups = self.sip_servers, self.resource_managers, self.media_servers, self.t_lib_clients
        single = {name: (each.machine,) for group in groups for name, each in group.items()}
        return {**single, **{name: each.machines for name, each in self.recorders.items()}}

    def legs_of(self, call: str) -> tuple[str, ...]:
        """Return the recording sessions that a call can have: two if duplicated (DUP-4)."""
        return tuple(leg for leg, of in self.legs.items() if of == call)

    def falls_with(self, name: str) -> tuple[Component, ...]:
        """Return the recording sessions that die with an instance: those of a Media Server."""
        return tuple(session.machine for _, session in self.sessions_on(name))

    def sessions_on(self, server: str) -> Iterator[tuple[str, recording_session.RecordingSession]]:
        """Yield the recording sessions that a Media Server can have, by leg."""
        for (leg, on), session in self.recording_sessions.items():
            if on == server:
                yield leg, session

    def sessions_of(
        self, call: str
    ) -> Iterator[tuple[str, str, recording_session.RecordingSession]]:
        """Yield leg, Media Server and session of each recording session of a call."""
        for (leg, server), session in self.recording_sessions.items():
            if self.legs[leg] == call:
                yield leg, server, session

    def distinct_views(self) -> tuple[tuple[t_lib_client.TLibClient, ...], ...]:
        """Return the T-lib clients, those with one store of views together."""
        clients = tuple(self.t_lib_clients.values())
        if self.t_lib_store is not None:
            return (clients,)
        return tuple((client,) for client in clients)

    # --- who answers ----------------------------------------------------------

    def serves(self, name: str) -> Expr:
        """Return the guard that this SIP Server instance is active and has the address."""
        active = self.sip_servers[name].machine.is_(SipServerState.ACTIVE)
        return all_of(active, self.management.addresses(name)) if self.has_pair else active

    def some_sip_server_serves(self) -> Expr:
        """Return the guard that a SIP Server instance is active and has the address."""
        return any_of(*map(self.serves, self.sip_servers))

    def replicated(self, name: str, call: str) -> Expr:
        """
        Return the guard that the standby need not be waited for with what was changed of a call.

        Synchronous replication: the standby has it, or there is none that is synchronised.
        Lagging replication: always.  Source: correction 1, A-REPLICATION.
        """
        if self.deployment.sip_server.replication == "lagging":
            return TRUE
        waiting = any_of(
            *(
                all_of(peer.machine.is_(SipServerState.HOT_STANDBY), peer.synchronised.is_(True))
                for _, peer in others(self.sip_servers, name)
            )
        )
        return any_of(self.sip_servers[name].record[call].unsent.is_(False), ~waiting)

    def accepts(self, name: str) -> Expr:
        """Return the guard that a new request can reach this Resource Manager, and is answered."""
        answers = self.resource_managers[name].answers
        match self.mode:
            case "active-hot-standby":
                return all_of(answers, self.address.holder.is_(name))
            case "active-active-load-balancer":
                return all_of(answers, self.balancer.believes[name].is_(True))
            case _:
                return answers

    def told_peer(self, name: str, affinity: resource_manager.Affinity) -> Expr:
        """
        Return the guard that this Resource Manager may forward the 2xx of an affinity of its own.

        before-2xx: the peer has the affinity, or does not answer. Otherwise: always.
        """
        if self.deployment.resource_manager.session_data != "before-2xx":
            return TRUE
        peer_up = any_of(
            *(self.hears_peer(peer) for peer, _ in others(self.resource_managers, name))
        )
        return any_of(affinity.unsent.is_(False), ~peer_up)

    def hears_peer(self, name: str) -> Expr:
        """Return the guard that this Resource Manager takes in what its peer tells it."""
        return self.resource_managers[name].machine.in_(
            ResourceManagerState.ACTIVE,
            ResourceManagerState.HOT_STANDBY,
            ResourceManagerState.TAKING_OVER,
        )

    # --- what is true of a call ---------------------------------------------

    def up(self, call: str) -> Expr:
        """Return the guard that the call is established and not ended."""
        return self.calls[call].machine.is_(CallState.UP)

    def joined(self, call: str, server: str) -> Expr:
        """Return the guard that both endpoints of a call send their media to this Media Server."""
        the = self.calls[call]
        return all_of(the.endpoint_a.is_(server), the.endpoint_b.is_(server))

    def records(self, server: str, call: str) -> Expr:
        """Return the guard that this Media Server has the call's media, and is to record it."""
        the = self.media_servers[server]
        return all_of(
            the.answers, the.conference[call].is_(Conference.RECORDING), self.joined(call, server)
        )

    def recorded_by(self, leg: str, server: str) -> Expr:
        """Return the guard that a recording session records: its recorder writes what is sent."""
        session = self.recording_sessions[leg, server]
        return all_of(
            session.machine.is_(RecordingSessionState.ESTABLISHED),
            self.records(server, self.legs[leg]),
            at(
                session.recorder,
                {name: each.writing(leg, session) for name, each in self.recorders.items()},
            ),
        )

    def recorded(self, call: str) -> Expr:
        """Return the guard that media of the call is being recorded, once or twice."""
        return any_of(*(self.recorded_by(leg, on) for leg, on, _ in self.sessions_of(call)))

    def unavailable(self, name: str, call: str) -> Expr:
        """Return the guard that this Resource Manager's affinity of a call is to one it gave up."""
        the = self.resource_managers[name]
        return at(
            the.media_server_of[call].to,
            {server: the.believes[server].is_(False) for server in self.media_servers},
        )


def calls_apart(system: System) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return each call of a model with the names of what is about it alone; none for one call."""
    apart: dict[str, set[str]] = {}
    for name in system.variables:
        calls = set(_CALL.findall(name))
        if len(calls) == 1:
            apart.setdefault(calls.pop(), set()).add(name)
    return tuple((call, frozenset(its)) for call, its in apart.items()) if len(apart) > 1 else ()


def build_parts(deployment: Deployment) -> Parts:
    """Return the parts of a deployment; how many of each its scope says."""
    calls, servers = deployment.calls, deployment.media_servers
    recorders, managers = deployment.recorders, deployment.resource_managers
    sips, legs = deployment.sip_servers, deployment.legs
    paired = deployment.resource_manager.mode == "active-hot-standby"
    duplicated = deployment.duplication.requested_by != "off"
    asked_for = deployment.recording.start == "t-lib"
    told = Recording.STOPPED if asked_for else Recording.ON
    store, clients = _t_lib_clients(deployment)
    return Parts(
        deployment,
        {
            name: sip_server.sip_server(
                name,
                active=i == 0,
                synchronised=deployment.sip_server.synced_at_start,
                calls=calls,
                media_servers=servers,
                resource_managers=managers,
                duplicated=duplicated,
            )
            for i, name in enumerate(sips)
        },
        management_layer.management_layer(sips),
        {
            name: resource_manager.resource_manager(
                name,
                active=i == 0 or not paired,
                calls=calls,
                media_servers=servers,
                recorders=recorders,
                identifiers=deployment.identifiers,
            )
            for i, name in enumerate(managers)
        },
        resource_manager_access.load_balancer(managers),
        resource_manager_access.resource_manager_address(managers),
        {
            name: media_server.media_server(
                name,
                calls=calls,
                duplicated=duplicated,
                stoppable=tuple(legs) if deployment.stops_one_session else (),
            )
            for name in servers
        },
        {name: _recorder(deployment, name) for name in recorders},
        {
            name: call.call(
                name, media_servers=servers, told=told, controlled=deployment.starts_later
            )
            for name in calls
        },
        {
            name: media_dialog.media_dialog(
                name,
                sip_servers=sips,
                resource_managers=managers,
                media_servers=servers,
                serial=deployment.resource_manager.on_silence == "next",
            )
            for name in calls
        },
        {
            (leg, server): recording_session.recording_session(
                leg,
                server,
                recorders=recorders,
                media_units=_media_units(deployment),
                resource_managers=managers,
                rebuilt=deployment.duplication.rebuild_leg and duplicated,
            )
            for leg in legs
            for server in servers
        },
        legs,
        clients,
        store,
    )


def _recorder(deployment: Deployment, name: str) -> recorder.Recorder:
    group, legs = deployment.group_of(name), tuple(deployment.legs)
    if not group.separated:
        return recorder.recorder(name, legs=legs)
    return recorder.separated_recorder(
        name,
        legs=legs,
        signaling=_units(deployment, name, "signaling"),
        media=_units(deployment, name, "media"),
        all_media=_media_units(deployment),
    )


def _units(deployment: Deployment, name: str, kind: str) -> list[str]:
    """Return the names of a recorder's units of a kind: none of a box, two with a backup."""
    group = deployment.group_of(name)
    count = group.separated * (1 + (f"{kind}-backup" in group.strategies))
    return [f"{name}_{kind}_{i}" for i in range(1, 1 + count)]


def _media_units(deployment: Deployment) -> list[str]:
    return [unit for name in deployment.recorders for unit in _units(deployment, name, "media")]


def _t_lib_clients(
    deployment: Deployment,
) -> tuple[Component | None, dict[str, t_lib_client.TLibClient]]:
    """Return what the T-lib clients share, if they do, and the T-lib clients."""
    the = deployment.t_lib_client
    shared = None
    if the is not None and the.backup and the.state_shared:
        shared = t_lib_client.views("t_lib_store", deployment.calls, volatile=False)
    clients = {
        name: t_lib_client.t_lib_client(
            name,
            active=i == 0,
            sip_servers=deployment.sip_servers,
            calls=deployment.calls,
            shared=shared,
        )
        for i, name in enumerate(deployment.t_lib_clients)
    }
    store = Component("t_lib_store", variables=tuple(shared.values())) if shared else None
    return store, clients


def others(family: Mapping[str, T], name: str) -> Iterator[tuple[str, T]]:
    """Yield the instances of a family other than this one, with their names."""
    return ((other, each) for other, each in family.items() if other != name)


def following(family: Mapping[str, T], name: str) -> str:
    """Return the name after this one, the first after the last."""
    names = list(family)
    return names[(names.index(name) + 1) % len(names)]


def in_turn(turn: Var[str], family: Mapping[str, Expr], name: str) -> Expr:
    """
    Return the guard that round robin comes to this instance.

    Enabled iff it can be had itself, and from the one whose turn it is up to it none can.

    Parameters
    ----------
    turn
        Whose turn it is.
    family
        For each instance, in the order of the turns, the guard that it can be had.
    """
    names = list(family)
    ways = []
    for first in names:
        skipped = names[names.index(first) :] + names[: names.index(first)]
        skipped = skipped[: skipped.index(name)]
        ways.append(all_of(turn.is_(first), *(~family[other] for other in skipped)))
    return all_of(family[name], any_of(*ways))


def memory_loss(*machines: Component) -> tuple[Set, ...]:
    """Return the effects of a crash on what these components remember.  Assumes: A-CRASH."""
    return tuple(Set(var, var.initial) for machine in machines for var in machine.volatile())
