"""`hamodel need`: the smallest number for which a claim is proved."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from hamodel import Property
from hamodel.cli.app import app
from hamodel.cli.need import POLICIES, Need, NeedOptions, needs
from hamodel.cli.readings_search import Searches, is_cut
from hamodel.cli.subject import chosen, read_subject
from hamodel.engine.check import check
from hamodel.engine.limits import Limits
from hamodel.errors import InputError
from hamodel.guide import Status
from hamodel.verdict import UNDETERMINED
from tests.guide.test_impact import PLAIN, SMALL

TWICE = (
    "duplication.requested_by=sip-server",
    "recording.pausable=false",
    "scope.media_servers=1",
    "sip_server.pair=single",
    "resource_manager.mode=single",
)


@pytest.fixture(scope="module")
def found() -> tuple[Need, ...]:
    """Return what DUP-1 needs of recorders where all else is single."""
    return needs(NeedOptions("DUP-1", "recorders=1..2", PLAIN, TWICE))


def test_every_policy_is_tried_the_own_one_first(found: tuple[Need, ...]) -> None:
    """The deployment's round-robin comes first, then the other ways to choose."""
    assert "round-robin" == found[0].policy
    assert set(POLICIES) == {each.policy for each in found}


def test_two_recorders_suffice_unless_any_may_be_chosen(found: tuple[Need, ...]) -> None:
    """One recorder never suffices for two copies; two do if the policy tells them apart."""
    assert {
        "round-robin": 2,
        "least-used": 2,
        "any": None,
        "anti-affinity": 2,
    } == {each.policy: each.smallest for each in found}
    assert {Status.REFUTED} == {each.tried[0].status for each in found}


def test_the_line_says_what_refutes(found: tuple[Need, ...]) -> None:
    """A policy that never suffices is named with the property that fails."""
    lines = [each.said for each in found]

    assert "round-robin: 2 suffices, the smallest of 1 to 2" in lines
    assert (
        "any: no value suffices of 1 to 2; with 2, two recording sessions are on two recorders "
        "is REFUTED"
    ) in lines


def test_any_whole_number_can_be_varied() -> None:
    """A parameter by its key is varied as it is, without policies; the exit status is 0."""
    small = [word for change in SMALL for word in ("--set", change)]
    command = ["need", "SIP-1a", "--deployment", PLAIN, "--vary", "media_servers=1..2"]

    wrong = CliRunner().invoke(app, [*command, *small[2:]])
    right = CliRunner().invoke(
        app, ["need", "RM-2", "--deployment", PLAIN, "--vary", "media_server.count=1..2"]
    )

    assert 2 == wrong.exit_code
    assert "HA081 'SIP-1a'" in wrong.stderr
    assert 0 == right.exit_code
    assert "1 suffices, the smallest of 1 to 2" in right.stdout


def test_what_never_suffices_is_exit_status_1() -> None:
    """A single Resource Manager is refuted with any number, and -v tells why."""
    changes = ["--set", "resource_manager.mode=single"]
    command = ["need", "RM-2", "--deployment", PLAIN, "--vary", "media_server.count=2..2", "-v"]

    result = CliRunner().invoke(app, [*command, *changes])

    assert 1 == result.exit_code
    assert "no value suffices of 2 to 2" in result.stdout
    assert "resource_manager_1 crashes  (failure)" in result.stdout


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        ("recorders", "write KEY=A..B, such as recorders=1..6"),
        ("recorders=6..1", "it takes 1 to 100 values, A ≤ B"),
        ("recorders=1..900", "it takes 1 to 100 values, A ≤ B"),
    ],
)
def test_a_range_that_is_none_is_an_error(vary: str, said: str) -> None:
    """What --vary takes is said when it gets something else."""
    with pytest.raises(InputError, match="HA082") as error:
        needs(NeedOptions("DUP-1", vary, PLAIN))

    assert said in error.value.message


def test_a_claim_that_does_not_apply_names_the_option() -> None:
    """Without duplication DUP-1 has nothing to prove, and the message says why."""
    with pytest.raises(InputError, match=r"HA081 'DUP-1' .* duplication.requested_by is off"):
        needs(NeedOptions("DUP-1", "recorders=1..2", PLAIN))


def wanted(claim: str, changes: tuple[str, ...]) -> tuple[Property, ...]:
    """Return the properties of a claim."""
    [promise] = chosen(read_subject(PLAIN, changes), (claim,))
    return promise.properties


def test_small_searches_first_change_no_verdict() -> None:
    """A property has the verdict of one whole search, and is searched once."""
    system = read_subject(PLAIN, SMALL).system
    props = [prop for claim in ("RM-2", "MS-2", "MS-3") for prop in wanted(claim, SMALL)]
    budgets = [(prop, prop.judged_under()) for prop in props]
    search = Searches(Limits(2_000_000))

    kinds = [verdict.kind for verdict in search.judged(system, budgets)]
    number = search.searched
    again = [verdict.kind for verdict in search.judged(system, budgets)]

    assert [check(system, prop).kind for prop in props] == kinds
    assert (kinds, number) == (again, search.searched)


def test_a_search_cut_short_is_no_proof() -> None:
    """At the limit a property that holds stays undetermined."""
    system = read_subject(PLAIN, ()).system
    [prop] = wanted("RM-2", ())

    [verdict] = Searches(Limits(3)).judged(system, [(prop, prop.judged_under())])

    assert UNDETERMINED is verdict.kind
    assert is_cut(verdict, 3)
