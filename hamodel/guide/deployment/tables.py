"""
The tables of a deployment and their parameters: default, meaning, and where that comes from.

A source is a claim of the guide or an assumption (`RM-1`, `A-REPLICATION`), or a tag: [V S7] public
material and its number in docs/sources.md, [G] judgement, [NF] looked for and not found.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hamodel.guide.deployment.kinds import (
    About,
    Duration,
    Heartbeat,
    Installed,
    Name,
    Pair,
    Pause,
    Read,
    Searched,
    SessionExpiry,
    Strategy,
    Traffic,
    Tries,
)

ResourceManagerMode = Literal[
    "single", "active-hot-standby", "active-active-load-balancer", "active-active-sip-server"
]
"""Alone, or one of the three ways in which a pair of Resource Managers is reached (RM-1)."""


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: frozen, every key by its name, no key beyond those of its class."""


class Scope(Table, frozen=True, kw_only=True):
    """How many of what is installed a search covers; a verdict says so, and never more."""

    calls: Annotated[Searched, About("How many calls a run makes.", "[G]")] = 1
    media_servers: Annotated[
        Searched, About("How many Media Servers; all that are installed if left out.")
    ]
    recorders: Annotated[
        Searched, About("How many recorders, of all groups; all that are installed if left out.")
    ]
    starts_per_call: Annotated[
        Searched, About("How often a call's recording is started at most.", "[G]")
    ] = 1


class Link(Table, frozen=True, kw_only=True):
    """A link between two sites, which a partition can cut."""

    between: Annotated[
        tuple[Name, ...],
        Meta(min_length=2, max_length=2),
        About("The two sites that it joins."),
    ]
    carries: Annotated[
        tuple[Traffic, ...], Meta(min_length=1), About("What crosses it, and stops when it is cut.")
    ] = ("ha", "sip", "rtp", "t-lib")


class ManagementLayer(Table, frozen=True, kw_only=True):
    """The Solution Control Server and one agent (LCA) a host: they decide a switchover."""

    scs: Annotated[
        Literal["single", "pair"], About("How many Solution Control Servers decide.", "[V S6]")
    ] = "single"
    lca_crash_detect: Annotated[
        Duration,
        About(
            "How soon an agent notices that a process on its host died.",
            "mechanism [V S6], value [G]",
            Read.TIMERS,
        ),
    ] = 500
    addp_timeout: Annotated[
        Duration,
        About(
            "Silence after which a host is polled, and as much again until it counts as lost;"
            " 0 s switches it off.",
            "[V S43]",
            Read.TIMERS,
        ),
    ] = 9_000
    heartbeat_period: Annotated[
        Heartbeat | None,
        About("How soon a hung process is noticed; never: a hang is never seen.", "[V S7]"),
    ] = None


class SipServer(Table, frozen=True, kw_only=True):
    """SIP Server: alone, or an active/hot-standby pair (SIP-1a)."""

    pair: Annotated[
        Literal["single", "hot-standby"], About("Alone, or with a hot standby.", "SIP-1a")
    ] = "hot-standby"
    replication: Annotated[
        Literal["synchronous", "lagging"],
        About(
            "Whether the standby knows a session before or after its 2xx goes on.",
            "SIP-1c, A-REPLICATION",
        ),
    ] = "synchronous"
    replication_lag: Annotated[
        Duration,
        About("How long after the 2xx the standby knows the session.", "[G]", Read.TIMERS),
    ] = 200
    synced_at_start: Annotated[
        bool, About("Whether the standby is synchronised when the run begins.", "[V S3]")
    ] = True
    ha_ready_delay: Annotated[
        Duration,
        About(
            "How long after the two have met the pair is ready to switch over.",
            "[V S3]",
            Read.TIMERS,
        ),
    ] = 60_000
    switchover_overlap: Annotated[
        Duration,
        About(
            "How long both have one role during a switchover; up to 1 s in the field.",
            "[V S13], SIP-1b",
            Read.TIMERS,
        ),
    ] = 0
    vip_move: Annotated[
        Duration,
        About("How long the virtual address takes to move to the new primary.", "[G]", Read.TIMERS),
    ] = 2_000
    self_detects_media_server: Annotated[
        bool,
        About(
            "Whether SIP Server may notice by itself that a Media Server failed.", "MS-2, [V S20]"
        ),
    ] = False


