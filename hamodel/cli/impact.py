"""`hamodel impact`: what each failure, or each two, does to a call; worked out by searches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hamodel.budget import Budget
from hamodel.cli.options import DEFAULT_LIMITS, Format
from hamodel.cli.output import emit, say, show
from hamodel.cli.rule_files import load_rule_file
from hamodel.cli.subject import load_deployment
from hamodel.engine.check import judge
from hamodel.engine.explore import explore
from hamodel.engine.explored import Explored
from hamodel.engine.limits import Limits
from hamodel.errors import InputError, nearest, plural
from hamodel.guide import Parts, build, build_parts
from hamodel.guide.deployment import Deployment
from hamodel.guide.impact import Failure, Stage, failures, pairs, scene
from hamodel.guide.impact_columns import COLUMNS, Outcome, outcome
from hamodel.property import Property
from hamodel.system import System
from hamodel.verdict import Verdict

ONCE = Budget(None)
"""Every failure that the scene has, no repair; the scene itself sees to each happening once."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    What failures do.

    Parameters
    ----------
    failures
        In their order.
    outcomes
        By column; of a pair those that are worse than what either does alone.
    either_order
        Whether the pair does the same in the other order.
    """

    failures: tuple[Failure, ...]
    outcomes: Mapping[str, Outcome]
    either_order: bool = False

    @property
    def name(self) -> str:
        """The failures in words."""
        words = list(map(str, self.failures))
        if self.either_order:
            return " and ".join(words) + ", in either order"
        return ", then ".join(words)


@dataclass(frozen=True, slots=True)
class Impact:
    """
    Everything that a run of `hamodel impact` found.

    Parameters
    ----------
    deployment, changes, system
        What was asked about, with its changes, and its model.
    faults
        How many failures there are at most in a row.
    rows
        Single failures first; then the pairs that do worse than either alone.
    pairs
        How many pairs, in their order, were looked at.
    interrupted
        Whether Ctrl-C ended it early.
    """

    deployment: Deployment
    changes: tuple[str, ...]
    system: System
    faults: int
    rows: tuple[Row, ...]
    pairs: int = 0
    interrupted: bool = False

    @property
    def exit_status(self) -> int:
        """What the process ends with: 3 if a search was cut short, 130 if Ctrl-C ended it."""
        if self.interrupted:
            return 130
        unknown = (each.rank is None for row in self.rows for each in row.outcomes.values())
        return 3 if any(unknown) else 0


@dataclass(frozen=True, slots=True)
class ImpactOptions:
    """What `hamodel impact` was asked for, an option each."""

    deployment: str = "reference"
    fail: tuple[str, ...] = ()
    faults: int | None = None
    changes: tuple[str, ...] = ()
    rule_files: tuple[Path, ...] = ()
    form: Format = Format.TEXT
    limits: Limits = DEFAULT_LIMITS
    verbose: bool = False


def run(options: ImpactOptions) -> int:
    """Say what failures do to a call, and return the exit status."""
    from hamodel.cli.impact_report import json_impact, print_impact

    if options.form not in (Format.TEXT, Format.JSON):
        raise InputError("HA082", f"--format is {options.form.value}; it can be text, json")
    impact = assessed(options)
    if options.form is Format.JSON:
        emit(json_impact(impact))
    else:
        stories = bool(options.fail) or options.verbose
        show(lambda c: print_impact(impact, c, stories=stories, verbose=options.verbose))
    return impact.exit_status


def assessed(options: ImpactOptions) -> Impact:
    """
    Return what the failures that were asked about do.

    Raises
    ------
    HamodelError
        Whatever is wrong with the deployment or the options; HA082 for `--fail`.
    """
    deployment = load_deployment(options.deployment, options.changes)
    system = build(deployment, tuple(load_rule_file(path) for path in options.rule_files))
    parts = build_parts(deployment)
    known = failures(parts, system)
    groups = [_asked_for(word, known) for word in options.fail]
    faults = options.faults or (2 if len(groups) > 1 else 1)
    singles = tuple(each for each in known if not groups or any(each in its for its in groups))
    search = _Searches(parts, system, options.limits)
    looked_at = list(_pairs(known, groups)) if faults > 1 else []
    rows: list[Row] = []
    number, interrupted = 0, False
    try:
        rows.extend(Row((each,), search.outcomes((each,))) for each in singles)
        alone = {row.failures[0]: row.outcomes for row in rows}
        if looked_at:
            say(f"{plural(len(looked_at), 'pair')}, each in its order")
        for number, pair in enumerate(looked_at, start=1):
            _look_at(pair, alone, rows, search)
            if number % 50 == 0:
                say(f"{number} of {plural(len(looked_at), 'pair')}")
    except KeyboardInterrupt:
        if not rows:
            raise
        interrupted = True
        looked_at = looked_at[: max(number - 1, 0)]
    return Impact(
        deployment, options.changes, system, faults, tuple(rows), len(looked_at), interrupted
    )


def _look_at(
    pair: tuple[Failure, Failure],
    alone: dict[Failure, Mapping[str, Outcome]],
    rows: list[Row],
    search: _Searches,
) -> None:
    """Add a row for a pair that does worse than either of it alone."""
    for each in pair:
        if each not in alone:
            alone[each] = search.outcomes((each,))
    worse = _worse(search.outcomes(pair), [alone[each] for each in pair])
    if worse:
        _add(rows, Row(pair, worse))


def _add(rows: list[Row], row: Row) -> None:
    """Add a pair's row, or say of its reverse before it that the order makes no difference."""
    last = rows[-1]
    said, its = (
        {column: each.said for column, each in one.outcomes.items()} for one in (last, row)
    )
    if last.failures == row.failures[::-1] and said == its:
        rows[-1] = replace(last, either_order=True)
    else:
        rows.append(row)


