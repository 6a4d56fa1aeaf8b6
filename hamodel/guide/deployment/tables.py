"""
The tables of a deployment and their parameters: default, meaning, and where that comes from.

Here are the scope and signaling; media and recording are in `media_tables`.

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
    Name,
    Pair,
    Pause,
    Read,
    Searched,
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
        Literal["single", "pair"],
        About(
            "How many Solution Control Servers decide.",
            "[V S6]",
            values=(
                "one; while it is down, no switchover is decided",
                "two, of which one is always there to decide",
            ),
        ),
    ] = "single"
    lca_crash_detect: Annotated[
        Duration,
        About(
            "How soon an agent notices that a process on its host died.",
            "mechanism [V S6], value [G]",
            Read.TIME,
        ),
    ] = 500
    addp_timeout: Annotated[
        Duration,
        About(
            "Silence after which a host is polled, and as much again until it counts as lost;"
            " 0 s switches it off.",
            "[V S43]",
            Read.TIME,
        ),
    ] = 9_000
    decides: Annotated[
        Duration,
        About("How soon a switchover is decided, once a failure is noticed.", "[G]", Read.TIME),
    ] = 500
    heartbeat_period: Annotated[
        Heartbeat | None,
        About("How soon a hung process is noticed; never: a hang is never seen.", "[V S7]"),
    ] = None


class SipServer(Table, frozen=True, kw_only=True):
    """SIP Server: alone, or an active/hot-standby pair (SIP-1a)."""

    pair: Annotated[
        Literal["single", "hot-standby"],
        About(
            "Alone, or with a hot standby.",
            "SIP-1a",
            values=(
                "one SIP Server, which nothing replaces",
                "an active instance and a hot standby",
            ),
        ),
    ] = "hot-standby"
    replication: Annotated[
        Literal["synchronous", "lagging"],
        About(
            "Whether the standby knows a session before or after its 2xx goes on.",
            "SIP-1c, A-REPLICATION",
            values=(
                "the standby knows a session before its 2xx goes on",
                "the 2xx goes on first, and the standby is told some time after it",
            ),
        ),
    ] = "synchronous"
    replication_lag: Annotated[
        Duration,
        About("How long after the 2xx the standby knows the session.", "[G]", Read.TIME),
    ] = 200
    synced_at_start: Annotated[
        bool, About("Whether the standby is synchronised when the run begins.", "[V S3]")
    ] = True
    ha_ready_delay: Annotated[
        Duration,
        About(
            "How long after the two have met the pair is ready to switch over.",
            "[V S3]",
            Read.TIME,
        ),
    ] = 60_000
    switchover_overlap: Annotated[
        Duration,
        About(
            "How long both have one role during a switchover; up to 1 s in the field.",
            "[V S13], SIP-1b",
            why_not="an instance that is promoted takes over in one step, and the address goes to"
            " one; that both are active is the rule file `split_brain`",
        ),
    ] = 0
    vip_move: Annotated[
        Duration,
        About("How long the virtual address takes to move to the new primary.", "[G]", Read.TIME),
    ] = 2_000
    reacts: Annotated[
        Duration,
        About("How long it takes at most to act on what it hears.", "[G]", Read.TIME),
    ] = 100
    trying_timeout: Annotated[
        Duration,
        About(
            "How long it waits for an answer to an INVITE after a 100 Trying.",
            "A-TRYING, [V S48]",
            Read.TIME,
        ),
    ] = 32_000
    self_detects_media_server: Annotated[
        bool,
        About(
            "Whether SIP Server may notice by itself that a Media Server failed.", "MS-2, [V S20]"
        ),
    ] = False


class Network(Table, frozen=True, kw_only=True):
    """How long a message between any two takes, and how long an answer is waited for."""

    exchange: Annotated[
        Duration,
        About("How long a request and its answer take at most, if none is lost.", "[G]", Read.TIME),
    ] = 50
    t1: Annotated[
        Pause,
        About(
            "After how long a request that got no answer is sent again first; then after twice as"
            " long each time.",
            "A-RETRANSMIT, [V S41]",
            Read.TIME,
        ),
    ] = 500
    t2: Annotated[
        Pause,
        About(
            "After how long at most a request that is no INVITE is sent again each time.",
            "A-RETRANSMIT, [V S41]",
            Read.TIME,
        ),
    ] = 4_000
    gives_up: Annotated[
        Duration,
        About(
            "When a request without an answer has failed: timers B and F, 64 times T1.",
            "[V S41]",
            Read.TIME,
        ),
    ] = 32_000


class Monitor(Table, frozen=True, kw_only=True):
    """How each Resource Manager probes Media Servers and recorders with OPTIONS."""

    interval: Annotated[
        Pause, About("Time between two probes.", "[NF]; analogue [V S24]", Read.TIME)
    ] = 10_000
    timeout: Annotated[
        Pause, About("When a probe without an answer has failed.", "[G]", Read.TIME)
    ] = 5_000
    failures: Annotated[
        Tries, About("How many failed probes in a row mean unavailable.", "[G]", Read.TIME)
    ] = 3
    probing: Annotated[
        Literal["independent", "retry-at-once", "timeout-then-interval", "skip-tick"],
        About(
            "When the probe after a failed one is sent.",
            "[G], MS-5",
            Read.TIME,
            values=(
                "at the next interval, whatever became of the last probe",
                "at once",
                "an interval after the timeout",
                "at the first interval at which none is waited for",
            ),
        ),
    ] = "independent"
    transport: Annotated[
        Literal["udp", "tcp"],
        About(
            "Over TCP a refused connection is seen at once.",
            "[V S20]",
            Read.TIME,
            values=(
                "only silence tells that nobody is there",
                "a refused connection is an answer",
            ),
        ),
    ] = "udp"
    tcp_setup: Annotated[
        Pause, About("When setting up a TCP connection is given up.", "[V S20]", Read.TIME)
    ] = 5_000
    hard_error_counts: Annotated[
        Literal["one", "all"],
        About(
            "Whether a refused connection counts as one failed probe or as all of them.",
            "[G], MS-5",
            Read.TIME,
            values=(
                "as one failed probe",
                "as all of them: unavailable at once",
            ),
        ),
    ] = "all"


class ResourceManager(Table, frozen=True, kw_only=True):
    """Resource Manager: a SIP proxy, alone or a pair (RM-1)."""

    mode: Annotated[
        ResourceManagerMode,
        About(
            "Alone, or how the pair is reached.",
            "RM-1, [V S8, S16]",
            values=(
                "one Resource Manager, which nothing replaces",
                "one serves and has the virtual address; the standby takes it over",
                "both serve, behind a load balancer that probes them",
                "both serve, and SIP Server sends each new dialog to the next",
            ),
        ),
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
            values=(
                "requests within a dialog go to the pair, so the other instance can take them",
                "they go to the instance of the first request, alive or not",
            ),
        ),
    ]
    session_data: Annotated[
        Literal["before-2xx", "after-2xx", "not-shared"],
        About(
            "When the other instance gets a session and its affinity: before the 2xx goes on,"
            " after it, or not at all.",
            "RM-3, [V S16]",
            values=(
                "the other instance has it before the 2xx goes on",
                "the 2xx goes on first; a crash in between loses it",
                "each instance knows its own sessions only",
            ),
        ),
    ] = "before-2xx"
    replicates_health: Annotated[
        bool,
        About("Whether the other instance learns what this one knows to be unavailable.", "[NF]"),
    ] = True
    on_silence: Annotated[
        Literal["refuse", "next"],
        About(
            "What becomes of a call's INVITE that a Media Server does not answer.",
            "A-SERIAL, [G]",
            values=(
                "it is refused, and asked again; once the failure is noticed it goes elsewhere",
                "it stays out until it has timed out; then the next Media Server gets it",
            ),
        ),
    ] = "refuse"
    transaction_timeout: Annotated[
        Duration,
        About(
            "When a request that a Media Server or recorder does not answer has timed out: timers B"
            " and F of the proxy; as network.gives_up if left out.",
            "A-TIMEOUT",
            Read.TIME,
        ),
    ]
    timer_step: Annotated[
        Duration,
        About(
            "How much sooner that can be at most: a step of the clock that the proxy counts by.",
            "[G]; 1/16 s [V S47]",
            Read.TIME,
        ),
    ] = 0
    trying: Annotated[
        Literal["late", "at-once"],
        About(
            "When it answers an INVITE with 100 Trying, which is not sent again then.",
            "RFC 3261 17.2.1, [G]",
            Read.TIME,
            values=(
                "when somebody who does not answer has it, as after 200 ms it must",
                "as soon as it has it; if it fails then, its sender has a timer of its own",
            ),
        ),
    ] = "late"
    shares_pointer: Annotated[
        bool, About("Whether the pair shares its pointer of round robin.", "[NF], DUP-5b")
    ] = False
    notify: Annotated[
        Literal["once", "until-acknowledged"],
        About(
            "Whether the notice of a failed Media Server is repeated until answered.",
            "MS-2",
            values=(
                "sent one time; if no SIP Server takes it in, it is lost",
                "sent again until a SIP Server acknowledges it",
            ),
        ),
    ] = "until-acknowledged"
    notify_limit: Annotated[
        Tries,
        About(
            "How often a notice is sent at most.",
            "[G]",
            why_not="a notice is sent until it is acknowledged, and the model does not count how"
            " often (MS-2 names no limit); one that is given up is `notify=once`",
        ),
    ] = 50
    takeover: Annotated[
        Duration,
        About(
            "How long a take-over lasts; 5 s if left out iff active-hot-standby, otherwise 0 s.",
            "[G]; NLB analogue [V S26]",
            Read.TIME,
        ),
    ]
    peer_heartbeat: Annotated[
        Pause, About("Time between two heartbeats of the pair.", "[G]", Read.TIME)
    ] = 1_000
    peer_misses: Annotated[
        Tries, About("How many missed heartbeats mean the other is down.", "[G]", Read.TIME)
    ] = 3
    lb_probe: Annotated[
        Pause,
        About(
            "Within how long the load balancer knows that an instance of the pair failed, or is"
            " back: of yours all probes that have to fail, and the last one's timeout.",
            "[G]",
            Read.TIME,
        ),
    ] = 2_000
    drain: Annotated[
        Duration,
        About(
            "How long a planned stop waits for sessions to end.",
            "[V S20]",
            why_not="the model has no planned stop; the guide is of failures",
        ),
    ] = 900_000
    monitor: Annotated[Monitor, About("")] = Monitor()
