"""The report of `hamodel impact`: a table and stories for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hamodel.cli.impact import Impact, Row
from hamodel.cli.output import table_width
from hamodel.cli.report_text import print_story
from hamodel.cli.story import Story, mattering, told
from hamodel.cli.words import INTERRUPTED, plural
from hamodel.guide.impact_columns import COLUMNS, Outcome
from hamodel.trace import dump_trace

SCHEMA = 1
NO_WORSE = "·"
"""What stands where a pair does nothing worse than one of its failures alone."""


def print_impact(impact: Impact, console: Console, *, stories: bool, verbose: bool) -> None:
    """Print the table, the stories if they are wanted, and what the table covers."""
    head = Text.assemble((impact.deployment.name, "bold"), ": what failures do to a call")
    for change in impact.changes:
        head.append(f"\n  with {change}")
    console.print(head)
    console.print()
    width = table_width(console)
    console.print(_table(impact), width=width)
    for story in _stories(impact, verbose=verbose) if stories else ():
        console.print()
        print_story(story, console)
    console.print()
    for line in _foot(impact, stories):
        console.print(line)


def _table(impact: Impact) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for name in ("failure", *COLUMNS):
        table.add_column(name, overflow="fold")
    before = 1
    for row in impact.rows:
        if len(row.failures) > before:
            table.add_row("")
        before = len(row.failures)
        table.add_row(Text(row.name), *(_cell(row.outcomes.get(column)) for column in COLUMNS))
    return table


def _cell(outcome: Outcome | None) -> Text:
    if outcome is None:
        return Text(NO_WORSE, style="dim")
    style = "yellow" if outcome.rank is None else "red" if outcome.rank else "green"
    return Text(outcome.said, style=style)


def _stories(impact: Impact, *, verbose: bool) -> Iterator[Story]:
    """Yield the shortest run that shows each outcome that is not as without the failure."""
    kinds = {rule.name: rule.kind for rule in impact.system.rules}
    everything = frozenset(impact.system.variables)
    for row in impact.rows:
        for column, outcome in row.outcomes.items():
            verdict = outcome.shown_by
            if verdict is None or verdict.trace is None:
                continue
            prop = verdict.property
            only = everything if verbose else mattering(prop, impact.system) & everything
            title = f"{row.name}: {column}: {outcome.said}"
            story = told(verdict.trace, kinds, title, prop.name, only)
            yield story if verbose else _from_failure(story, row)


def _from_failure(story: Story, row: Row) -> Story:
    """Return a story from the first failure on: what is before it sets the calls up."""
    rule = row.failures[0].rule
    before = next(i for i, step in enumerate(story.steps) if step.rule == rule)
    if not before:
        return story
    head = f"after {plural(before, 'step')}, by which the calls are up and recorded; -v tells them"
    return replace(story, head=(*story.head, head), steps=story.steps[before:])


def _foot(impact: Impact, stories: bool) -> Iterator[Text]:
    yield Text(
        "The first failure meets calls that are up and recorded as deployed (new calls: none yet);"
        " nothing else fails, nothing returns."
    )
    if impact.faults > 1:
        yield Text(
            f"{plural(impact.pairs, 'pair')} searched, each in its order; shown is what is worse"
            f" than either failure alone ({NO_WORSE}: no worse)."
        )
    if impact.interrupted:
        yield Text(INTERRUPTED, style="yellow")
    yield Text(f"Scope: this is so for {impact.deployment.scope_sentence}; never for more.")
    if not stories:
        yield Text("The shortest run for each: --fail NAME, or -v for all.")


def json_impact(impact: Impact) -> str:
    """Return the report as JSON text, as docs/how-to/which-failures-hurt.md describes it."""
    value = {
        "schema": SCHEMA,
        "deployment": impact.deployment.name,
        "scope": impact.deployment.scope_sentence,
        "faults": impact.faults,
        "pairs": impact.pairs,
        "interrupted": impact.interrupted,
        "rows": [_row(row) for row in impact.rows],
    }
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _row(row: Row) -> dict[str, Any]:
    return {
        "failures": [
            {"rule": each.rule, "alike": list(each.alike), "instances": list(each.instances)}
            for each in row.failures
        ],
        "either_order": row.either_order,
        "outcomes": {column: _outcome(each) for column, each in row.outcomes.items()},
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    verdict, trace = outcome.shown_by, None
    if verdict is not None and verdict.trace is not None:
        saved = json.loads(dump_trace(verdict.trace, ""))
        trace = {key: saved[key] for key in ("note", "loop", "steps")}
    return {
        "said": outcome.said,
        "rank": outcome.rank,
        "property": verdict.property.name if verdict is not None else None,
        "trace": trace,
    }
