"""
`python -m hamodel.cli.regenerate FILE`: run the scenarios of a manifest, and expect what they show.

Names, deployments, changes, budgets and notes stay as they are; only the expectations are new. To
be read before it is committed: a number that changed is explained there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hamodel.cli.assess import assess
from hamodel.cli.expect import found_in
from hamodel.cli.options import LIMIT_STATES, read_budgets
from hamodel.cli.output import read_file, say, write_file
from hamodel.cli.subject import chosen, read_subject
from hamodel.engine.limits import Limits
from hamodel.errors import HamodelError
from hamodel.guide.manifest import Scenario, read_manifest, write_manifest


def regenerated(
    scenario: Scenario, *, processes: int = 2, limit_states: int | None = LIMIT_STATES
) -> Scenario:
    """Return a scenario that expects what its run shows."""
    subject = read_subject(scenario.deployment, scenario.changes)
    assessment = assess(
        subject,
        chosen(subject, scenario.claims),
        budgets=read_budgets(scenario.faults, scenario.repairs),
        processes=processes,
        limits=Limits(limit_states),
    )
    return replace(scenario, expect=tuple(found_in(row) for row in assessment.rows))


def main(arguments: Sequence[str]) -> int:
    """Regenerate a manifest in place: all its scenarios, or those named after it."""
    if not arguments:
        say("usage: python -m hamodel.cli.regenerate FILE [SCENARIO…]")
        return 2
    file, names = Path(arguments[0]), arguments[1:]
    try:
        scenarios = read_manifest(read_file(file), str(file))
        for place, scenario in enumerate(scenarios):
            if names and scenario.name not in names:
                continue
            fresh = regenerated(scenario)
            say(f"{scenario.name}: {'as it was' if fresh == scenario else 'different'}")
            scenarios = (*scenarios[:place], fresh, *scenarios[place + 1 :])
            write_file(file, write_manifest(scenarios))
    except HamodelError as error:
        say(f"error: {error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
