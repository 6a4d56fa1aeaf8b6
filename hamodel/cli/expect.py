"""Comparing what was found with what the manifest expects."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hamodel.cli.assess import Assessment, Row
from hamodel.cli.options import CheckOptions
from hamodel.errors import InputError, among
from hamodel.guide.manifest import Expected, Scenario, shipped_manifest


def scenario_of(options: CheckOptions) -> Scenario | None:
    """
    Return the scenario of the manifest that such a run is; None without one.

    Raises
    ------
    InputError
        HA085: the comparison was asked for, and there is none.
    """
    scenarios = shipped_manifest()
    budgets = options.budgets
    for scenario in scenarios:
        same = scenario.is_run(
            options.deployment, options.changes, budgets.faults_text, budgets.repairs_text
        )
        if same and not options.rule_files:
            return scenario
    if options.expect:
        raise InputError("HA085", f"--expect cannot compare: {_lacking(options, scenarios)}")
    return None


def _lacking(options: CheckOptions, scenarios: Sequence[Scenario]) -> str:
    """Return why the manifest has no scenario that such a run is, and what can be compared."""
    deployments = tuple(dict.fromkeys(each.deployment for each in scenarios))
    if options.deployment not in deployments:
        return (
            f"the manifest is about the shipped deployments {among(deployments) or '(none)'}, and "
            f"{options.deployment!r:.80} is none of them; leave --expect out"
        )
    if options.rule_files:
        return "the manifest has no scenario with --rules; leave one of the two out"
    budgets = options.budgets
    this = Scenario(
        "", options.deployment, options.changes, budgets.faults_text, budgets.repairs_text
    )
    known = [asked(each) for each in scenarios if each.deployment == options.deployment]
    near = difflib.get_close_matches(asked(this), known, n=3, cutoff=0)
    return (
        "the manifest has no scenario with this --set, --faults and --repairs; near to it: "
        f"{among(near)}"
    )


def asked(scenario: Scenario) -> str:
    """Return the arguments that make a run of a scenario."""
    changes = "".join(f" --set {change}" for change in scenario.changes)
    faults = f" --faults {scenario.faults}" if scenario.faults else ""
    repairs = f" --repairs {scenario.repairs}" if scenario.repairs else ""
    return f"'{scenario.deployment}{changes}{faults}{repairs}'"


def expected_of(assessment: Assessment, scenario: Scenario) -> Assessment:
    """Return the assessment with what is expected beside each row."""
    expected = {(each.claim, each.property): each for each in scenario.expect}
    rows = tuple(replace(row, expected=expected.get(key_of(row))) for row in assessment.rows)
    return replace(assessment, rows=rows)


def compared(assessment: Assessment, scenario: Scenario, claims: Sequence[str] = ()) -> Assessment:
    """Return the assessment with its differences from a scenario; with claims, theirs alone."""
    left_out = [row.source.id for row in assessment.rows if not _is_compared(row, scenario)]
    if len(left_out) == len(assessment.rows):
        differences: tuple[str, ...] = ("nothing is compared; the scenario has no such claim",)
    else:
        differences = tuple(_differences(assessment, scenario, claims))
    lacking = tuple(dict.fromkeys(left_out))
    return replace(assessment, differences=differences, not_compared=lacking)


def _is_compared(row: Row, scenario: Scenario) -> bool:
    """Return whether a scenario is to expect a row: one for some claims has no others."""
    return row.expected is not None or not scenario.claims or row.source.id in scenario.claims


def key_of(row: Row) -> tuple[str, str]:
    """Return what a row is found by in the manifest."""
    return row.source.id, row.prop.name if row.prop else ""


def found_in(row: Row) -> Expected:
    """Return what the manifest would have to expect for a row to be as expected."""
    verdict, beyond = row.verdict, row.beyond
    return Expected(
        *key_of(row),
        row.status.value,
        None if verdict is None else verdict.distinct_states,
        None if verdict is None else verdict.depth,
        "" if beyond is None else beyond.kind.value,
    )


def _differences(
    assessment: Assessment, scenario: Scenario, claims: Sequence[str]
) -> Iterator[str]:
    for row in assessment.rows:
        found = found_in(row)
        if row.expected is None:
            if _is_compared(row, scenario):
                yield f"{row.name} is {found.status}; the manifest does not know it"
        elif found != row.expected:
            yield f"{row.name} is {_said(found)}; expected was {_said(row.expected)}"
    if claims:
        return
    rows = {key_of(row) for row in assessment.rows}
    for expected in scenario.expect:
        if (expected.claim, expected.property) not in rows:
            name = f"{expected.claim} {expected.property}".strip()
            yield f"{name} is not judged; expected was {_said(expected)}"


def _said(expected: Expected) -> str:
    sizes = "" if expected.states is None else f", {expected.states:,} states"
    depth = "" if expected.depth is None else f", depth {expected.depth}"
    beyond = f", beyond {expected.beyond}" if expected.beyond else ""
    return f"{expected.status}{sizes}{depth}{beyond}"
