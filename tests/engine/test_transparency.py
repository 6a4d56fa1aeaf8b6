"""Transparency of a fault, on systems small enough to know the answer by heart."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from hamodel import (
    PROVED,
    REFUTED,
    UNDETERMINED,
    Budget,
    Property,
    System,
    Trace,
    Verdict,
    always,
    check,
    check_all,
    parse_budget,
    sometimes,
    transparent,
)
from hamodel.engine import difference
from hamodel.engine.bisimulation import STAYS, Partition, condensed, joined
from hamodel.engine.graph import Fairness
from hamodel.engine.observers import Detail, View
from hamodel.engine.reference import explore
from hamodel.engine.transparency import compare
from tests.engine.naive_bisimulation import Naive, Node
from tests.engine.small_systems import observed_system
from tests.models import Client, Proxy, drawn, placed, proxied

ONE = Budget(1)


def crash_is_transparent(**settings: Any) -> Property:
    """Return the property that client and server cannot tell that the first proxy crashed."""
    return transparent(
        "the_crash_is_hidden",
        fault=("proxy_1 crashes",),
        observers=("client", "server"),
        **settings,
    )


def drawn_verdict(*steps: str, **settings: Any) -> Verdict:
    """Return whether `eye` can tell, in a system drawn step by step, the fault from 0 to 10."""
    prop = transparent("breaks_unseen", fault=("breaks",), observers=("eye",), **settings)
    return check(drawn(*steps), prop, ONE)


def told(verdict: Verdict) -> tuple[tuple[str, ...], int | None, int | None]:
    """Return the rules, the fork and the loop of what refutes."""
    assert REFUTED == verdict.kind, verdict.why
    trace = verdict.trace
    assert isinstance(trace, Trace)
    assert trace.fork is not None
    has_fault = trace.rules[trace.fork : trace.fork + 1] == verdict.property.fault
    assert trace.note.endswith(f"this is the run {'with' if has_fault else 'without'} the failure")
    return trace.rules, trace.fork, trace.loop


def noted(verdict: Verdict) -> str:
    """Return what the note says of the two runs that part."""
    assert verdict.trace is not None
    return verdict.trace.note.partition("; this is the run")[0]


# Stories


def test_second_proxy_hides_a_crash() -> None:
    """Two proxies that share what they know: nobody can tell that one of them crashed."""
    verdict = check(proxied(2), crash_is_transparent(), ONE)

    assert 21 == verdict.distinct_states
    assert PROVED == verdict.kind, verdict.why
    assert verdict.premise_witness is not None
    assert () == verdict.premise_witness.rules


def test_single_proxy_hides_nothing() -> None:
    """With one proxy the server never hears of what the client asks for after a crash."""
    verdict = check(proxied(1), crash_is_transparent(), ONE)

    assert (("proxy_1 crashes", "client asks"), 0, 2) == told(verdict)
    assert (
        "with the failure, once client becomes asking, it is never so that server gets INVITE "
        "from service and client gets 200 OK from service; without it this must follow: "
        "server gets INVITE from service and client gets 200 OK from service"
    ) == noted(verdict)


def test_lost_memory_is_told_by_a_refusal() -> None:
    """Proxies that do not share what they know: the other one refuses to hold."""
    verdict = check(proxied(2, shared=False), crash_is_transparent(), ONE)

    rules = ("client asks", "proxy_1 forwards", "proxy_1 crashes")
    more = ("client asks to hold", "proxy_2 refuses hold")
    assert ((*rules, *more), 2, None) == told(verdict)
    assert (
        "with the failure, once client becomes holding, it can be next that client gets 481 from "
        "service; without it that comes never, and next it can be that server gets re-INVITE from "
        "service and client gets 200 OK from service"
    ) == noted(verdict)
    assert "with the failure client gets 481 from service; without it never" == verdict.why


def test_retry_hides_the_loss_of_what_was_in_flight() -> None:
    """A proxy that crashes with a request in hand is not noticed if the client sends it again."""
    verdict = check(proxied(2, hops=2), crash_is_transparent(), ONE)

    assert PROVED == verdict.kind, verdict.why


def test_request_in_flight_is_lost_without_retry() -> None:
    """Nobody sends again: the client waits for ever for what the crashed proxy had taken."""
    verdict = check(proxied(2, hops=2, retry=False), crash_is_transparent(), ONE)

    assert (("client asks", "proxy_1 takes", "proxy_1 crashes"), 2, 3) == told(verdict)
    assert (
        "with the failure it is never so that "
        "server gets INVITE from service and client gets 200 OK from service"
    ) == verdict.why


def test_premise_leaves_out_what_is_in_flight() -> None:
    """Judged only where the failed proxy has no request in hand, no retry is needed."""
    system = proxied(2, hops=2, retry=False)
    idle = system["request"]["taken_by"].is_not("proxy_1")
    later = idle & system["client"].is_(Client.SERVED)

    verdicts = [
        check(system, crash_is_transparent(given=premise), ONE) for premise in (idle, later)
    ]

    assert [PROVED, PROVED] == [verdict.kind for verdict in verdicts]
    witness = verdicts[1].premise_witness
    assert witness is not None
    assert ("client asks", "proxy_1 takes", "proxy_1 forwards") == witness.rules


def test_later_placements_are_told_unless_hidden() -> None:
    """A balancer that forgets whose turn it is places later ones otherwise; that can be hidden."""
    prop = transparent("crash_is_hidden", fault=("balancer crashes",), observers=("client",))
    hiding = transparent(
        "placement_is_hidden",
        fault=("balancer crashes",),
        observers=("client",),
        hide=("client.server",),
    )
    shown, hidden = check_all(placed(), [prop, hiding], ONE)

    before = ("balancer places on 1", "balancer crashes")
    assert ((*before, "client leaves", "balancer places on 1"), 1, None) == told(shown)
    assert PROVED == hidden.kind, hidden.why


# Drawings


def test_equal_futures_are_bisimilar() -> None:
    """What goes on as before, if by other places and silent steps, is not told."""
    verdict = drawn_verdict("0 ring 1 g", "1 . 2 g", "10 . 11 h", "11 ring 12 h")

    assert PROVED == verdict.kind, verdict.why


def test_same_sequences_but_another_choice() -> None:
    """a·(b + c) and a·b + a·c show the same sequences; the second has chosen by the first a."""
    verdict = drawn_verdict(
        "0 ring 1 g",
        "1 buzz 2 h",
        "1 click 3 h",
        "10 ring 11 g",
        "10 ring 12 g",
        "11 buzz 13 h",
        "12 click 14 h",
    )

    assert (("breaks", "10 to 11 with ring"), 0, None) == told(verdict)
    assert (
        "with the failure it can be that eye gets ring from box, after which it cannot be that "
        "eye gets click from box; without it not, though the same can be seen"
    ) == noted(verdict)
    assert (
        "with the failure a choice is open that without it is not, though the same can be seen"
    ) == verdict.why


def test_silent_choice_is_told() -> None:
    """Either of b and c, and a silent step to b alone, differ, though both can show b or c."""
    verdict = drawn_verdict(
        "0 b 1 g", "0 c 2 g", "10 b 11 g", "10 c 12 g", "10 . 13 g", "13 b 14 g"
    )

    assert (("breaks", "10 to 13 silently"), 0, None) == told(verdict)
    assert (
        "with the failure a silent choice is possible, after which it cannot be that "
        "eye gets c from box; without it not, though the same can be seen"
    ) == noted(verdict)


def test_choice_after_which_silence_cannot_last() -> None:
    """Of one that may ring and one that may decide to, the second can oblige itself in silence."""
    verdict = drawn_verdict("0 ring 2", "0 . 1", "1 ring 2 g", "10 ring 12")

    assert (("0 to 1 silently",), 0, None) == told(verdict)
    assert (
        "without the failure a silent choice is possible, after which silence cannot last for "
        "ever; with it not, though the same can be seen"
    ) == noted(verdict)


def test_silence_with_every_choice_still_open() -> None:
    """One stays silent and can still show both; the other has to choose first."""
    without = ("0 b 3", "0 c 3", "0 . 1 g", "0 . 2 g", "1 b 3", "2 c 3")
    verdict = drawn_verdict(*without, "10 b 13", "10 c 13")

    assert (("breaks",), 0, None) == told(verdict)
    assert (
        "with the failure silence can last for ever with every choice still open; "
        "without it not, though the same can be seen"
    ) == noted(verdict)


def choice_after(rings: int) -> tuple[str, ...]:
    """Return steps that ring so often, and then differ as a·(b + c) and a·b + a·c do."""
    lines = [f"{start + i} ring {start + i + 1} g" for start in (0, 10) for i in range(rings)]
    one, two = rings, 10 + rings
    lines += [f"{one} a {one + 1} g", f"{one + 1} b 9 g", f"{one + 1} c 9 g"]
    lines += [
        f"{two} a {two + 1} g",
        f"{two} a {two + 2} g",
        f"{two + 1} b 9 g",
        f"{two + 2} c 9 g",
    ]
    return tuple(lines)


def test_choice_after_an_event_is_told_in_brackets() -> None:
    """Choices that follow one another are put in words, one within the other."""
    verdict = drawn_verdict(*choice_after(1))

    assert (("breaks", "10 to 11 with ring"), 0, None) == told(verdict)
    assert (
        "with the failure it can be that eye gets ring from box, after which no longer "
        "(it can be that eye gets a from box, after which it can be that eye gets c from box "
        "and it can be that eye gets b from box); without it not, though the same can be seen"
    ) == noted(verdict)


def test_words_for_choices_are_bounded() -> None:
    """A choice that lies behind many others is told, but no longer spelt out."""
    verdict = drawn_verdict(*choice_after(4))

    assert (("breaks", "10 to 11 with ring"), 0, None) == told(verdict)
    assert "later choices differ" in noted(verdict)


def test_search_for_a_sequence_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a sequence of events would take too long to find, the first choice is told instead."""
    steps = ("0 ring 1 g", "1 ring 2 g", "2 b 3 g", "10 ring 11 g", "11 ring 12 g", "12 c 13 g")
    rings = ("breaks", "10 to 11 with ring", "11 to 12 with ring")
    assert ((*rings, "12 to 13 with c"), 0, None) == told(drawn_verdict(*steps))

    monkeypatch.setattr(difference, "LIMIT", 0)

    assert (rings[:2], 0, None) == told(drawn_verdict(*steps))


