"""Recording Server Function and the failure of a call recorder: REC-1 to REC-7."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from hamodel import Budget, Expr, Property, System, all_of, any_of, sometimes, transparent
from hamodel.expr import variables_of
from hamodel.guide.components.recorder import Recorder
from hamodel.guide.parts import Parts, others
from hamodel.guide.promises.promise import (
    FAIR,
    Case,
    Promise,
    each_leads_to,
    for_one_call,
    of_each_call,
)
from hamodel.guide.strategies import STRATEGIES
from hamodel.guide.vocabulary import (
    CallState,
    Recording,
    RecordingSessionState,
    Request,
    SignalingState,
    View,
)
from hamodel.rule import Rule

RECORDER_FAULT = Budget({"recorder-crash+recorder-signaling-crash+recorder-media-crash": 1})
"""One crash of a recorder, or of one of its units."""
SIGNALING_FAULT = Budget({"recorder-signaling-crash": 1})
SIGNALING_FAULTS = Budget({"recorder-signaling-crash": 2})
RECORDER_FAULTS = Budget({"recorder-crash+recorder-signaling-crash+recorder-media-crash": 2})
"""Two crashes of recorders or their units: beyond what the promises assume."""
RECORDER_AND_CLIENT = Budget(
    {
        "recorder-crash+recorder-signaling-crash+recorder-media-crash": 1,
        "t-lib-client-crash": 1,
    }
)
"""One crash of a recorder or a unit of one, and one of a T-lib client: beyond REC-7."""
RECORDER = "one crash of a recorder or of a unit of one; no other fault"
"""`RECORDER_FAULT` in words."""


def recorder_is_on_its_own(parts: Parts, system: System) -> Iterator[Promise]:
    """REC-1: nothing but the recorder or its T-lib client restores what a recorder lost."""
    sessions = {session.machine.name: session for session in parts.recording_sessions.values()}
    leaving = {
        arrow.trigger
        for session in sessions.values()
        for arrow in session.machine.arrows
        if RecordingSessionState.ESTABLISHED in arrow.source_states
    }
    of_recorders = {
        var.name
        for recorder in parts.recorders.values()
        for part in recorder.components
        for var in part.all_variables
    }
    ending = [rule for rule in system.rules if _fires(rule, sessions, "say_bye")]
    yield Promise(
        "REC-1",
        structure=(
            (
                "an established recording session ends only by BYE or with its Media Server",
                leaving == {"say_bye", "die"},
            ),
            (
                "whether a Media Server says BYE is the same whatever state a recorder is in",
                bool(ending)
                and not any(
                    var.name in of_recorders for rule in ending for var in variables_of(rule.when)
                ),
            ),
        ),
    )


def _fires(rule: Rule, components: Collection[str], trigger: str) -> bool:
    return any(f.component in components and f.trigger == trigger for f in rule.fires)


def strategies_can_be_added(parts: Parts, system: System) -> Iterator[Promise]:
    """
    REC-2: how a recorder survives is a parameter, and a family of rules can be added.

    Judged as well: whether what the deployment names brings a recording back; nothing else will.
    """
    named = {name for group in parts.deployment.recorder_group for name in group.strategies}
    families = {rule.family for rule in system.rules}
    known = [name for name in named if name in STRATEGIES]
    shown = (any(f.__name__ in families for f in STRATEGIES[name]) for name in known)
    yield Promise(
        "REC-2",
        (
            each_leads_to(
                "recording_goes_on_after_a_recorder_failure",
                list(_lost_recordings(parts)),
                claims=("REC-2",),
                budget=RECORDER_FAULT,
                beyond=RECORDER_FAULTS,
            ),
        ),
        structure=(
            ("each known strategy is made of rules", all(STRATEGIES.values())),
            ("each strategy that a recorder group names has its rules in this model", all(shown)),
        ),
        assumptions=(RECORDER, "a recorder is available", FAIR),
    )


def _lost_recordings(parts: Parts) -> Iterator[Case]:
    """Yield for each recording session that its recorder fails, and that the call is recorded."""
    for (leg, server), session in parts.recording_sessions.items():
        call = parts.legs[leg]
        lost = all_of(
            parts.up(call),
            parts.records(server, call),
            session.machine.is_(RecordingSessionState.ESTABLISHED),
            ~parts.recorded(call),
        )
        yield lost, parts.recorded(call) | _given_up(parts, call)


def _given_up(parts: Parts, call: str) -> Expr:
    """Return the guard that a party ends the call, or its recording, or wants it paused."""
    the = parts.calls[call]
    return any_of(
        the.machine.is_(CallState.ENDED),
        the.told.is_(Recording.PAUSED),
        the.request.in_(Request.PAUSE, Request.STOP, Request.HANG_UP),
    )


def _names_backup(parts: Parts, kind: str) -> dict[str, Recorder]:
    """Return the recorders whose group names the strategy of a backup unit of this kind."""
    return {
        name: each
        for name, each in parts.recorders.items()
        if f"{kind}-backup" in parts.deployment.group_of(name).strategies
    }


def signaling_and_media_fail_apart(parts: Parts, system: System) -> Iterator[Promise]:
    """
    REC-3: the failure of one unit moves nothing of another.

    A group that names the backup of a unit, and is one box, breaks it.
    """
    backed = {**_names_backup(parts, "signaling"), **_names_backup(parts, "media")}
    if not any(each.separated for each in parts.recorders.values()) and not backed:
        yield Promise("REC-3", not_applicable="no recorder group has separated = true")
        return
    signaling, media = set[str](), set[str]()
    for recorder in parts.recorders.values():
        signaling |= recorder.signaling.keys()
        media |= recorder.media.keys()
    crashes = [rule for rule in system.rules if _fires(rule, signaling | media, "crash")]
    yield Promise(
        "REC-3",
        structure=(
            (
                "each recorder with a backup of a unit is separated into units",
                all(each.separated for each in backed.values()),
            ),
            ("each unit can fail by itself", len(signaling | media) == len(crashes)),
            (
                "each failure of a unit leaves the units of the other kind as they are",
                not any(_moves(system, r, signaling) and _moves(system, r, media) for r in crashes),
            ),
        ),
    )


def _moves(system: System, rule: Rule, components: set[str]) -> bool:
    owners = {system.owners[effect.var.name] for effect in rule.sets}
    return bool(components & ({firing.component for firing in rule.fires} | owners))


def backup_signaling_takes_over(parts: Parts, system: System) -> Iterator[Promise]:
    """
    REC-4: a signaling unit's failure is transparent to the recording, and a backup serves.

    A recorder that is one box has no other unit that could: there it is refuted.
    """
    backed = list(_names_backup(parts, "signaling").values())
    if not backed:
        yield Promise("REC-4", not_applicable="no recorder group has the strategy signaling-backup")
        return
    cases = []
    for recorder in backed:
        for name, unit in recorder.signaling.items():
            for _, peer in others(recorder.signaling, name):
                failed = unit.in_(SignalingState.DOWN, SignalingState.HUNG)
                standing_by = peer.is_(SignalingState.BACKUP)
                cases.append((failed & standing_by, recorder.answers))
        if not recorder.separated:
            cases.append((~recorder.answers, recorder.answers))
    properties = [
        each_leads_to(
            "backup_takes_over_signaling", cases, claims=("REC-4",), budget=RECORDER_FAULT
        )
    ]
    units = [unit for each in backed for unit in each.signaling]
    for call in parts.calls if units else ():
        failure = transparent(
            "signaling_failure_does_not_affect_recording"
            + (f"_of_{call}" if len(parts.calls) > 1 else ""),
            fault=tuple(f"{unit} crashes" for unit in units),
            observers=(
                *(session.machine.name for session in parts.recording_sessions.values()),
                *(unit for each in backed for unit in each.media),
                *parts.media_servers,
                *parts.calls,
            ),
            hide=tuple(
                var.name
                for session in parts.recording_sessions.values()
                for var in (session.via, session.route)
            ),
            given=_settled(parts, call),
            claims=("REC-4",),
            budget=SIGNALING_FAULT,
            beyond=SIGNALING_FAULTS,
        )
        properties.append(for_one_call(failure, call, parts, system))
    yield Promise(
        "REC-4",
        tuple(properties),
        assumptions=(
            RECORDER,
            "the recording sessions were established",
            *of_each_call(parts),
            FAIR,
        ),
    )


def _settled(parts: Parts, call: str) -> Expr:
    """Return the guard that all recording sessions of a call stand on one Media Server."""
    return any_of(
        *(
            all_of(
                *(
                    session.machine.is_(RecordingSessionState.ESTABLISHED)
                    for leg, session in parts.sessions_on(server)
                    if parts.legs[leg] == call
                )
            )
            for server in parts.media_servers
        )
    )


def another_media_unit_takes_over(parts: Parts, system: System) -> Iterator[Promise]:
    """
    REC-5: media goes to another unit, and not before the re-INVITE that names it.

    A recorder that is one box has no other unit: there it is refuted.
    """
    backed = _names_backup(parts, "media")
    if not backed:
        yield Promise("REC-5", not_applicable="no recorder group has the strategy media-backup")
        return
    moves, lost = [], []
    for name, recorder in backed.items():
        for (leg, server), session in parts.recording_sessions.items():
            call = parts.legs[leg]
            for unit, media in recorder.media.items():
                stands = all_of(
                    parts.up(call),
                    session.machine.is_(RecordingSessionState.ESTABLISHED),
                    parts.records(server, call),
                    session.recorder.is_(name),
                    session.media.is_(unit),
                    ~media.up,
                )
                spare = any_of(*(each.up for _, each in others(recorder.media, unit)))
                over = any_of(
                    parts.recorded_by(leg, server),
                    ~parts.records(server, call),
                    ~session.machine.is_(RecordingSessionState.ESTABLISHED),
                )
                moves.append((all_of(stands, spare, _signals(recorder, parts)), over))
                lost.append(stands & recorder.receives[leg].is_(True))
            if not recorder.separated:
                moves.append((_stands_dead(parts, leg, server, recorder), parts.recorded(call)))
    if not lost:
        yield Promise("REC-5", (_moves_to_another(moves),), assumptions=(RECORDER, FAIR))
        return
    directed = {session.media.name for session in parts.recording_sessions.values()}
    directing = {rule.family for rule in system.rules if _directs(rule, directed)}
    yield Promise(
        "REC-5",
        (
            _moves_to_another(moves),
            sometimes(
                "media_is_lost_until_the_re_invite",
                any_of(*lost),
                claims=("REC-5",),
                budget=RECORDER_FAULT,
            ),
        ),
        structure=(
            (
                "where a recording session's media goes is said by INVITE and re-INVITE alone",
                directing <= {"resource_manager_finds_recorder", "recorder_reinvites"},
            ),
        ),
        assumptions=(RECORDER, "another media unit of the recorder is up", FAIR),
    )


def _moves_to_another(moves: list[Case]) -> Property:
    return each_leads_to(
        "media_goes_to_another_unit", moves, claims=("REC-5",), budget=RECORDER_FAULT
    )


def _stands_dead(parts: Parts, leg: str, server: str, recorder: Recorder) -> Expr:
    """Return the guard that a recording session stands at a recorder that failed as a whole."""
    session = parts.recording_sessions[leg, server]
    return all_of(
        parts.up(parts.legs[leg]),
        session.machine.is_(RecordingSessionState.ESTABLISHED),
        parts.records(server, parts.legs[leg]),
        session.recorder.is_(recorder.name),
        ~recorder.answers,
    )


def _signals(recorder: Recorder, parts: Parts) -> Expr:
    return recorder.answers & any_of(*(rm.answers for rm in parts.resource_managers.values()))


def _directs(rule: Rule, directed: set[str]) -> bool:
    """Return whether a rule gives a recording session's media a new destination."""
    return any(effect.var.name in directed and effect.to is not None for effect in rule.sets)


