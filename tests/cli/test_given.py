"""What stands on the command line: no option that is empty, and none twice that is one thing."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from hamodel.cli.app import app

OPTIONS = [
    *(
        (command, option)
        for command in ("loss", "formula", "check", "rules", "trial")
        for option in ("faults", "repairs")
    ),
    *(("loss", option) for option in ("window", "sweep", "curve", "draw", "rules", "what", "set")),
    *(("formula", option) for option in ("timers", "format", "limit-memory")),
    ("check", "claim"),
    ("explain", "deployment"),
]


def hamodel(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_option_that_is_empty_is_an_error(command: str, option: str) -> None:
    """It is not as if it were left out: HA082 says what it can be."""
    for words in ([f"--{option}", " "], [f"--{option}="]):
        result = hamodel(command, *words)

        assert 2 == result.exit_code
        assert f"error: HA082 --{option} is empty; leave it out, or say: " in result.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("loss", ("--faults", "1", "--faults=2")),
        ("loss", ("--window", "media-server:sip-server", "--window", "1:1")),
        ("check", ("--repairs", "1", "--repairs", "2")),
    ],
)
def test_an_option_that_is_one_thing_is_given_once(command: str, words: tuple[str, ...]) -> None:
    """Only the last would count."""
    result = hamodel(command, *words)

    assert 2 == result.exit_code
    assert f"error: HA082 {words[0]} is given twice; give it once" in result.stderr


def test_an_option_that_is_several_things_may_be_given_twice() -> None:
    """As --set, each time of something else."""
    twice = ("--set", "resource_manager.takeover=1 s", "--set", "network.t1=1 s")

    assert 0 == hamodel("timers", *twice).exit_code


def test_what_stands_behind_two_dashes_is_no_option() -> None:
    """It is an argument, whatever it looks like."""
    result = hamodel("explain", "--", "--faults", "")

    assert "is empty" not in result.stderr
    assert "HA080" in result.stderr
