"""
What a call loses in the deployments that are shipped, by classes of states and tick by tick.

Of each deployment one call is made, one fault happens, and what can be lost is measured in the cone
of what is lost, as `hamodel loss` does; but the deployment's timers are small whole numbers of
ticks, in the same order: the shortest is 1, the next longer 2, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from hamodel import (
    FALSE,
    Budget,
    Property,
    Rule,
    System,
    TimedVerdict,
    always,
    check_in_time,
    leads_to,
)
from hamodel.engine.cone import Influences
from hamodel.engine.judged_by_ticks import judged_by_ticks, shown_by
from hamodel.engine.limits import Limits
from hamodel.engine.reference import Product
from hamodel.engine.ticks import Ticks
from hamodel.engine.ticks import waits as waits_by_ticks
from hamodel.engine.timed.search import Wait, Waits, length, waits
from hamodel.guide import build, build_parts, load, shipped
from hamodel.guide.loss import LOSSES, Lost, with_causes
from hamodel.guide.parts import Parts

JUDGED = 20_000
"""Beyond so many timed states no properties are judged: how long each was due multiplies them."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A deployment with changes, what is lost there, the class of its one fault, and repairs."""

    deployment: str
    lost: str
    fault: str
    changes: tuple[str, ...] = ()
    repairs: int = 0

    def __str__(self) -> str:
        more = "".join(f" {each}" for each in self.changes)
        return f"{self.deployment} {self.lost} {self.fault}{more}" + f" +{self.repairs}" * (
            self.repairs > 0
        )


ALONE = (
    "scope.media_servers=1",
    "recording.pausable=false",
    "sip_server.pair=single",
    "resource_manager.mode=single",
    "resource_manager.count=1",
)
TWO_BOXES = (
    "sip_server.pair=single",
    "recording.pausable=false",
    "recorder_group.main.count=2",
    "recorder_group.main.strategies=['stop-start']",
)
TWICE = "duplication.requested_by=sip-server"
SHORT, LONG = (f"recorder_group.main.unsaved={ms} ms" for ms in (20, 3_000))
CHANGED = (
    Setting("reference", "unrecorded", "recorder-media-crash", (*ALONE, SHORT)),
    Setting("reference", "unrecorded", "recorder-media-crash", (*ALONE, LONG)),
    Setting("reference", "unrecorded", "recorder-media-crash", (*ALONE, LONG), 1),
    Setting("reference", "single_copy", "recorder-media-crash", (*ALONE, LONG, TWICE)),
    Setting("small-single-site", "unrecorded", "recorder-crash", TWO_BOXES),
    Setting("small-single-site", "unrecorded", "host-loss", TWO_BOXES),
    Setting(
        "reference",
        "single_copy",
        "recorder-media-crash",
        (*ALONE, TWICE, "duplication.rebuild_leg=true", "recorder_group.main.strategies=[]"),
    ),
    *(
        Setting("reference", "unrecorded", "media-server-crash", (*ALONE[1:], more), repairs)
        for more, repairs in (
            ("media_server.restart=20 s", 1),
            ("media_server.restart=40 s", 1),
            ("media_server.rejoin_rate=20", 0),
        )
    ),
)
"""Beside what is shipped: tails, a refresh, a Media Server that is restarted, calls in turn."""


@dataclass(frozen=True, slots=True)
class Compared:
    """
    What both engines found of a setting; times in ticks.

    Attributes
    ----------
    worst, best, endless
        The longest and the shortest loss that ends, and whether one is without end.
    ticks, states, classes
        How many timed states there are tick by tick, how many without time, and how many classes.
    verdicts
        The properties that were judged in time, and what each is.
    cut
        Whether there were too many, so that nothing was compared.
    """

    worst: int | None = None
    best: int | None = None
    endless: bool = False
    ticks: int = 0
    states: int = 0
    classes: int = 0
    verdicts: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@lru_cache(maxsize=1)
def _model(deployment: str, changes: tuple[str, ...] = ()) -> tuple[Parts, Influences]:
    parts = build_parts(load(deployment, ["scope.calls=1", *changes]))
    return parts, Influences(with_causes(parts, build(parts.deployment)))


def settings(only: Sequence[str] = ()) -> Iterator[Setting]:
    """Yield every setting, of these deployments or of all: as they are shipped, then changed."""
    for deployment in only or shipped():
        parts, influences = _model(deployment)
        call = next(iter(parts.calls))
        for name, make in LOSSES.items():
            if make(parts, call) is not None:
                for fault in sorted(influences.system.fault_classes):
                    yield Setting(deployment, name, fault)
        yield from (each for each in CHANGED if each.deployment == deployment)


