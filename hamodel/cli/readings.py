"""`hamodel check --readings`: which claims depend on what the guide leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from hamodel.cli.assess import budget_of, together
from hamodel.cli.options import Budgets, CheckOptions, Format, refuse_checkpoints
from hamodel.cli.output import emit, say, show
from hamodel.cli.readings_search import Searches
from hamodel.cli.report_text import STYLES
from hamodel.cli.subject import chosen, load_deployment, read_subject
from hamodel.cli.words import INTERRUPTED, plural
from hamodel.errors import InputError
from hamodel.guide import Promise, Status
from hamodel.guide.deployment import Deployment, parameters
from hamodel.guide.questions import QUESTIONS
from hamodel.system import System
from hamodel.verdict import PROVED, REFUTED


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of a parameter that the guide leaves open, other than the deployment's."""

    parameter: str
    key: str
    value: str

    @property
    def change(self) -> str:
        """As `--set` takes it."""
        return f"{self.key}={self.value}"


@dataclass(frozen=True, slots=True)
class Dependence:
    """What one reading, or two together, make of a claim that is otherwise different."""

    readings: tuple[Reading, ...]
    claim: str
    before: Status
    after: Status


@dataclass(frozen=True, slots=True)
class Readings:
    """
    Everything that a run of `check --readings` found.

    Parameters
    ----------
    name, scope
        The deployment, and what the searches cover.
    statuses
        Each claim's status as deployed.
    tried, left_out
        The readings that were tried, and those that were not, each with the reason.
    dependences
        Single readings first; of a pair what differs from what either does alone.
    searched
        How many searches it took; what a reading cannot touch was not searched again.
    interrupted
        Whether Ctrl-C ended it early: then the rest is left out, and pairs may be.
    """

    name: str
    scope: str
    statuses: Mapping[str, Status]
    tried: tuple[Reading, ...]
    left_out: tuple[tuple[Reading, str], ...]
    dependences: tuple[Dependence, ...]
    searched: int
    interrupted: bool = False

    @property
    def exit_status(self) -> int:
        """What the process ends with: 3 if a claim is undetermined as deployed or when read so."""
        if self.interrupted:
            return 130
        found = [*self.statuses.values(), *(each.after for each in self.dependences)]
        return 3 if Status.UNDETERMINED in found else 0


def run(options: CheckOptions) -> int:
    """Try every reading alone and in pairs, say what depends on it, return the exit status."""
    if options.budgets.given or options.expect:
        raise InputError("HA082", "--readings judges each claim under its own budget, by itself")
    if options.form is not Format.TEXT:
        raise InputError("HA082", f"--readings with --format {options.form.value}; it can be text")
    refuse_checkpoints(options, "--readings")
    found = readings(options)
    if options.out is None:
        show(lambda console: print_readings(found, console))
    else:
        from hamodel.cli.output import drawn, write_file

        write_file(options.out, drawn(lambda console: print_readings(found, console)))
        emit(f"wrote {options.out}\n")
    return found.exit_status


def readings(options: CheckOptions) -> Readings:
    """Return which claims depend on which readings."""
    deployment = load_deployment(options.deployment, options.changes)
    judge = _Judge(options, Searches(options.limits))
    base = judge.statuses(())
    tried, left_out = _tried(options, deployment)
    say(f"{plural(len(tried), 'reading')}, alone and in pairs")
    alone: dict[Reading, Mapping[str, Status]] = {}
    found: list[Dependence] = []
    interrupted = False
    try:
        for reading in tried:
            its = judge.statuses((reading,))
            alone[reading] = its
            found += _differing((reading,), its, base, [base])
            say(f"{reading.change}: {plural(judge.search.searched, 'search')} so far")
        for one, other in combinations(tried, 2):
            if one.parameter != other.parameter and (its := judge.allowed((one, other))):
                before = base, alone[one], alone[other]
                found += _differing((one, other), its, base, before)
    except KeyboardInterrupt:
        interrupted = True
        left_out += tuple((each, "interrupted before it") for each in tried if each not in alone)
    subject = read_subject(options.deployment, options.changes, options.rule_files)
    return Readings(
        subject.name,
        subject.scope,
        base,
        tuple(alone),
        left_out,
        tuple(found),
        judge.search.searched,
        interrupted,
    )


def _differing(
    these: tuple[Reading, ...],
    statuses: Mapping[str, Status],
    base: Mapping[str, Status],
    others: Sequence[Mapping[str, Status]],
) -> Iterator[Dependence]:
    """Yield the claims whose status is another than in each of these."""
    for claim, status in statuses.items():
        if all(each.get(claim) is not status for each in others):
            yield Dependence(these, claim, base[claim], status)


