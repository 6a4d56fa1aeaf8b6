"""The promises of the guide as properties of a deployment's model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from hamodel import NO_FAULT, Budget, Message, Modality, Rule
from hamodel.cli.assess import Assessment, assess
from hamodel.cli.options import read_budgets
from hamodel.cli.subject import chosen, read_subject
from hamodel.expr import variables_of
from hamodel.guide import (
    GENERATORS,
    Parts,
    Promise,
    Status,
    assemble,
    build,
    build_parts,
    guide_catalogue,
    load,
    promises,
)
from hamodel.guide.deployment import loads
from hamodel.guide.manifest import Scenario, shipped_manifest
from hamodel.guide.promises.media_server import _only_recorder
from hamodel.guide.promises.promise import (
    MEDIA_SERVER_AND_CONTROL,
    MEDIA_SERVER_AND_RETURN,
    ONE_FAULT,
    ONE_FAULT_OR_HANG,
    each_holds,
    each_leads_to,
)
from hamodel.trace import trace_and_end
from hamodel.verdict import PROVED
from tests.stories.telling import CALL, MANAGER, SMALL, deployed, recorded

SCENARIOS = {scenario.name: scenario for scenario in shipped_manifest()}
SEARCHED = (
    "sip-server-fault",
    "hang-without-heartbeat",
    "single-media-server",
    "single-media-server-drops",
)
"""Scenarios of less than two thousand states."""
PROVED_THERE = {
    "sip-server-fault": 5,
    "hang-without-heartbeat": 1,
    "single-media-server": 3,
    "single-media-server-drops": 3,
}
"""How many of their rows are proved, or witnessed."""


def promised(*changes: str) -> dict[str, Promise]:
    """Return the promises for a changed reference, by claim."""
    deployment = load("reference", changes)
    return {each.claim: each for each in promises(deployment, build(deployment))}


def names(promise: Promise) -> list[str]:
    """Return the names of a promise's properties."""
    return [prop.name for prop in promise.properties]


def test_every_claim_that_is_judged_is_promised_once() -> None:
    """The guide's 36 and the project's own one, in the order of the catalogue, nothing else."""
    stated = promises(load("reference"), build(load("reference")))
    order = [source.id for source in guide_catalogue().claims]

    assert 37 == len(stated)
    assert order == [promise.claim for promise in stated]


def test_properties_cite_their_claim() -> None:
    """A property has the claim of its promise, and a name of its own."""
    found = [(claim, prop) for claim, each in promised().items() for prop in each.properties]

    assert 26 == len(found)
    assert len(found) == len({prop.name for _, prop in found})
    for claim, prop in found:
        assert (claim,) == prop.claims


@pytest.mark.parametrize(
    ("claim", "change", "why"),
    [
        ("SIP-1a", "sip_server.pair=single", "sip_server.pair is single"),
        ("MS-1", "media_server.bridged=false", "media_server.bridged is false"),
        ("COMPLIANCE", "recording.pausable=false", "recording.pausable is false"),
    ],
)
def test_a_promise_that_does_not_apply_says_why(claim: str, change: str, why: str) -> None:
    """The option that the deployment does not take is named, and nothing is judged."""
    assert "" == promised()[claim].not_applicable
    assert why == promised(change)[claim].not_applicable
    assert () == promised(change)[claim].properties


def test_only_the_admitted_weakness_is_one() -> None:
    """The guide calls Media Server a single point of failure twice: MS-1, and with duplication."""
    assert ["MS-1", "DUP-6"] == [claim for claim, each in promised().items() if each.weakness]


def test_durations_need_timers() -> None:
    """MS-5 is about how long it takes: there is no time in the model."""
    assert Status.NEEDS_TIMERS == promised()["MS-5"].status


@pytest.mark.parametrize("change", ["media_server.count=1", "scope.media_servers=1"])
def test_without_another_media_server_there_is_no_sum(change: str) -> None:
    """MS-5 is about a fail-over to another; MS-3, that calls move there, is judged all the same."""
    assert promised(change)["MS-5"].not_applicable.startswith("no other Media Server is in scope")
    assert "" == promised(change)["MS-3"].not_applicable


@pytest.mark.parametrize(
    ("claim", "budget", "beyond"),
    [
        ("SIP-1a", ONE_FAULT, None),
        ("SIP-1b", ONE_FAULT, ONE_FAULT_OR_HANG),
        ("SIP-1c", ONE_FAULT, ONE_FAULT_OR_HANG),
        ("SIP-2", Budget({"sip-server-crash": 1}), Budget({"sip-server-crash": 2})),
        ("RM-2", ONE_FAULT, ONE_FAULT_OR_HANG),
        ("RM-3", ONE_FAULT, ONE_FAULT_OR_HANG),
        ("RM-4", Budget({"resource-manager-crash": 1}), Budget({"resource-manager-crash": 2})),
        ("MS-1", ONE_FAULT, None),
        ("MS-2", MEDIA_SERVER_AND_CONTROL, MEDIA_SERVER_AND_RETURN),
        ("MS-3", MEDIA_SERVER_AND_CONTROL, MEDIA_SERVER_AND_RETURN),
        ("MS-4", ONE_FAULT, ONE_FAULT_OR_HANG),
        (
            "COMPLIANCE",
            ONE_FAULT,
            Budget({"media-server-crash": 1, "sip-server-crash": 1}),
        ),
    ],
)
def test_each_promise_has_its_budgets(claim: str, budget: Budget, beyond: Budget | None) -> None:
    """What may fail is part of a promise, and so is what is searched beyond it."""
    properties = promised()[claim].properties

    assert properties
    for prop in properties:
        assert budget == prop.judged_under(NO_FAULT)
        assert beyond == prop.beyond


