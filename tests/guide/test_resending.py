"""In time a request that got lost is sent again when its timer says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hamodel import Budget, Rule
from hamodel.cli.losses import part_of
from hamodel.engine.timed.search import waits
from hamodel.guide import resending
from hamodel.guide.loss import unrecorded
from hamodel.guide.recorder_search import with_recorder_search
from hamodel.guide.resending import AGAIN, ANEW, GIVEN_UP, LOST, T1_OVER, with_resending
from hamodel.guide.timing import TAKES
from hamodel.guide.vocabulary import DialogState
from tests.stories.telling import (
    CALL,
    MANAGER,
    PEER,
    SERVER,
    SIP,
    Situation,
    asked,
    deployed,
    established,
)

STAGE = f"media_dialog_of_{CALL}.stage"
IN_VAIN = f"media_dialog_of_{CALL}.sent_in_vain"
REACHES = f"the request for {CALL} reaches {{}}"
GETS_LOST = f"the request for {CALL} gets lost"
SINGLE = "resource_manager.mode=single"
HOT_STANDBY = "resource_manager.mode=active-hot-standby"
AT_ONCE = ("resource_manager.trying=at-once",)
SENT_IN_TURN = (
    "resource_manager.mode=active-active-sip-server",
    "resource_manager.record_route=own-address",
)
ONCE_MORE = f"the request for {CALL} is sent again after"
OUT = f"the request for {CALL} is out at somebody silent for 200 ms"
TRYING = f"the sender of the request for {CALL} waits no longer after a 100 Trying"
T1 = f"T1 of the request for {CALL} is over"
INVITE = f"the invite of {SERVER} for {CALL}"


def in_time(*changes: str) -> Situation:
    """Return the situation in which nothing happened yet, with requests that get lost."""
    its = deployed(*changes)
    return replace(
        its, system=with_resending(its.parts, with_recorder_search(its.parts, its.system))
    )


def sent(*changes: str) -> Situation:
    """Return the situation in which SIP Server has just sent the INVITE of a call."""
    return in_time(*changes).after(
        f"{CALL} starts at {SIP}", f"{SIP} asks for a media server for {CALL}"
    )


def lost(*changes: str) -> Situation:
    """Return the situation in which it got lost: the one Resource Manager crashed before."""
    its = in_time(SINGLE, *changes).after(f"{MANAGER} crashes", f"{CALL} starts at {SIP}")
    return its.after(f"{SIP} asks for a media server for {CALL}", GETS_LOST)


def pauses(at: Situation) -> dict[str, int]:
    """Return after how long, in ms, it may be sent again here, by its words."""
    rules = {name: at.system.rule(name) for name in at.choices(AGAIN)}
    assert all(rule.bounds[0] == rule.bounds[1] for rule in rules.values())
    return {name.removeprefix(f"{ONCE_MORE} "): rule.bounds[0] for name, rule in rules.items()}


def test_what_a_resource_manager_takes_is_not_lost() -> None:
    """It reaches it at once, as without time."""
    its = sent()

    assert [] == its.choices(LOST)
    assert "0" == its.after(REACHES.format(MANAGER))[IN_VAIN]


def test_what_nobody_takes_is_lost_until_it_is_sent_again() -> None:
    """Also when a Resource Manager is there again meanwhile."""
    back = lost().after(f"{MANAGER} returns")

    assert not back.can(REACHES.format(MANAGER))
    assert ["T1"] == list(pauses(back))
    assert back.after(f"{ONCE_MORE} T1").can(REACHES.format(MANAGER))


def test_an_invite_is_sent_again_after_twice_as_long_each_time() -> None:
    """Timer A, RFC 3261 section 17.1.1.2: 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s after the first."""
    at, found = lost(), []
    while its := pauses(at):
        [(words, pause)] = its.items()
        found.append(pause)
        at = at.after(f"{ONCE_MORE} {words}")

    assert [500, 1_000, 2_000, 4_000, 8_000, 16_000] == found
    assert [f"the request for {CALL} has timed out and is begun anew"] == at.choices(ANEW)


def test_anything_else_is_sent_again_after_t2_at_most() -> None:
    """Timer E, section 17.1.2.2: what comes first of T1 doubled and T2."""
    up = established(in_time(SINGLE)).after(f"{MANAGER} crashes", f"a party of {CALL} hangs up")
    at, found = up.after(f"{SIP} sends the request of {CALL}", GETS_LOST), []
    for _ in range(9):
        words, pause = min(pauses(at).items(), key=lambda each: each[1])
        found.append(pause)
        at = at.after(f"{ONCE_MORE} {words}")

    assert [500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000, 4_000, 4_000] == found


def test_what_has_timed_out_is_sent_at_once_anew() -> None:
    """Timer B, of which T1 is over: a new transaction, which begins with T1 again."""
    again = lost().after(f"{ONCE_MORE} T1")
    anew = f"the request for {CALL} has timed out and is begun anew"
    begun = again.after(anew)

    assert (31_500, 31_500) == again.system.rule(anew).bounds
    assert ["2 T1"] == list(pauses(again))
    assert [GETS_LOST] == begun.choices(LOST)
    assert ["T1"] == list(pauses(begun.after(GETS_LOST)))


def due(at: Situation) -> dict[str, tuple[int, int | None]]:
    """Return by what rule, and when, a request in hand is due again here, or is given up."""
    names = [name for family in (T1_OVER, GIVEN_UP) for name in at.choices(family)]
    return {name: at.system.rule(name).bounds for name in names}


def test_t1_counts_from_the_sending() -> None:
    """Timer A runs while a Resource Manager has it, and does nothing there while that is up."""
    its = sent().after(REACHES.format(MANAGER))
    up, dead = its.after(T1), its.after(f"{MANAGER} crashes")

    assert {T1: (500, 500)} == due(its) == due(dead)
    assert "0" == up[IN_VAIN]
    assert [] == dead.choices("request_is_sent_again")
    again = dead.after(T1, f"the request for {CALL} is sent again")
    assert ["2 T1"] == list(pauses(again))
    assert not again.can(REACHES.format(PEER))


def test_it_is_heard_where_the_balancer_has_given_the_failed_one_up() -> None:
    """By the other Resource Manager, at T1."""
    dead = sent().after(REACHES.format(MANAGER), f"{MANAGER} crashes")
    again = f"the request for {CALL} is sent again"

    assert dead.after(f"load_balancer gives up {MANAGER}", T1, again).can(REACHES.format(PEER))


@pytest.mark.parametrize(
    ("changes", "words", "bounds"),
    [
        (AT_ONCE, "the sender of {} waits no longer after a 100 Trying", (32_000, 32_050)),
        (
            (*AT_ONCE, "sip_server.trying_timeout=9 s"),
            "the sender of {} waits no longer after a 100 Trying",
            (9_000, 9_050),
        ),
        (SENT_IN_TURN, "{} has timed out with its resource manager", (32_000, 32_000)),
        (
            (*SENT_IN_TURN, *AT_ONCE),
            "the sender of {} waits no longer after a 100 Trying",
            (32_000, 32_050),
        ),
    ],
)
def test_with_100_trying_it_is_not_sent_again(
    changes: tuple[str, ...], words: str, bounds: tuple[int, int]
) -> None:
    """Nor where it would go to the same instance: the sender gives up, and begins anew."""
    dead = sent(*changes).after(REACHES.format(MANAGER), f"{MANAGER} crashes")
    over = words.format(f"the request for {CALL}")
    given_up = dead.after(over)

    assert {over: bounds} == due(dead)
    assert [] == given_up.choices("request_is_sent_again")
    [anew] = given_up.choices(ANEW)
    assert given_up.after(anew).can(REACHES.format(PEER))


def test_a_media_server_has_a_timer_of_its_own_after_100_trying() -> None:
    """Two minutes by default, as the product has it."""
    its = established(in_time(SINGLE, *AT_ONCE)).after(
        f"{SERVER} invites a recorder for {CALL}", f"{INVITE} reaches {MANAGER}"
    )

    over = f"the sender of {INVITE} waits no longer after a 100 Trying"
    assert {over: (120_000, 120_050)} == due(its)


def test_an_invite_that_is_out_gets_its_100_trying_after_200_ms() -> None:
    """Section 17.2.1: then nobody sends it again, and its sender's own timer begins."""
    its = sent("resource_manager.on_silence=next").after(REACHES.format(MANAGER))
    alive = its.after(f"{MANAGER} sends the invite for {CALL} to {SERVER}")
    silent = alive.after(f"{SERVER} crashes")
    long = silent.after(OUT)
    anew = long.after(f"{MANAGER} crashes", TRYING).choices(ANEW)

    assert (200, 200) == silent.system.rule(OUT).bounds
    assert not alive.can(OUT)
    assert {T1: (500, 500)} == due(alive) == due(silent)
    assert {TRYING: (32_000, 32_050)} == due(long) == due(long.after(f"{MANAGER} crashes"))
    assert [f"the request for {CALL} is given up with its resource manager"] == anew