def test_repeats_are_told_unless_they_are_idempotent() -> None:
    """A notice that comes twice is told, unless repeats are declared to make no difference."""
    steps = ("0 notice! 1 g", "10 notice! 11 g", "11 notice 12 g")
    heard, ignored = drawn_verdict(*steps), drawn_verdict(*steps, idempotent=("notice",))

    rules = ("breaks", "10 to 11 with notice", "11 to 12 with notice")
    assert (rules, 0, None) == told(heard)
    assert (
        "with the failure, once eye gets notice from box, it can be next that "
        "eye gets notice from box; without it that comes never"
    ) == noted(heard)
    assert PROVED == ignored.kind, ignored.why


def test_idempotent_message_is_heard_when_it_changes_something() -> None:
    """A notice that never comes is told, also when repeats of it make no difference."""
    verdict = drawn_verdict("0 notice! 1 g", idempotent=("notice",))

    assert (("breaks",), 0, 1) == told(verdict)
    assert "with the failure eye never gets notice from box" == verdict.why


def test_unfair_loop_is_no_silence() -> None:
    """A silent loop that nobody must take does not hold up what must happen."""
    verdict = drawn_verdict("0 ring 1 g", "10 . 10", "10 ring 11 g")

    assert PROVED == verdict.kind, verdict.why


