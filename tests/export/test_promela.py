"""Promela: exact text, or an error; and where SPIN is installed, the same counts from it."""

from __future__ import annotations

import json
import re
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hamodel import (
    TRUE,
    Arrow,
    Budget,
    Component,
    Kind,
    Message,
    Not,
    Property,
    Rule,
    Same,
    SearchError,
    Set,
    System,
    Var,
    always,
    any_of,
    leads_to,
    never,
    next_of,
    sometimes,
    step,
)
from hamodel.budget import NO_FAULT
from hamodel.cli.app import app
from hamodel.engine.explore import explore as explore_either
from hamodel.engine.reference import Product, explore
from hamodel.errors import ExportError, HamodelError
from hamodel.export import promela
from hamodel.guide import build, load
from tests.agreement.random_systems import seeded_system
from tests.benchmarks.spin import Found, missing, spin
from tests.models import Member, Philosopher, philosophers, placed, ring, two_phase

needs_spin = pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}")

COUNT: Var[int] = Var("count", range(4))
OTHER: Var[int] = Var("other", range(4), 1)
THIRD: Var[int] = Var("third", range(4), 2)
FLAG: Var[bool] = Var("flag", bool)


class Odd(Enum):
    """States whose words are no friends of comments."""

    END = "*/ assert(false) /*"
    LINE = "a\nb\\"


def system_of(*sets: Set, when: Any = TRUE, **settings: Any) -> System:
    """Return a system of four variables and one rule."""
    rule = Rule("it happens", when=when, sets=sets, **settings)
    return System((Component("box", variables=(COUNT, OTHER, THIRD, FLAG)),), (rule,))


def commands(text: str) -> list[str]:
    """Return the guarded commands of a model, without that which never happens."""
    found = re.findall(r"^  :: d_step \{ (.*) \}$", text, re.MULTILINE)
    return [each for each in found if not each.startswith("false && ")]


def command(*sets: Set, when: Any = TRUE) -> str:
    """Return the one guarded command of a system of one rule."""
    [found] = commands(promela(system_of(*sets, when=when)))
    return found


def search(system: System, budget: Budget = NO_FAULT, *props: Property, dead_ends: bool) -> Found:
    """Return what SPIN finds in the export of a system."""
    flags = ["-DDEADLOCKS"] if dead_ends else []
    return spin(promela(system, budget, props), flags=flags, options=["-O0"], depth=100_000)


# ---- text


def test_each_action_is_one_guarded_command() -> None:
    """The ring of two, in the order of its rules."""
    assert [
        "v_member_0 == 0 -> v_member_0 = 1",
        "(v_token_at == 0 && v_member_0 == 1) -> v_member_0 = 2",
        "v_member_0 == 2 -> v_token_at = (v_token_at == 1 -> 0 : v_token_at + 1); v_member_0 = 3",
        "v_member_0 == 3 -> v_member_0 = 0",
    ] == commands(promela(ring(2)))[:4]


@pytest.mark.parametrize("budget", [NO_FAULT, Budget(1), Budget(2, 1), Budget(None, None)], ids=str)
def test_a_deployment_has_a_command_an_action(budget: Budget) -> None:
    """Rules that the budget rules out have none; the text is the same each time."""
    system = build(load("small-single-site"))
    text = promela(system, budget)

    assert len(Product(system, budget).actions) == len(commands(text))
    assert text == promela(system, budget)
    for var in Product(system, budget).variables:
        assert f"/* {var.name}: " in text


def test_a_variable_is_the_place_of_its_value() -> None:
    """In a bit, a byte or as many bits as it takes; the values stand beside it."""
    wide: Var[int] = Var("wide", range(300), 299)
    late: Var[int] = Var("late", range(2, 5), 4)
    box = Component("box", Member, variables=(wide, late, FLAG), initial=Member.CRITICAL)
    text = promela(System((box,), (Rule("it happens", sets=Set(FLAG, True)),)))

    assert "byte v_box = 2;  /* box: 0 idle, 1 waiting, 2 critical, 3 leaving */" in text
    assert "unsigned v_wide : 9 = 299;  /* wide: 0 to 299 */" in text
    assert "byte v_late = 2;  /* late: 0 2, 1 3, 2 4 */" in text
    assert "bit v_flag = 0;  /* flag: 0 no, 1 yes */" in text


