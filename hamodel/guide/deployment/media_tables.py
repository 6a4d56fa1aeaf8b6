"""The tables of media and recording; how to read a source stands in `tables`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from hamodel.guide.deployment.kinds import (
    About,
    Duration,
    Installed,
    Name,
    Pause,
    Read,
    SessionExpiry,
    Strategy,
    Tries,
)
from hamodel.guide.deployment.tables import Table

_NOT_KILLED = (
    "nothing in the model kills what hangs; Resource Manager notices it by OPTIONS (A-HANG,"
    " A-OPTIONS)"
)


class Liveness(Table, frozen=True, kw_only=True):
    """The platform's probe that kills a hung instance, and only a hung one."""

    period: Annotated[Pause, About("Time between two probes.", "[V S20]", why_not=_NOT_KILLED)] = (
        60_000
    )
    timeout: Annotated[Pause, About("When a probe has failed.", "[V S20]", why_not=_NOT_KILLED)] = (
        20_000
    )
    failures: Annotated[
        Tries, About("How many failed probes in a row kill.", "[V S20]", why_not=_NOT_KILLED)
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
        About(
            "What becomes of a call when no Media Server is left.",
            "MS-3, RFC 6341 [V S38]",
            values=(
                "the endpoints talk directly, and nothing is recorded",
                "the call ends",
            ),
        ),
    ] = "continue-unrecorded"
    balance: Annotated[
        Literal["any", "round-robin"],
        About(
            "Which available Media Server gets a new session; any: all choices are searched.",
            values=(
                "every choice is searched",
                "one after the other",
            ),
        ),
    ] = "any"
    liveness: Annotated[
        Liveness | None,
        About("The platform's probe; none if left out.", "[V S20]", why_not=_NOT_KILLED),
    ] = None
    restart: Annotated[
        Duration | None,
        About(
            "How long a dead one takes to come back, if repairs are allowed (`--repairs`); never:"
            " nothing brings it back in time, so at any time or not at all.",
            "[G], A-REPAIR",
            Read.TIME,
        ),
    ] = None
    proceeding_timeout: Annotated[
        Duration,
        About(
            "How long it waits for an answer to an INVITE after a 100 Trying.",
            "A-TRYING, [V S49]",
            Read.TIME,
        ),
    ] = 120_000
    rejoin_rate: Annotated[
        Tries | None,
        About(
            "How many calls of a failed one a second are joined to another; a call may be the last"
            " of all that it had room for. No limit if left out.",
            "[G], A-REJOIN",
            Read.TIME,
        ),
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
            values=(
                "one after the other",
                "the one with the fewest sessions",
                "every choice is searched",
                "another one than the call's other session has",
            ),
        ),
    ] = "round-robin"
    separated: Annotated[
        bool,
        About("Whether signaling and media recording fail apart.", "REC-3"),
    ] = False
    strategies: Annotated[
        tuple[Strategy, ...],
        About("How it survives a failure; several can be combined.", "REC-2"),
    ] = ()
    detects: Annotated[
        Duration,
        About("How soon it notices that its media unit failed.", "[G], REC-5", Read.TIME),
    ] = 1_000
    reinvite_by: Annotated[
        Literal["active", "standby"],
        About(
            "Who sends the re-INVITE with the new address.",
            "REC-5, [V S36]",
            values=(
                "the signaling unit's active instance",
                "its standby",
            ),
        ),
    ] = "standby"
    unsaved: Annotated[
        Duration,
        About(
            "How much recorded media is lost with a crash, not yet saved.",
            "[G], A-UNSAVED",
            Read.TIME,
        ),
    ] = 0
    orphan_timeout: Annotated[
        Pause,
        About(
            "When a session without media is closed.",
            "analogue [V S32]",
            why_not="the model keeps it open for ever; what it had recorded is kept either way,"
            " and how long a call loses something does not depend on it (A-ORPHAN)",
        ),
    ] = 300_000
    retry_on_timeout: Annotated[
        bool,
        About(
            "Whether silence, like an error, leads to the next recorder, when it has timed out; but"
            " the recorder of a record identifier that is known, only when it is believed down.",
            "REC-7",
        ),
    ] = True


