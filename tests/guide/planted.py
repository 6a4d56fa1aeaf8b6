"""
Planted bugs: small changes of the guide's model, each of which breaks a promise.

Whoever implements failover gets one of these wrong sooner or later. Hypothesis is to find each by
stepping the machines, and to shrink it to a story that a person can read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from hamodel import Budget, Property, Rule, System, all_of, any_of, check, never
from hamodel.budget import NO_FAULT
from hamodel.guide import Parts, build, build_parts, load, promises
from hamodel.guide.vocabulary import (
    Conference,
    Recording,
    RecordingSessionState,
    Request,
    View,
)
from hamodel.testing import Refuted, Saving, machine_for, run, suite_settings

RUNS, STEPS = 500, 60
CLOSED = RecordingSessionState.ABSENT

Bug = Callable[[Rule], Rule]


@dataclass(frozen=True, slots=True)
class Planted:
    """
    A bug in the model of a deployment.

    Parameters
    ----------
    name, what
        A word for it, and what goes wrong, in a sentence.
    deployment, changes
        The deployment that it is planted in, as `load` takes it: small, and with all that it needs.
    family, bug
        The family of rules that it is in, and what it makes of each of them.
    broken
        The property that it breaks: a promise's, by name, or one that is made of the parts.
    budget
        The faults that bring it to light.
    unasked
        What the parties of the call do not ask for, so that runs are about what matters here.
    mistake
        The bug, where a deployment's parameter can say it: changes beyond `changes`.
    crashes
        How many crashes its shortest story has.
    """

    name: str
    what: str
    deployment: str
    changes: tuple[str, ...]
    family: str
    bug: Bug
    broken: str | Callable[[Parts], Property]
    budget: Budget
    unasked: tuple[str, ...] = ()
    mistake: tuple[str, ...] = ()
    crashes: int = 1

    @property
    def settings(self) -> tuple[str, ...]:
        """The changes of the deployment with the bug."""
        return (*self.changes, *self.mistake)

    @property
    def sound(self) -> System:
        """The model without the bug."""
        return self._with(lambda rule: rule, self.changes)

    @property
    def system(self) -> System:
        """The model with the bug."""
        return self._with(self.bug, self.settings)

    def _with(self, bug: Bug, changes: tuple[str, ...]) -> System:
        guide = build(load(self.deployment, changes))
        rules = [bug(rule) if rule.family == self.family else rule for rule in guide.rules]
        asked = [rule for rule in rules if not rule.name.endswith(self.unasked)]
        return System(guide.components, tuple(asked), guide.sources, guide.name)

    @property
    def prop(self) -> Property:
        """The property that it breaks."""
        deployment = load(self.deployment, self.changes)
        if not isinstance(self.broken, str):
            return self.broken(build_parts(deployment))
        stated = promises(deployment, self.sound)
        [found] = [
            prop for promise in stated for prop in promise.properties if prop.name == self.broken
        ]
        return found


def _without(part: str, *, allow: bool = False) -> Bug:
    """
    Return the bug that drops a rule's effects on the variables with this in their names.

    Every rule of the family has such effects, unless it is allowed that some have none.
    """

    def bug(rule: Rule) -> Rule:
        kept = tuple(effect for effect in rule.sets if part not in effect.var.name)
        assert allow or len(kept) < len(rule.sets), f"{rule.name} sets no {part}"
        return replace(rule, sets=kept)

    return bug


def _without_what_the_peer_gets(rule: Rule) -> Rule:
    """Return a telling rule that marks the affinity as told, and leaves out what it is to."""
    return replace(rule, sets=tuple(effect for effect in rule.sets if effect.source is None))


def _starts_recording_anyway(rule: Rule) -> Rule:
    """Return a placing rule whose INVITE does not say that the recording is paused."""
    told = [effect for effect in rule.sets if effect.to is Conference.PAUSED]
    assert 1 == len(told), f"{rule.name} opens no paused conference"
    return replace(
        rule,
        sets=tuple(
            replace(effect, to=Conference.RECORDING) if effect in told else effect
            for effect in rule.sets
        ),
    )


def _as_it_is(rule: Rule) -> Rule:
    """Return a rule unchanged: the bug is a parameter's."""
    return rule


def _forgets_to_start(rule: Rule) -> Rule:
    """Return the answering rule after which the T-lib client takes the recording to run."""
    return replace(
        rule,
        sets=tuple(
            replace(effect, to=View.RECORDED) if effect.to is View.TO_START else effect
            for effect in rule.sets
        ),
    )


def no_recording_is_left_stopped(parts: Parts) -> Property:
    """Nobody wants anything more, the T-lib client takes the recording to run, and it does not."""
    left = (
        all_of(
            parts.up(name),
            call.told.is_(Recording.STOPPED),
            call.request.is_(Request.NOTHING),
            *([call.control.is_(Request.NOTHING)] if call.control else []),
            client.active & client.view[name].is_(View.RECORDED),
        )
        for name, call in parts.calls.items()
        for client in parts.t_lib_clients.values()
    )
    return never("no_recording_is_left_stopped", any_of(*left), claims=("REC-6",))


