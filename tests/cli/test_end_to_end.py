"""A deployment of the guide's, from its check to its story replayed and drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hamodel.cli.app import app
from hamodel.cli.report_json import read_results

LAGGING = ("--set", "sip_server.replication=lagging")
STORM = """\
from hamodel import Kind, Rule


def rules(parts):
    for name, the in parts.sip_servers.items():
        yield Rule(
            f"lightning strikes {name}",
            Kind.FAILURE,
            fires=(the.machine.fires("crash"),),
            cost={"lightning-strike": 1},
            cite="A-CRASH",
        )
"""


def invoked(*arguments: str) -> tuple[int, str, str]:
    """Run the command line in this process: status, stdout, stderr."""
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the saved story in which lagging replication loses a session (SIP-1c)."""
    folder = tmp_path_factory.mktemp("stories")
    options = ("--claim", "SIP-1c", "--limit-states", "4000", "--traces", str(folder))
    status, _, _ = invoked("check", "reference", *LAGGING, *options)
    [file] = folder.iterdir()

    assert 1 == status
    return file


def test_lagging_replication_is_told_and_replayed(story: Path) -> None:
    """The model makes the saved steps again, the crash of the primary among them."""
    status, text, _ = invoked("trace", str(story))

    assert 0 == status
    assert text.startswith("reference, with sip_server.replication=lagging: ")
    assert "sip_server_1 crashes  (failure)" in text


def test_a_story_is_drawn(story: Path, tmp_path: Path) -> None:
    """A saved story becomes a ladder beside the statecharts."""
    status, said, _ = invoked("draw", "reference", "--out", str(tmp_path), "--story", str(story))

    assert 0 == status
    assert "index.md" in said
    assert story.stem.lower().replace("_", "-") in {
        path.stem.lower().replace("_", "-") for path in tmp_path.glob("*.dot")
    }


def test_a_rule_file_is_checked_and_replayed(tmp_path: Path) -> None:
    """A failure rule of a user's takes part; its trace names the file."""
    file = tmp_path / "storm.py"
    file.write_text(STORM, encoding="utf-8")
    options = ("--claim", "SIP-1c", "--faults", "lightning-strike=1", "--limit-states", "4000")
    folder = tmp_path / "stories"
    status, text, _ = invoked(
        "check", *LAGGING, *options, "--rules", str(file), "--traces", str(folder)
    )
    [saved] = folder.iterdir()

    assert 1 == status
    assert f"with the rules of {file}" in text
    assert "lightning strikes sip_server_1  (failure)" in text
    assert 2 == invoked("trace", str(saved))[0]
    assert 0 == invoked("trace", str(saved), "--rules", str(file))[0]
    assert "storm" in invoked("rules", "--rules", str(file))[1]


def test_a_rule_file_that_breaks_the_language_names_its_line(tmp_path: Path) -> None:
    """An unknown trigger in a user's rule is one line, with file and line."""
    file = tmp_path / "storm.py"
    file.write_text(STORM.replace('fires("crash")', 'fires("krash")'), encoding="utf-8")
    status, _, said = invoked("check", "--rules", str(file))

    assert 2 == status
    assert f"error: HA008 {file}:9: " in said


def test_a_claim_that_awaits_a_feature_has_no_verdict() -> None:
    """A claim about durations needs timers in a whole check; what a search would say is null."""
    status, text, _ = invoked("check", "--claim", "MS-5", "--expect", "--format", "json")
    [claim] = read_results(text).claims

    assert 0 == status
    assert ("NEEDS TIMERS", None, None) == (claim["status"], claim["verdict"], claim["trace"])
