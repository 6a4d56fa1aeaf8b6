"""Every format that a report can have, and how it is written."""

from __future__ import annotations

from rich.console import Console

from hamodel.cli.assess import Assessment
from hamodel.cli.options import Format
from hamodel.cli.output import drawn


def report(assessment: Assessment, form: Format, *, verbose: bool = False) -> str:
    """Return a report as text without colours; a table for people has a limit on its width."""
    match form:
        case Format.TEXT:
            return text_report(assessment, verbose=verbose)
        case Format.JSON:
            from hamodel.cli.report_json import json_report

            return json_report(assessment)
        case Format.JUNIT:
            from hamodel.cli.report_junit import junit_report

            return junit_report(assessment)
        case Format.MARKDOWN:
            from hamodel.cli.report_markdown import markdown_report

            return markdown_report(assessment, verbose=verbose)


def text_report(assessment: Assessment, *, verbose: bool = False, width: int | None = None) -> str:
    """Return the report for people, as it looks in a terminal so wide, or in none."""
    from hamodel.cli.report_text import print_assessment

    def draw(console: Console) -> None:
        print_assessment(assessment, console, verbose=verbose)

    return drawn(draw, width)
