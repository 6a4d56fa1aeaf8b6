"""
Assessing a deployment: every promise's properties searched and judged, as rows.

An `Assessment` is one value with many readers: the table, JSON, JUnit, Markdown, the comparison
with the manifest, the exit status.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hamodel.budget import NO_FAULT, Budget
from hamodel.cite import Source
from hamodel.cli.options import Budgets
from hamodel.cli.search import Checkpoints, Watch, run_searches
from hamodel.cli.subject import Subject
from hamodel.cli.words import allowed
from hamodel.engine.check import Search, searches_for
from hamodel.engine.limits import NO_LIMITS, Limits
from hamodel.guide import Promise, Status, calls_apart
from hamodel.guide.manifest import Expected
from hamodel.property import Property
from hamodel.rule import Kind
from hamodel.system import System
from hamodel.trace import Trace
from hamodel.verdict import PROVED, Verdict

BEYOND_STATES = 16_000_000
"""
Where what lies beyond a claim's assumptions is cut short if there are several calls to tell apart.

It is not promised, and takes longer than all that is; `--faults` judges it as if it were.
"""

BINDING = ("must", "should")
"""The strengths of a promise whose refutation is a failure of the deployment."""

FIXED = {
    Status.NOT_A_PROMISE: "it says nothing that a model can judge",
    Status.NEEDS_TIMERS: "it is about durations: named by --claim, it is judged by the timers here",
}
"""Why a status needs no search."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    One claim and one of its properties, judged; or a claim that needs no search.

    Parameters
    ----------
    source
        The claim, as the catalogue has it.
    status, why
        What is known of it, and one line of why.
    prop, verdict, beyond
        The property, its verdict, and its verdict under the larger budget, where there are any.
    assumptions
        What it is judged under, in words.
    facts
        For a definition: the sentences about the model's structure, and whether each is true.
    weakness
        Whether the guide admits this weakness, so that it is to be found.
    accepted
        The reason why a refutation is accepted; empty if it is not.
    expected
        What the manifest expects of it.
    run
        The run in time that refutes it, if the timers decide.
    """

    source: Source
    status: Status
    why: str
    prop: Property | None = None
    verdict: Verdict | None = None
    beyond: Verdict | None = None
    assumptions: tuple[str, ...] = ()
    facts: tuple[tuple[str, bool], ...] = ()
    weakness: bool = False
    accepted: str = ""
    expected: Expected | None = None
    run: Trace | None = None

    @property
    def fails(self) -> bool:
        """Whether this refutes a promise that binds, and nobody has accepted it."""
        refuted = self.status is Status.REFUTED and not self.accepted
        return refuted and self.source.strength in BINDING

    @property
    def name(self) -> str:
        """The claim, and the property if there is one: unique among the rows."""
        return f"{self.source.id} {self.prop.name}" if self.prop else self.source.id


@dataclass(frozen=True, slots=True)
class Assessment:
    """
    Everything that a run of `hamodel check` found.

    Parameters
    ----------
    subject
        What was assessed.
    rows
        In the order of the guide.
    budget
        What replaces the promises' own budgets, in words; empty if nothing does.
    interrupted
        Whether Ctrl-C ended it early.
    differences
        How it differs from the manifest; None if it was not compared.
    not_compared
        The claims that were left out of that comparison, as the manifest's scenario lacks them.
    """

    subject: Subject
    rows: tuple[Row, ...]
    budget: str = ""
    interrupted: bool = False
    differences: tuple[str, ...] | None = None
    not_compared: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    @property
    def claims(self) -> Mapping[str, Status]:
        """Each claim's status, of all its rows together."""
        found: dict[str, list[Status]] = {}
        for row in self.rows:
            found.setdefault(row.source.id, []).append(row.status)
        return {claim: together(statuses) for claim, statuses in found.items()}

    @property
    def totals(self) -> Mapping[Status, int]:
        """How many claims have each status; a status that none has is left out."""
        statuses = list(self.claims.values())
        return {status: statuses.count(status) for status in Status if status in statuses}

    @property
    def exit_status(self) -> int:
        """What the process ends with: 0, 1, 3 or 130."""
        if self.interrupted:
            return 130
        if self.differences is not None:
            return 1 if self.differences else 0
        if any(row.fails for row in self.rows):
            return 1
        return 3 if any(row.status is Status.UNDETERMINED for row in self.rows) else 0


def assess(
    subject: Subject,
    promises: Sequence[Promise],
    *,
    budgets: Budgets | None = None,
    searches: Sequence[Search] | None = None,
    limits: Limits = NO_LIMITS,
    checkpoints: Checkpoints | None = None,
    processes: int = 1,
    watch: Watch = lambda _: None,
) -> Assessment:
    """
    Search and judge these promises.

    Parameters
    ----------
    subject, promises
        The deployment, and those of its promises that are wanted.
    budgets
        What replaces the promises' own budgets.
    searches
        What they need, as `planned` has it; by default it is planned here.
    limits
        Where each search is cut short.
    checkpoints
        Where the searches are kept, if they are.
    processes
        How many searches go on at once.
    watch
        Called with what the searches say.
    """
    budgets = budgets or Budgets()
    if searches is None:
        searches = planned(subject.system, promises, budgets, among=subject.promises)
    found = run_searches(
        subject.system,
        searches,
        limits=limits,
        checkpoints=checkpoints,
        processes=processes,
        watch=watch,
    )
    rows = tuple(
        row for promise in promises for row in _rows(subject, promise, budgets, found.verdicts)
    )
    kinds = {rule.name: rule.kind for rule in subject.system.rules}
    return Assessment(subject, rows, _replaced(budgets), found.interrupted, kinds=kinds)


