"""`hamodel trace`: a saved story, replayed on the model that it was found in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hamodel.cli.output import read_file, show
from hamodel.cli.report_text import print_story
from hamodel.cli.story import Story, told
from hamodel.cli.subject import load_deployment, system_of
from hamodel.cli.words import plural
from hamodel.errors import InputError, SearchError
from hamodel.guide import build_parts
from hamodel.guide.loss import with_causes
from hamodel.system import System
from hamodel.trace import TraceFile, load_trace, trace_of, with_dates


def run(file: Path, rule_files: Sequence[Path]) -> None:
    """Replay a trace and print its story."""
    story = replayed(file, rule_files)
    show(lambda console: print_story(story, console))


def replayed(file: Path, rule_files: Sequence[Path]) -> Story:
    """
    Return the story of a saved trace, every step of it made again by the model.

    When each step happens is told as it was found.

    Raises
    ------
    HamodelError
        HA041 if the model does not make these steps, and what `replayable` raises.
    """
    saved, system = replayable(file, rule_files)
    with _about(file):
        trace = trace_of(system, saved.rules, loop=saved.loop, fork=saved.fork, note=saved.note)
    trace = with_dates(trace, saved.at)
    kinds = {rule.name: rule.kind for rule in system.rules}
    changes = "".join(f", with {change}" for change in saved.settings)
    return told(trace, kinds, f"{saved.model}{changes}: {plural(len(trace), 'step')}")


def replayable(file: Path, rule_files: Sequence[Path]) -> tuple[TraceFile, System]:
    """
    Return a saved trace, and the system that it was found in.

    Raises
    ------
    HamodelError
        HA042 or HA043 for what is no trace, HA082 if the rule files are not those that it was
        found with, and whatever is wrong with the deployment.
    """
    with _about(file):
        saved = load_trace(read_file(file))
    _check_rule_files(saved, rule_files, file)
    _check_marks(saved, file)
    deployment = load_deployment(saved.model, saved.settings)
    system = system_of(deployment, rule_files)
    return saved, with_causes(build_parts(deployment), system) if saved.in_time else system


@contextmanager
def _about(file: Path) -> Iterator[None]:
    """Let an error about a trace name the trace's file."""
    try:
        yield
    except SearchError as error:
        raise InputError(error.code, error.message, file=str(file)) from None


def _check_rule_files(saved: TraceFile, given: Sequence[Path], file: Path) -> None:
    needed = sorted(Path(name).name for name in saved.rule_files)
    if needed != sorted(path.name for path in given):
        said = " ".join(f"--rules {name}" for name in saved.rule_files) or "no --rules"
        raise InputError(
            "HA082",
            f"it was found with {said}; give the same: a trace never has code loaded",
            file=str(file),
        )


def _check_marks(saved: TraceFile, file: Path) -> None:
    for name, mark in (("loop", saved.loop), ("fork", saved.fork)):
        if mark is not None and not 0 <= mark <= len(saved.rules):
            raise InputError(
                "HA042",
                f"its {name} is step {mark}; it has {plural(len(saved.rules), 'step')}",
                file=str(file),
            )
