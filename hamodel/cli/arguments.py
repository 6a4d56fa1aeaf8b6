"""What the commands take: their arguments and options, each with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hamodel.cli.options import Format

CLAIMS = "Only this claim (SIP-1b), or all that begin so (SIP-1, SIP); may be given more than once."
FAULTS = "Judge every property under this budget instead: N, class=N,… or unlimited."
REPAIRS = "How many repairs may happen: N or unlimited."
CHANGES = "Change a parameter of the deployment: resource_manager.mode=single."
RULES = "Shipped rules by name (split_brain), or a Python file of yours; it is run."
DEPLOYMENT = "A TOML file, the name of a shipped deployment, or - for stdin."
WHAT = (
    "What is lost: unrecorded, audio_outage, single_copy, uncontrollable, undetected, "
    "failing_over, off_record; several with commas."
)
TRIAL_FAULTS = "Within these faults alone, N or class=N,…; not what is tried otherwise."
WINDOW = "When the second of two faults must come for more: media-server:resource-manager."
SWEEP = "The worst as one timer changes: resource_manager.monitor.interval=1s..60s/1s."
CURVE = "Draw what --sweep finds as SVG; it needs hamodel[plot]."
ADVICE = "Say which timer shortens the loss that is told most, and what reading changes it; slow."
FORMULA_TIMERS = "Of these timers only, with commas: exchange, or timeout=1 s..60 s."
REGIONS = "How many regions of timers are looked at; what is left is UNDETERMINED."
LOSS_FAULTS = "Within these faults: N or class=N,…; by default one of each class in turn."
LOSS_REPAIRS = "So many repairs too: N or unlimited; by default none."
CHECKED_FAULTS = "For --check: N, class=N,… or unlimited."
IN_ALL = "Also how much is lost in all of a run, not only at a time; takes longer."
TIME_LINE = "Draw the worst run, the longest that ends if one does: FILE.svg, .dot or .mmd."
FAIL = "Only failures of this instance or host, or this rule; two names: both fail."
READINGS = "Say which claims depend on what the guide leaves open, and what to ask the vendor."
VARY = "What is varied: recorders=1..6, media_servers=1..4, or any whole number's key."
STATES = "Cut each search short at so many states."
MEMORY = "Cut each search short where its process takes so much memory: 4GB."
TIME = "Cut each search short after so many seconds."
KEEP = "Keep large searches in this folder, to go on with --resume after a crash."
RESUME = "Go on from what --checkpoint kept; the options must be those of that run."
CONE = "Write only what the claim depends on: what `hamodel check` searches for it."
ASSERT = "Also assert what this claim promises, or all that begin so; its kind: always or never."
LOST = "With --to prism: also how long a call loses this, as `hamodel loss --what` has it."
EXPORTED = "N, class=N,… or unlimited; 1, or the budget of the claims, unless it is given."
FORMATS = f"[{'|'.join(form.value for form in Format)}]"


WhereArgument = Annotated[str, typer.Argument(metavar="[DEPLOYMENT]", help=DEPLOYMENT)]
ChangeOptions = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=CHANGES)
]
LimitStates = Annotated[int, typer.Option("--limit-states", metavar="N", help=STATES)]
LimitMemory = Annotated[str, typer.Option("--limit-memory", metavar="SIZE", help=MEMORY)]
LimitTime = Annotated[float | None, typer.Option("--limit-time", metavar="SECONDS", help=TIME)]
FormOption = Annotated[
    str, typer.Option("--format", metavar="[text|json]", help="How it is written.")
]
LossFaults = Annotated[str, typer.Option("--faults", metavar="N | CLASS=N,…", help=LOSS_FAULTS)]
LossRepairs = Annotated[
    str,
    typer.Option("--repairs", metavar="N", help=LOSS_REPAIRS),
]
TrialFaults = Annotated[str, typer.Option("--faults", metavar="N | CLASS=N,…", help=TRIAL_FAULTS)]
RuleOptions = Annotated[list[Path] | None, typer.Option("--rules", metavar="NAME", help=RULES)]
