"""`hamodel timers`: what the rules of a deployment take."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from hamodel.cli.app import app

SET = "recorder_group.b.detects=2 s"


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


def test_with_several_recorder_groups_each_timer_has_the_name_of_its_own(tmp_path: Path) -> None:
    """As `--set` takes it; a short name could be any of them, and is not told."""
    group = '[[recorder_group]]\nname = "{}"\ncount = 1\ndetects = "{} s"\n'
    file = tmp_path / "two.toml"
    file.write_text('name = "two"\n' + group.format("a", 1) + group.format("b", 3), "utf-8")
    lines = listed(str(file))
    place = lines.index('recorder_group.a.detects "1 s" "1 s" 0 s to 604800 s judged: [G], REC-5')

    assert lines[place + 1].startswith('recorder_group.b.detects "3 s" "1 s"')
    assert 0 == CliRunner().invoke(app, ["timers", str(file), "--set", SET]).exit_code
    assert [line for line in listed() if line.startswith("recorder_group.detects")]