def test_fair_loop_beside_a_fair_step_is_no_silence() -> None:
    """What stays enabled for ever must happen: another group's loop cannot starve it."""
    verdict = drawn_verdict("0 ring 1 g", "10 . 10 h", "10 ring 11 g")

    assert PROVED == verdict.kind, verdict.why


def test_fair_loop_that_disables_the_step_is_a_silence() -> None:
    """A loop in which the ringing is disabled now and then can go on for ever without it."""
    verdict = drawn_verdict("0 ring 1 g", "10 . 11 h", "11 . 10 h", "10 ring 12 g")

    assert (("breaks", "10 to 11 silently", "11 to 10 silently"), 0, 1) == told(verdict)
    assert (
        (
            "with the failure nothing more need be seen; "
            "without it this must follow: eye gets ring from box"
        )
        == verdict.why
        == noted(verdict)
    )


def test_fair_cycle_and_unfair_cycle_differ() -> None:
    """Two silent cycles with the same steps: one may go round for ever, the other has to ring."""
    without = ("0 . 1 h", "1 . 0 h", "0 ring 2", "1 ring 2")
    verdict = drawn_verdict(*without, "10 . 11 h", "11 . 10 h", "10 ring 12 g", "11 ring 12 g")

    assert (("0 to 1 silently", "1 to 0 silently"), 0, 0) == told(verdict)
    assert (
        "without the failure nothing more need be seen; "
        "with it this must follow: eye gets ring from box"
    ) == noted(verdict)


