"""
What a call loses in the deployments that are shipped, by classes of states and tick by tick.

Of each deployment one call is made, one fault happens, and what can be lost is measured in the cone
of what is lost; but the deployment's timers are small whole numbers of
ticks, in the same order: of those that can matter within the fault the shortest is 1, the next
longer 2, and so on. Where that has too many timed states, something smaller stands for it that
loses the same in the deployments' own timers, to the millisecond: less is asked for, or less is
installed, but what fails stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
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
from hamodel.engine.cone import Influences, cut_out
from hamodel.engine.explore import explore
from hamodel.engine.judged_by_ticks import judged_by_ticks, shown_by
from hamodel.engine.limits import Limits
from hamodel.engine.possible import possible
from hamodel.engine.reference import Product
from hamodel.engine.ticks import Ticks, Untimed
from hamodel.engine.ticks import waits as waits_by_ticks
from hamodel.engine.timed.search import Wait, Waits, length, waits
from hamodel.expr import variables_of
from hamodel.guide import build, build_parts, load, shipped
from hamodel.guide.loss import LOSSES, Lost, with_causes
from hamodel.guide.parts import Parts
from hamodel.guide.resending import GIVEN_UP, OUT_LONG, T1_OVER

IDLE = (OUT_LONG, T1_OVER, GIVEN_UP)
"""Rules that do nothing unless a Resource Manager fails."""
UNPAUSED = "recording.pausable=false"
ONE_COPY = ("duplication.requested_by=off", "duplication.targets=[]")
ALONE_UNLESS = {
    ("sip_server.pair=single",): ("sip-server", "management-layer", "host-loss"),
    ("resource_manager.mode=single", "resource_manager.count=1"): ("resource-manager", "host-loss"),
    ("sip_server.pair=single", "scope.media_servers=1"): (
        *("sip-server", "management-layer", "host-loss"),
        "media-server",
    ),
}
"""What is installed once instead of twice, unless it is what fails."""
WAYS = 3 + len(ALONE_UNLESS)
SEEN = 300_000
"""In so many states, whatever the time, it is looked for which rules can happen."""
JUDGED = 2_000_000
"""Beyond so many timed states a property is not judged: how long it was due multiplies them."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A deployment with changes, what is lost there, the class of its one fault, and repairs."""

    deployment: str
    lost: str
    fault: str
    changes: tuple[str, ...] = ()
    repairs: int = 0

    def __str__(self) -> str:
        words = (self.deployment, self.lost, self.fault, *self.changes)
        return " ".join(words) + f" +{self.repairs}" * (self.repairs > 0)

    def smaller(self) -> Iterator[Setting]:
        """
        Yield what is smaller: less is asked for, then less is installed, but for what fails.

        Without pausing; then with one recorder of each group; then with less beside it; last,
        unless copies are what is lost, with one copy of each call.
        """
        deployment = load(self.deployment, list(self.changes))
        groups = deployment.recorder_groups
        large = (name for name, its in groups.items() if len(groups) > 1 < len(its))
        counts = (f"recorder_group.{name}.count=1" for name in large)
        one_each = (UNPAUSED, *counts, f"scope.recorders={len(groups)}")
        ways = [(UNPAUSED,), one_each]
        for fewer, fails in ALONE_UNLESS.items():
            if not self.fault.startswith(fails):
                ways.append((*one_each, *fewer))
        if deployment.duplication.requested_by != "off" and self.lost != "single_copy":
            ways.append((UNPAUSED, *ONE_COPY, "scope.recorders=1"))
        known = self.changes
        less = (tuple(each for each in way if each not in known) for way in ways)
        for way in dict.fromkeys(filter(None, less)):
            yield replace(self, changes=(*known, *way))


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
        How many timed states there are tick by tick, how many without time (with those that are up
        to two steps beyond what time reaches), and how many classes.
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


@lru_cache(maxsize=1 + WAYS)
def _model(deployment: str, changes: tuple[str, ...]) -> tuple[Parts, System]:
    parts = build_parts(load(deployment, ["scope.calls=1", *changes]))
    return parts, with_causes(parts, build(parts.deployment))


def settings(only: Sequence[str] = ()) -> Iterator[Setting]:
    """Yield every setting, of these deployments or of all: fault by fault, then what is changed."""
    for deployment in only or shipped():
        parts, system = _model(deployment, ())
        call = next(iter(parts.calls))
        names = [name for name, make in LOSSES.items() if isinstance(make(parts, call), Lost)]
        for fault in sorted(system.fault_classes):
            for name in names:
                yield Setting(deployment, name, fault)
        yield from (each for each in CHANGED if each.deployment == deployment)


def in_ticks(system: System, rules: Iterable[Rule] = ()) -> System:
    """
    Return a system with ticks for times, in the same order; shorter than all that count is 1.

    A time is as many ticks as there are times that are no longer: of these rules, or else of all.
    """
    times = sorted({ms for rule in tuple(rules) or system.rules for ms in rule.bounds if ms})

    def tick(ms: int) -> int:
        return max(1, bisect_right(times, ms)) if ms else 0

    def slower(rule: Rule) -> Rule:
        earliest, latest = rule.bounds
        return replace(rule, takes=(tick(earliest), None if latest is None else tick(latest)))

    return replace(system, rules=tuple(map(slower, system.rules)))


@dataclass(slots=True, eq=False)
class Part:
    """A system with a budget, in few ticks; with how many timed states it was cut, if it was."""

    untimed: Untimed
    cut_at: int = 0