def test_a_counter_of_the_budget_is_a_variable() -> None:
    """A failure is possible while there is enough left, and takes its part of it."""
    text = promela(placed(), Budget(2))

    assert "byte v_faults_any = 0;" in text
    assert "v_faults_any <= 1 -> v_balancer_turn = 0; v_faults_any = v_faults_any + 1" in text


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        (COUNT.is_(2), "v_count == 2"),
        (COUNT.is_not(2), "v_count != 2"),
        (COUNT.in_(0, 1), "v_count <= 1"),
        (COUNT.at_least(2), "v_count >= 2"),
        (COUNT.in_(1, 2), "(v_count >= 1 && v_count <= 2)"),
        (COUNT.in_(0, 3), "(v_count == 0 || v_count == 3)"),
        (COUNT.in_(0, 1, 2, 3), "true"),
        (COUNT.is_(1) & COUNT.is_(2), "false"),
        (Not(COUNT.in_(0, 1)), "v_count >= 2"),
        (FLAG.is_not(True), "v_flag == 0"),
        (Same(COUNT, OTHER), "v_count == v_other"),
        (~Same(COUNT, OTHER), "v_count != v_other"),
        (COUNT.is_(1) & FLAG.is_(True), "(v_count == 1 && v_flag == 1)"),
        (COUNT.is_(1) | FLAG.is_(True), "(v_count == 1 || v_flag == 1)"),
        (~(COUNT.is_(1) | FLAG.is_(True)), "!((v_count == 1 || v_flag == 1))"),
        (TRUE, "true"),
        (any_of(), "false"),
    ],
    ids=str,
)
def test_guards(guard: Any, said: str) -> None:
    """Comparisons of codes, in brackets where several are joined."""
    assert f"{said} -> v_third = 0" == command(Set(THIRD, 0), when=guard)


def test_effects_read_the_state_before_the_step() -> None:
    """A variable is assigned when nobody has still to read it; in a circle it is saved first."""
    assert "true -> v_other = v_count; v_count = 3" == command(Set(COUNT, 3), Set(OTHER, COUNT))
    swaps = "before_v_count = v_count; v_count = v_other; v_other = before_v_count"
    assert f"true -> {swaps}; before_v_count = 0" == (command(Set(COUNT, OTHER), Set(OTHER, COUNT)))
    assert "true -> v_third = (v_flag == 1 -> v_count : v_third); v_flag = 1" == (
        command(Set(FLAG, True), Set(THIRD, COUNT, FLAG.is_(True)))
    )
    assert "\nbyte before_v_count;" in promela(
        system_of(Set(COUNT, OTHER), Set(OTHER, next_of(COUNT)))
    )
    assert "before_" not in promela(system_of(Set(COUNT, 3), Set(OTHER, COUNT)))


def test_a_step_beyond_the_range_is_an_assertion() -> None:
    """Nothing is asserted of a wrap, or where a step cannot leave the range."""
    assert "true -> assert(v_count != 3); v_count = v_count + 1" == command(
        Set(COUNT, step(COUNT, 1))
    )
    assert "true -> assert((!(v_flag == 1) || v_other >= 2)); " in command(
        Set(COUNT, step(OTHER, -2), FLAG.is_(True))
    )
    assert "true -> assert(false); v_count = v_count + 9" == command(Set(COUNT, step(COUNT, 9)))
    assert "true -> v_count = v_other" == command(Set(COUNT, step(OTHER, 0)))
    assert "assert" not in command(Set(COUNT, next_of(COUNT)))


def test_what_changes_nothing_is_a_command_too() -> None:
    """A rule that only says something is a loop: a step, as in the reference."""
    box = Component("box", variables=(COUNT,))
    says = Rule("box says", when=COUNT.is_(0), says=Message("PING", "box", "eye"))

    assert ["v_count == 0"] == commands(promela(System((box,), (says,))))
    assert ["true"] == commands(promela(system_of(Set(COUNT, COUNT))))
    assert ":: d_step { false && " in promela(System((box,), ()))


def test_names_differ_and_are_no_words_of_promela() -> None:
    """A name is what it was with `v_` before it and `_` for the rest; of two alike one changes."""
    variables = [Var(name, bool) for name in ("do", "a.b", "a-b", "a b", "a_b_2", "int")]
    rule = Rule("it happens", sets=tuple(Set(var, True) for var in variables))
    text = promela(System((Component("box", variables=variables),), (rule,)))

    declared = re.findall(r"^bit (\w+) = 0;", text, re.MULTILINE)
    assert ["v_do", "v_a_b", "v_a_b_2", "v_a_b_3", "v_a_b_2_2", "v_int"] == declared