def test_loop_of_the_same_group_is_a_silence() -> None:
    """A group that takes its silent step again and again is treated fairly."""
    verdict = drawn_verdict("0 ring 1 g", "10 . 10 g", "10 ring 11 g")

    assert (("breaks", "10 to 10 silently"), 0, 1) == told(verdict)


def test_step_that_nobody_must_take_may_never_come() -> None:
    """A ring that must come, and one that may: the second side can stay silent by doing nothing."""
    verdict = drawn_verdict("0 ring 1 g", "10 ring 11")

    assert (("breaks",), 0, 1) == told(verdict)
    assert (
        (
            "with the failure nothing more need be seen; "
            "without it this must follow: eye gets ring from box"
        )
        == verdict.why
        == noted(verdict)
    )


def test_assumed_fairness_makes_it_come() -> None:
    """The same ring comes when its group is assumed to be fair."""
    verdict = drawn_verdict("0 ring 1 g", "10 ring 11", fair=("10 to 11 with ring",))

    assert PROVED == verdict.kind, verdict.why


def test_hurry_after_the_fault_is_told() -> None:
    """What may stay silent for ever without the fault must ring after it."""
    verdict = drawn_verdict("0 ring 1", "10 ring 11 g")

    assert ((), 0, 0) == told(verdict)
    assert (
        "without the failure nothing more need be seen; "
        "with it this must follow: eye gets ring from box"
    ) == noted(verdict)


def test_loss_that_only_a_request_shows() -> None:
    """The run that shows a loss has the fault in it, as far as it can be followed after it."""
    prop = transparent("crash_is_hidden", fault=("proxy_1 crashes",), observers=("server",))
    verdict = check(proxied(1), prop, ONE)

    assert (("proxy_1 crashes", "client asks"), 0, None) == told(verdict)
    assert "with the failure server never gets INVITE from service" == verdict.why


def test_loss_that_cannot_be_followed() -> None:
    """Where nothing of the run without the fault can be done after it, that run is shown."""
    verdict = drawn_verdict("0 ring 1", "1 ring 2", "10 . 11", "11 ring 12")

    assert (("0 to 1 with ring", "1 to 2 with ring"), 0, None) == told(verdict)
    assert (
        "with the failure, once eye gets ring from box, eye never gets ring from box; "
        "else it can be next that eye gets ring from box"
    ) == noted(verdict)


def test_fault_that_an_observer_sees() -> None:
    """A fault that changes a visible variable is told at once."""
    system = proxied(1)
    prop = transparent("crash_unseen", fault=("proxy_1 crashes",), observers=("proxy_1",))

    verdict = check(system, prop, ONE)

    assert (("proxy_1 crashes",), 0, None) == told(verdict)
    assert "the failure itself shows: proxy_1 becomes down" == verdict.why


# Bookkeeping


