"""The mutant campaign: what it chooses, how it judges, what it keeps; 20 mutants tried again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from hamodel.guide import GENERATORS
from hamodel.guide.manifest import Scenario
from hamodel.guide.model import family_of
from tests.benchmarks.mutants import Base, Log, Noticed, Outcome, base_of, campaign, classify
from tests.benchmarks.mutants_table import (
    FIXED,
    Table,
    chosen_to_be_fixed,
    columns,
    committed,
    differences,
    read_table,
    spread,
    survivors,
    write_table,
)
from tests.benchmarks.mutation import Mutant, Part
from tests.benchmarks.searches import Case, Found, cases_of, found_in, scenarios, system_of

TINY = Scenario(
    "tiny",
    "reference",
    (
        "sip_server.pair=single",
        "resource_manager.mode=single",
        "scope.media_servers=1",
        "scope.recorders=1",
        "recording.pausable=false",
    ),
    faults="resource-manager-crash=1",
)
CONFIRMS = "sip_server_confirms_call", "sip_server_N confirms call_N"


@cache
def tiny() -> Base:
    """Return what the smallest of deployments shows."""
    return base_of([TINY], processes=1)


def mutant(part: Part, text: str = "") -> Mutant:
    """Return a mutant of the rule by which SIP Server confirms a call."""
    return Mutant(*CONFIRMS, part, text)


def tried(part: Part, text: str = "") -> Outcome:
    """Return what becomes of it in the smallest of deployments."""
    its = mutant(part, text)
    return classify(its, tiny(), tiny().choose(its))


def test_a_rule_that_promises_rest_on_is_missed_by_a_verdict() -> None:
    """When no call is ever confirmed, a promise about established calls has another verdict."""
    outcome = tried(Part.RULE)

    assert Noticed.VERDICT is outcome.noticed
    assert " → UNDETERMINED" in outcome.how
    assert ("tiny; resource-manager-crash=1",) == outcome.tried


def test_what_changes_only_sizes_is_noticed_by_a_count() -> None:
    """A move that is left out is told by the number of states, where no verdict tells."""
    outcomes = [
        classify(each, tiny(), tiny().choose(each))
        for each in tiny().mutants
        if each.family == "recording_session_closes"
    ]

    assert any(
        outcome.noticed is Noticed.COUNT and outcome.how.startswith(("states: ", "transitions: "))
        for outcome in outcomes
    )


def test_what_changes_nothing_is_not_noticed() -> None:
    """A conjunct that holds whenever the others do is told by nothing."""
    outcome = tried(Part.SOURCE, "call_N: establish")

    assert Outcome(Noticed.NOT, "", outcome.tried) == outcome


def test_what_never_fires_is_not_tried() -> None:
    """A rule that happens in no small search has no searches, and says so."""
    its = Mutant("instance_hangs", "media_server_N hangs", Part.RULE)

    assert () == tiny().choose(its)
    assert Outcome(Noticed.NEVER_FIRES) == classify(its, tiny(), ())


def test_what_is_no_model_is_refused() -> None:
    """A rule that does nothing any more is refused before any verdict."""
    base = Base({case: found_in(case) for case in cases_of(TINY)})
    its = Mutant(
        "media_server_invites_recorder",
        "media_server_N invites a recorder for call_N",
        Part.MOVE,
        "recording_session_of_call_N_on_media_server_N: invite",
    )

    assert Outcome(Noticed.REFUSED, "HA018", tuple(c.name for c in base.found)) == classify(
        its, base, tuple(base.found)
    )


def test_searches_are_chosen_by_what_they_add() -> None:
    """The smallest comes first, then those with a verdict that none before has, within a limit."""
    its = mutant(Part.RULE)
    [case] = cases_of(TINY)
    rules = frozenset({CONFIRMS})
    names = ("one", "two", "three", "four")
    other = {
        name: Case(Scenario(name, TINY.deployment, TINY.changes), case.budget, ()) for name in names
    }
    base = Base(
        {
            other["one"]: Found((10, 9, 8), True, {"p": "PROVED"}, rules),
            other["two"]: Found((20, 9, 8), True, {"p": "PROVED"}, rules),
            other["three"]: Found((30, 9, 8), True, {"p": "REFUTED"}, rules),
            other["four"]: Found((300_000, 9, 8), True, {"q": "PROVED"}, rules),
        }
    )

    assert ["one", "three", "two"] == [each.scenario.name for each in base.choose(its)]


def test_a_campaign_that_was_stopped_goes_on(tmp_path: Path) -> None:
    """What is in the log is not tried again."""
    log = Log(tmp_path / "log.jsonl")
    whole = dict(campaign(tiny(), log, ["sip_server_confirms_call"], 1))
    again = Log(tmp_path / "log.jsonl")

    assert whole == again.outcomes
    assert whole == dict(campaign(tiny(), again, ["sip_server_confirms_call"], 1))
    assert 5 <= len(whole)


ONE = mutant(Part.RULE)
TWO = mutant(Part.CONJUNCT, 'a "quoted" → part')
OTHER = Mutant("call_starts", "call_N starts", Part.EFFECT, "x := y")
OUTCOMES = {
    ONE: Outcome(Noticed.VERDICT, "p: PROVED → REFUTED", ("small", "large")),
    TWO: Outcome(Noticed.NOT, "", ("small",)),
    OTHER: Outcome(Noticed.COUNT, "states: 1 → 2", ("small",)),
}


def test_a_table_is_read_as_it_was_written() -> None:
    """Mutants, outcomes, those that are fixed, and exemptions come back from the file's text."""
    table = Table("0123", OUTCOMES, (TWO,), {"call_starts": "it is the environment's"})

    assert table == read_table(write_table(table))


