"""The doors of the command line: what each command takes, and who does it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hamodel.cli.arguments import (
    ASSERT,
    CHECKED_FAULTS,
    CLAIMS,
    CONE,
    DEPLOYMENT,
    EXPORTED,
    FAIL,
    FAULTS,
    FORMATS,
    KEEP,
    LOST,
    READINGS,
    REPAIRS,
    RESUME,
    VARY,
    ChangeOptions,
    FormOption,
    LimitMemory,
    LimitStates,
    LimitTime,
    RuleOptions,
    WhereArgument,
)
from hamodel.cli.commands_in_time import formula, loss, timers, trial
from hamodel.cli.options import LIMIT_STATES, Format


class Doors(TyperGroup):
    """A group of commands that ends every error of a user's with one line on stderr."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is meant, and its words, when nothing in them is empty."""
        from hamodel.cli.given import check_given

        name, command, rest = super().resolve_command(ctx, args)
        check_given(command, rest)
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run a command; what goes wrong becomes a line and an exit status."""
        from hamodel.cli.output import prepare_streams, say
        from hamodel.errors import HamodelError

        prepare_streams()
        try:
            return super().invoke(ctx)
        except HamodelError as error:
            say(f"error: {error}")
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            say("interrupted: nothing is kept but what is said above")
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=Doors,
    help="Prove or refute what a high-availability guide promises for your recording deployment.",
    epilog="Exit: 0 fine, 1 a promise is refuted, 2 wrong input, 3 undetermined, 130 Ctrl-C.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from hamodel import __version__

        typer.echo(f"hamodel {__version__}")
        raise typer.Exit


@app.callback()
def hamodel(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    """Prove or refute what a high-availability guide promises for your recording deployment."""


@app.command()
def check(  # noqa: PLR0913, PLR0917 (an option each)
    deployment: WhereArgument = "reference",
    claims: Annotated[list[str] | None, typer.Option("--claim", metavar="ID", help=CLAIMS)] = None,
    faults: Annotated[str, typer.Option(metavar="BUDGET", help=FAULTS)] = "",
    repairs: Annotated[str, typer.Option(metavar="N", help=REPAIRS)] = "",
    changes: ChangeOptions = None,
    rules: RuleOptions = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Tell only what the rules change, and how.")
    ] = False,
    expect: Annotated[
        bool, typer.Option("--expect", help="Compare with the manifest; exit 1 if it differs.")
    ] = False,
    readings: Annotated[bool, typer.Option("--readings", help=READINGS)] = False,
    form: Annotated[
        str, typer.Option("--format", metavar=FORMATS, help="How the report is written.")
    ] = Format.TEXT.value,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report to a file; - for stdout.")
    ] = None,
    traces: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Save each story, for `hamodel trace`.")
    ] = None,
    limit_states: LimitStates = LIMIT_STATES,
    limit_memory: LimitMemory = "",
    limit_time: LimitTime = None,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", metavar="DIR", help=KEEP)
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help=RESUME)] = False,
    jobs: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=64,
            help="How many searches go on at once; the last in N threads.",
        ),
    ] = 2,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell every story, and say what is going on.")
    ] = False,
) -> None:
    """Check every promise of the guide for a deployment, and tell where one breaks."""
    from hamodel.cli.check import run
    from hamodel.cli.options import CheckOptions, read_budgets, read_format, read_limits, split

    options = CheckOptions(
        deployment,
        split(claims or ()),
        read_budgets(faults, repairs),
        tuple(changes or ()),
        tuple(rules or ()),
        expect,
        read_format(form),
        None if out == Path("-") else out,
        traces,
        read_limits(limit_states, limit_memory, limit_time),
        checkpoint,
        resume,
        jobs,
        verbose,
    )
    if readings:
        from hamodel.cli.readings import run as read

        raise typer.Exit(read(options))
    if diff:
        from hamodel.cli.diff import run as compare

        raise typer.Exit(compare(options))
    raise typer.Exit(run(options))


@app.command()
def impact(  # noqa: PLR0913, PLR0917 (an option each)
    deployment: WhereArgument = "reference",
    fail: Annotated[list[str] | None, typer.Option("--fail", metavar="NAME", help=FAIL)] = None,
    faults: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=2, help="How many failures: 1 or 2.")
    ] = None,
    changes: ChangeOptions = None,
    rules: RuleOptions = None,
    form: FormOption = Format.TEXT.value,
    limit_states: LimitStates = LIMIT_STATES,
    limit_memory: LimitMemory = "",
    limit_time: LimitTime = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell the shortest run for each outcome.")
    ] = False,
) -> None:
    """Say what each failure, or each two, does to a call that is up and recorded."""
    from hamodel.cli.impact import ImpactOptions, run
    from hamodel.cli.options import read_format, read_limits, split

    options = ImpactOptions(
        deployment,
        split(fail or ()),
        faults,
        tuple(changes or ()),
        tuple(rules or ()),
        read_format(form),
        read_limits(limit_states, limit_memory, limit_time),
        verbose,
    )
    raise typer.Exit(run(options))


@app.command()
def need(  # noqa: PLR0913, PLR0917 (an option each)
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="DUP-1, or how several begin.")],
    vary: Annotated[str, typer.Option("--vary", metavar="KEY=A..B", help=VARY)],
    deployment: Annotated[
        str, typer.Option("--deployment", metavar="DEPLOYMENT", help=DEPLOYMENT)
    ] = "reference",
    changes: ChangeOptions = None,
    rules: RuleOptions = None,
    limit_states: LimitStates = LIMIT_STATES,
    limit_memory: LimitMemory = "",
    limit_time: LimitTime = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell why a value does not suffice.")
    ] = False,
) -> None:
    """Find the smallest number, of recorders say, for which a claim is proved."""
    from hamodel.cli.need import NeedOptions, run
    from hamodel.cli.options import read_limits

    options = NeedOptions(
        claim,
        vary,
        deployment,
        tuple(changes or ()),
        tuple(rules or ()),
        read_limits(limit_states, limit_memory, limit_time),
        verbose,
    )
    raise typer.Exit(run(options))


for in_time in (loss, trial, formula, timers):
    app.command()(in_time)


@app.command()
def trace(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A story that was saved.")],
    rules: RuleOptions = None,
) -> None:
    """Replay a saved story step by step."""
    from hamodel.cli.replay import run

    run(file, tuple(rules or ()))


@app.command()
def draw(
    deployment: WhereArgument = "reference",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the pictures go.")] = Path(
        "diagrams"
    ),
    stories: Annotated[
        list[Path] | None, typer.Option("--story", metavar="FILE", help="A saved story to draw.")
    ] = None,
    changes: ChangeOptions = None,
    rules: RuleOptions = None,
) -> None:
    """Draw the components, the deployment and its stories."""
    from hamodel.cli.pictures import run

    run(deployment, out, tuple(changes or ()), tuple(rules or ()), tuple(stories or ()))


@app.command()
def export(  # noqa: PLR0913, PLR0917 (an option each)
    deployment: WhereArgument = "reference",
    to: Annotated[
        str,
        typer.Option("--to", metavar="[promela|prism]", help="The language that it is written in."),
    ] = "promela",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to a file; - for stdout.")
    ] = None,
    claims: Annotated[list[str] | None, typer.Option("--claim", metavar="ID", help=ASSERT)] = None,
    cone: Annotated[bool, typer.Option("--cone", help=CONE)] = False,
    lost: Annotated[str, typer.Option("--lost", metavar="NAME", help=LOST)] = "",
    faults: Annotated[str, typer.Option(metavar="BUDGET", help=EXPORTED)] = "",
    repairs: Annotated[str, typer.Option(metavar="N", help=REPAIRS)] = "",
    changes: ChangeOptions = None,
    rules: RuleOptions = None,
) -> None:
    """Write the model for another checker: SPIN, or with its timers storm or PRISM."""
    from hamodel.cli.export import ExportOptions, run
    from hamodel.cli.options import read_budgets, split

    options = ExportOptions(
        deployment,
        to,
        split(claims or ()),
        read_budgets(faults, repairs),
        tuple(changes or ()),
        tuple(rules or ()),
        None if out == Path("-") else out,
        cone,
        lost,
    )
    run(options)


@app.command("rules")
def rules_(  # noqa: PLR0913, PLR0917 (an option each)
    deployment: WhereArgument = "reference",
    changes: ChangeOptions = None,
    rules: RuleOptions = None,
    fired: Annotated[
        bool, typer.Option("--check", help="Search, and say which of them ever happen.")
    ] = False,
    faults: Annotated[str, typer.Option(metavar="BUDGET", help=CHECKED_FAULTS)] = "1",
    repairs: Annotated[str, typer.Option(metavar="N", help=REPAIRS)] = "1",
    limit_states: LimitStates = 1_000_000,
    limit_memory: LimitMemory = "",
    limit_time: LimitTime = None,
) -> None:
    """List the rules of a deployment's model by family, and those that it cannot have."""
    from hamodel.cli.families import run
    from hamodel.cli.options import read_budgets, read_limits

    searched = read_budgets(faults, repairs).faults if fired else None
    limits = read_limits(limit_states, limit_memory, limit_time)
    run(deployment, tuple(changes or ()), tuple(rules or ()), searched, limits)


