"""`hamodel timers`: what the rules of a deployment take."""

from __future__ import annotations

from typer.testing import CliRunner

from hamodel.cli.app import app


def listed(*words: str) -> list[str]:
    """Return the lines that a deployment's timers are listed in, with one space between words."""
    result = CliRunner().invoke(app, ["timers", *words])
    assert 0 == result.exit_code
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_a_family_that_differs_has_an_example_of_each() -> None:
    """Over TCP a Media Server whose process is gone refuses, and one that hangs is silent."""
    family = "resource manager notices failure: resource_manager_1"
    lines = listed("private-edition")

    assert f"{family} is refused by media_server_1 0 ms 10,000 ms" in lines
    assert f"{family} notices that media_server_1 failed 25,000 ms 35,000 ms" in lines


def test_what_the_deployment_cannot_do_is_not_listed() -> None:
    """With one Resource Manager no load balancer gives one up; a request is sent again."""
    one = listed("small-single-site")

    assert not [line for line in one if line.startswith("load balancer gives up")]
    assert [line for line in listed() if line.startswith("load balancer gives up")]
    assert [line for line in one if line.endswith("is sent again after 2 T1 1,000 ms 1,000 ms")]
