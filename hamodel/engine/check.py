"""Judging properties: one exploration a budget, each property's verdict read off it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hamodel.budget import Budget
from hamodel.duration import duration_text
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.cone import Cone, Influences, gathered, lifted, sliced
from hamodel.engine.explore import explore
from hamodel.engine.explored import Explored, Progress, Threads
from hamodel.engine.limits import NO_LIMITS, Cut, CutShort, Limits, cut_by
from hamodel.engine.parts import Parts
from hamodel.errors import ModelError, plural
from hamodel.expr import Expr
from hamodel.property import Modality, Property
from hamodel.system import System
from hamodel.trace import trace_of
from hamodel.verdict import NOTHING_SHOWN, PROVED, REFUTED, UNDETERMINED, Finding, Verdict

PREMISE = "here the premise holds"


def check(
    system: System,
    prop: Property,
    budget: Budget | None = None,
    *,
    limit_states: int | None = None,
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    in_cones: bool = False,
    threads: Threads = 1,
) -> Verdict:
    """
    Judge one property.

    Parameters
    ----------
    system, prop
        What is judged.
    budget
        The faults that may happen; by default the property's own, or none.
    limits, limit_states
        Where the search is cut short, and a short form of the limit on states; the verdict is
        then UNDETERMINED unless a run refutes.
    in_cones
        Whether to search only what the property can depend on (`hamodel.engine.cone`): the same
        verdict and length of its trace, of fewer states.
    threads
        How many threads a large search takes: the same verdict and trace, sooner.
    """
    return check_all(
        system,
        [prop],
        budget,
        limits=limits.but(limit_states),
        progress=progress,
        in_cones=in_cones,
        threads=threads,
    )[0]


def check_all(
    system: System,
    props: Iterable[Property],
    budget: Budget | None = None,
    *,
    limit_states: int | None = None,
    limits: Limits = NO_LIMITS,
    progress: Progress | None = None,
    in_cones: bool = False,
    threads: Threads = 1,
) -> tuple[Verdict, ...]:
    """
    Judge properties, searching as seldom as it takes; verdicts in the order of the properties.

    As `check`. One search a budget, or with `in_cones` one a budget and cone.
    """
    props, limits = tuple(props), limits.but(limit_states)
    wanted = [(prop, prop.judged_under() if budget is None else budget) for prop in props]
    for prop, its in wanted:
        system.check_property(prop, its.counters)
        if prop.within is not None:
            raise ModelError(
                "HA028",
                f"{prop.name} has to come within {duration_text(prop.within)}, and `check` knows "
                "no time; judge it with check_in_time, or leave within= out",
            )
    verdicts: dict[tuple[Property, Budget], Verdict] = {}
    for search in searches_for(system, wanted, in_cones=in_cones):
        found = search.explore(system, limits=limits, progress=progress, threads=threads)
        for prop in search.props:
            verdicts[prop, search.budget] = search.judge(system, found, prop)
    return tuple(verdicts[each] for each in wanted)


@dataclass(frozen=True, slots=True)
class Search:
    """
    One exploration, and the properties that are read off it.

    Parameters
    ----------
    budget, props
        What is judged, and under which faults.
    cone
        The variables that are searched; None for all.
    parts
        What can be searched by itself first, as `hamodel.engine.by_parts` does.
    limit_states
        Where it is cut short at the latest, whatever else limits it; None for nowhere.
    """

    budget: Budget
    props: tuple[Property, ...]
    cone: Cone | None = None
    parts: Parts = ()
    limit_states: int | None = None

    def within(self, limits: Limits) -> Limits:
        """Return these limits, with its own on the states if that is a smaller one."""
        own = self.limit_states
        return limits if own is None else limits.but(min(own, limits.states or own))

    def searched(self, system: System) -> tuple[System, Budget]:
        """Return the system, or its part that the cone names, and the budget suited to that."""
        self.budget.check(system.fault_classes)
        part = system if self.cone is None else sliced(system, self.cone)
        return part, self.budget.suited(part.fault_classes)

    def explore(
        self,
        system: System,
        *,
        limit_states: int | None = None,
        limits: Limits = NO_LIMITS,
        progress: Progress | None = None,
        checkpoint: Checkpoint | None = None,
        threads: Threads = 1,
        begun: float | None = None,
        earlier: Explored | None = None,
    ) -> Explored:
        """
        Search the system, or its part that the cone names; as `explore`.

        It goes on from an `earlier` exploration of the same, if there is one.
        """
        limits = self.within(limits.but(limit_states))
        if earlier is not None:
            earlier.expand(limits, progress, begun, threads=threads)
            return earlier
        part, budget = self.searched(system)
        return explore(
            part,
            budget,
            limits=limits,
            progress=progress,
            checkpoint=checkpoint,
            threads=threads,
            begun=begun,
        )

    def judge(
        self, system: System, exploration: Explored, prop: Property, *, so_far: bool = False
    ) -> Verdict:
        """Return the verdict on one of its properties; its traces are runs of the whole system."""
        [verdict] = judge(exploration, [prop], so_far=so_far)
        if exploration.product.system is system:
            return verdict
        trace, witness = verdict.trace, verdict.premise_witness
        return replace(
            verdict,
            budget=self.budget,
            trace=None if trace is None else lifted(system, trace),
            premise_witness=None if witness is None else lifted(system, witness),
        )


def searches_for(
    system: System,
    wanted: Iterable[tuple[Property, Budget]],
    *,
    in_cones: bool,
    among: Iterable[tuple[Property, Budget]] = (),
    parts: Parts = (),
) -> tuple[Search, ...]:
    """
    Return the searches that judge each property under its budget; each property once in one.

    What is `among` besides is not judged, but a search is shared as if it were: how many states a
    property takes does not depend on what else is asked for. Each search names the `parts` that
    can be searched by themselves.
    """
    by_budget: dict[Budget, dict[Property, None]] = {}
    for prop, budget in wanted:
        by_budget.setdefault(budget, {})[prop] = None
    if not in_cones:
        return tuple(Search(budget, tuple(its), None, parts) for budget, its in by_budget.items())
    influences = Influences(system)
    searches = []
    among = tuple(among)
    for budget, props in by_budget.items():
        counters = [var.name for var in budget.counters]
        cones = {prop: influences.cone(prop, counters) for prop in props}
        others = (influences.cone(prop, counters) for prop, its in among if its == budget)
        host = gathered((*cones.values(), *others))
        together: dict[Cone, list[Property]] = {}
        for prop, cone in cones.items():
            together.setdefault(host[cone], []).append(prop)
        searches += [Search(budget, tuple(its), cone, parts) for cone, its in together.items()]
    return tuple(searches)


def judge(
    exploration: Explored, props: Sequence[Property], *, so_far: bool = False
) -> tuple[Verdict, ...]:
    """
    Return the verdicts on these properties, read off one exploration.

    Where that was cut short, what it has found `so_far` is told as well, if that is asked for: the
    premise, and a run that refutes a response, which need not be the shortest.
    """
    sizes = len(exploration.states), exploration.transitions, exploration.depth
    verdicts = []
    for prop in props:
        finding = _find(exploration, prop, so_far)
        verdicts.append(
            Verdict(
                prop,
                exploration.product.budget,
                finding.kind,
                finding.why,
                *sizes,
                trace=finding.trace,
                premise_witness=finding.witness,
            )
        )
    return tuple(verdicts)


def _find(exploration: Explored, prop: Property, so_far: bool) -> Finding:
    """Return what an exploration says of a property; undetermined beyond the memory or the time."""
    try:
        return _found(exploration, prop, so_far)
    except CutShort as error:
        return Finding(UNDETERMINED, stopped(exploration, exploration.cut or cut_by(error)))


def _found(exploration: Explored, prop: Property, so_far: bool) -> Finding:
    match prop.modality:
        case Modality.ALWAYS:
            return _invariant(exploration, prop, ~prop.expr, so_far)
        case Modality.NEVER:
            return _invariant(exploration, prop, prop.expr, so_far)
        case Modality.SOMETIMES:
            return _witness(exploration, prop)
        case Modality.LEADS_TO:
            return _response(exploration, prop, so_far)
        case Modality.TRANSPARENT:
            return _cut(exploration) if exploration.cut else exploration.compare(prop)


def stopped(exploration: Explored, cut: Cut) -> str:
    """Return how far a search, or what was to be read off it, came, and what cut it short."""
    all_ = "after all " if exploration.complete else "at "
    states = plural(len(exploration.states), "state")
    limit = exploration.limits.said(cut)
    return f"stopped {all_}{states}, depth {exploration.depth}, by {limit}"


def _cut(exploration: Explored, premise: int | None = None) -> Finding:
    assert exploration.cut is not None, "what is complete was not cut short"
    witness = None if premise is None else exploration.trace_to(premise, PREMISE)
    return Finding(UNDETERMINED, stopped(exploration, exploration.cut), None, witness)


def _vacuous(exploration: Explored) -> Finding:
    if not exploration.complete:
        return _cut(exploration)
    return Finding(UNDETERMINED, f"the premise holds in no reachable state, {NOTHING_SHOWN}")


def _invariant(exploration: Explored, prop: Property, bad: Expr, so_far: bool) -> Finding:
    found = exploration.first(prop.given & bad)
    if found is not None:
        steps = exploration.depths[found]
        trace = exploration.trace_to(found, note_on(prop))
        return Finding(REFUTED, f"fails after {plural(steps, 'step')}", trace)
    premise = exploration.first(prop.given)
    if premise is None:
        return _vacuous(exploration)
    if not exploration.complete:
        return _cut(exploration, premise if so_far else None)
    witness = exploration.trace_to(premise, PREMISE)
    return Finding(PROVED, "holds in every reachable state", None, witness)


def _witness(exploration: Explored, prop: Property) -> Finding:
    found = exploration.first(prop.given & prop.expr)
    if found is not None:
        trace = exploration.trace_to(found, note_on(prop))
        why = f"found after {plural(exploration.depths[found], 'step')}"
        return Finding(PROVED, why, trace, trace)
    if not exploration.complete:
        return _cut(exploration)
    return Finding(REFUTED, "no reachable state shows it")


def _response(exploration: Explored, prop: Property, so_far: bool) -> Finding:
    if not exploration.complete and not so_far:
        return _cut(exploration)
    firsts = [exploration.first(given) for given, _ in prop.cases]
    reached = [place for place in firsts if place is not None]
    if not reached:
        return _vacuous(exploration)
    found = (exploration.unfulfilled(*case, prop.fair) for case in prop.cases)
    lassos = [lasso for lasso in found if lasso is not None]
    if not lassos and not exploration.complete:
        return _cut(exploration, min(reached))
    if not lassos:
        witness = exploration.trace_to(min(reached), PREMISE)
        return Finding(PROVED, "the conclusion follows on every fair run", None, witness)
    lasso = min(lassos, key=lambda each: (len(each.stem), len(each.loop)))
    actions = exploration.product.actions
    names = [actions[a].rule.name for a in (*lasso.stem, *lasso.loop)]
    system = exploration.product.system
    trace = trace_of(system, names, loop=len(lasso.stem), note=note_on(prop))
    how = (
        f"a loop of {plural(len(lasso.loop), 'step')}"
        if lasso.loop
        else "nothing more has to happen"
    )
    why = f"never comes: after {plural(len(lasso.stem), 'step')} {how}"
    return Finding(REFUTED, why, trace)


def note_on(prop: Property) -> str:
    """Return what is said at the end of a run that decides a property."""
    match prop.modality:
        case Modality.LEADS_TO:
            return f"from here on {prop.name} is never fulfilled"
        case Modality.SOMETIMES:
            return f"here {prop.name}"
    return f"here {prop.name} fails"


def failing(exploration: Explored, prop: Property) -> Iterator[Sequence[int]]:
    """
    Yield states in which a property fails, all of them together; for a witness, where it is found.

    A response fails where a fair run can stay for ever to which the premise leads without its
    conclusion. Not for what must be transparent, which does not fail in a state.
    """
    match prop.modality:
        case Modality.LEADS_TO:
            for given, expr in prop.cases:
                yield exploration.held_up(given, expr, prop.fair)
        case Modality.ALWAYS:
            yield exploration.where(prop.given & ~prop.expr)
        case _:
            yield exploration.where(prop.given & prop.expr)
