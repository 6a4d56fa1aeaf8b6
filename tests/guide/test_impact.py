"""What a scene of `hamodel impact` allows, counts and leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamodel import Budget, System, any_of, check, never
from hamodel.engine.check import judge
from hamodel.engine.reference import explore
from hamodel.guide import Parts, build, build_parts, load
from hamodel.guide.deployment import loads
from hamodel.guide.impact import Failure, Stage, as_deployed, failures, pairs, scene
from hamodel.guide.impact_columns import COLUMNS, Outcome, outcome
from hamodel.guide.vocabulary import CallState
from hamodel.trace import trace_of

PLAIN = str(Path(__file__).with_name("plain.toml"))
"""Each component in a pair or as two, one box a recorder, no T-lib client, no duplication."""
SMALL = (
    "scope.media_servers=1",
    "scope.recorders=1",
    "sip_server.pair=single",
    "resource_manager.mode=single",
    "recording.pausable=false",
)
"""One of everything: the smallest deployment."""


def modelled(*changes: str) -> tuple[Parts, System]:
    """Return the parts and the model of the plain deployment with these changes."""
    deployment = load(PLAIN, changes)
    return build_parts(deployment), build(deployment)


def named(parts: Parts, system: System, rule: str) -> Failure:
    """Return the failure that a rule stands for."""
    return next(each for each in failures(parts, system) if each.rule == rule)


def asked(column: str, rules: tuple[str, ...], *changes: str) -> Outcome:
    """Return what failures do to a column."""
    parts, system = modelled(*changes)
    these = [named(parts, system, rule) for rule in rules]
    watched = scene(parts, system, these, COLUMNS[column][0])
    found = explore(watched.system, Budget(None))
    return outcome(column, watched, lambda prop: judge(found, [prop])[0])


def test_the_loss_of_a_host_with_one_instance_is_its_crash() -> None:
    """A host that nothing else is on stands beside the crash; one with two is a row of its own."""
    text = Path(PLAIN).read_text(encoding="utf-8").replace('host_2 = ["sip_server_2"]', "")
    deployment = loads(text.replace('["sip_server_1"]', '["sip_server_1", "sip_server_2"]'))
    parts, system = build_parts(deployment), build(deployment)

    found = {each.rule: each for each in failures(parts, system)}

    assert ("host_5 is lost",) == found["media_server_1 crashes"].alike
    assert () == found["sip_server_1 crashes"].alike
    assert {"sip_server_1", "sip_server_2", "host_1"} == set(found["host_1 is lost"].instances)


def test_pairs_have_nothing_in_common() -> None:
    """No pair is two failures of one instance, and every pair comes in both orders."""
    found = list(pairs(failures(*modelled(*SMALL))))

    assert not any(set(one.instances) & set(other.instances) for one, other in found)
    assert set(found) == {(other, one) for one, other in found}
    assert 48 == len(found)


@pytest.mark.parametrize("stage", list(Stage))
def test_the_first_failure_meets_calls_as_the_scene_has_them(stage: Stage) -> None:
    """Once something failed no call is still to come, but where calls are made after it."""
    parts, system = modelled(*SMALL)
    watched = scene(parts, system, [named(parts, system, "media_server_1 crashes")], stage)
    idle = any_of(*(call.machine.is_(CallState.IDLE) for call in parts.calls.values()))

    verdict = check(watched.system, never("call_is_idle", idle & watched.failed), Budget(None))

    assert (stage is not Stage.CALLING) is bool(verdict)


def test_failures_happen_once_and_in_their_order() -> None:
    """In every run of a pair's scene the first comes before the second, and each comes once."""
    parts, system = modelled(*SMALL)
    rules = ("recorder_1 hangs", "media_server_1 crashes")
    these = [named(parts, system, rule) for rule in rules]
    watched = scene(parts, system, these, Stage.TALKING)
    found = explore(watched.system, Budget(None))

    runs = [tuple(r for r in found.run_to(i) if r in rules) for i in range(len(found.states))]

    assert {(), rules[:1], rules} == set(runs)


