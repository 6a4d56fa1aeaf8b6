"""What a rule file brings to a model, and what is said when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamodel import Budget, Kind
from hamodel.cli.rule_files import load_rule_file
from hamodel.cli.subject import read_subject
from hamodel.engine.machines import Machines
from hamodel.errors import InputError
from hamodel.guide import build, load
from hamodel.guide.extension import with_faults

SMALL = (
    "scope.media_servers=1",
    "scope.recorders=1",
    "sip_server.pair=single",
    "resource_manager.mode=single",
    "recording.pausable=false",
    "recorder_group.main.separated=false",
    "recorder_group.main.strategies=[]",
    "t_lib_client.backup=false",
)

FULL = """\
from hamodel import TRUE, Component, Kind, Rule, Set, Var, never
ASSUMPTIONS = {"A-NAP": "A recorder may nap."}
NAP = Var("bed.taken", bool)
def components(parts):
    yield Component("bed", variables=NAP)
def needs(parts, rule):
    return NAP.is_(False) if rule.name.startswith("recorder_1") else TRUE
def rules(parts):
    yield Rule("recorder_1 naps", Kind.FAILURE, when=NAP.is_(False), sets=Set(NAP, True),
               cost={"recorder-nap": 1}, cite="A-NAP")
def properties(parts):
    yield never("nobody_naps", NAP.is_(True), claims=("REC-1",))
"""

RULE = """\
from hamodel import FALSE, Kind, Rule, Set, never
from hamodel.guide.vocabulary import CallState, ServerState
{more}
def rules(parts):
    server = parts.media_servers["{server}"]
    yield Rule("it happens", Kind.FAILURE, {rule}, cost={{"media-server-x": 1}}, cite="A-CRASH")
"""


def written(folder: Path, text: str, name: str = "nap.py") -> Path:
    """Return a rule file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, server: str, rule: str, more: str = "") -> InputError:
    """Return the error of a rule file with one rule."""
    path = written(folder, RULE.format(server=server, rule=rule, more=more))
    with pytest.raises(InputError) as caught:
        read_subject("reference", SMALL, [path])
    assert str(path) == caught.value.file
    return caught.value


def test_a_file_brings_components_guards_and_properties(tmp_path: Path) -> None:
    """Its component is in the model, rules need its guard, and its property is a claim's row."""
    path = written(tmp_path, FULL)
    subject = read_subject("reference", SMALL, [path])
    rows = [p for promise in subject.promises for p in promise.properties if p.claims == ("REC-1",)]
    crash, nap = subject.system.rule("recorder_1 crashes"), subject.system.rule("recorder_1 naps")

    assert "bed" == subject.system.components[-1].name
    assert "bed.taken" in str(crash.when)
    assert ("nap", Kind.FAILURE) == (nap.family, nap.kind)
    assert ["nobody_naps"] == [prop.name for prop in rows]


def test_its_class_joins_every_budget(tmp_path: Path) -> None:
    """One fault of a file's classes beside a promise's own, and the subject tells so."""
    subject = read_subject("reference", SMALL, [written(tmp_path, FULL)])
    budgets = {prop.judged_under() for each in subject.promises for prop in each.properties}

    assert {"nap": {"recorder-nap": 1}} == subject.joining
    assert all("recorder-nap=1" in str(budget) for budget in budgets)


def test_a_file_can_say_how_many_faults_join(tmp_path: Path) -> None:
    """FAULTS takes the place of one fault of its classes."""
    path = written(tmp_path, FULL + 'FAULTS = {"recorder-nap": 2}\n')

    assert {"nap": {"recorder-nap": 2}} == read_subject("reference", SMALL, [path]).joining


def test_a_class_that_a_budget_covers_is_not_added() -> None:
    """A budget that rules on a class already keeps its own limit; an unlimited one stays so."""
    own = Budget({"crash+loss": 1}, repairs=1)

    assert own == with_faults(own, {"switch-crash": 1})
    assert Budget({"crash+loss": 1, "x-y": 1}, 1) == with_faults(own, {"switch-crash+x-y": 1})
    assert Budget({"x-y": 1}) == with_faults(Budget(0), {"x-y": 1})
    assert Budget(None) == with_faults(Budget(None), {"x-y": 1})


def test_without_rules_the_model_is_the_guides(tmp_path: Path) -> None:
    """What a file is compared with has neither its rules nor its guards nor its components."""
    subject = read_subject("reference", SMALL, [written(tmp_path, FULL)], without_rules=True)
    guides = build(load("reference", SMALL))

    assert guides.components == subject.system.components
    assert [(r.name, r.when) for r in guides.rules] == [
        (r.name, r.when) for r in subject.system.rules
    ]