@pytest.mark.parametrize(
    "changes",
    [
        (),
        SMALL,
        ("sip_server.pair=single",),
        ("resource_manager.mode=active-hot-standby",),
        (
            "resource_manager.mode=active-active-sip-server",
            "resource_manager.record_route=own-address",
        ),
    ],
)
def test_facts_of_structure_hold_in_every_mode(changes: tuple[str, ...]) -> None:
    """RCF-1 and RM-1 are definitions: sentences about the model, all of them true."""
    found = promised(*changes)

    assert 2 == len(found["RCF-1"].structure)
    assert 3 == len(found["RM-1"].structure)
    for claim in ("RCF-1", "RM-1"):
        assert [] == [sentence for sentence, holds in found[claim].structure if not holds]


def test_a_proxy_that_starts_a_dialog_is_none() -> None:
    """RM-1 is refuted by a rule file that lets a Resource Manager start a request."""

    def resource_manager_asks(parts: Parts) -> Iterator[Rule]:
        yield Rule(
            "a resource manager asks by itself",
            fires=(parts.dialogs[CALL].machine.fires("request"),),
            says=(Message("INVITE", MANAGER, "media_server_1"),),
            cite="RM-1",
        )

    deployment = load("reference", SMALL)
    system = build(deployment, (resource_manager_asks,))
    [promise] = [each for each in promises(deployment, system) if each.claim == "RM-1"]

    assert [True, False, True] == [holds for _, holds in promise.structure]


def test_a_model_in_which_nothing_moves_is_no_recording_client() -> None:
    """RCF-1 needs machines that move: without rules nothing takes over, replicates or notifies."""
    deployment = load("reference", SMALL)
    still = assemble(build_parts(deployment), ())

    assert 78 == len(GENERATORS)
    [client] = [each for each in promises(deployment, still) if each.claim == "RCF-1"]
    assert [False, True] == [holds for _, holds in client.structure]


def test_a_single_sip_server_cannot_serve_twice() -> None:
    """That at most one serves is asked of a pair only."""
    assert 2 == len(promised()["SIP-1b"].properties)
    assert ["hot_standby_takes_over"] == names(promised("sip_server.pair=single")["SIP-1b"])


def test_a_pool_of_one_has_no_other_media_server() -> None:
    """MS-4 then asks that the recording comes back, and nothing of another Media Server."""
    assert 3 == len(promised()["MS-4"].properties)
    assert ["new_recording_session_is_established"] == names(
        promised("media_server.count=1")["MS-4"]
    )


def test_as_it_was_is_judged_while_nobody_waits_for_an_answer() -> None:
    """MS-4 looks away while a party's request is open, or the T-lib client's."""
    own, controlled = promised(), promised("recording.start=t-lib")
    premises = [
        {var.name for var in variables_of(each.given)}
        for promises in (own, controlled)
        for each in promises["MS-4"].properties
        if each.name == "call_is_recorded_as_before"
    ]

    assert [False, True] == ["call_1.control" in names for names in premises]
    assert all("call_1.request" in names for names in premises)


def test_each_resource_manager_fails_on_its_own() -> None:
    """RM-4 has a property for each instance, and its failure alone is its fault."""
    found = promised()["RM-4"].properties

    assert 2 == len(found)
    assert [("resource_manager_1 crashes",), ("resource_manager_2 crashes",)] == [
        prop.fault for prop in found
    ]


def test_each_call_is_asked_about() -> None:
    """SIP-2, MS-1 and COMPLIANCE have a property for each call."""
    found = promised("scope.calls=2")

    assert [2, 2, 2] == [len(found[c].properties) for c in ("SIP-2", "MS-1", "COMPLIANCE")]


def test_transparency_is_observed_by_whom_the_guide_names() -> None:
    """Nobody who fails is an observer; what tells only which way a request went is hidden."""
    for claim in ("SIP-2", "RM-4"):
        for prop in promised()[claim].properties:
            assert Modality.TRANSPARENT == prop.modality
            assert {"call_1", "media_server_1", "recorder_1"} <= set(prop.observers)
            assert not {name.removesuffix(" crashes") for name in prop.fault} & set(prop.observers)
    assert {"sip_server_1.turn", "sip_server_2.turn"} <= set(promised()["RM-4"].properties[0].hide)


