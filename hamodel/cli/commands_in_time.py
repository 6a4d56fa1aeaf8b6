"""The commands about time: how much is lost, by which formula, and by which timers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hamodel.cli.arguments import (
    ADVICE,
    CURVE,
    FORMULA_TIMERS,
    IN_ALL,
    REGIONS,
    SWEEP,
    TIME_LINE,
    WHAT,
    WINDOW,
    ChangeOptions,
    FormOption,
    LimitMemory,
    LimitStates,
    LimitTime,
    LossFaults,
    LossRepairs,
    RuleOptions,
    TrialFaults,
    WhereArgument,
)
from hamodel.cli.options import LIMIT_STATES, Format


def loss(  # noqa: PLR0913, PLR0917 (an option each)
    deployment: WhereArgument = "reference",
    what: Annotated[list[str] | None, typer.Option("--what", metavar="NAME", help=WHAT)] = None,
    faults: LossFaults = "",
    repairs: LossRepairs = "",
    window: Annotated[str, typer.Option(metavar="FAULT:FAULT", help=WINDOW)] = "",
    sweep: Annotated[str, typer.Option(metavar="TIMER=A..B[/STEP]", help=SWEEP)] = "",
    curve: Annotated[Path | None, typer.Option(metavar="FILE", help=CURVE)] = None,
    advice: Annotated[bool, typer.Option("--advice", help=ADVICE)] = False,
    total: Annotated[bool, typer.Option("--total", help=IN_ALL)] = False,
    changes: ChangeOptions = None,
    rules: RuleOptions = None,
    form: FormOption = Format.TEXT.value,
    limit_states: LimitStates = LIMIT_STATES,
    limit_memory: LimitMemory = "",
    limit_time: LimitTime = None,
    drawn: Annotated[Path | None, typer.Option("--draw", metavar="FILE", help=TIME_LINE)] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell the worst run for each.")
    ] = False,
) -> None:
    """Say how long a call can lose something at worst, and what the time goes by."""
    from hamodel.cli.loss import LossOptions, run_loss
    from hamodel.cli.options import read_budgets, read_format, read_limits, split

    options = LossOptions(
        deployment,
        split(what or ()) or ("unrecorded",),
        read_budgets(faults, repairs),
        tuple(changes or ()),
        tuple(rules or ()),
        read_format(form),
        read_limits(limit_states, limit_memory, limit_time),
        verbose,
        drawn,
        advice,
        total,
    )
    raise typer.Exit(run_loss(options, window, sweep, curve))


def trial(  # noqa: PLR0913, PLR0917 (an option each)
    deployment: WhereArgument = "reference",
    faults: TrialFaults = "",
    repairs: LossRepairs = "",
    changes: ChangeOptions = None,
    rules: RuleOptions = None,
    form: Annotated[
        str, typer.Option("--format", metavar="[text|json]", help="How it is written.")
    ] = Format.TEXT.value,
    limit_states: LimitStates = LIMIT_STATES,
    limit_memory: LimitMemory = "",
    limit_time: LimitTime = None,
) -> None:
    """Try MS-5: where is what is lost the time to detect and to fail over, and where is it not."""
    from hamodel.cli.options import read_budgets, read_format, read_limits
    from hamodel.cli.trial_report import TrialOptions, run

    options = TrialOptions(
        deployment,
        read_budgets(faults, repairs),
        tuple(changes or ()),
        tuple(rules or ()),
        read_format(form),
        read_limits(limit_states, limit_memory, limit_time),
    )
    raise typer.Exit(run(options))


def formula(  # noqa: PLR0913, PLR0917 (an option each)
    deployment: WhereArgument = "reference",
    what: Annotated[list[str] | None, typer.Option("--what", metavar="NAME", help=WHAT)] = None,
    faults: LossFaults = "",
    repairs: LossRepairs = "",
    changes: ChangeOptions = None,
    rules: RuleOptions = None,
    timers: Annotated[
        list[str] | None, typer.Option("--timers", metavar="KEY[=A..B]", help=FORMULA_TIMERS)
    ] = None,
    form: FormOption = Format.TEXT.value,
    regions: Annotated[
        int, typer.Option("--limit-regions", metavar="N", min=1, help=REGIONS)
    ] = 200,
    limit_states: LimitStates = LIMIT_STATES,
    limit_memory: LimitMemory = "",
    limit_time: LimitTime = None,
) -> None:
    """Say how long a call can lose something at worst, as a formula of the timers."""
    from hamodel.cli.formula import FormulaOptions, run
    from hamodel.cli.options import read_budgets, read_format, read_limits, split

    options = FormulaOptions(
        deployment,
        split(what or ()) or ("unrecorded",),
        read_budgets(faults, repairs),
        tuple(changes or ()),
        tuple(rules or ()),
        split(timers or ()),
        read_format(form),
        read_limits(limit_states, limit_memory, limit_time),
        regions,
    )
    raise typer.Exit(run(options))


def timers(deployment: WhereArgument = "reference", changes: ChangeOptions = None) -> None:
    """List the timers of a deployment, where each comes from, and what follows from them."""
    from hamodel.cli.timers import run

    run(deployment, tuple(changes or ()))