def test_the_first_failure_happens_only_as_deployed() -> None:
    """Every step of the first failure leaves a state in which the calls are recorded."""
    parts, system = modelled("recording.pausable=false")
    these = [named(parts, system, "sip_server_1 crashes")]
    found = explore(scene(parts, system, these, Stage.TALKING).system, Budget(None))
    names = [action.rule.name for action in found.product.actions]
    before = [
        found.state(i)
        for i, edges in enumerate(found.edges)
        if any(names[action] == these[0].rule for action, _ in edges)
    ]

    assert before
    assert all(as_deployed(parts)(state) for state in before)


@pytest.mark.parametrize("column", list(COLUMNS))
def test_a_scene_adds_no_run(column: str) -> None:
    """What shows an outcome is a run of the model as it is."""
    _, system = modelled()
    found = asked(column, ("media_server_1 crashes",))

    if found.shown_by is not None and found.shown_by.trace is not None:
        rules = found.shown_by.trace.rules
        assert rules == trace_of(system, rules).rules
    assert (found.rank == 0) is (found.shown_by is None)


Case = tuple[str, tuple[str, ...], tuple[str, ...], str]
CASES: tuple[Case, ...] = (
    ("conversation", ("sip_server_1 crashes",), (), "goes on"),
    ("conversation", ("media_server_1 crashes",), (), "interrupted, comes back"),
    (
        "conversation",
        ("media_server_1 crashes",),
        ("scope.media_servers=1", "media_server.on_none_available=drop"),
        "can be dropped",
    ),
    (
        "conversation",
        ("media_server_1 crashes",),
        ("scope.media_servers=1",),
        "interrupted, comes back",
    ),
    (
        "conversation",
        ("media_server_1 crashes",),
        ("resource_manager.mode=single", "resource_manager.notify=once"),
        "interrupted, comes back",
    ),
    ("recording copies", ("recorder_2 crashes",), (), "1 goes on"),
    ("recording copies", ("media_server_1 crashes",), (), "none goes on; 1 again later"),
    ("recording copies", ("recorder_1 crashes",), (), "none goes on, and it can stay so"),
    (
        "recording copies",
        ("recorder_1 crashes",),
        ("duplication.requested_by=sip-server", "recording.pausable=false"),
        "none goes on, and it can stay so",
    ),
    (
        "recording copies",
        ("recorder_1 crashes",),
        (
            "duplication.requested_by=sip-server",
            "recording.pausable=false",
            "resource_manager.mode=single",
        ),
        "1 goes on, and it can stay so",
    ),
    ("control", ("media_server_2 crashes",), (), "possible"),
    ("control", ("media_server_1 crashes",), (), "can fail"),
    ("control", ("sip_server_1 crashes",), ("sip_server.pair=single",), "impossible"),
    (
        "control",
        ("resource_manager_1 crashes",),
        ("resource_manager.record_route=own-address",),
        "can fail",
    ),
    ("new calls", ("sip_server_1 crashes",), ("sip_server.pair=single",), "none"),
    ("new calls", ("sip_server_1 crashes",), (), "established, once another SIP Server serves"),
    ("new calls", ("media_server_1 crashes",), (), "established and recorded"),
    (
        "new calls",
        ("recorder_1 hangs",),
        ("scope.recorders=1",),
        "established, not always recorded",
    ),
    ("recording sessions", ("recorder_1 crashes",), (), "1 file, on recorder_1"),
    (
        "recording sessions",
        ("media_server_1 crashes",),
        (),
        "2 files, one identifier, on recorder_1",
    ),
    (
        "recording sessions",
        ("media_server_1 crashes",),
        ("recording.record_id=media-server",),
        "2 files, different identifiers, on recorder_1 and recorder_2",
    ),
)


@pytest.mark.parametrize(("column", "rules", "changes", "said"), CASES)
def test_what_failures_do(
    column: str, rules: tuple[str, ...], changes: tuple[str, ...], said: str
) -> None:
    """Each column says of a failure what the guide lets one expect, and any weakness."""
    assert said == asked(column, rules, *changes).said


def test_a_search_cut_short_says_nothing() -> None:
    """What was not searched to its end is undetermined, in every column."""
    parts, system = modelled()
    these = [named(parts, system, "media_server_1 crashes")]
    for column, (stage, _) in COLUMNS.items():
        watched = scene(parts, system, these, stage)
        found = explore(watched.system, Budget(None), limit_states=5)
        its = outcome(column, watched, lambda prop: judge(found, [prop])[0])  # noqa: B023
        assert its.rank is None
        assert "stopped at" in its.said