def test_refutation_is_by_a_nearest_step() -> None:
    """A fault that is hidden at first and told later is refuted where it is told first."""
    verdict = check(proxied(2, shared=False), crash_is_transparent(), ONE)

    assert verdict.trace is not None
    assert 2 == verdict.trace.fork


def test_nothing_to_compare_is_undetermined() -> None:
    """Without a fault in the budget, or with a premise that never holds, nothing is shown."""
    system = proxied(2)
    never_held = system["client"].is_(Client.HELD) & system["client"].is_(Client.IDLE)

    verdicts = [
        check(system, crash_is_transparent(), Budget(0)),
        check(system, crash_is_transparent(given=never_held), ONE),
    ]

    assert [UNDETERMINED] * 2 == [verdict.kind for verdict in verdicts]
    assert "nowhere does the premise hold and the fault happen, so nothing was shown" == (
        verdicts[0].why
    )


def test_cut_search_is_undetermined() -> None:
    """Nothing is compared in a search that was cut short."""
    verdict = check(proxied(1), crash_is_transparent(), ONE, limit_states=3)

    assert UNDETERMINED == verdict.kind
    assert verdict.why.startswith("stopped at ")


def test_withdrawn_faults_are_not_among_the_states() -> None:
    """States with the fault withdrawn are counted nowhere, and no other property sees them."""
    system = proxied(2)
    spent, first = parse_budget("1").counters[0].is_(1), system["client"].is_(Client.IDLE)
    up = [system[f"proxy_{i}"].is_(Proxy.UP) for i in (1, 2)]
    props = [
        crash_is_transparent(),
        sometimes("fault_spent_and_all_up", spent & first & up[0] & up[1]),
        always("anything", first | ~first),
    ]

    verdicts = check_all(system, props, ONE)

    assert [PROVED, REFUTED, PROVED] == [verdict.kind for verdict in verdicts]
    assert {21} == {verdict.distinct_states for verdict in verdicts}
    assert 1 == len({(verdict.transitions, verdict.depth) for verdict in verdicts})


def test_unlimited_budget_compares_with_the_state_itself() -> None:
    """Without a counter the state without the fault is the one before it; it may still fail."""
    verdict = check(proxied(1), crash_is_transparent(), Budget(None))

    assert (("proxy_1 crashes", "client asks"), 0, None) == told(verdict)


# Words


def test_an_event_is_told_by_what_is_heard_where_that_is_enough() -> None:
    """Messages first; main states where no message tells it; further variables as a last resort."""
    proxies = proxied(1)
    exploration = explore(proxies, ONE)
    view = View(exploration, crash_is_transparent(), exploration.reached([0]))
    details = {
        view.detail((code, view.colour[target]), view.colour[i]): view.said(
            (code, view.colour[target]), view.colour[i]
        )
        for i in view.colour
        for (_, target), code in zip(view.edges[i], view.codes[i], strict=True)
        if code or view.colour[target] != view.colour[i]
    }

    assert {Detail.HEARD, Detail.STATES} == set(details)
    assert " gets " in details[Detail.HEARD]
    assert "becomes" not in details[Detail.HEARD]


def test_what_has_the_same_words_is_told_in_more_detail() -> None:
    """A notice that changes what the observer remembers is told apart from one that does not."""
    verdict = drawn_verdict("0 notice 1 g", "10 notice! 11 g")

    assert (
        "with the failure eye gets notice from box and eye.seen becomes yes; without it never"
        == (verdict.why)
    )


# Against the definition


def naive_verdict(naive: Naive) -> object:
    """Return the verdict that the definition gives."""
    pairs = naive.fault_steps()
    related = naive.bisimilar(node for pair in pairs for node in pair[1:])
    for before, withdrawn, after in pairs:
        if (withdrawn, after) not in related:
            return REFUTED
        fault = next(s for s in naive.steps[before] if s.rule in naive.prop.fault)
        middle = naive.closed([withdrawn], {n for n, other in related if other == withdrawn})
        says = (s for node in middle for s in naive.steps[node] if s.said == fault.said)
        if fault.said and not any((s.target, after) in related for s in says):
            return REFUTED
    return PROVED if pairs else UNDETERMINED