def _asked_for(word: str, known: Sequence[Failure]) -> tuple[Failure, ...]:
    """Return the failures that a word of `--fail` means: an instance's, a host's, a rule."""
    found = tuple(each for each in known if word in each.names)
    if found:
        return found
    names = dict.fromkeys(
        (*(name for each in known for name in each.instances), *(each.rule for each in known))
    )
    raise InputError(
        "HA082", f"--fail {word!r:.80} is nothing that can fail here; {nearest(word, names)}"
    )


def _pairs(
    known: Sequence[Failure], groups: Sequence[tuple[Failure, ...]]
) -> Iterator[tuple[Failure, Failure]]:
    """Yield the pairs: of two words of `--fail` one failure each, of one word it and any other."""
    for pair in pairs(known):
        if not groups:
            yield pair
        elif len(groups) == 1:
            if any(each in groups[0] for each in pair):
                yield pair
        elif any(
            pair[0] in one and pair[1] in other
            for i, one in enumerate(groups)
            for j, other in enumerate(groups)
            if i != j
        ):
            yield pair


def _worse(
    together: Mapping[str, Outcome], alone: Sequence[Mapping[str, Outcome]]
) -> dict[str, Outcome]:
    """Return what two failures do that is worse than what either does; what is unknown, too."""
    found = {}
    for column, its in together.items():
        ranks = [each[column].rank for each in alone]
        known = [rank for rank in ranks if rank is not None]
        if its.rank is None or len(known) < len(ranks) or its.rank > max(known):
            found[column] = its
    return found


@dataclass(slots=True)
class _Searches:
    """Searches the scenes of one deployment; each scene once for all columns that are about it."""

    parts: Parts
    system: System
    limits: Limits

    def outcomes(
        self, these: tuple[Failure, ...], columns: Iterable[str] = COLUMNS
    ) -> dict[str, Outcome]:
        """Return what these failures do, by column."""
        found: dict[str, Outcome] = {}
        for stage in Stage:
            watched = scene(self.parts, self.system, these, stage)
            exploration = explore(watched.system, ONCE, limits=self.limits)
            for column in columns:
                if COLUMNS[column][0] is stage:
                    found[column] = outcome(column, watched, _Judge(exploration))
        return {column: found[column] for column in columns}


@dataclass(frozen=True, slots=True)
class _Judge:
    exploration: Explored

    def __call__(self, prop: Property) -> Verdict:
        self.exploration.product.system.check_property(prop)
        return judge(self.exploration, [prop])[0]