class Monitor(Table, frozen=True, kw_only=True):
    """How each Resource Manager probes Media Servers and recorders with OPTIONS."""

    interval: Annotated[
        Pause, About("Time between two probes.", "[NF]; analogue [V S24]", Read.TIMERS)
    ] = 10_000
    timeout: Annotated[
        Pause, About("When a probe without an answer has failed.", "[G]", Read.TIMERS)
    ] = 5_000
    failures: Annotated[
        Tries, About("How many failed probes in a row mean unavailable.", "[G]", Read.TIMERS)
    ] = 3
    probing: Annotated[
        Literal["independent", "retry-at-once", "timeout-then-interval", "skip-tick"],
        About("When the probe after a failed one is sent.", "[G], MS-5", Read.TIMERS),
    ] = "independent"
    transport: Annotated[
        Literal["udp", "tcp"],
        About("Over TCP a refused connection is seen at once.", "[V S20]", Read.TIMERS),
    ] = "udp"
    tcp_setup: Annotated[
        Pause, About("When setting up a TCP connection is given up.", "[V S20]", Read.TIMERS)
    ] = 5_000
    hard_error_counts: Annotated[
        Literal["one", "all"],
        About(
            "Whether a refused connection counts as one failed probe or as all of them.",
            "[G], MS-5",
            Read.TIMERS,
        ),
    ] = "all"


class ResourceManager(Table, frozen=True, kw_only=True):
    """Resource Manager: a SIP proxy, alone or a pair (RM-1)."""

    mode: Annotated[
        ResourceManagerMode, About("Alone, or how the pair is reached.", "RM-1, [V S8, S16]")
    ] = "active-active-load-balancer"
    count: Annotated[
        Pair, About("How many there are: 1 iff the mode is single, otherwise 2.", "RM-1")
    ]
    record_route: Annotated[
        Literal["virtual-address", "own-address"],
        About(
            "What in-dialog requests are sent to: the pair's address, or this instance's own;"
            " own-address if left out iff SIP Server is the load balancer.",
            "[V S8]",
        ),
    ]
    session_data: Annotated[
        Literal["before-2xx", "after-2xx", "not-shared"],
        About(
            "When the other instance gets a session and its affinity: before the 2xx goes on,"
            " after it, or not at all.",
            "RM-3, [V S16]",
        ),
    ] = "before-2xx"
    replicates_health: Annotated[
        bool,
        About("Whether the other instance learns what this one knows to be unavailable.", "[NF]"),
    ] = True
    notify: Annotated[
        Literal["once", "until-acknowledged"],
        About("Whether the notice of a failed Media Server is repeated until answered.", "MS-2"),
    ] = "until-acknowledged"
    notify_limit: Annotated[
        Tries, About("How often a notice is sent at most.", "[G]", Read.TIMERS)
    ] = 50
    takeover: Annotated[
        Duration,
        About(
            "How long a take-over lasts; 5 s if left out iff active-hot-standby, otherwise 0 s.",
            "[G]; NLB analogue [V S26]",
            Read.TIMERS,
        ),
    ]
    peer_heartbeat: Annotated[
        Pause, About("Time between two heartbeats of the pair.", "[G]", Read.TIMERS)
    ] = 1_000
    peer_misses: Annotated[
        Tries, About("How many missed heartbeats mean the other is down.", "[G]", Read.TIMERS)
    ] = 3
    lb_probe: Annotated[
        Pause, About("How often the load balancer probes the pair.", "[G]", Read.TIMERS)
    ] = 2_000
    drain: Annotated[
        Duration,
        About("How long a planned stop waits for sessions to end.", "[V S20]", Read.TIMERS),
    ] = 900_000
    monitor: Annotated[Monitor, About("")] = Monitor()


class Liveness(Table, frozen=True, kw_only=True):
    """The platform's probe that kills a hung instance, and only a hung one."""

    period: Annotated[Pause, About("Time between two probes.", "[V S20]", Read.TIMERS)] = 60_000
    timeout: Annotated[Pause, About("When a probe has failed.", "[V S20]", Read.TIMERS)] = 20_000
    failures: Annotated[
        Tries, About("How many failed probes in a row kill.", "[V S20]", Read.TIMERS)
    ] = 3


class MediaServer(Table, frozen=True, kw_only=True):
    """The pool of Media Servers."""

    count: Annotated[Installed, About("How many there are.", "MS-3")] = 2
    capacity: Annotated[Installed, About("How many calls one of them can take at once.", "[G]")] = (
        100
    )
    bridged: Annotated[
        bool, About("Whether a recorded call's media runs through Media Server.", "MS-1")
    ] = True
    on_none_available: Annotated[
        Literal["continue-unrecorded", "drop"],
        About("What becomes of a call when no Media Server is left.", "MS-3, RFC 6341 [V S38]"),
    ] = "continue-unrecorded"
    balance: Annotated[
        Literal["any", "round-robin"],
        About("Which available Media Server gets a new session; any: all choices are searched."),
    ] = "any"
    liveness: Annotated[
        Liveness | None, About("The platform's probe; none if left out.", "[V S20]", Read.TIMERS)
    ] = None
    restart: Annotated[
        Duration | None,
        About("How long a dead one takes to come back; never: it stays away.", "[G]", Read.TIMERS),
    ] = None
    rejoin_rate: Annotated[
        Tries | None,
        About("How many calls a second are joined again; no limit if left out.", "", Read.TIMERS),
    ] = None


