"""The page of the trial: what the formula says, where it holds, where it does not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hamodel.cli.trial import Measured, Outcome, at_most
from hamodel.errors import seconds
from hamodel.guide.trial import CASES, FIGURES, Case

MADE = "*Made by `python -m hamodel.cli.trial docs/formula-on-trial.md`; changes here are lost.*"
PROVED = "PROVED"


def page(outcomes: Sequence[Outcome], figures: Sequence[Measured]) -> str:
    """Return the page."""
    return "\n".join(_lines(outcomes, figures)) + "\n"


def _lines(outcomes: Sequence[Outcome], figures: Sequence[Measured]) -> Iterator[str]:
    yield from ("# The formula on trial", "", MADE, "")
    yield (
        "MS-5 says that what is lost is as long as Resource Manager needs to detect that a Media"
        " Server failed, D, and as long as it then takes to move the recording, F. That could not"
        " fail if F were what is left of the loss without D. So each is measured apart: D on the"
        " monitor alone, F on a recovery from a failure that is already known, and the loss by"
        " itself; all exactly, over all runs, with the timers of the deployment, `reference` but"
        " where another is named (`hamodel timers`). `hamodel trial` does it for yours, with"
        " `--faults` and `--rules` within what you ask for."
    )
    yield ""
    yield (
        "**As a bound**: is the loss ever longer than the longest D and the longest F together?"
        " *Attained*: some run takes as long. **As an identity**: is all that is lost, in every"
        " run, the time for which one monitor watches, from the failure on and without a break,"
        " and then recovery? It is a property of states, `always`, under the budget of the row,"
        " and so holds whatever the timers are. *One view*: is there one D, or may recovery go by a"
        " Resource Manager that has yet to notice? *In the worst run*: D by the clock of the"
        " monitor that noticed, F from that notice on, and what is neither."
    )
    yield from ("", "## What was found", "")
    head = "what happens", "within", "lost at most", "formula", "as a bound", "as an identity"
    rows = []
    for case, its in zip(CASES, outcomes, strict=True):
        rows.append(
            (
                f"[{case.title}](#{anchor(case)})",
                its.within,
                f"**{at_most(its.lost)}**",
                f"{at_most(its.detection)} + {at_most(its.failover)}",
                its.bound,
                its.identity,
                its.one_view,
                _apart(its),
            )
        )
    yield from _table((*head, "one view", "in the worst run"), rows)
    yield from ("", "## What this says of the claim", "", *_reading(outcomes))
    for case, its in zip(CASES, outcomes, strict=True):
        yield from ("", f"## {case.title}", "", *_case(case, its))
    yield from ("", "## What other claims lose", "", *_figures(figures))


def anchor(case: Case) -> str:
    """Return the anchor of a case's heading."""
    kept = (c for c in case.title.lower() if c.isalnum() or c in " -")
    return "".join(kept).replace(" ", "-")


def _apart(its: Outcome) -> str:
    if its.apart is None:
        return "–"
    d, f, rest = its.apart.detection, its.apart.failover, its.apart.rest
    return f"{seconds(d)} + {seconds(f)}" + (f", and {seconds(rest)}" if rest else "")


def _reading(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield where the formula is a bound, where it is not, and where it is no identity."""
    named = {its.name: (case, its) for case, its in zip(CASES, outcomes, strict=True)}
    held = [pair for pair in named.values() if pair[1].bound.startswith("a bound")]
    more = [pair for pair in named.values() if pair[1].bound.startswith("exceeded")]
    endless = [pair for pair in named.values() if pair[1].lost is None]
    broken = [pair for pair in named.values() if pair[1].identity != PROVED]
    apart = [p for p in named.values() if p[1].identity == PROVED and p[1].one_view != PROVED]

    def titles(pairs: Sequence[tuple[Case, Outcome]], figure: bool = False) -> str:
        return "; ".join(
            case.title + (f" ({at_most(its.lost)})" if figure else "") for case, its in pairs
        )

    yield f"- It is a bound, and a run attains it: {titles(held, figure=True)}."
    yield f"- The loss is longer, and ends: {titles(more, figure=True)}."
    yield f"- The loss may not end: {titles(endless)}."
    yield f"- It is no identity, as a part of the loss is neither D nor F: {titles(broken)}."
    yield (
        "- It is an identity, but not of one D, or of one failure: recovery may ask one that has"
        f" yet to notice: {titles(apart)}."
    )
    yield (
        "- What is inherited is what a Resource Manager has *found*, not how many probes had"
        " failed: so inheriting health spares the time for the notice and no more."
    )
    single = all(its.lost == its.formula for _, its in held)
    yield (
        "- For one fault it is "
        + ("tight in every setting that was tried" if single else "not tight in every setting")
        + "; each case that exceeds it takes one fault more, or one repair, and with any one of"
        " them less it is within the bound (below, *smaller budgets*)."
    )


def _case(case: Case, its: Outcome) -> Iterator[str]:
    changes = ", ".join(f"`{change}`" for change in case.changes)
    rules = f", rules `{case.rules}`" if case.rules else ""
    hosts = ", of hosts only those of SIP Servers" if case.ordeal.hosts_of else ""
    yield (
        f"`{case.deployment}`{' with ' + changes if changes else ''}{rules}; within"
        f" {its.within}{hosts}: at most **{at_most(its.lost)}**, {its.bound}."
        f" {its.states:,} states, {its.classes:,} classes."
    )
    yield ""
    yield f"![{case.title}](../diagrams/time-line-{case.name}.svg)"
    yield ""
    if its.phases:
        parts = ", ".join(f"{phase} {seconds(ms)}" for phase, ms in its.phases)
        yield f"It goes by: {parts}{_then(its)}."
    elif its.why:
        yield f"At once {its.why}."
    if its.breaks:
        steps = ", then ".join(its.breaks)
        yield f"\nThe identity breaks as soon as this has happened, in this order: {steps}."
    if its.smaller:
        said = "; ".join(f"{within}: {at_most(ms)}" for within, ms in its.smaller)
        yield f"\nSmaller budgets: {said}."
    yield from ("", "| at | what happens |", "|---:|---|")
    yield from (f"| {seconds(at)} | {rule} |" for at, rule in its.run)


def _then(its: Outcome) -> str:
    return f"; then {its.why}" if its.why else ""


def _figures(figures: Sequence[Measured]) -> Iterator[str]:
    yield (
        "How long a call loses something at most, where the guide says that it does not, or for how"
        " long it does. *off record*: as unrecorded, also while the T-lib client has stopped the"
        " recording to start it anew."
    )
    yield ""
    rows = []
    for each, its in zip(FIGURES, figures, strict=True):
        phases = ", ".join(f"{phase} {seconds(ms)}" for phase, ms in its.phases)
        rows.append(
            (
                f"[{each.claim}](claims/{each.claim}.md)",
                each.title,
                each.what.replace("_", " "),
                ", ".join(f"`{change}`" for change in each.changes) or "as it is",
                f"**{at_most(its.lost)}**",
                "; then ".join(part for part in (phases, its.why) if part) or "–",
            )
        )
    yield from _table(
        ("claim", "what happens", "what is lost", "`reference` with", "at most", "goes by"), rows
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(cells)} |" for cells in rows)
