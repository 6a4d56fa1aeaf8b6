"""The model of a deployment: every family of rules, for however many instances there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from hamodel import Kind, Rule, Set
from hamodel.guide import GENERATORS, Parts, assemble, build, build_parts, guide_catalogue, load
from hamodel.guide.model import family_of
from tests.stories.telling import SMALL, deployed

MODES = (
    "active-active-load-balancer",
    "active-active-sip-server",
    "active-hot-standby",
    "single",
)
EVERYTHING = (
    ("management_layer.heartbeat_period=10 s", "resource_manager.notify=once"),
    (
        "resource_manager.mode=active-active-sip-server",
        "resource_manager.record_route=own-address",
    ),
    ("resource_manager.mode=active-hot-standby",),
    ("resource_manager.on_silence=next",),
    (
        "recorder_group.main.separated=true",
        'recorder_group.main.strategies=["signaling-backup", "media-backup", "stop-start"]',
        "recorder_group.main.retry_on_timeout=false",
        "t_lib_client.backup=true",
        "duplication.requested_by=t-lib-client",
        "duplication.rebuild_leg=true",
    ),
)
"""Deployments that have, between them, a rule of every family."""


def test_the_reference_has_its_rules() -> None:
    """The guide's own picture: 176 rules, most of them protocol steps."""
    kinds = Counter(rule.kind for rule in deployed().system.rules)

    assert 176 == sum(kinds.values())
    assert {
        Kind.ENVIRONMENT: 7,
        Kind.PROTOCOL: 135,
        Kind.FAILURE: 25,
        Kind.REPAIR: 9,
    } == kinds


@pytest.mark.parametrize(
    ("family", "count"),
    [
        ("call_starts", 2 * 2),
        ("party_asks", 2 * 4),
        ("sip_server_joins_endpoint_b", 2 * 2),
        ("request_reaches_resource_manager", 2 * 2),
        ("resource_manager_places_call", 2 * 2 * 3),
        ("media_server_executes_request", 2 * 2 * 3),
        ("request_is_refused", 2 * 2 * 4),
        ("media_server_invites_recorder", 2 * 3),
        ("resource_manager_finds_recorder", 2 * 2 * 3 * 2),
        ("recording_session_closes", 2 * 2 * 3 * 2),
        ("primary_copies_call", 2 * 2),
        ("resource_manager_tells_peer", 2 * 2 * 2),
        ("resource_manager_notices_failure", 2 * (3 + 2)),
        ("resource_manager_notifies", 2 * 2 * 2 * 3),
        ("notice_is_settled", 2 * 2 * 2 * 3),
        ("instance_crashes", 2 + 2 + 3 + 2),
        ("instance_hangs", 2 + 2 + 3 + 2),
        ("host_is_lost", 8),
    ],
)
def test_rules_are_written_for_any_number_of_instances(family: str, count: int) -> None:
    """With three Media Servers and two calls each family has a rule for each of its instances."""
    families = Counter(
        r.family for r in deployed("media_server.count=3", "scope.calls=2").system.rules
    )

    assert count == families[family]


def test_every_family_has_a_rule_somewhere() -> None:
    """There is no family of rules that no deployment has; and each is named once."""
    names = [family_of(generator) for generator in GENERATORS]
    found = {rule.family for changes in EVERYTHING for rule in deployed(*changes).system.rules}

    assert 9 + 10 + 6 + 2 + 10 + 2 + 6 + 6 + 6 + 6 + (2 + 2 + 1) + 8 + 1 + 1 == len(names)
    assert len(names) == len(set(names))
    assert set(names) == found


@pytest.mark.parametrize("changes", EVERYTHING)
def test_every_rule_cites_a_claim_or_an_assumption(changes: tuple[str, ...]) -> None:
    """Each rule names the sentence that it comes from; a failure or repair, an assumption."""
    catalogue = guide_catalogue()
    for rule in deployed(*changes).system.rules:
        assert rule.cite in catalogue
        if rule.kind is not Kind.PROTOCOL:
            assert catalogue[rule.cite].is_assumption


@pytest.mark.parametrize("mode", MODES)
def test_rules_name_only_what_is_deployed(mode: str) -> None:
    """In every mode the model can be built: no rule is about what the deployment lacks."""
    own = ("resource_manager.record_route=own-address",) if mode == MODES[1] else ()
    model = deployed(f"resource_manager.mode={mode}", *own)
    managers = [name for name in model.parts.instances if name.startswith("resource_manager")]

    assert (1 if mode == "single" else 2) == len(managers)
    assert model.system.rules


def test_a_further_family_is_added_at_the_end() -> None:
    """A rule file's rules come after the guide's own, under the name of their generator."""

    def media_server_is_drained(parts: Parts) -> Iterator[Rule]:
        for rm, manager in parts.resource_managers.items():
            for name in parts.media_servers:
                drained = (Set(manager.believes[name], False),)
                yield Rule(f"{rm} drains {name}", Kind.ENVIRONMENT, sets=drained, cite="A-ENV")

    deployment = load("reference", SMALL)
    rules = build(deployment, (media_server_is_drained,)).rules

    assert len(build(deployment).rules) + 2 == len(rules)
    assert ["media_server_is_drained"] * 2 == [rule.family for rule in rules[-2:]]


def test_a_family_without_a_name_has_its_types() -> None:
    """A generator that is an object with __call__ gives its family the name of its type."""

    class Nothing:
        def __call__(self, parts: Parts) -> Iterator[Rule]:
            return iter(() if parts.calls else [])

    system = assemble(build_parts(load("reference", SMALL)), (Nothing(),))

    assert () == system.rules
    assert "Nothing" == family_of(Nothing())