def in_ticks(system: System) -> System:
    """Return a system whose times are their places in the order of all that it has."""
    times = {ms for rule in system.rules for ms in rule.bounds if ms}
    tick = {0: 0} | {ms: n for n, ms in enumerate(sorted(times), start=1)}

    def slower(rule: Rule) -> Rule:
        earliest, latest = rule.bounds
        return replace(rule, takes=(tick[earliest], None if latest is None else tick[latest]))

    return replace(system, rules=tuple(map(slower, system.rules)))


def part_of(setting: Setting) -> tuple[System, Lost, Budget]:
    """Return the part of a deployment's model that a loss can depend on, with its timers."""
    parts, influences = _model(setting.deployment, setting.changes)
    lost = LOSSES[setting.lost](parts, next(iter(parts.calls)))
    assert lost is not None, "settings() leaves out what cannot be lost"
    guards = lost.since, lost.begin, lost.end
    part, budget = influences.part(guards, Budget({setting.fault: 1}, setting.repairs))
    return part, lost, budget


def compare_setting(setting: Setting, limit_states: int) -> Compared:
    """
    Return what both engines found; nothing but that it was cut, if there were too many states.

    Raises
    ------
    AssertionError
        If they differ: in the longest, the shortest, in whether one is endless; if a run that is
        shown cannot happen tick by tick, or takes another time; if a verdict differs, or the run
        that shows it does not.
    """
    part, lost, budget = part_of(setting)
    part = in_ticks(part)
    guards = lost.begin, lost.end
    found = waits(part, *guards, budget, since=lost.since, limits=Limits(states=limit_states))
    sizes = Compared(states=found.states, classes=found.classes, cut=True)
    # Every state that time reaches is one of the timed states at least once.
    if found.cut is not None or found.states > limit_states:
        return sizes
    expected = waits_by_ticks(part, *guards, budget, since=lost.since, limit_states=limit_states)
    if expected.cut:
        return replace(sizes, ticks=expected.states)
    worst, best = found.worst, found.best
    assert expected.endless == (worst is not None and bool(worst.why)), "endless"
    for each in (worst, best):
        if each is not None:
            _follow(part, budget, each)
    if not expected.endless:
        _same("worst", expected.worst, worst)
        _same("best", expected.best, best)
    verdicts = {}
    if expected.states <= JUDGED:
        verdicts = dict(_verdicts(part, lost, budget, found))
    return Compared(
        expected.worst,
        None if expected.endless else expected.best,
        expected.endless,
        expected.states,
        found.states,
        found.classes,
        verdicts,
    )


def _same(what: str, ticks: int | None, wait: Wait | None) -> None:
    ms = None if wait is None else wait.ms
    assert ticks == ms, f"{what}: {ticks} tick by tick, {ms} by classes"


def _follow(part: System, budget: Budget, wait: Wait) -> None:
    ticks = Ticks(Product(part, budget), FALSE, FALSE)
    wrong = ticks.follow([(step.rule, step.at) for step in wait.run])
    assert not wrong, wrong
    assert wait.ms is None or length(wait.run, wait.begins) == wait.ms


def _verdicts(part: System, lost: Lost, budget: Budget, found: Waits) -> Iterator[tuple[str, str]]:
    """Yield the verdicts on properties about a loss, after comparing them."""
    worst = 3 if found.worst is None or found.worst.ms is None else found.worst.ms
    begun = lost.begin & ~lost.end
    case = lost.begin, lost.end
    props: list[Property] = [
        always("nothing_is_lost", ~begun),
        leads_to("it_ends", *case),
        *(
            leads_to(f"it_ends_within_{ms}", *case, within=ms)
            for ms in sorted({max(0, worst - 1), worst})
        ),
    ]
    for prop in props:
        verdict = check_in_time(part, prop, budget)
        expected = judged_by_ticks(part, prop, budget)
        assert expected is verdict.kind, f"{prop.name}: {expected}, {verdict}"
        _shown(part, budget, verdict)
        yield prop.name, verdict.kind.value


def _shown(part: System, budget: Budget, verdict: TimedVerdict) -> None:
    if verdict.run is None:
        return
    assert verdict.until is not None
    run = [(step.rule, step.at) for step in verdict.run]
    wrong = shown_by(part, verdict.property, budget, run, verdict.until)
    assert not wrong, f"{verdict.property.name}: {wrong}"