@lru_cache(maxsize=1 + WAYS)
def parted(system: System, budget: Budget) -> Part:
    """Return a part of a model in ticks of the rules that can happen, as a search of SEEN shows."""
    seen = explore(system, budget, limits=Limits(states=SEEN))
    can_happen = [seen.product.actions[place].rule for place in seen.happening]
    return Part(Untimed(Product(in_ticks(system, can_happen), budget)))


def lost_by(setting: Setting) -> Lost | None:
    """Return what is lost; None if there is none of it, or no such fault, after the changes."""
    parts, system = _model(setting.deployment, setting.changes)
    known = setting.fault in system.fault_classes
    lost = LOSSES[setting.lost](parts, next(iter(parts.calls)))
    return lost if known and isinstance(lost, Lost) else None


def part_of(setting: Setting) -> tuple[System, Lost, Budget]:
    """
    Return the part of a deployment's model that a loss can depend on, with its timers.

    That is its cone, without what does nothing unless a Resource Manager fails, and without what
    never changes within the fault: larger than the part that `hamodel loss` searches.
    """
    lost = lost_by(setting)
    assert lost is not None, "settings() leaves out what cannot be lost"
    _, system = _model(setting.deployment, setting.changes)
    if not setting.fault.startswith(("resource-manager", "host-loss")):
        system = replace(
            system, rules=tuple(rule for rule in system.rules if rule.family not in IDLE)
        )
    guards = lost.since, lost.begin, lost.end
    budget = Budget({setting.fault: 1}, setting.repairs)
    part, budget = Influences(lost.among(system)).part(guards, budget)
    able = possible(part, budget)
    changed = {effect.var.name for rule in able.rules for effect in rule.sets}
    read = {var.name for guard in guards for var in variables_of(guard)}
    return cut_out(able, frozenset(changed | read)), lost, budget


def lost_in_ms(setting: Setting, limit_classes: int) -> dict[str, int | bool | None] | None:
    """
    Return what is lost with the deployment's own timers: worst and best in ms, and if endless.

    None if there is no such loss or fault, or more classes than that.
    """
    if lost_by(setting) is None:
        return None
    part, lost, budget = part_of(setting)
    limits = Limits(states=limit_classes)
    found = waits(part, lost.begin, lost.end, budget, since=lost.since, limits=limits)
    if found.cut is not None:
        return None
    worst, best = found.worst, found.best
    endless = worst is not None and bool(worst.why)
    return {
        "worst": None if worst is None else worst.ms,
        "best": None if best is None or endless else best.ms,
        "endless": endless,
    }


def compare_setting(
    setting: Setting, limit_states: int, limit_classes: int | None = None
) -> Compared:
    """
    Return what both engines found; nothing but that it was cut, if there were too many states.

    A setting of which nothing can be lost, or no fault happens, in what is smaller, is cut too.
    The limit on classes, which are found sooner, is that on timed states unless it is given.

    Raises
    ------
    AssertionError
        If they differ: in the longest, the shortest, in whether one is endless; if a run that is
        shown cannot happen tick by tick, or takes another time; if a verdict differs, or the run
        that shows it does not.
    """
    if lost_by(setting) is None:
        return Compared(cut=True)
    whole, lost, budget = part_of(setting)
    its = parted(whole, budget)
    untimed, part = its.untimed, its.untimed.product.system
    # Whatever is lost, it is the same timed states but for whether it is lost now: so that what
    # was too large for another loss is, or nearly is, for this one.
    if its.cut_at > limit_states:
        return Compared(ticks=its.cut_at, cut=True)
    guards = lost.begin, lost.end
    limits = Limits(states=limit_states if limit_classes is None else limit_classes)
    found = waits(part, *guards, budget, since=lost.since, limits=limits)
    sizes = Compared(states=found.states, classes=found.classes, cut=True)
    if found.cut is not None:
        return sizes
    expected = waits_by_ticks(
        part, *guards, budget, since=lost.since, limit_states=limit_states, untimed=untimed
    )
    if expected.cut:
        its.cut_at = expected.states
        return replace(sizes, ticks=expected.states)
    worst, best = found.worst, found.best
    assert expected.endless == (worst is not None and bool(worst.why)), "endless"
    for each in (worst, best):
        if each is not None:
            _follow(untimed, each)
    if not expected.endless:
        _same("worst", expected.worst, worst)
        _same("best", expected.best, best)
    verdicts = {}
    if expected.states <= JUDGED:
        verdicts = dict(_verdicts(untimed, lost, budget, found))
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


def _follow(untimed: Untimed, wait: Wait) -> None:
    ticks = Ticks(untimed, FALSE, FALSE)
    wrong = ticks.follow([(step.rule, step.at) for step in wait.run])
    assert not wrong, wrong
    assert wait.ms is None or length(wait.run, wait.begins) == wait.ms


def _verdicts(
    untimed: Untimed, lost: Lost, budget: Budget, found: Waits
) -> Iterator[tuple[str, str]]:
    """Yield the verdicts on properties about a loss, after comparing them."""
    worst = 3 if found.worst is None or found.worst.ms is None else found.worst.ms
    part = untimed.product.system
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
        expected = judged_by_ticks(part, prop, budget, limit_states=JUDGED, untimed=untimed)
        if expected is None:
            continue
        verdict = check_in_time(part, prop, budget)
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
