"""`hamodel impact`: rows, pairs, stories, JSON, errors."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from hamodel.cli.app import app
from hamodel.cli.impact import Impact, ImpactOptions, assessed
from hamodel.engine.limits import Limits
from hamodel.errors import InputError
from hamodel.guide.impact_columns import COLUMNS
from tests.guide.test_impact import PLAIN, SMALL, asked

SET_SMALL = [word for change in SMALL for word in ("--set", change)]


def of_small(*fail: str, faults: int | None = None, limit_states: int = 100_000) -> Impact:
    """Return the impact of these failures on the smallest deployment."""
    return assessed(ImpactOptions(PLAIN, fail, faults, SMALL, limits=Limits(limit_states)))


def rules(impact: Impact) -> list[tuple[str, ...]]:
    """Return the failures of each row."""
    return [tuple(each.rule for each in row.failures) for row in impact.rows]


def test_every_failure_has_a_row_with_every_column() -> None:
    """Without --fail each instance has a row for its crash and for its hang."""
    impact = of_small()

    instances = ("sip_server_1", "resource_manager_1", "media_server_1", "recorder_1")
    expected = [(f"{name} {mode}",) for mode in ("crashes", "hangs") for name in instances]
    assert expected == rules(impact)
    assert all(list(COLUMNS) == list(row.outcomes) for row in impact.rows)
    assert 0 == impact.exit_status


def test_pairs_are_those_that_do_worse_than_either_alone() -> None:
    """What is shown of pairs is what comparing each pair with its members gives, no more."""
    column = "conversation"
    impact = of_small(faults=2)
    every = [each[0] for each in rules(impact) if len(each) == 1]
    alone = {rule: asked(column, (rule,), *SMALL).rank or 0 for rule in every}
    worse = {
        (one, other)
        for one in every
        for other in every
        if one.split()[0] != other.split()[0]
        and (asked(column, (one, other), *SMALL).rank or 0) > max(alone[one], alone[other])
    }

    shown = {
        order
        for row in impact.rows
        if len(row.failures) == 2 and column in row.outcomes
        for pair in [tuple(each.rule for each in row.failures)]
        for order in ((pair, pair[::-1]) if row.either_order else (pair,))
    }

    assert worse == shown
    assert 16 == len(worse)


def test_one_name_has_its_failures_alone() -> None:
    """--fail with one instance gives its rows; a host or a rule is a name as well."""
    crash, hang = ("media_server_1 crashes",), ("media_server_1 hangs",)

    assert [crash, hang] == rules(of_small("media_server_1"))
    assert [crash] == rules(of_small("host_5"))
    assert [hang] == rules(of_small("media_server_1 hangs"))


def test_two_names_fail_together() -> None:
    """--fail with two names adds the pairs of one failure of each, and of no other."""
    impact = of_small("media_server_1 crashes", "sip_server_1 crashes")

    expected = [("sip_server_1 crashes",), ("media_server_1 crashes",)]
    assert [*expected, ("sip_server_1 crashes", "media_server_1 crashes")] == rules(impact)
    assert impact.rows[-1].name.endswith("in either order")
    assert 2 == impact.pairs


def test_a_name_that_cannot_fail_is_an_error() -> None:
    """--fail with a misspelt instance says what is near to it."""
    with pytest.raises(InputError, match=r"HA082 --fail 'media_sever_1' .* media_server_1"):
        of_small("media_sever_1")


def test_what_can_fail_is_listed_from_the_instances_on() -> None:
    """--fail with a word that is like none lists instances and hosts before rules."""
    with pytest.raises(InputError, match=r"known are sip_server_1, .*, host_7, sip_server_1 c"):
        of_small("MS1")


def test_a_search_cut_short_is_exit_status_3() -> None:
    """What is not known is said so, in every cell."""
    impact = of_small("recorder_1", limit_states=3)

    assert 3 == impact.exit_status
    assert {None} == {each.rank for row in impact.rows for each in row.outcomes.values()}


def test_the_table_has_the_shortest_run_from_the_failure_on() -> None:
    """With --fail the story of each outcome begins with the failure; -v tells all of it."""
    command = ["impact", PLAIN, *SET_SMALL, "--fail", "recorder_1 crashes"]

    brief = CliRunner().invoke(app, command)
    whole = CliRunner().invoke(app, [*command, "-v"])

    assert (0, 0) == (brief.exit_code, whole.exit_code)
    assert "after 12 steps, by which the calls are up and recorded" in brief.stdout
    assert "13. recorder_1 crashes  (failure)" in brief.stdout
    assert "call_1 starts" in whole.stdout
    assert "here at least 1 recorded at every moment" not in brief.stdout


def test_json_has_every_cell() -> None:
    """The JSON has the rows with rules, words, rank and run."""
    command = ["impact", PLAIN, *SET_SMALL, "--fail", "media_server_1 crashes", "--format", "json"]

    value = json.loads(CliRunner().invoke(app, command).stdout)

    assert (1, "plain", 1, 0) == tuple(
        value[key] for key in ("schema", "deployment", "faults", "pairs")
    )
    [row] = value["rows"]
    assert ["media_server_1 crashes"] == [each["rule"] for each in row["failures"]]
    assert {column: each["rank"] for column, each in row["outcomes"].items()} == {
        "conversation": 1,
        "recording copies": 11,
        "control": 2,
        "new calls": 4,
        "recording sessions": 0,
    }
    assert "media_server_1 crashes" == row["outcomes"]["conversation"]["trace"]["steps"][-1]["rule"]


def test_other_formats_are_refused() -> None:
    """A format that impact does not write is an error, with those that it does."""
    result = CliRunner().invoke(app, ["impact", "--format", "junit"])

    assert 2 == result.exit_code
    assert "HA082 --format is junit; it can be text, json" in result.stderr