def outcome(system: System, prop: Property, naive: Naive) -> str:
    """Return how the engine decides, having checked that its run tells what it says."""
    finding = compare(explore(system, ONE), prop)
    assert naive_verdict(naive) == finding.kind, finding.why
    if finding.kind is not REFUTED:
        return finding.kind.value
    trace = finding.trace
    assert trace is not None
    assert trace.fork is not None
    if finding.why.startswith("the failure itself"):
        return "heard"
    if "though the same can be seen" in finding.why:
        return "choice"
    return _checked_sequence(naive, trace)


def _checked_sequence(naive: Naive, trace: Trace) -> str:
    """Check that what the continuation shows, or the silence after it, tells the sides apart."""
    before = _followed(naive, naive.start, trace.rules[: trace.fork])
    fault = trace.rules[trace.fork or 0 :][:1] == naive.prop.fault
    after = _followed(naive, before, naive.prop.fault)
    withdrawn = (before[0], after[1])
    own, other = (after, withdrawn) if fault else (withdrawn, after)
    mine, its, here = naive.closed([own]), naive.closed([other]), own
    rules = trace.rules[(trace.fork or 0) + fault :]
    for place, name in enumerate(rules, start=(trace.fork or 0) + fault):
        (step,) = (step for step in naive.steps[here] if step.rule == name)
        if step.said or naive.colour(step.target) != naive.colour(here):
            assert trace.loop is None or place < trace.loop
            event = step.said, naive.colour(step.target)
            mine, its = naive.events(mine)[event], naive.events(its).get(event, set())
        here = step.target
    everything = naive.steps
    if trace.loop is not None:
        assert any(naive.stays(node, everything) for node in mine)
        assert not any(naive.stays(node, everything) for node in its)
        return "silence"
    if its:
        assert fault
        assert naive.events(its).keys() - naive.events(mine).keys()
        return "loss"
    return "event"


def _followed(naive: Naive, node: Node, rules: tuple[str, ...]) -> Node:
    for name in rules:
        (node,) = (step.target for step in naive.steps[node] if step.rule == name)
    return node


def test_verdicts_are_those_of_the_definition() -> None:
    """On 300 small random systems the verdict is that of a naive greatest fixpoint over pairs."""
    outcomes: Counter[str] = Counter()
    for seed in range(300):
        system, prop = observed_system(seed)
        naive = Naive(system, prop, 1)
        outcomes[outcome(system, prop, naive)] += 1

    assert 300 == outcomes.total()
    assert {"PROVED", "UNDETERMINED", "heard", "event", "silence", "loss", "choice"} == set(
        outcomes
    ), outcomes


def test_bisimilar_states_joined_are_the_partition_again() -> None:
    """On 100 random systems: no two nodes alike, one for each block, staying where they stayed."""
    joined_by = Counter[int]()
    for seed in range(100):
        system, prop = observed_system(seed)
        exploration = explore(system, ONE)
        edges = exploration.reached([0])
        view = View(exploration, prop, edges)
        nodes = condensed(view, Fairness(exploration, prop.fair, edges))
        partition = Partition(nodes)
        block_of = {i: partition.block_of(i) for i in edges}
        traps = {i for i, node in nodes.node_of.items() if nodes.stays[node]}
        few = joined(view, block_of, traps)
        again = Partition(few)

        assert len(set(block_of.values())) == len(few.colour) == len(set(again.block))
        assert len(few.colour) == len({(block_of[i], again.block_of(i)) for i in edges})
        stays = {i: STAYS in partition.of_block(block_of[i]) for i in edges}
        assert stays == {i: STAYS in again.of_block(again.block_of(i)) for i in edges}
        steps = [(n, target) for n, targets in enumerate(few.silent) for target in targets]
        assert all(target < node for node, target in steps)
        joined_by[len(nodes.colour) - len(few.colour)] += 1

    assert 100 == joined_by.total()
    assert joined_by[0] < 50
    assert max(joined_by) > 10
