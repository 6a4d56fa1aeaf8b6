"""The failures that are shipped and off by default: each flips the claims that it names."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hamodel import PROVED, REFUTED, Budget, Kind, parse_budget
from hamodel.cli.rule_files import SHIPPED, load_rule_file, shipped_rules
from hamodel.cli.subject import Subject, read_subject
from hamodel.engine.check import check
from hamodel.guide import GENERATORS
from hamodel.guide.model import family_of
from hamodel.verdict import VerdictKind
from tests.tidy.tree import ROOT, imports, python_files

BOXES = ("recorder_group.main.separated=false", "t_lib_client.backup=false")
PLAIN = (*BOXES, "recorder_group.main.strategies=[]")
SINGLE = ("sip_server.pair=single", "resource_manager.mode=single", "recording.pausable=false")
SMALL = ("scope.media_servers=1", "scope.recorders=1", *SINGLE, *PLAIN)
PAIR = tuple(change for change in SMALL if "pair" not in change)
BALANCED = tuple(change for change in SMALL if "mode" not in change)
TWO_MEDIA_SERVERS = SMALL[1:]
DUPLICATED = ("scope.media_servers=1", *SINGLE, *PLAIN, "duplication.requested_by=sip-server")
STOP_START = (
    "scope.media_servers=1",
    *SINGLE,
    *BOXES,
    'recorder_group.main.strategies=["stop-start"]',
)
TWO_CLIENTS = (
    *(change for change in STOP_START if "backup" not in change),
    "t_lib_client.backup=true",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A claim that rules flip, on the smallest deployment that shows it, under which budget."""

    rules: str
    claim: str
    changes: Sequence[str]
    faults: str = ""


FLIPPED = (
    Shown("partition", "SIP-2", PAIR),
    Shown("partition", "RM-3", BALANCED),
    Shown("partition", "REC-7", STOP_START),
    Shown("split_brain", "SIP-1b", PAIR),
    Shown("split_brain", "SIP-1c", PAIR),
    Shown("split_brain", "SIP-2", PAIR),
    Shown(
        "resource_manager_split_brain",
        "RM-3",
        (*BALANCED, "resource_manager.mode=active-hot-standby"),
    ),
    Shown("false_alarm", "MS-2", SMALL, "1"),
    Shown("stale_affinity", "REC-7", STOP_START),
    Shown("flapping_recorder", "DUP-1", DUPLICATED),
    Shown("flapping_recorder", "DUP-7", DUPLICATED),
    Shown("targets_alike", "DUP-1", (*DUPLICATED, "recorder_group.main.balance=anti-affinity")),
    Shown("grey_failure", "DUP-7", DUPLICATED),
    Shown(
        "dead_leg_blocks_control",
        "COMPLIANCE",
        tuple(change for change in DUPLICATED if "pausable" not in change),
    ),
    Shown("identifier_collision", "MS-4", TWO_MEDIA_SERVERS),
    Shown("management_agent_down", "SIP-1b", PAIR),
    Shown("management_agent_down", "SIP-2", PAIR),
    Shown("message_loss", "MS-2", SMALL, "media-server-crash=1,message-loss=1"),
    Shown("never_synchronised", "SIP-2", PAIR),
    Shown("duplicate_notification", "MS-3", TWO_MEDIA_SERVERS, "media-server=1,message=1"),
    Shown(
        "notification_limit",
        "MS-2",
        (*SMALL, "scope.calls=2"),
        "media-server-crash=1,resource-manager-limit=1",
    ),
)

WITNESSED: Mapping[str, tuple[str, Sequence[str]]] = {
    "restart_before_detection": ("a_restart_goes_unnoticed", SMALL),
    "resource_manager_dies_before_notice": ("a_resource_manager_dies_before_its_notice", BALANCED),
    "harmless_switchover": ("a_recording_outlives_a_switchover", PAIR),
    "switchover_during_recovery": (
        "a_switchover_finds_a_call_half_joined",
        tuple(change for change in PAIR if "media_servers" not in change),
    ),
    "client_dies_between_stop_and_start": (
        "a_stop_outlives_the_client_that_was_to_start",
        TWO_CLIENTS,
    ),
    "blind_gap": ("a_recorder_fails_in_the_blind_gap", TWO_CLIENTS),
    "different_views": ("a_request_goes_through_the_one_that_does_not_know", BALANCED),
}


def verdicts(subject: Subject, claim: str, faults: str = "") -> list[VerdictKind]:
    """Return the verdict on each property of a claim, in the deployment's own words."""
    found = []
    for promise in subject.promises:
        for prop in promise.properties if promise.claim == claim else ():
            budget: Budget | None = parse_budget(faults) if faults else None
            suited = None if budget is None else budget.suited(subject.system.fault_classes)
            found.append(check(subject.system, prop, suited, in_cones=True).kind)
    return found