def test_what_is_no_invite_and_out_for_long_is_due_at_any_time() -> None:
    """Within T2 and timer F: how often it was sent to a silent Media Server is not known."""
    up = established(in_time(SINGLE)).after(f"{SERVER} crashes", f"a party of {CALL} hangs up")
    reached = up.after(f"{SIP} sends the request of {CALL}", REACHES.format(MANAGER))
    dead = reached.after(OUT, f"{MANAGER} crashes")
    [again] = dead.choices(AGAIN)
    later = dead.after(again)
    [anew] = later.choices(ANEW)

    assert {T1: (500, 500)} == due(reached)
    assert {} == due(dead)
    assert (0, 4_000) == dead.system.rule(again).bounds
    assert {"T2": 4_000} == pauses(later)
    assert (0, 32_000) == later.system.rule(anew).bounds
    assert [GETS_LOST] == later.after(anew).choices(LOST)


def test_what_was_answered_is_no_longer_out() -> None:
    """The next request of the dialog begins anew."""
    up = established(in_time(SINGLE)).after(f"{SERVER} crashes", f"a party of {CALL} asks for hold")
    long = up.after(f"{SIP} sends the request of {CALL}", REACHES.format(MANAGER), OUT)
    refused = f"the media server that {MANAGER} asks for {CALL} does not answer"
    failed = long.after(refused, f"{SIP} hears that the request for {CALL} failed")

    assert ("out-long", "new") == (long[STAGE], failed[STAGE])


