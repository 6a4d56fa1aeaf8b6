"""`hamodel loss --window`: when the second of two faults must come for more to be lost."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from hamodel import Budget
from hamodel.cli.app import app
from hamodel.cli.loss import LossOptions, asked_for
from hamodel.cli.losses import part_of
from hamodel.cli.options import read_budgets
from hamodel.cli.windows import Order, gaps_said, orders, run
from hamodel.engine.limits import Limits
from hamodel.engine.timed.windows import Interval, windows
from hamodel.errors import InputError

PAIR = "sip-server-crash:management-layer-crash"
CONTROL = ("loss", "--what", "uncontrollable", "--window")


def hamodel(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, list(words))


def found(pair: str, what: str = "unrecorded") -> list[Order]:
    """Return what was found of a pair in `reference`, in both orders."""
    return list(orders(LossOptions(what=(what,)), pair))


def test_nobody_is_left_to_decide() -> None:
    """
    The take-over needs the management layer until it has decided: 0.5 s to notice, 0.5 s to decide.

    If it dies within 1 s after SIP Server, or at any time before, no SIP Server serves any more.
    """
    after, before = found(PAIR, "uncontrollable")

    assert (3_000, 3_000) == (after.bound_ms, before.bound_ms)
    assert [Interval(0, 1_000)] == [each.interval for each in after.windows]
    assert [Interval(0, None)] == [each.interval for each in before.windows]
    assert [None, None] == [order.windows[0].worst.ms for order in (after, before)]


@pytest.mark.parametrize(
    ("deployment", "pair", "last"),
    [
        (
            "private-edition",
            "media-server-crash:sip-server-crash",
            "13.6 s  media_server_2 has a recording session for call_1",
        ),
        ("loopback-lab", "media-server-crash:media-server-crash", "media_server_2 crashes"),
    ],
)
def test_the_story_of_the_worst_is_told(deployment: str, pair: str, last: str) -> None:
    """Of a wait that ends, with its phases; of two faults alike, by the name that both have."""
    found = hamodel("loss", deployment, "--window", pair)

    assert found.exit_code == 0
    assert last in found.stdout
    assert "second" not in found.stdout.partition("here")[2]


def test_a_resource_manager_that_died_before_makes_nothing_more() -> None:
    """The other one probes as well; what a Media Server was asked to stop is not lost."""
    asked = asked_for(LossOptions())
    [lost] = asked.losts
    pair = "resource-manager-crash", "media-server-crash"
    part, _ = part_of(asked.system, lost, Budget(dict.fromkeys(pair, 1)))
    its = windows(part, lost.begin, lost.end, *pair, since=lost.since)

    assert 35_400 == its.bound_ms
    assert () == its.undecided
    assert () == its.found


@pytest.mark.slow
def test_an_invite_is_lost_with_its_resource_manager() -> None:
    """
    A Resource Manager that has yet to notice dies with an INVITE in hand: it said 100 Trying.

    As soon as the other may have noticed, 25 s after the crash, and 200 ms more; then SIP Server
    waits 32 s and an exchange, and five exchanges are done until the call is recorded.
    """
    asked = asked_for(LossOptions(changes=("recording.pausable=false",)))
    [lost] = asked.losts
    pair = "media-server-crash", "resource-manager-crash"
    part, _ = part_of(asked.system, lost, Budget(dict.fromkeys(pair, 1)))
    its = windows(part, lost.begin, lost.end, *pair, since=lost.since)
    order = Order(lost, asked.call, *pair, its.bound_ms, its)
    [window] = order.windows

    assert Interval(25_200, 35_400) == window.interval
    assert 35_000 + 32_050 + 5 * 50 == window.worst.ms
    loss = order.loss(window)
    assert window.worst.ms == sum(loss.by_phase.values())
    assert not any("second fault" in step.rule for step in (loss.worst.run if loss.worst else ()))


def test_the_report_has_both_orders_and_the_worst_story() -> None:
    """The bound for one fault, each window, and a run with the faults and their gap."""
    its = hamodel(*CONTROL, PAIR)

    assert 0 == its.exit_code
    assert "one fault of management-layer-crash or sip-server-crash: at most 3 s" in its.stdout
    assert "0 s ≤ gap ≤ 1 s" in its.stdout
    assert "0 s ≤ gap " in its.stdout
    assert "management_layer crashes" in its.stdout
    assert "may come" not in its.stdout


def test_names_with_underscores_and_one_fault_twice() -> None:
    """`_` stands for `-`; a class with itself has one order."""
    its = hamodel(*CONTROL, "sip_server_crash:sip_server_crash")

    assert 0 == its.exit_code
    told = [line for line in its.stderr.splitlines() if line.startswith("uncontrollable, ")]
    assert ["uncontrollable, sip-server-crash after sip-server-crash: 0 s ≤ gap"] == told


def test_what_has_no_part_in_it_never_makes_more() -> None:
    """Control does not depend on a recorder: nothing is searched."""
    its = hamodel(*CONTROL, "sip-server-crash:recorder-media-crash")

    assert 0 == its.exit_code
    assert "uncontrollable: it does not depend on both faults" in its.stdout
    assert 2 == its.stdout.count("never")


def test_the_report_as_json() -> None:
    """Whole milliseconds, ends in or out; the run of each window."""
    its = hamodel(*CONTROL, PAIR, "--format", "json")
    after, before = json.loads(its.stdout)["windows"]
    [one], [other] = after["intervals"], before["intervals"]

    assert ("sip-server-crash", "management-layer-crash") == (after["first"], after["second"])
    assert (0, 1_000, True, True) == tuple(
        one[key] for key in ("least_ms", "most_ms", "with_least", "with_most")
    )
    assert other["most_ms"] is None
    assert one["worst"]["why"] == "stuck"
    assert 3_000 == after["bound_ms"]


def test_a_search_that_is_cut_short_is_undetermined() -> None:
    """Exit status 3."""
    options = LossOptions(what=("uncontrollable",), limits=Limits(states=1))

    assert 3 == run(options, PAIR)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("media-server", "write two faults"),
        ("a:b:c", "write two faults"),
        ("media_servr:sip-server", "'media_servr' is no fault here; near to it: media-server"),
        ("sip-server:", "write two faults"),
    ],
)
def test_a_pair_that_cannot_be_read(pair: str, said: str) -> None:
    """What was found, and what was possible."""
    with pytest.raises(InputError, match=f"HA082 --window.*{said}"):
        orders(LossOptions(), pair)


def test_a_tail_begins_before_its_failure() -> None:
    """A gap is from failure to failure; with `unsaved` it would be from an earlier step."""
    options = LossOptions(changes=("recorder_group.main.unsaved=60 s",))
    with pytest.raises(InputError, match=r"HA082 --window: 'recorder-media' .* --set recorder_gro"):
        orders(options, "recorder-media:media-server")


def test_faults_are_said_once() -> None:
    """The pair says which; and only one thing is asked for at a time."""
    with pytest.raises(InputError, match="leave out --faults"):
        run(LossOptions(budgets=read_budgets("1", "")), PAIR)

    assert "do not go together" in hamodel("loss", "--window", PAIR, "--advice").stderr


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        (Interval(0, 0), "gap = 0 s"),
        (Interval(31_050, 35_400, with_least=False), "31.05 s < gap ≤ 35.4 s"),
        (Interval(0, 2_000, with_most=False), "0 s ≤ gap < 2 s"),
        (Interval(1, None, with_least=False), "0.001 s < gap"),
    ],
)
def test_gaps_in_words(interval: Interval, said: str) -> None:
    """Each end says whether it belongs."""
    assert said == gaps_said(interval)


def test_a_role_alone_is_its_crash() -> None:
    """As the guide's failures are; a mode stays all that it covers."""
    its = hamodel(*CONTROL, "sip_server:management_layer")

    assert 0 == its.exit_code
    assert "sip-server-crash         management-layer-crash   0 s ≤ gap ≤ 1 s" in its.stdout