def test_no_word_ends_a_comment() -> None:
    """What a value or a system is called stays within its comment, on its line."""
    box = Component("box", Odd, Arrow("go", Odd.END, Odd.LINE))
    text = promela(System((box,), (Rule("goes", fires=box.fires("go")),), name="x */ bit y; /*"))

    assert "/* box: 0 * / assert(false) / *, 1 a b  */" in text
    assert "x * / bit y; / *, any=0" in text


def test_a_large_state_needs_a_larger_vector() -> None:
    """The command in the head of the text says so; pan's own has room for 1,024 bytes."""
    few, many = ([Var(f"v{i}", range(3)) for i in range(n)] for n in (900, 1_500))
    systems = [System((Component("box", variables=each),), ()) for each in (few, many)]

    assert "VECTORSZ" not in promela(systems[0])
    assert "-DNOREDUCE -DVECTORSZ=2048 -o pan" in promela(systems[1])


def test_a_property_is_a_command_where_it_is_contradicted() -> None:
    """It leaves no state, and adds none: there the assertion fails."""
    system = system_of(Set(COUNT, 1))
    props = [
        always("p", COUNT.in_(0, 1), given=FLAG.is_(True)),
        never("q r", OTHER.is_(2)),
    ]

    assert [
        "(v_flag == 1 && v_count >= 2) -> assert(holds_p)",
        "v_other == 2 -> assert(holds_q_r)",
        "true -> v_count = 1",
    ] == commands(promela(system, props=props))


def test_what_promela_cannot_say_is_an_error() -> None:
    """The error says what, what is possible, and what to do."""
    with pytest.raises(ExportError) as liveness:
        promela(ring(2), props=[leads_to("served", TRUE, TRUE)])
    with pytest.raises(ExportError, match="export never of the same guard"):
        promela(ring(2), props=[sometimes("served", TRUE)])
    with pytest.raises(HamodelError, match="HA014"):
        promela(ring(2), props=[never("p", FLAG.is_(True))])
    with pytest.raises(SearchError, match="HA044"):
        promela(ring(2), Budget({"lamp-crash": 1}))

    assert (
        "HA050 served is of the kind leads-to, which Promela cannot say exactly; it can say always "
        "and never. Leave it out: SPIN is fair to processes, not to groups of rules; `hamodel "
        "check` judges it"
    ) == str(liveness.value)


# ---- the command


def exported(*arguments: str) -> Any:
    """Return what `hamodel export` does with a small deployment."""
    return CliRunner().invoke(app, ["export", "small-single-site", *arguments])


def test_the_command_writes_the_model(tmp_path: Path) -> None:
    """To stdout or a file; one fault unless it is said; parameters and rules as elsewhere."""
    system = build(load("small-single-site"))
    file = tmp_path / "model.pml"
    written = exported("--to", "promela", "--out", str(file), "--faults", "recorder-crash=1")

    assert promela(system, Budget(1)) == exported().stdout
    assert promela(system, Budget(1, 2)) == exported("--repairs", "2").stdout
    assert exported().stdout == exported("--out", "-").stdout
    assert f"wrote {file}\n" == written.stdout
    assert promela(system, Budget({"recorder-crash": 1})) == file.read_text(encoding="utf-8")
    fewer = build(load("small-single-site", ("recording.pausable=false",)))
    assert promela(fewer, Budget(1)) == exported("--set", "recording.pausable=false").stdout


def test_the_command_asserts_what_a_claim_promises() -> None:
    """Under the claim's own budget, or that which is given."""
    text = exported("--claim", "SIP-1c").stdout
    given = exported("--claim", "SIP-1c", "--faults", "0").stdout

    assert "-> assert(holds_hot_standby_knows_established_calls) }" in text
    assert ", crash+loss=1: Promela" in text
    assert ", any=0: Promela" in given