def recording_is_stopped_and_started(parts: Parts, system: System) -> Iterator[Promise]:
    """REC-6: a run in which stop and start put the call on a recorder that works."""
    if not parts.stops_and_starts:
        yield Promise("REC-6", not_applicable="no recorder group has the strategy stop-start")
        return
    begun = any_of(
        *(
            all_of(
                parts.recorded(name),
                *([call.control.is_(Request.START)] if call.control else []),
                any_of(*(~each.well for each in parts.recorders.values())),
                any_of(
                    *(each.view[name].is_(View.STARTING) for each in parts.t_lib_clients.values())
                ),
            )
            for name, call in parts.calls.items()
        )
    )
    yield Promise(
        "REC-6",
        (
            sometimes(
                "recording_begins_again_on_another_recorder",
                begun,
                claims=("REC-6",),
                budget=RECORDER_FAULT,
            ),
        ),
        assumptions=(RECORDER, "the T-lib client notices"),
    )


def another_recorder_is_found(parts: Parts, system: System) -> Iterator[Promise]:
    """
    REC-7: the T-lib client is about to start again, a recorder works; then the call is on it.

    Unless a party ends the call or the recording meanwhile. That the T-lib client dies meanwhile is
    beyond it, and no excuse there.
    """
    if not parts.stops_and_starts:
        yield Promise("REC-7", not_applicable="no recorder group has the strategy stop-start")
        return
    cases = []
    available = any_of(*(each.accepts for each in parts.recorders.values()))
    for name, call in parts.calls.items():
        assert call.control is not None
        open_start = any_of(
            call.control.is_(Request.START),
            call.control.is_(Request.START_SESSION) & call.told.is_(Recording.ON),
        )
        for client in parts.t_lib_clients.values():
            view = client.view[name]
            about = client.active & any_of(
                view.is_(View.TO_START), view.is_(View.STARTING) & open_start
            )
            over = parts.recorded(name) | _given_up(parts, name)
            cases.append((all_of(parts.up(name), about, available), over))
    sessions = {session.machine.name for session in parts.recording_sessions.values()}
    failing = [rule for rule in system.rules if _fires(rule, sessions, "fail")]
    yield Promise(
        "REC-7",
        (
            each_leads_to(
                "start_finds_another_recorder",
                cases,
                claims=("REC-7",),
                budget=RECORDER_FAULT,
                beyond=RECORDER_AND_CLIENT,
            ),
        ),
        structure=(("a recorder that is silent is passed over for another", not failing),),
        assumptions=(RECORDER, "a recorder is available", FAIR),
    )


PROMISES = (
    recorder_is_on_its_own,
    strategies_can_be_added,
    signaling_and_media_fail_apart,
    backup_signaling_takes_over,
    another_media_unit_takes_over,
    recording_is_stopped_and_started,
    another_recorder_is_found,
)
