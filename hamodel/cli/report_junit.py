"""The report as JUnit XML, for what shows test results: a test case a row."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from hamodel.cli.assess import Assessment, Row
from hamodel.cli.story import Story, stories
from hamodel.guide import Status


def junit_report(assessment: Assessment) -> str:
    """
    Return the report as JUnit XML.

    A refuted must or should promise is a failure, what is undetermined an error; what is accepted,
    does not apply, awaits a feature or binds nobody is skipped, with the reason.
    """
    told = {story.row.name: story for story in stories(assessment) if story.row is not None}
    suite = ET.Element("testsuite", name=f"hamodel {assessment.subject.name}")
    properties = ET.SubElement(suite, "properties")
    for name, value in _asked(assessment):
        ET.SubElement(properties, "property", name=name, value=value)
    counts = {"failure": 0, "error": 0, "skipped": 0}
    for row in assessment.rows:
        case = ET.SubElement(
            suite,
            "testcase",
            classname=row.source.id,
            name=row.prop.name if row.prop else row.source.id,
        )
        outcome = _outcome(row)
        if outcome:
            counts[outcome] += 1
            element = ET.SubElement(case, outcome, message=_message(row))
            element.text = _lines(told[row.name]) if row.name in told else ""
    suite.set("tests", str(len(assessment.rows)))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", str(counts["skipped"]))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=False) + "\n"


def _asked(assessment: Assessment) -> Iterator[tuple[str, str]]:
    """Yield what was asked for, so that two runs with other settings are not taken for one."""
    subject = assessment.subject
    yield "scope", subject.scope
    yield from (("set", change) for change in subject.changes)
    yield from (("rules", file) for file in subject.rule_files)
    if assessment.budget:
        yield "budget", assessment.budget


def _outcome(row: Row) -> str:
    if row.fails:
        return "failure"
    if row.status is Status.UNDETERMINED:
        return "error"
    return "" if row.status in (Status.PROVED, Status.WITNESSED) else "skipped"


def _message(row: Row) -> str:
    accepted = f" (accepted: {row.accepted})" if row.accepted else ""
    return f"{row.status.value}: {row.why}{accepted}"


def _lines(story: Story) -> str:
    lines = [f"{step.number}. {step.said}" for step in story.steps]
    return "\n".join(["", *lines, *story.end, ""])
