"""
Planted bugs: small changes of the guide's model, each of which breaks a promise.

Whoever implements failover gets one of these wrong sooner or later. Hypothesis is to find each by
stepping the machines, and to shrink it to a story that a person can read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from hamodel import Budget, Property, Rule, System, check
from hamodel.guide import build, load, promises
from hamodel.guide.vocabulary import Conference
from hamodel.testing import Refuted, Saving, machine_for, run, suite_settings

RUNS, STEPS = 500, 60

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
        The property that it breaks, by name.
    budget
        The faults that bring it to light.
    unasked
        What the parties of the call do not ask for, so that runs are about what matters here.
    """

    name: str
    what: str
    deployment: str
    changes: tuple[str, ...]
    family: str
    bug: Bug
    broken: str
    budget: Budget
    unasked: tuple[str, ...] = ()

    @property
    def sound(self) -> System:
        """The model without the bug."""
        return self._with(lambda rule: rule)

    @property
    def system(self) -> System:
        """The model with the bug."""
        return self._with(self.bug)

    def _with(self, bug: Bug) -> System:
        guide = build(load(self.deployment, self.changes))
        rules = [bug(rule) if rule.family == self.family else rule for rule in guide.rules]
        asked = [rule for rule in rules if not rule.name.endswith(self.unasked)]
        return System(guide.components, tuple(asked), guide.sources, guide.name)

    @property
    def prop(self) -> Property:
        """The property that it breaks."""
        stated = promises(load(self.deployment, self.changes), self.sound)
        [found] = [
            prop for promise in stated for prop in promise.properties if prop.name == self.broken
        ]
        return found


def _without(part: str) -> Bug:
    """Return the bug that drops a rule's effects on the variables with this in their names."""

    def bug(rule: Rule) -> Rule:
        kept = tuple(effect for effect in rule.sets if part not in effect.var.name)
        assert len(kept) < len(rule.sets), f"{rule.name} sets no {part}"
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


ONE_SERVER = ("media_server.count=1", "recorder_group.main.count=1", "recording.pausable=false")

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
    saving = None if folder is None else Saving(folder, planted.deployment, planted.changes)
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