def test_a_supplied_identifier_allows_no_other_recording() -> None:
    """With an identifier of the Media Server's the old recorder may keep its orphan (MS-4)."""
    call = recorded(deployed(*SMALL))
    supplied = _only_recorder(call.parts, CALL, "recorder_1")
    made = build_parts(load("reference", [*SMALL, "recording.record_id=media-server"]))
    orphan = {**call.state, f"recorder_2.receives_{CALL}": True}

    assert supplied(call.state)
    assert not supplied(orphan)
    assert _only_recorder(made, CALL, "recorder_1")(orphan)


def test_cases_are_judged_case_by_case() -> None:
    """Premises stay apart in each_leads_to; each_holds needs one, and all that hold fulfilled."""
    parts = deployed(*SMALL).parts
    a, b = (the.answers for the in parts.media_servers.values())

    assert ((a, b), (b, a)) == each_leads_to("p", [(a, b), (b, a)]).cases
    [(given, expr)] = each_holds("q", [(a, b), (b, a)]).cases
    start = deployed(*SMALL)
    assert start.holds(given & expr)
    half = start.after("media_server_1 crashes")
    assert half.holds(given & ~expr)
    assert not half.after("media_server_2 crashes").holds(given)


@cache
def searched(name: str) -> Assessment:
    """Return what the search of a scenario finds."""
    scenario: Scenario = SCENARIOS[name]
    subject = read_subject(scenario.deployment, scenario.changes)
    budgets = read_budgets(scenario.faults, scenario.repairs)
    return assess(subject, chosen(subject, scenario.claims), budgets=budgets)


@pytest.mark.parametrize("name", SEARCHED)
def test_a_proof_has_met_its_premise(name: str) -> None:
    """Nothing is proved of nothing: a proof shows a run to a state where its premise holds."""
    found = searched(name)
    proofs = [row.verdict for row in found.rows if row.verdict and row.verdict.kind is PROVED]

    assert PROVED_THERE[name] == len(proofs)
    for verdict in proofs:
        assert verdict.premise_witness is not None
        _, state = trace_and_end(found.subject.system, verdict.premise_witness.rules)
        assert any(given(state) for given, _ in verdict.property.cases)


@pytest.mark.parametrize("name", SEARCHED)
def test_a_refutation_is_a_run(name: str) -> None:
    """What is refuted has a run that replays on the model; what needs no search has no verdict."""
    found = searched(name)
    for row in found.rows:
        assert row.verdict is not None
        if row.status is Status.REFUTED:
            assert row.verdict.trace is not None
            _, state = trace_and_end(found.subject.system, row.verdict.trace.rules)
            assert state.keys() == found.subject.system.initial.keys()


def test_what_the_manifest_proves_comes_from_a_search_or_from_structure() -> None:
    """A PROVED expectation has the size of its search, unless it is a definition."""
    expected = [each for scenario in SCENARIOS.values() for each in scenario.expect]
    without = {each.claim for each in expected if each.status == "PROVED" and not each.states}

    assert 80 < len(expected)
    definitions = {"REC-1", "REC-2", "REC-3", "REC-5", "REC-7", "TLIB-2"}
    definitions |= {"DUP-1", "DUP-3", "DUP-5a", "DUP-5b"}
    assert {"RM-1"} <= without <= {"RCF-1", "RM-1", *definitions}


def test_a_deployment_without_hosts_is_judged_by_every_promise() -> None:
    """A file that only has a name, as the template's, has classes for every promise's budget."""
    deployment = loads('name = "plain"\n')
    system = build(deployment)
    budgets = [
        budget
        for promise in promises(deployment, system)
        for prop in promise.properties
        for budget in (prop.budget, prop.beyond)
        if budget is not None
    ]

    assert 20 < len(budgets)
    for budget in budgets:
        assert [] == budget.unknown(system.fault_classes)


@pytest.mark.parametrize("claim", ["SIP-2", "RM-4", "REC-4"])
def test_of_two_calls_each_is_compared_by_itself(claim: str) -> None:
    """Its observers see and hear nothing of the other; it is said that it has to be placed."""
    promise = promised("scope.calls=2")[claim]
    compared = [prop for prop in promise.properties if prop.modality is Modality.TRANSPARENT]

    assert 2 <= len(compared)
    assert "each call is judged for itself, once its sessions are placed" in promise.assumptions
    for prop in compared:
        own, other = ("call_1", "call_2") if prop.name.endswith("_1") else ("call_2", "call_1")
        assert (other,) == prop.unheard
        assert not any(other in name for name in prop.observers)
        assert any(own in name for name in prop.observers)
        assert not any(other in var.name for var in variables_of(prop.given))


@pytest.mark.parametrize("claim", ["SIP-2", "RM-4", "REC-4"])
def test_one_call_is_compared_from_its_beginning(claim: str) -> None:
    """Nothing is unheard, and nothing assumed of where it is placed."""
    promise = promised()[claim]
    [*compared] = (prop for prop in promise.properties if prop.modality is Modality.TRANSPARENT)

    assert compared
    assert all(() == prop.unheard for prop in compared)
    assert not any("each call" in assumed for assumed in promise.assumptions)
