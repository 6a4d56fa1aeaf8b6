"""`python -m tests.benchmarks COMMAND`: what takes too long, or is too noisy, for a test."""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hamodel.errors import HamodelError
from tests.agreement.readings import READINGS
from tests.benchmarks import (
    agreement,
    bars,
    comparison,
    counts,
    engines,
    formula,
    growth,
    manifest,
    outside,
    parts,
    planted,
    reachable,
    seeded,
    spin_page,
    ticks,
    timed,
    windows,
)
from tests.benchmarks.compared_models import MODELS
from tests.benchmarks.mutants import Log, Noticed, Outcome, again, base_of, campaign
from tests.benchmarks.mutants_table import (
    FILE,
    Table,
    chosen_to_be_fixed,
    columns,
    committed,
    differences,
    spread,
    survivors,
    write_table,
)
from tests.benchmarks.mutation import Mutant
from tests.benchmarks.searches import scenarios
from tests.benchmarks.tables import ROOT, commit


def main(arguments: Sequence[str]) -> int:
    """Run one command, and return the exit status."""
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except HamodelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    measure = commands.add_parser("bars", help="measure every numeric bar; 1 on a miss")
    measure.add_argument("--runs", type=int, default=15, help="runs of what takes no time")
    measure.add_argument("--checks", type=int, default=3, help="runs of `hamodel check`")
    measure.add_argument("--timeout", type=int, default=600, help="seconds for one run")
    measure.add_argument("--with-tests", action="store_true", help="also run pytest")
    measure.add_argument("--with-coverage", action="store_true", help="also run it with coverage")
    measure.add_argument("--with-ci", action="store_true", help="also run .ci/run")
    measure.set_defaults(command=bars.command)

    mutate = commands.add_parser("mutants", help="leave out each part of each rule in turn")
    mutate.add_argument("--only", action="append", default=[], metavar="FAMILY")
    mutate.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    mutate.add_argument("--processes", type=int, default=2)
    mutate.add_argument("--log", type=Path, help="where outcomes are kept; by default by content")
    mutate.set_defaults(command=mutants)

    _add_campaigns(commands)
    expect = commands.add_parser("manifest", help="run every scenario; print what differs")
    expect.add_argument("--only", action="append", default=[], metavar="SCENARIO")
    expect.add_argument("--write", action="store_true", help="write the manifest")
    expect.set_defaults(command=manifest.command)

    count = commands.add_parser("reachable", help="count the states of each whole model")
    count.add_argument("--write", action="store_true", help=f"write {reachable.FILE.name}")
    count.set_defaults(command=reachable.command)

    plant = commands.add_parser("planted", help="shrunk and shortest lengths of planted bugs")
    plant.add_argument("--seeds", type=int, default=20, help="0 to this less one; none chosen")
    plant.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="only these bugs"
    )
    plant.set_defaults(command=planted.command)

    sow = commands.add_parser("seeded", help="bugs in the engine; 1 if the tests miss one")
    sow.add_argument(
        "--only", action="append", default=[], metavar="WORD", help="with this in the name"
    )
    sow.add_argument("--processes", type=int, default=1)
    sow.add_argument("--write", action="store_true", help=f"write {seeded.FILE.name}")
    sow.set_defaults(command=seeded.command)

    _add_comparisons(commands)
    return parser