@app.command()
def explain(  # noqa: PLR0913, PLR0917 (an option each)
    word: Annotated[
        list[str],
        typer.Argument(
            help="A claim (or how several begin), rule, property, parameter, table, assumption, "
            "fault class, loss, phase, error code or word of the glossary."
        ),
    ],
    deployment: Annotated[
        str, typer.Option("--deployment", metavar="DEPLOYMENT", help=DEPLOYMENT)
    ] = "reference",
    rules: RuleOptions = None,
    changes: ChangeOptions = None,
    search: Annotated[
        bool, typer.Option("--search", help="Of a claim: search which faults together break it.")
    ] = False,
    size: Annotated[
        int, typer.Option("--size", metavar="N", min=0, max=5, help="So many faults at most.")
    ] = 2,
    limit_states: LimitStates = 20_000_000,
    limit_memory: LimitMemory = "",
    limit_time: LimitTime = None,
) -> None:
    """Explain a word that hamodel uses; of a claim, all that is known (its proof card)."""
    from hamodel.cli.explain import run
    from hamodel.cli.options import Searching, read_limits

    limits = read_limits(limit_states, limit_memory, limit_time)
    searching = Searching(size, limits) if search else None
    run(" ".join(word), deployment, tuple(rules or ()), tuple(changes or ()), searching)


@app.command()
def init(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[rule] [FILE]",
            help="Where it goes (deployment.toml); `rule` for a rule file (my_failure.py) and "
            "its test.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
) -> None:
    """Write a commented file to start from: a deployment, or rules of your own."""
    from hamodel.cli.initial import run

    run(tuple(words or ()), force=force)