@pytest.mark.parametrize("shown", FLIPPED, ids=lambda shown: f"{shown.rules}-{shown.claim}")
def test_rules_flip_what_they_name(shown: Shown) -> None:
    """Proved without the rules, refuted with them, on the smallest deployment that shows it."""
    rules = [Path(shown.rules)]
    without = read_subject("reference", shown.changes, rules, without_rules=True)
    with_rules = read_subject("reference", shown.changes, rules)

    assert {PROVED} == set(verdicts(without, shown.claim, shown.faults))
    assert REFUTED in verdicts(with_rules, shown.claim, shown.faults)


def test_what_a_file_says_it_flips_is_shown() -> None:
    """FLIPS of every shipped file is what the table above shows, no more and no less."""
    named = {name: set(load_rule_file(path).flips) for name, path in shipped_rules().items()}
    shown = {name: {each.claim for each in FLIPPED if each.rules == name} for name in named}

    assert shown == named


@pytest.mark.parametrize("name", WITNESSED)
def test_orders_of_events_are_in_the_model(name: str) -> None:
    """A file that adds no rule names a state, and a run of the model reaches it."""
    wanted, changes = WITNESSED[name]
    subject = read_subject("reference", changes, [Path(name)])
    [prop] = [p for each in subject.promises for p in each.properties if p.name == wanted]

    assert [] == [rule.name for rule in subject.system.rules if rule.family == name]
    assert PROVED == check(subject.system, prop, in_cones=True).kind


DEPLOYMENTS: Sequence[tuple[str, Sequence[str]]] = (
    ("reference", ()),
    ("private-edition", ()),
    ("reference", SMALL),
    ("reference", ("resource_manager.mode=active-hot-standby", "scope.calls=2")),
    (
        "reference",
        (
            "recorder_group.main.separated=true",
            'recorder_group.main.strategies=["signaling-backup", "media-backup"]',
        ),
    ),
    ("reference", ("duplication.requested_by=sip-server", "recording.record_id=media-server")),
    ("reference", (*TWO_CLIENTS, "recording.start=t-lib")),
    ("reference", ("resource_manager.session_data=not-shared",)),
)


@pytest.mark.parametrize("name", shipped_rules())
def test_every_file_fits_every_deployment(name: str) -> None:
    """In no deployment is a rule of it impossible, or does it move what it does not declare."""
    for where, changes in DEPLOYMENTS:
        assert (name,) == read_subject(where, changes, [Path(name)]).rule_files


def test_every_shipped_file_is_shown() -> None:
    """Each file is in one of the tables: it flips something, or it witnesses something."""
    assert set(shipped_rules()) == {each.rules for each in FLIPPED} | set(WITNESSED)


def test_every_failure_has_a_class_of_its_own() -> None:
    """A shipped failure has a cost that no failure of the model has, and an assumption."""
    core = set(read_subject("private-edition").system.fault_classes)
    core |= set(read_subject("reference", TWO_CLIENTS).system.fault_classes)
    for each in {shown.rules: shown for shown in FLIPPED}.values():
        subject = read_subject("reference", each.changes, [Path(each.rules)])
        failures = [
            rule
            for rule in subject.system.rules
            if rule.family == each.rules and rule.kind is Kind.FAILURE
        ]
        own = {source.id for source in load_rule_file(Path(each.rules)).assumptions}

        assert failures
        assert all(rule.cost for rule in failures)
        assert set() == core & {fault for rule in failures for fault in rule.cost}
        assert own == {rule.cite for rule in subject.system.rules if rule.family == each.rules}


def test_the_core_knows_none_of_them() -> None:
    """Nothing outside the folder imports from it, and none is a family of the model."""
    package = "hamodel.guide.failures.optional"
    outside = [path for path in python_files("hamodel") if SHIPPED not in path.parents]

    assert [] == [p for p in outside if any(name.startswith(package) for name in imports(p))]
    assert set() == set(shipped_rules()) & set(map(family_of, GENERATORS))


@pytest.mark.parametrize("path", shipped_rules().values(), ids=lambda path: path.stem)
def test_the_documentation_lists_them(path: Path) -> None:
    """The page about failure rules has each by name, with the claims that it flips."""
    page = (ROOT / "docs/how-to/failure-rules.md").read_text(encoding="utf-8")
    [row] = [line for line in page.splitlines() if line.startswith(f"| `{path.stem}` ")]
    declared = load_rule_file(path).flips

    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert [] == [claim for claim in declared if claim not in row]