def test_a_family_without_a_noticed_mutant_needs_a_reason() -> None:
    """It is a complaint without one, and so is a reason that is not needed."""
    lacking = Table("0123", OUTCOMES)
    idle = Table("0123", OUTCOMES, (), {"call_starts": "why", CONFIRMS[0]: "why"})

    assert ["call_starts"] == lacking.lacking
    assert ["call_starts: no mutant of it is noticed by a verdict, and no reason why"] == (
        lacking.complaints
    )
    assert [f"{CONFIRMS[0]}: it is exempt, and need not be"] == idle.complaints


def test_columns_count_what_notices_the_mutants() -> None:
    """A line a family, and one for all."""
    lines = columns(OUTCOMES).splitlines()

    assert [CONFIRMS[0], *"10100"] == lines[2].split()
    assert ["in", "all", *"11100"] == lines[-1].split()


def test_survivors_are_listed_with_what_noticed_them() -> None:
    """Those that no verdict noticed, each in a line."""
    [count] = survivors(OUTCOMES, [Noticed.COUNT])
    [not_at_all] = survivors(OUTCOMES, [Noticed.NOT])

    assert count.startswith("count ")
    assert count.endswith("call_N starts: without the effect 'x := y'  (states: 1 → 2)")
    assert not_at_all.endswith("(no difference)")


def test_differences_from_an_earlier_table_are_named() -> None:
    """What is new, gone, or noticed by something else."""
    later = {ONE: OUTCOMES[TWO], TWO: OUTCOMES[TWO]}

    assert [f"{ONE}: verdict → not at all", f"{OTHER}: count → –"] == list(
        differences(OUTCOMES, later)
    )
    assert ["a", "… and 2 more"] == list(spread(["a", "b", "c"], 1))


def test_fixed_mutants_are_of_many_families() -> None:
    """The quickest of each sort, no two of one family."""
    states = {"small": 10, "large": 1_000}

    assert (ONE, OTHER) == chosen_to_be_fixed(OUTCOMES, states)
    assert (OTHER,) == chosen_to_be_fixed(
        {each: OUTCOMES[each] for each in (TWO, OTHER)}, states, 1
    )


def test_the_committed_table_is_about_the_rules_there_are() -> None:
    """Every family of rules is in it, each with a noticed mutant or a reason."""
    table = committed()
    assert table is not None
    assert {family_of(generator) for generator in GENERATORS} == table.families.keys()
    assert [] == table.complaints
    assert FIXED == len(table.fixed)


def fixed() -> list[Mutant]:
    """Return the mutants that are tried again."""
    table = committed()
    return [] if table is None else list(table.fixed)


@cache
def base_for(name: str) -> tuple[Case, Found]:
    """Return a search by its name, and what it finds."""
    [case] = (
        case
        for scenario in scenarios()
        if name.startswith(f"{scenario.name}; ")
        for case in cases_of(scenario)
        if case.name == name
    )
    return case, found_in(case)


@pytest.mark.parametrize("its", fixed(), ids=str)
def test_fixed_mutants_are_noticed_as_before(its: Mutant) -> None:
    """Twenty mutants of many families are noticed by what the committed table says."""
    table = committed()
    assert table is not None
    expected = table.outcomes[its]
    found = dict(map(base_for, expected.tried))

    assert all(any(its.rule == rule for _, rule in each.fired) for each in found.values())
    assert expected == classify(its, Base(found), tuple(found))


def test_every_small_scenario_has_a_model() -> None:
    """Each scenario that mutants are tried on is a deployment that decodes."""
    for scenario in scenarios():
        assert system_of(scenario).rules