def open_readings(deployment: Deployment) -> Iterator[Reading]:
    """Yield each value, other than the deployment's, of each parameter that the guide leaves open.

    A recorder group's parameters are read for each group; a T-lib client's only if there is one.
    """
    words = {each.key: tuple(word for word, _ in each.values) for each in parameters()}
    for parameter in QUESTIONS:
        table, _, name = parameter.partition(".")
        values = words[parameter] or ("true", "false")
        homes: dict[str, object] = {table: getattr(deployment, table)}
        if table == "recorder_group":
            homes = {f"{table}.{group.name}": group for group in deployment.recorder_group}
        for home, its in homes.items():
            if its is not None:
                now = getattr(its, name)
                now = str(now).lower() if isinstance(now, bool) else now
                for value in values:
                    if value != now:
                        yield Reading(parameter, f"{home}.{name}", value)


def _tried(
    options: CheckOptions, deployment: Deployment
) -> tuple[tuple[Reading, ...], tuple[tuple[Reading, str], ...]]:
    """Return the readings that can matter here, and the others with the reason."""
    tried, left_out = [], []
    for reading in open_readings(deployment):
        try:
            read = load_deployment(options.deployment, _changes(options, (reading,)))
        except InputError as error:
            left_out.append((reading, str(error)))
            continue
        idle = [each.text for each in read.warnings if each.key == reading.key]
        if idle:
            left_out.append((reading, idle[0].rstrip(".")))
        else:
            tried.append(reading)
    return tuple(tried), tuple(left_out)


def _changes(options: CheckOptions, these: Sequence[Reading]) -> tuple[str, ...]:
    """Return the changes asked for, with these readings in the place of what was set before."""
    keys = {reading.key for reading in these}
    kept = (each for each in options.changes if each.partition("=")[0].strip() not in keys)
    return (*kept, *(reading.change for reading in these))


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges the wanted claims of a deployment as it is read."""

    options: CheckOptions
    search: Searches

    def allowed(self, these: tuple[Reading, ...]) -> Mapping[str, Status]:
        """Return each claim's status; nothing if these readings contradict each other."""
        try:
            return self.statuses(these)
        except InputError:
            return {}

    def statuses(self, these: tuple[Reading, ...]) -> Mapping[str, Status]:
        """Return each claim's status with these readings."""
        options = self.options
        changes = _changes(options, these)
        subject = read_subject(options.deployment, changes, options.rule_files)
        found: dict[str, list[Status]] = {}
        for promise in chosen(subject, options.claims):
            found.setdefault(promise.claim, []).append(self._status(promise, subject.system))
        return {claim: together(its) for claim, its in found.items()}

    def _status(self, promise: Promise, system: System) -> Status:
        """Return a promise's status as an assessment has it; a refuted property decides."""
        if promise.not_applicable:
            return Status.NOT_APPLICABLE
        if promise.status is not None:
            return promise.status
        found = [Status.PROVED if holds else Status.REFUTED for _, holds in promise.structure]
        wanted = [(prop, budget_of(prop, Budgets())) for prop in promise.properties]
        shown = Status.WITNESSED if promise.weakness else Status.PROVED
        verdicts = self.search.judged(system, wanted, lambda verdict: verdict.kind is REFUTED)
        found += [shown if each.kind is PROVED else Status(each.kind.value) for each in verdicts]
        return together(found) if found else Status.UNDETERMINED


def print_readings(found: Readings, console: Console) -> None:
    """Print each reading that something depends on, with its question; then what was left out."""
    console.print(Text.assemble((found.name, "bold"), ": what depends on how the guide is read"))
    by_reading: dict[tuple[Reading, ...], list[Dependence]] = {}
    for each in found.dependences:
        by_reading.setdefault(each.readings, []).append(each)
    for these, its in by_reading.items():
        console.print()
        console.print(Text(" and ".join(each.change for each in these), style="bold"))
        for each in its:
            line = f"{each.claim}: {each.before.value} → {each.after.value}"
            console.print(_indented(Text(line, style=STYLES.get(each.after, ""))))
        if len(these) > 1:
            console.print(_indented(Text("neither alone does that")))
        for reading in these:
            console.print(_indented(Text(f"Ask: {QUESTIONS[reading.parameter]}")))
    console.print()
    for line in _foot(found):
        console.print(Text(line))


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 2))


def _foot(found: Readings) -> Iterator[str]:
    judged = [claim for claim, status in found.statuses.items() if status in _SEARCHED]
    depending = {each.claim for each in found.dependences}
    firm = [claim for claim in judged if claim not in depending]
    yield f"Depend on nothing that was tried: {', '.join(firm) or 'none'}."
    idle = {each for pair in found.dependences for each in pair.readings}
    rest = [each.change for each in found.tried if each not in idle]
    if rest:
        yield f"Tried, and changes nothing: {', '.join(rest)}."
    for reading, why in found.left_out:
        yield f"Not tried: {reading.change}, {why}."
    if found.interrupted:
        yield INTERRUPTED
    yield f"{plural(found.searched, 'search')}; what a reading cannot touch is not searched again."
    yield f"Scope: this is so for {found.scope}; never for more."


_SEARCHED = (Status.PROVED, Status.REFUTED, Status.UNDETERMINED, Status.WITNESSED)
