"""The PRISM language: exact text, or an error. What storm says of it is in tests/benchmarks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hamodel import (
    NO_FAULT,
    TRUE,
    Component,
    Kind,
    Rule,
    Same,
    Set,
    System,
    Var,
    always,
    leads_to,
    never,
    next_of,
    sometimes,
    step,
)
from hamodel.cli.app import app
from hamodel.engine.reference import Product
from hamodel.errors import ExportError, HamodelError
from hamodel.export import prism
from hamodel.export.prism import tick_ms
from hamodel.rule import AT_ONCE, UNTIMED
from tests.agreement.timed_systems import stretched, timed_drawing
from tests.engine.timed.examples import FAULT, OFF, ON, in_turn

COUNT: Var[int] = Var("count", range(3))
OTHER: Var[int] = Var("other", range(3), 1)
FLAG: Var[bool] = Var("flag", bool)


COMMANDS = {
    "tick": "(age_it_is_seen < 35 & age_it_is_mended < 2) -> "
    "(age_it_is_seen'=((v_on = 0 & v_side = 0) ? age_it_is_seen + 1 : 0)) & "
    "(age_it_is_mended'=((v_on = 0 & v_side = 1) ? age_it_is_mended + 1 : 0))",
    "a_it_fails": "(v_on = 1 & v_faults_lamp_crash <= 0) -> "
    "(v_on'=0) & (v_faults_lamp_crash'=v_faults_lamp_crash + 1) & "
    "(age_it_is_seen'=(v_side = 0 ? age_it_is_seen : 0)) & "
    "(age_it_is_mended'=(v_side = 1 ? age_it_is_mended : 0))",
    "a_it_is_seen": "((v_on = 0 & v_side = 0) & age_it_is_seen >= 25) -> "
    "(v_side'=1) & (age_it_is_seen'=0) & "
    "(age_it_is_mended'=(v_on = 0 ? age_it_is_mended : 0))",
    "a_it_is_mended": "((v_on = 0 & v_side = 1) & age_it_is_mended >= 1) -> "
    "(v_on'=1) & (age_it_is_seen'=0) & (age_it_is_mended'=0)",
}
"""Of what fails, is seen within 25 to 35 ms, and then mended within 1 to 2."""


def system_of(*rules: Rule) -> System:
    """Return a system of three variables."""
    return System((Component("box", variables=(COUNT, OTHER, FLAG)),), rules)


def commands(text: str) -> dict[str, str]:
    """Return the guarded commands of a model by their labels."""
    return dict(re.findall(r"^  \[(\w+)\] (.* -> .*);$", text, re.MULTILINE))


# ---- text


def test_a_rule_is_a_command_that_is_old_enough() -> None:
    """And a tick passes where none is due; bounds are counted in ticks."""
    its = in_turn()
    text = prism(its.system, its.budget)

    assert 1 == tick_ms(its.system)
    assert "  age_it_is_seen : [0..35] init 0;" in text
    assert "  age_it_is_mended : [0..2] init 0;" in text
    assert COMMANDS == commands(text)


def test_what_takes_no_time_lets_none_pass() -> None:
    """It has no age; what may happen at any time has none either."""
    text = prism(
        system_of(
            Rule("at once", when=FLAG.is_(True), sets=Set(FLAG, False), takes=AT_ONCE),
            Rule("any time", when=FLAG.is_(False), sets=Set(FLAG, True), takes=UNTIMED),
        )
    )

    assert "age_" not in text.partition("mdp")[2]
    assert "!(v_flag = 1) -> true" == commands(text)["tick"]


def test_what_is_always_enabled_and_takes_no_time_lets_none_ever_pass() -> None:
    """The tick is there and never happens."""
    text = prism(system_of(Rule("at once", sets=Set(COUNT, next_of(COUNT)))))

    assert "  [tick] false -> true;" in text
    assert "true -> (v_count'=(v_count = 2 ? 0 : v_count + 1))" == commands(text)["a_at_once"]


def test_without_a_latest_an_age_beyond_the_earliest_is_one() -> None:
    """So that there are few of them."""
    text = prism(
        system_of(Rule("slow", when=FLAG.is_(True), sets=Set(FLAG, False), takes=(7, None)))
    )

    assert "  age_slow : [0..1] init 0;" in text
    assert "  [tick] true -> (age_slow'=(v_flag = 1 ? min(age_slow + 1, 1) : 0));" in text


def test_what_an_effect_does_is_put_into_the_guards_of_others() -> None:
    """Whether another rule stays enabled is read off the state after the step, at once."""
    copies = Rule(
        "copies",
        sets=(Set(COUNT, OTHER), Set(FLAG, True, OTHER.is_(2)), Set(OTHER, step(OTHER, 0))),
        takes=UNTIMED,
        kind=Kind.ENVIRONMENT,
    )
    waits = Rule(
        "waits", when=Same(COUNT, OTHER) & FLAG.is_(False), sets=Set(FLAG, True), takes=(2, 4)
    )
    text = prism(system_of(copies, waits))

    assert 2 == tick_ms(system_of(copies, waits))
    assert (
        "true -> (v_count'=v_other) & (v_flag'=(v_other = 2 ? 1 : v_flag)) & "
        "(age_waits'=((v_other = v_other & (v_other = 2 ? 1 : v_flag) = 0) ? age_waits : 0))"
    ) == commands(text)["a_copies"]


def test_a_wait_is_one_of_all() -> None:
    """Which one is measured is a choice where it begins, in the first state too."""
    its = in_turn()
    text = prism(its.system, FAULT, wait=(TRUE, OFF, ON.is_(True)))

    assert "  wait : [0..4] init 0;" in text
    assert "(wait=0 & v_on" not in text
    assert commands(text)["a_it_fails_measured"].endswith("(wait'=2)")
    assert "a_it_is_mended_measured" not in commands(text)
    assert "  // [a_it_is_mended_measured] never happens" not in text
    assert 'label "over" = wait=3;' in text
    assert 'rewards "waiting"\n  [tick] wait=2 : 1;\nendrewards' in text
    begun = prism(its.system, FAULT, wait=(TRUE, ON.is_(True), OFF))
    assert "  wait : [0..4] init 4;" in begun


def test_properties_are_labels() -> None:
    """Of the states that contradict them."""
    its = in_turn()
    props = [always("on", ON.is_(True)), never("off", OFF, given=ON.is_(True))]
    text = prism(its.system, FAULT, props)

    assert 'label "fails_on" = v_on = 0;' in text
    assert 'label "fails_off" = false;' in text


@pytest.mark.parametrize(
    "prop",
    [sometimes("p", OFF), leads_to("p", OFF, ON.is_(True)), leads_to("p", OFF, OFF, within=3)],
)
def test_what_it_cannot_say_is_an_error(prop: object) -> None:
    """HA050, with what to do instead."""
    with pytest.raises(ExportError, match=r"HA050.*PRISM language cannot say exactly"):
        prism(in_turn().system, FAULT, [prop])  # type: ignore[list-item]


def test_a_property_about_a_variable_that_there_is_not_is_an_error() -> None:
    """As anywhere."""
    stray: Var[bool] = Var("stray", bool)
    with pytest.raises(HamodelError, match="HA014"):
        prism(in_turn().system, NO_FAULT, [always("p", stray.is_(True))])


@pytest.mark.parametrize("seed", [4, 13, 14, 51])
def test_a_tick_is_as_long_as_can_be(seed: int) -> None:
    """1,000 times as long bounds: the same model, of ticks that are so much longer."""
    drawn = timed_drawing(seed)
    longer = stretched(drawn, 1_000)
    short, long = (prism(each.system, each.budget) for each in (drawn, longer))

    assert 1_000 * tick_ms(drawn.system) == tick_ms(longer.system)
    assert short.partition("module")[2] == long.partition("module")[2]
    assert len(Product(drawn.system, drawn.budget).actions) <= len(commands(short)) + short.count(
        "never happens"
    )


def test_the_whole_text_is_the_same_each_time() -> None:
    """And a name that has words of a comment in it ends none."""
    its = replace(in_turn().system, name="a\nb */")
    assert prism(its, FAULT) == prism(its, FAULT)
    assert "// a b * /, lamp-crash=1: PRISM language, written by hamodel." in prism(its, FAULT)


# ---- command


def hamodel(*words: str) -> tuple[int, str]:
    """Run a command; return its status and what it printed."""
    found = CliRunner().invoke(app, list(words))
    return found.exit_code, found.output


def test_a_loss_is_written_with_its_timers(tmp_path: Path) -> None:
    """What it depends on, and no more; the same as from Python."""
    file = tmp_path / "wait.prism"
    words = ("export", "small-single-site", "--to", "prism", "--out", str(file))
    status, said = hamodel(*words, "--lost", "uncontrollable", "--faults", "sip-server-crash=1")
    text = file.read_text(encoding="utf-8")

    assert (0, f"wrote {file}\n") == (status, said.replace("\n", "", said.count("\n") - 1))
    assert "const int tick_ms = 50;" in text
    assert 'rewards "waiting"' in text
    assert "age_management_layer_decides_a_switchover : [0..10] init 0;" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "prism", "--lost", "nothing"), "HA082 --lost is 'nothing'; known are unrecorded"),
        (("--lost", "unrecorded"), "a loss in time; it takes --to prism"),
        (("--to", "prism", "--lost", "single_copy"), "there is one recording of a call here"),
        (("--to", "prism", "--claim", "SIP-1c"), "--claim and --cone are for Promela"),
        (("--to", "prism", "--cone"), "--claim and --cone are for Promela"),
        (("--to", "smv"), "it can be promela, prism"),
        (
            ("--to", "prism", "--lost", "unrecorded", "--faults", "mars-crash=1"),
            "HA044",
        ),
    ],
)
def test_what_cannot_be_written_is_said(words: tuple[str, ...], said: str) -> None:
    """Each with what is possible."""
    status, printed = hamodel("export", "small-single-site", *words)

    assert 2 == status
    assert said in " ".join(printed.split())