def _replaced(budgets: Budgets) -> str:
    """Return what replaces the promises' own budgets, in words."""
    if budgets.faults is not None:
        return f"at most {allowed(budgets.faults)}"
    if not budgets.only_repairs:
        return ""
    number = "unlimited" if budgets.repairs is None else budgets.repairs
    return f"its own faults; repairs: {number}"


def planned(
    system: System,
    promises: Sequence[Promise],
    budgets: Budgets,
    *,
    in_cones: bool = True,
    among: Sequence[Promise] = (),
) -> tuple[Search, ...]:
    """
    Return the searches that these promises need: first those within their assumptions.

    `among` are all the promises of the deployment, where these are some of them.
    """
    wanted = _budgeted(promises, budgets)
    searches = searches_for(
        system,
        wanted,
        in_cones=in_cones,
        among=_budgeted(among, budgets),
        parts=calls_apart(system) if in_cones else (),
    )
    promised = {budget_of(prop, budgets) for prop, _ in wanted}
    return tuple(
        each
        if each.budget in promised or not each.parts
        else replace(each, limit_states=BEYOND_STATES)
        for each in searches
    )


def _budgeted(promises: Sequence[Promise], budgets: Budgets) -> list[tuple[Property, Budget]]:
    """Return each property that is searched, with its budget, and with the one beyond."""
    searched = [
        prop for promise in promises if _is_searched(promise) for prop in promise.properties
    ]
    wanted = [(prop, budget_of(prop, budgets)) for prop in searched]
    if not budgets.given:
        wanted += [(prop, prop.beyond) for prop in searched if prop.beyond is not None]
    return wanted


def budget_of(prop: Property, budgets: Budgets) -> Budget:
    """Return the budget that a property is judged under."""
    if budgets.faults is not None:
        return budgets.faults
    own = prop.judged_under(NO_FAULT)
    if not budgets.only_repairs:
        return own
    faults = None if own.faults is None else {each.pattern: each.limit for each in own.allowances}
    return Budget(faults, budgets.repairs)


def _is_searched(promise: Promise) -> bool:
    return not promise.not_applicable and promise.status is None


def _rows(
    subject: Subject,
    promise: Promise,
    budgets: Budgets,
    verdicts: Mapping[tuple[Budget, Property], Verdict],
) -> Iterator[Row]:
    """Yield a promise's rows: the facts of the model's structure first, then its properties."""
    source = subject.sources[promise.claim]
    base = Row(
        source,
        Status.UNDETERMINED,
        "nothing is judged for it",
        assumptions=promise.assumptions,
        weakness=promise.weakness,
        accepted=subject.accept.get(promise.claim, ""),
    )
    if promise.not_applicable:
        yield replace(base, status=Status.NOT_APPLICABLE, why=promise.not_applicable)
    elif promise.status is not None:
        yield replace(base, status=promise.status, why=FIXED.get(promise.status, source.text))
    elif not promise.properties and not promise.structure:
        yield base
    else:
        if promise.structure:
            yield of_facts(base, promise.structure)
        for prop in promise.properties:
            budget = budget_of(prop, budgets)
            beyond = None if budgets.given or prop.beyond is None else prop.beyond
            yield _of_property(
                base,
                verdicts[budget, prop],
                None if beyond is None else verdicts[beyond, prop],
            )


def of_facts(base: Row, facts: tuple[tuple[str, bool], ...]) -> Row:
    """Return a row as facts about the model decide it: proved iff each of them holds."""
    wrong = [sentence for sentence, holds in facts if not holds]
    if wrong:
        why = f"not true of the model: {'; '.join(wrong)}"
        return replace(base, status=Status.REFUTED, why=why, facts=facts)
    why = f"true of the model: {'; '.join(sentence for sentence, _ in facts)}"
    return replace(base, status=Status.PROVED, why=why, facts=facts)


def _of_property(base: Row, verdict: Verdict, beyond: Verdict | None) -> Row:
    status = Status(verdict.kind.value)
    if base.weakness and verdict.kind is PROVED:
        status = Status.WITNESSED
    prop = verdict.property
    fairness = f"fair beyond the protocol: {', '.join(prop.fair)}"
    return replace(
        base,
        status=status,
        why=verdict.why,
        prop=prop,
        verdict=verdict,
        beyond=beyond,
        assumptions=(
            *base.assumptions,
            f"at most {allowed(verdict.budget)}",
            *([fairness] if prop.fair else []),
        ),
    )


def together(statuses: Sequence[Status]) -> Status:
    """Return a claim's status: the worst of its rows; proved beside witnessed is proved."""
    order = (
        Status.REFUTED,
        Status.UNDETERMINED,
        Status.NEEDS_TIMERS,
        Status.PROVED,
        Status.WITNESSED,
        Status.NOT_APPLICABLE,
        Status.NOT_A_PROMISE,
    )
    return min(statuses, key=order.index)
