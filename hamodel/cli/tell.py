"""
`python -m hamodel.cli.tell DIAGRAMS`: find the shipped stories anew, save their traces, draw all.

The traces go beside `hamodel.guide.stories`, so this is run in a clone, after the manifest was
regenerated. The pictures of the deployment `reference` and of every story go into the folder.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from hamodel.cli.assess import assess
from hamodel.cli.options import read_budgets
from hamodel.cli.output import say, write_file
from hamodel.cli.pictures import run as draw
from hamodel.cli.subject import chosen, read_subject
from hamodel.errors import HamodelError
from hamodel.guide import stories
from hamodel.guide.stories import STORIES, Story
from hamodel.trace import Trace, dump_trace


def found(story: Story) -> Trace:
    """Return the trace of a story, searched for in its scenario."""
    scenario = story.found_in
    rule_files = [Path(story.rules)] if story.rules else []
    subject = read_subject(scenario.deployment, scenario.changes, rule_files)
    assessment = assess(
        subject,
        chosen(subject, [story.claim]),
        budgets=read_budgets(scenario.faults, scenario.repairs),
        processes=1,
    )
    [verdict] = [
        row.verdict
        for row in assessment.rows
        if row.verdict is not None and row.prop is not None and row.prop.name == story.prop
    ]
    assert verdict.trace is not None, f"{story.name} is no longer told: {verdict.why}"
    return verdict.trace


def saved(story: Story, trace: Trace) -> str:
    """Return the JSON text of a story's trace."""
    return dump_trace(trace, story.found_in.deployment, story.found_in.changes)


def main(arguments: Sequence[str]) -> int:
    """Find every story, save it, and draw everything into the folder that is named."""
    if len(arguments) != 1:
        say("usage: python -m hamodel.cli.tell DIAGRAMS")
        return 2
    folder = Path(stories.__file__).parent
    try:
        for story in STORIES:
            trace = found(story)
            write_file(folder / f"{story.name}.json", saved(story, trace))
            say(f"{story.name}: {len(trace)} steps")
        draw("reference", Path(arguments[0]), (), (), ())
    except HamodelError as error:
        say(f"error: {error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