class Ping(Table, frozen=True, kw_only=True):
    """How the T-lib client watches the recorders."""

    interval: Annotated[Pause, About("Time between two pings.", "[G]", Read.TIME)] = 5_000
    misses: Annotated[Tries, About("How many missed pings mean down.", "[G]", Read.TIME)] = 2


class TLibClient(Table, frozen=True, kw_only=True):
    """The T-lib client that starts, stops and watches recordings; leave it out if there is none."""

    backup: Annotated[bool, About("Whether it has a backup.", "TLIB-1")] = False
    takeover: Annotated[
        Duration, About("How soon the backup is active.", "[G], TLIB-1", Read.TIME)
    ] = 5_000
    resync_on_activate: Annotated[
        bool,
        About(
            "Whether the backup asks for the calls there are; so it starts again what was stopped.",
            "[NF], TLIB-2",
        ),
    ] = False
    state_shared: Annotated[
        bool, About("Whether the backup knows what is recorded.", "[NF], TLIB-1")
    ] = False
    ping: Annotated[Ping, About("", "", Read.TIME)] = Ping()
    stop_scope: Annotated[
        Literal["recording-session", "call"],
        About(
            "Whether a stop ends one recording session or all of the call.",
            "REC-6",
            values=(
                "one of them",
                "all of the call",
            ),
        ),
    ] = "recording-session"
    start_waits_stop: Annotated[
        bool, About("Whether a start waits for the stop's answer.", "REC-6")
    ] = False


class Recording(Table, frozen=True, kw_only=True):
    """How recordings start, and what can be done to them."""

    start: Annotated[
        Literal["static", "route", "t-lib"],
        About(
            "By a DN's option, by the routing, or by the T-lib client.",
            "[V S15]",
            values=(
                "an option of the DN: each of its calls is recorded",
                "the routing strategy asks for it",
                "the T-lib client asks for it",
            ),
        ),
    ] = "static"
    record_id: Annotated[
        Literal["supplied", "media-server"],
        About(
            "Who makes the record identifier: whoever starts, or Media Server.",
            "MS-4, [V S30]",
            values=(
                "whoever starts the recording; it stays the same on another Media Server",
                "Media Server; another one makes another",
            ),
        ),
    ] = "media-server"
    pausable: Annotated[
        bool, About("Whether a recording can be paused and resumed.", "COMPLIANCE")
    ] = True
    session_expires: Annotated[
        SessionExpiry,
        About(
            "When a session that is not refreshed is dead: how late at most Media Server finds that"
            " its recorder is gone, if it rebuilds lost recordings (`duplication.rebuild_leg`).",
            "[V S42], A-REBUILD",
            Read.TIME,
        ),
    ] = 1_800_000


class Duplication(Table, frozen=True, kw_only=True):
    """Two independent recording sessions a call (DUP-1)."""

    requested_by: Annotated[
        Literal["off", "sip-server", "t-lib-client"],
        About(
            "Who asks for two recording sessions, if anyone.",
            "DUP-3",
            values=(
                "nobody: one recording session a call",
                "SIP Server",
                "the T-lib client",
            ),
        ),
    ] = "off"
    targets: Annotated[
        tuple[Name, ...],
        Meta(max_length=2),
        About("Fixed recorder groups for the two; balanced if left out.", "DUP-5b"),
    ] = ()
    identifiers: Annotated[
        Literal["different", "same"],
        About(
            "Whether Media Server gives the two different record identifiers, as it must.",
            "DUP-5a",
            values=(
                "each recording session has an identifier of its own",
                "a defect: both have one, so Resource Manager sends both to one recorder",
            ),
        ),
    ] = "different"
    rebuild_leg: Annotated[
        bool,
        About("Whether a lost one is established again, which REC-1 rules out.", "DUP-1"),
    ] = False