def affinity_ends_with_the_recording(parts: Parts) -> Property:
    """A recording is stopped and closed; no affinity leads to a recorder that is dead."""
    stale = (
        all_of(
            parts.calls[call].told.is_(Recording.STOPPED),
            *(
                its.machine.is_(RecordingSessionState.ABSENT)
                for _, _, its in parts.sessions_of(call)
            ),
            manager.recorder_of[leg].to.is_(name),
            ~recorder.answers,
        )
        for leg, call in parts.legs.items()
        for manager in parts.resource_managers.values()
        for name, recorder in parts.recorders.items()
    )
    return never("affinity_ends_with_the_recording", any_of(*stale), claims=("REC-7",))


ONE_SERVER = ("media_server.count=1", "recorder_group.main.count=1", "recording.pausable=false")

BOXES = ("recorder_group.main.separated=false", "t_lib_client.backup=false")
SINGLE = (
    "sip_server.pair=single",
    "resource_manager.mode=single",
    "scope.media_servers=1",
    "recording.pausable=false",
)
_STRATEGIES = "recorder_group.main.strategies="
STOP_START = (*SINGLE, *BOXES, _STRATEGIES + '["stop-start"]')

PLANTED: tuple[Planted, ...] = (
    Planted(
        "standby-forgets-sessions",
        "What the primary copies to its hot standby lacks the call's session.",
        "reference",
        (*ONE_SERVER, "resource_manager.mode=single"),
        "primary_copies_call",
        _without(".session_of_"),
        "hot_standby_knows_established_calls",
        Budget({"sip-server-crash": 1}),
    ),
    Planted(
        "affinity-is-lost",
        "What a Resource Manager tells its peer of a call lacks the instance that it belongs to.",
        "reference",
        (*ONE_SERVER, "sip_server.pair=single"),
        "resource_manager_tells_peer",
        _without_what_the_peer_gets,
        "remaining_resource_manager_remembers_affinity",
        Budget({"resource-manager-crash": 1}),
    ),
    Planted(
        "paused-call-is-recorded",
        "The INVITE that joins a call to another Media Server does not say that it is paused.",
        "reference",
        ("recorder_group.main.count=1", "sip_server.pair=single", "resource_manager.mode=single"),
        "resource_manager_places_call",
        _starts_recording_anyway,
        "paused_call_1_is_not_recorded",
        Budget({"media-server-crash": 1}),
        ("asks for hold", "asks for resume", "asks for stop", "hangs up"),
    ),
    Planted(
        "same-record-identifier",
        "Media Server gives both recording sessions of a call one record identifier (DUP-5a).",
        "reference",
        (*SINGLE, *BOXES, _STRATEGIES + "[]", "duplication.requested_by=sip-server"),
        "resource_manager_finds_recorder",
        _as_it_is,
        "two_recording_sessions_are_on_two_recorders",
        NO_FAULT,
        ("asks for hold", "asks for stop", "hangs up"),
        ("duplication.identifiers=same",),
        crashes=0,
    ),
    Planted(
        "stop-without-start",
        "The T-lib client hears that the recording is stopped, and takes its work for done.",
        "reference",
        (*STOP_START, "t_lib_client.start_waits_stop=true"),
        "sip_server_answers_t_lib_client",
        _forgets_to_start,
        no_recording_is_left_stopped,
        Budget({"recorder-crash": 1}),
        ("asks for hold", "asks for stop", "hangs up"),
    ),
    Planted(
        "stale-affinity",
        "Resource Manager keeps the affinity of a record identifier beyond its BYE.",
        "reference",
        STOP_START,
        "recording_session_closes",
        _without(".recorder_of_", allow=True),
        affinity_ends_with_the_recording,
        Budget({"recorder-crash": 1}),
        ("asks for hold", "asks for stop", "hangs up"),
    ),
)


def found(planted: Planted, seed: int | None = None, folder: Path | None = None) -> Refuted | None:
    """
    Return what Hypothesis finds of a bug, shrunk; None if it does not.

    Parameters
    ----------
    planted
        The bug.
    seed
        Where it begins; None for what the settings say.
    folder
        Where the trace is kept; None to keep none.
    """
    saving = None if folder is None else Saving(folder, planted.deployment, planted.settings)
    machine = machine_for(planted.system, [planted.prop], planted.budget, saving=saving)
    its = suite_settings(max_examples=RUNS, stateful_step_count=STEPS)
    return run(machine, its, number=seed)


def shortest(planted: Planted) -> int:
    """Return how many steps the shortest story of a bug has, by breadth-first search."""
    verdict = check(planted.system, planted.prop, planted.budget)
    assert verdict.trace is not None, f"{planted.name} breaks nothing"
    return len(verdict.trace)


def lengths(planted: Planted, seeds: Iterable[int]) -> tuple[int, tuple[int | None, ...]]:
    """
    Return how many steps the shortest story of a bug has, and the shrunk one from each seed.

    None stands for a seed from which the bug is not found.
    """
    shrunk = (found(planted, seed) for seed in seeds)
    return shortest(planted), tuple(None if it is None else len(it.trace) for it in shrunk)