def _add_campaigns(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    campaigns = commands.add_parser("campaign", help="a long comparison; 1 on a mismatch")
    which = campaigns.add_subparsers(required=True, metavar="NAME")
    compare = which.add_parser("agreement", help="every reading's steps, state by state")
    compare.add_argument("--systems", type=int, default=500, help="of 100 states or more")
    compare.add_argument("--seconds", type=int, default=1_200, help="for the scenarios")
    compare.add_argument(
        "--states", type=int, default=agreement.STATES_EACH_MAX, help="of each search of a scenario"
    )
    compare.add_argument("--only", action="append", default=[], metavar="SCENARIO")
    compare.add_argument("--reading", action="append", default=[], choices=list(READINGS))
    compare.add_argument("--write", action="store_true", help=f"write {agreement.FILE.name}")
    compare.set_defaults(command=agreement.command)

    search = which.add_parser("engines", help="every engine's whole searches, and SPIN's")
    search.add_argument("--systems", type=int, default=engines.FLOORS["systems"])
    search.add_argument("--processes", type=int, default=2)
    search.add_argument("--log", type=Path, help="where rows are kept; by default by content")
    search.add_argument("--write", action="store_true", help=f"write {engines.FILE.name}")
    search.set_defaults(command=engines.command)

    wait = which.add_parser("timed", help="waits by classes of states, and tick by tick")
    wait.add_argument("--systems", type=int, default=1_000, help="that both engines search")
    wait.add_argument("--processes", type=int, default=2)
    wait.add_argument("--write", action="store_true", help=f"write {timed.FILE.name}")
    wait.set_defaults(command=timed.command)

    part = which.add_parser("parts", help="verdicts by parts, and those of the whole")
    part.add_argument("--systems", type=int, default=2_000, help="random ones, six properties each")
    part.add_argument("--write", action="store_true", help=f"write {parts.FILE.name}")
    part.set_defaults(command=parts.command)

    small = which.add_parser("ticks", help="what a call loses in each deployment, tick by tick")
    small.add_argument("--only", action="append", default=[], metavar="DEPLOYMENT")
    small.add_argument("--states", type=int, default=ticks.STATES, help="timed states, at most")
    small.add_argument("--cut", action="store_true", help="only what was cut, by what is written")
    small.add_argument("--write", action="store_true", help=f"write {ticks.FILE.name}")
    small.set_defaults(command=ticks.command)

    pair = which.add_parser("windows", help="when a second fault must come, and tick by tick")
    pair.add_argument("--systems", type=int, default=500, help="that both engines search")
    pair.add_argument("--processes", type=int, default=2)
    pair.add_argument("--write", action="store_true", help=f"write {windows.FILE.name}")
    pair.set_defaults(command=windows.command)

    other = which.add_parser("outside", help="waits that storm measures too; needs stormpy")
    other.add_argument("--stormpy-python", default=sys.executable, help="a Python that has stormpy")
    other.add_argument("--write", action="store_true", help=f"write {outside.FILE.name}")
    other.set_defaults(command=outside.command)

    tables = which.add_parser("formula", help="losses as formulas of timers, and the engine")
    tables.add_argument("--vectors", type=int, default=10_000, help="that are compared")
    tables.add_argument("--processes", type=int, default=2)
    tables.add_argument("--only", action="append", default=[], help="a table of reference, by name")
    tables.add_argument("--write", action="store_true", help=f"write {formula.FILE.name}")
    tables.set_defaults(command=formula.command)


def _add_comparisons(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    beside = commands.add_parser("spin", help="SPIN beside hamodel; 1 if counts differ")
    beside.add_argument("--only", action="append", default=[], choices=list(MODELS))
    beside.add_argument("--rounds", type=int, default=5, help="each search once a round")
    beside.add_argument("--quick", action="store_true", help="small sizes, to try it out")
    beside.add_argument("--write", action="store_true", help=f"write {comparison.FILE.name}")
    beside.add_argument("--export", type=Path, metavar="FOLDER", help="write the models instead")
    beside.add_argument(
        "--peers-python", default=sys.executable, help="a Python that has minicheck and musil"
    )
    beside.set_defaults(command=comparison.command)

    large = commands.add_parser("counts", help="large models once; 1 if a count is another")
    large.add_argument("--only", action="append", default=[], type=counts.sized, metavar="NAME=N")
    large.add_argument("--threads", type=int, default=1)
    large.add_argument("--write", action="store_true", help=f"write {counts.FILE.name}")
    large.set_defaults(command=counts.command)

    grow = commands.add_parser("growth", help="how searches in time grow")
    grow.add_argument("--write", action="store_true", help=f"write {growth.FILE.name}")
    grow.set_defaults(command=growth.command)

    write = commands.add_parser("page", help="write docs/benchmarks.md from what was measured")
    write.set_defaults(command=spin_page.command)


def mutants(chosen: argparse.Namespace) -> int:
    """Run the mutant campaign; 1 if a family has neither a noticed mutant nor a reason."""
    began = time.perf_counter()
    base = base_of(scenarios(), chosen.processes)
    _say(f"{len(base.mutants)} mutants, {len(base.found)} searches", began)
    log = Log(chosen.log or _log_of_this_content())
    outcomes: dict[Mutant, Outcome] = {}
    for mutant, outcome in campaign(base, log, chosen.only, chosen.processes):
        outcomes[mutant] = outcome
        if len(outcomes) % 25 == 0:
            _say(f"{len(outcomes)} tried", began)
    lacking = Table("", outcomes).lacking
    _say(f"{len(lacking)} families without a mutant that a verdict notices: tried again", began)
    outcomes.update(again(base, lacking, chosen.processes))
    outcomes = {each: outcomes[each] for each in base.mutants if each in outcomes}
    states = {case.name: found.sizes[0] for case, found in base.found.items()}
    before = committed()
    result = Table(
        commit(),
        outcomes,
        chosen_to_be_fixed(outcomes, states),
        {} if before is None else before.exemptions,
    )
    _report(result, before)
    if chosen.write and not chosen.only:
        FILE.write_text(write_table(result), encoding="utf-8")
    _say("done", began)
    return 1 if result.complaints and not chosen.only else 0


def _report(result: Table, before: Table | None) -> None:
    for line in survivors(result.outcomes, (Noticed.COUNT, Noticed.NOT, Noticed.NEVER_FIRES)):
        print(line)
    print()
    print(columns(result.outcomes))
    print()
    for complaint in result.complaints:
        print(complaint)
    known: Mapping[Mutant, Outcome] = {} if before is None else before.outcomes
    if known:
        families = {mutant.family for mutant in result.outcomes}
        compared = {each: outcome for each, outcome in known.items() if each.family in families}
        print("Differences from what is committed:")
        for line in spread(list(differences(compared, result.outcomes)) or ["none"]):
            print(f"  {line}")


def _log_of_this_content() -> Path:
    """Return the file of outcomes that is named after the library's and the campaign's content."""
    digest = hashlib.sha256()
    for folder in (ROOT / "hamodel", ROOT / "tests" / "benchmarks"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".toml"} and path != FILE:
                digest.update(path.read_bytes())
    return Path(tempfile.gettempdir()) / f"hamodel-mutants-{digest.hexdigest()[:16]}.jsonl"


def _say(what: str, began: float) -> None:
    print(f"[{time.perf_counter() - began:6.0f} s] {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