def test_a_load_balancer_may_send_it_to_one_that_failed() -> None:
    """It believes up what it has not missed yet (A-LB)."""
    its = sent().after(f"{MANAGER} crashes")
    given_up = its.after(f"load_balancer gives up {MANAGER}")

    assert [GETS_LOST] == its.choices(LOST)
    assert its.can(REACHES.format(PEER))
    assert [] == given_up.choices(LOST)


def test_what_went_to_one_that_failed_goes_there_again() -> None:
    """It is the same transaction, until the balancer gives that Resource Manager up."""
    its = sent().after(f"{MANAGER} crashes", GETS_LOST)
    again = its.after(f"{ONCE_MORE} T1")
    given_up = again.after(f"load_balancer gives up {MANAGER}")

    assert "2" == again[IN_VAIN]
    assert not given_up.can(REACHES.format(PEER))
    assert given_up.after(f"{ONCE_MORE} 2 T1").can(REACHES.format(PEER))


def test_sip_server_tries_the_next_with_a_transaction_of_its_own() -> None:
    """As load balancer: the next hears it at once, and not when the first would have."""
    its = sent(*SENT_IN_TURN).after(f"{MANAGER} crashes", GETS_LOST, f"{ONCE_MORE} T1")
    [tries] = its.choices("sip_server_tries_next_resource_manager")
    after = its.after(tries)

    assert ("2", "0") == (its[IN_VAIN], after[IN_VAIN])
    assert after.can(REACHES.format(PEER))


def test_the_invite_of_a_recording_is_one() -> None:
    """Nobody sends it again after T2."""
    its = established(in_time(SINGLE)).after(f"{SERVER} invites a recorder for {CALL}")
    dead = its.after(f"{MANAGER} crashes", f"{INVITE} gets lost")

    assert [f"{INVITE} is sent again after T1"] == dead.choices(AGAIN)


def test_a_request_that_is_over_is_forgotten() -> None:
    """The next one of the same dialog begins with T1 again."""
    again = lost().after(f"{ONCE_MORE} T1", f"{SIP} crashes")
    over = again.after(f"the request for {CALL} is abandoned with its sip server")

    assert ("2", "0") == (again[IN_VAIN], over[IN_VAIN])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((SINGLE,), None),
        ((HOT_STANDBY, "resource_manager.takeover=0 s"), 3_500),
        ((HOT_STANDBY,), 15_500),
        ((HOT_STANDBY, "network.t1=1 s"), 15_000),
        ((), 3_500),
        (("resource_manager.lb_probe=400 ms",), 500),
        (SENT_IN_TURN, 32_000),
        (AT_ONCE, 32_050),
    ],
)
def test_an_invite_waits_for_the_first_sending_after_a_take_over(
    changes: tuple[str, ...], expected: int | None
) -> None:
    """8 s of take-over are over at 15.5 s; then one exchange."""
    its = in_time(*changes)
    requested, in_hand = DialogState.REQUESTED, DialogState.PROXIED
    waiting = its.parts.dialogs[CALL].machine.in_(requested, in_hand)
    found = waits(its.system, waiting, ~waiting, Budget({"resource-manager-crash": 1}))
    assert found.worst is not None

    assert found.worst.ms == (None if expected is None else expected + 50)


def test_without_faults_nothing_gets_lost() -> None:
    """What a loss depends on is as large as without, where every Resource Manager is there."""
    crash = Budget({"media-server-crash": 1})
    before, after = (
        part_of(each.system, unrecorded(each.parts, CALL), crash)[0]
        for each in (deployed(), in_time())
    )
    assert 1 <= len(before.rules) == len(after.rules)
    assert before.variables.keys() == after.variables.keys()
    assert not [rule.name for rule in after.rules if rule.family in resending.ADDED]


def test_its_families_take_what_they_say_themselves() -> None:
    """What is sent again has no time without it."""
    assert set() == TAKES.keys() & {*resending.IN_HAND, *resending.ADDED}


def test_what_a_rule_file_loses_is_sent_again_after_t1() -> None:
    """As what no Resource Manager took."""
    its = deployed()
    dialog = its.parts.dialogs[CALL]
    loses = Rule(
        f"the request for {CALL} is mislaid",
        fires=dialog.machine.fires("retransmit"),
        cite="A-RETRANSMIT",
    )
    searched = with_recorder_search(its.parts, its.system)
    system = replace(searched, rules=(*searched.rules, loses))
    call = asked(replace(its, system=with_resending(its.parts, system))).after(loses.name)

    assert {"T1": 500} == pauses(call)