class RecorderGroup(Table, frozen=True, kw_only=True):
    """A group of recorders of one make, which Resource Manager chooses among."""

    name: Annotated[Name, About("What it is called in `targets`, `hosts` and `sites`.")]
    count: Annotated[Installed, About("How many recorders it has.")] = 2
    balance: Annotated[
        Literal["round-robin", "least-used", "any", "anti-affinity"],
        About(
            "Which available recorder gets a new session; any: all choices are searched.",
            "DUP-5b, [V S22]",
        ),
    ] = "round-robin"
    separated: Annotated[
        bool,
        About("Whether signaling and media recording fail apart.", "REC-3", Read.RECORDERS),
    ] = False
    strategies: Annotated[
        tuple[Strategy, ...],
        About("How it survives a failure; several can be combined.", "REC-2", Read.RECORDERS),
    ] = ()
    detects: Annotated[
        Duration,
        About("How soon it notices that its media unit failed.", "[G], REC-5", Read.RECORDERS),
    ] = 1_000
    reinvite_by: Annotated[
        Literal["active", "standby"],
        About("Who sends the re-INVITE with the new address.", "REC-5, [V S36]", Read.RECORDERS),
    ] = "standby"
    unsaved: Annotated[
        Duration,
        About("How much recorded media is lost with a crash, not yet saved.", "[G]", Read.TIMERS),
    ] = 0
    orphan_timeout: Annotated[
        Pause,
        About("When a session without media is closed.", "analogue [V S32]", Read.TIMERS),
    ] = 300_000
    retry_on_timeout: Annotated[
        bool,
        About(
            "Whether silence, like an error, leads to the next recorder.", "REC-7", Read.RECORDERS
        ),
    ] = True


class Ping(Table, frozen=True, kw_only=True):
    """How the T-lib client watches the recorders."""

    interval: Annotated[Pause, About("Time between two pings.", "[G]", Read.T_LIB)] = 5_000
    misses: Annotated[Tries, About("How many missed pings mean down.", "[G]", Read.T_LIB)] = 2


class TLibClient(Table, frozen=True, kw_only=True):
    """The T-lib client that starts, stops and watches recordings; leave it out if there is none."""

    backup: Annotated[bool, About("Whether it has a backup.", "TLIB-1", Read.T_LIB)] = False
    takeover: Annotated[
        Duration, About("How soon the backup is active.", "[G], TLIB-1", Read.T_LIB)
    ] = 5_000
    resync_on_activate: Annotated[
        bool,
        About("Whether the backup asks for the calls there are.", "[NF], TLIB-2", Read.T_LIB),
    ] = False
    state_shared: Annotated[
        bool, About("Whether the backup knows what is recorded.", "[NF], TLIB-1", Read.T_LIB)
    ] = False
    ping: Annotated[Ping, About("", "", Read.T_LIB)] = Ping()
    stop_scope: Annotated[
        Literal["recording-session", "call"],
        About("Whether a stop ends one recording session or all of the call.", "REC-6", Read.T_LIB),
    ] = "recording-session"
    start_waits_stop: Annotated[
        bool, About("Whether a start waits for the stop's answer.", "REC-6", Read.T_LIB)
    ] = False


class Recording(Table, frozen=True, kw_only=True):
    """How recordings start, and what can be done to them."""

    start: Annotated[
        Literal["static", "route", "t-lib"],
        About("By a DN's option, by the routing, or by the T-lib client.", "[V S15]"),
    ] = "static"
    record_id: Annotated[
        Literal["supplied", "media-server"],
        About("Who makes the record identifier: whoever starts, or Media Server.", "MS-4, [V S30]"),
    ] = "media-server"
    pausable: Annotated[
        bool, About("Whether a recording can be paused and resumed.", "COMPLIANCE")
    ] = True
    session_expires: Annotated[
        SessionExpiry,
        About("When a session that is not refreshed is dead.", "[V S42]", Read.TIMERS),
    ] = 1_800_000


class Duplication(Table, frozen=True, kw_only=True):
    """Two independent recording sessions a call (DUP-1)."""

    requested_by: Annotated[
        Literal["off", "sip-server", "t-lib-client"],
        About("Who asks for two recording sessions, if anyone.", "DUP-3", Read.DUPLICATION),
    ] = "off"
    targets: Annotated[
        tuple[Name, ...],
        Meta(max_length=2),
        About(
            "Fixed recorder groups for the two; balanced if left out.", "DUP-5b", Read.DUPLICATION
        ),
    ] = ()
    rebuild_leg: Annotated[
        bool, About("Whether a lost one is established again.", "DUP-1", Read.DUPLICATION)
    ] = False