def test_the_command_writes_the_cone_that_a_claim_is_searched_in() -> None:
    """With --cone only the variables and rules that the claim depends on, and the head says so."""
    whole, cone = exported("--claim", "SIP-1c"), exported("--claim", "SIP-1c", "--cone")

    assert "small-single-site in the cone of SIP-1c, crash+loss=1: Promela" in cone.stdout
    assert "-> assert(holds_hot_standby_knows_established_calls) }" in cone.stdout
    assert "recorder" in whole.stdout
    assert 10 <= len(commands(cone.stdout)) < len(commands(whole.stdout))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--cone",), "HA082 --cone is the cone of what a claim promises; add --claim"),
        (("--cone", "--claim", "SIP-1c,RM-3", "--faults", "1"), "are searched in 2 cones ("),
        (("--to", "tla"), "HA082 --to is 'tla'; it can be promela"),
        (("--claim", "RM-2"), "HA050 remaining_resource_manager_accepts_requests is of the kind"),
        (("--claim", "SIP"), "are judged under 2 budgets (crash+loss=1; sip-server-crash=1)"),
        (("--claim", "REC-1"), "HA082 --claim is REC-1, for which nothing is searched"),
        (("--claim", "XYZ"), "HA081"),
        (("--faults", "lamp-crash=1"), "HA044"),
        (("--out", "nowhere/model.pml"), "HA074"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_command_refuses(arguments: tuple[str, ...], said: str) -> None:
    """What cannot be exported is a line on stderr and exit 2, and nothing is written."""
    result = exported(*arguments)

    assert 2 == result.exit_code
    assert "" == result.stdout
    assert said in result.stderr


# ---- with SPIN


@needs_spin
@pytest.mark.parametrize(
    ("system", "distinct", "transitions"),
    [
        pytest.param(ring(6), 5_832, 25_272, id="RING-6"),
        pytest.param(ring(8), 69_984, 396_576, id="RING-8"),
        pytest.param(philosophers(6), 728, 2_910, id="PHIL-6"),
        pytest.param(philosophers(9), 19_682, 118_089, id="PHIL-9"),
        pytest.param(two_phase(3), 288, 1_145, id="TP-3"),
        pytest.param(two_phase(5), 8_832, 58_145, id="TP-5"),
        pytest.param(two_phase(6), 50_816, 402_305, id="TP-6"),
    ],
)
def test_spin_has_the_published_counts(system: System, distinct: int, transitions: int) -> None:
    """SPIN stores as many states as there are, and takes as many steps."""
    found = search(system, dead_ends=False)

    assert (distinct, transitions) == (found.states, found.transitions)
    assert () == found.errors


SEEDS = (0, 2, 7, 8, 9, 11, 13, 20, 23, 24, 29, 33, 37, 55, 63)
"""Random systems with everything: 9 and 24 write what they never read, four step too far."""


def counts(system: System, budget: Budget) -> tuple[int, int, bool, bool] | str:
    """Return what the reference finds: states, steps, no error, dead ends; or its error's code."""
    try:
        found = explore(system, budget)
    except SearchError as error:
        return error.code
    return len(found.states), found.transitions, False, bool(found.deadlocks)


@needs_spin
@pytest.mark.parametrize("seed", SEEDS)
def test_spin_finds_what_the_reference_finds(seed: int) -> None:
    """States, steps, whether there are dead ends, and whether a variable steps too far."""
    system, budget = seeded_system(seed)
    expected = counts(system, budget)
    found = search(system, budget, dead_ends=True)
    too_far = any(said.startswith("assertion violated") for said in found.errors)
    dead_end = any(said.startswith("invalid end state") for said in found.errors)

    if isinstance(expected, str):
        assert ("HA040", True) == (expected, too_far)
    else:
        assert expected == (found.states, found.transitions, too_far, dead_end)


def test_the_random_systems_have_everything() -> None:
    """Each thing that an export can get wrong is in some of them."""
    drawn = [seeded_system(seed) for seed in SEEDS]
    texts = [promela(*each) for each in drawn]
    effects = [effect for system, _ in drawn for rule in system.rules for effect in rule.sets]

    assert {"Var", "Next", "Step"} <= {type(effect.to).__name__ for effect in effects}
    assert any(effect.when != TRUE for effect in effects)
    assert any("v_faults_crash = v_faults_crash + " in text for text in texts)
    assert any("faults_box_line_crash" in text for text in texts)
    assert any("v_faults_repair" in text for text in texts)
    assert any("d_step { false && " in text for text in texts)
    assert {"HA040"} < {each if isinstance(each, str) else "" for each in map(_counts, drawn)}


def _counts(drawn: tuple[System, Budget]) -> tuple[int, int, bool, bool] | str:
    return counts(*drawn)


@needs_spin
def test_spin_has_the_counts_of_a_deployment() -> None:
    """The whole model of a shipped deployment with one fault, not in a cone."""
    system = build(load("small-single-site"))
    expected = explore_either(system, Budget(1))
    found = search(system, Budget(1), dead_ends=False)

    assert (len(expected.states), expected.transitions) == (found.states, found.transitions)


@needs_spin
@pytest.mark.parametrize("claim", ["SIP-1c", "RM-3"])
def test_spin_finds_the_states_of_a_cone(claim: str) -> None:
    """As many as `hamodel check` says that it searched; one claim holds for both, one for none."""
    checked = CliRunner().invoke(
        app, ["check", "small-single-site", "--claim", claim, "--faults", "1", "--format", "json"]
    )
    [row] = json.loads(checked.stdout)["claims"]
    text = exported("--claim", claim, "--faults", "1", "--cone").stdout
    found = spin(text, flags=[], options=["-O0"], depth=100_000)

    assert row["distinct_states"] == found.states
    assert {"SIP-1c": "PROVED", "RM-3": "REFUTED"}[claim] == row["status"]
    assert ("REFUTED" == row["status"]) == bool(found.errors)


@needs_spin
def test_what_is_saved_adds_no_state() -> None:
    """Circles of copies, wide domains, and variables that are written and never read."""
    wide: list[Var[int]] = [Var(f"wide{i}", range(300), 100 * i) for i in range(3)]
    unread: Var[int] = Var("unread", range(3))
    turn = tuple(Set(wide[i], wide[(i + 1) % 3]) for i in range(3))
    bits: list[Var[bool]] = [Var(f"bit{i}", bool, bool(i)) for i in range(2)]
    rules = (
        Rule("turns", sets=turn),
        Rule("swaps", sets=(Set(bits[0], bits[1]), Set(bits[1], bits[0]))),
        Rule("wraps", when=~wide[0].same_as(wide[1]), sets=Set(FLAG, next_of(FLAG))),
        Rule("writes", sets=Set(unread, 2)),
        Rule("conditionally", sets=Set(COUNT, 3, FLAG.is_(True))),
    )
    system = System((Component("box", variables=(*wide, *bits, unread, FLAG, COUNT)),), rules)
    expected = explore(system)
    found = search(system, dead_ends=False)

    assert 48 == len(expected.states) == found.states
    assert expected.transitions == found.transitions

    text = promela(system, props=[never("two", COUNT.is_(2))])
    breadth_first = spin(text, options=["-O0", "-DBFS"], depth=1_000)
    assert (48, expected.transitions) == (breadth_first.states, breadth_first.transitions)


@needs_spin
def test_a_property_adds_no_state_and_fails_where_it_is_contradicted() -> None:
    """A property that holds has the counts without it; one that does not is an assertion."""
    two = never("two", ring_critical(0) & ring_critical(1))
    one = never("one", ring_critical(0))
    at_the_start = always("start", Not(member_at(0, Member.IDLE)))

    assert () == search(ring(4), NO_FAULT, two, dead_ends=True).errors
    assert 432 == search(ring(4), NO_FAULT, two, dead_ends=False).states
    for refuted in (one, at_the_start):
        found = search(ring(4), NO_FAULT, two, refuted, dead_ends=False)
        assert 432 == found.states
        assert {f"assertion violated holds_{refuted.name}"} == set(found.errors)


def ring_critical(i: int) -> Any:
    """Return the guard that a member of the ring is critical."""
    return member_at(i, Member.CRITICAL)


def member_at(i: int, state: Member) -> Any:
    """Return the guard that a member of the ring is in a state."""
    return ring(4)[f"member_{i}"].is_(state)


@needs_spin
def test_a_dead_end_is_an_error_where_it_is_asked_for() -> None:
    """PHIL(4) has one: everybody has one fork. It is no error unless it is asked for."""
    stuck = [philosophers(4)[f"philosopher_{i}"].is_(Philosopher.HAS_ONE) for i in range(4)]
    everybody = never("stuck", stuck[0] & stuck[1] & stuck[2] & stuck[3])

    assert () == search(philosophers(4), dead_ends=False).errors
    assert ("invalid end state",) == search(philosophers(4), dead_ends=True).errors
    assert search(philosophers(4), NO_FAULT, everybody, dead_ends=True).errors
    assert 80 == search(philosophers(4), dead_ends=True).states


@needs_spin
def test_a_failure_within_its_budget() -> None:
    """A rule of the kind FAILURE happens as often as the budget says, and no more."""
    box = Component("box", variables=(COUNT,))
    fails = Rule("fails", Kind.FAILURE, sets=Set(COUNT, next_of(COUNT)), cost={"box-crash": 2})
    system = System((box,), (fails,))

    for faults, states in ((1, 1), (2, 2), (5, 3), (200, 101), (None, 4)):
        expected = explore(system, Budget(faults))
        assert (
            states == len(expected.states) == search(system, Budget(faults), dead_ends=False).states
        )