def test_its_rules_are_in_the_machines(tmp_path: Path) -> None:
    """The running machines that the stateful tests drive take them with no further step."""
    system = build(load("reference", SMALL), [load_rule_file(written(tmp_path, FULL))])

    running = Machines(system, Budget({"recorder-nap": 1}))

    assert "recorder_1 naps" in running.enabled()


def test_an_instance_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A name that the deployment lacks: what it has, and where in the file."""
    error = refused(tmp_path, "media_server_9", "fires=server.machine.fires('crash')")

    assert ("HA083", 5) == (error.code, error.line)
    assert "'media_server_9'" in error.message
    assert "loop over the instances" in error.message
    assert "media_server_1" in error.message


def test_a_value_of_another_domain_is_said(tmp_path: Path) -> None:
    """A state that the component never has is an error at its line."""
    error = refused(tmp_path, "media_server_1", "when=server.machine.is_(CallState.UP)")

    assert ("HA012", 6) == (error.code, error.line)
    assert "up, hung, down" in error.message


def test_a_rule_that_can_never_happen_is_said(tmp_path: Path) -> None:
    """A guard that no state makes true, of its own or with its arrows."""
    never = "when=server.machine.is_(ServerState.DOWN), fires=server.machine.fires('hang')"

    assert "HA086" == refused(tmp_path, "media_server_1", never).code
    assert "mend when=" in refused(tmp_path, "media_server_1", never).message


def test_an_effect_outside_what_is_touched_is_said(tmp_path: Path) -> None:
    """A rule that moves what TOUCHES does not name: what it moves, and what to do."""
    crash = "fires=server.machine.fires('crash')"
    error = refused(tmp_path, "media_server_1", crash, 'TOUCHES = ("recorder", "call_1")')

    assert "HA087" == error.code
    assert "moves media_server_1" in error.message
    assert "add to TOUCHES" in error.message


@pytest.mark.parametrize("word", ["media_server", "media_server_1"])
def test_what_is_touched_is_a_kind_or_a_component(tmp_path: Path, word: str) -> None:
    """TOUCHES names kinds of components, or components."""
    text = RULE.format(
        server="media_server_1",
        rule="fires=server.machine.fires('crash')",
        more=f'TOUCHES = ("{word}",)',
    )

    subject = read_subject("reference", SMALL, [written(tmp_path, text)])

    assert "nap" == subject.system.rule("it happens").family


def test_an_unknown_word_in_touches_is_said(tmp_path: Path) -> None:
    """A word that is no kind and no component: what is near to it."""
    crash = "fires=server.machine.fires('crash')"
    error = refused(tmp_path, "media_server_1", crash, 'TOUCHES = ("media_servr",)')

    assert "HA087" == error.code
    assert "media_server" in error.message.partition("near to it")[2]


def test_a_variable_that_nobody_owns_names_the_file(tmp_path: Path) -> None:
    """What only the whole model shows to be wrong names the file that brought it."""
    path = written(tmp_path, FULL.replace('yield Component("bed", variables=NAP)', "return ()"))
    with pytest.raises(InputError, match=r"nap\.py: .*bed\.taken, which no component owns"):
        read_subject("reference", SMALL, [path])


def test_a_property_without_a_claim_is_said(tmp_path: Path) -> None:
    """A property of a file is a row of one claim."""
    path = written(tmp_path, FULL.replace(', claims=("REC-1",)', ""))
    with pytest.raises(InputError, match=r"HA083 .*nobody_naps has claims=\(\)"):
        read_subject("reference", SMALL, [path])


NAMED = 'recorder_group.main.strategies=["acme:takes_over"]'
ACME_SMALL = (*(change for change in SMALL if "strategies" not in change), NAMED)
ACME = "def takes_over(parts):\n    return ()\n"


def test_a_strategy_is_not_loaded_by_a_deployment() -> None:
    """Named and not loaded: an error that says how to load it."""
    with pytest.raises(InputError, match=r"HA088 .*'acme:takes_over'.*--rules acme\.py"):
        read_subject("reference", ACME_SMALL)


def test_a_strategy_needs_its_function(tmp_path: Path) -> None:
    """A file that is loaded and lacks the function says what it has."""
    path = written(tmp_path, ACME.replace("takes_over", "falls_over"), "acme.py")
    with pytest.raises(InputError, match=r"HA088 .*acme\.py has falls_over; define takes_over"):
        read_subject("reference", ACME_SMALL, [path])


def test_a_strategy_is_a_family_of_rules(tmp_path: Path) -> None:
    """Named and loaded, its rules are in the model under the function's name."""
    rule = 'yield Rule("recorder_1 says so", says=Message("X", "a", "b"), cite="REC-2")'
    text = f"from hamodel import Message, Rule\ndef takes_over(parts):\n    {rule}\n"
    system = read_subject("reference", ACME_SMALL, [written(tmp_path, text, "acme.py")]).system

    assert "takes_over" == system.rule("recorder_1 says so").family
