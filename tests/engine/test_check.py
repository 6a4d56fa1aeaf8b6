"""Judging: verdicts, budgets, traces, witnesses and what was searched."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hamodel import (
    FALSE,
    PROVED,
    REFUTED,
    TRUE,
    UNDETERMINED,
    Budget,
    ModelError,
    Property,
    always,
    check,
    check_all,
    leads_to,
    never,
    sometimes,
    transparent,
)
from hamodel.engine.check import Search, judge
from hamodel.engine.explored import Explored
from hamodel.engine.limits import Limits
from hamodel.engine.packed.explorer import explore_packed
from hamodel.engine.reference import explore
from tests.models import Client, Proxy, proxied

SYSTEM = proxied(2)
CLIENT, FIRST, SECOND = (SYSTEM[name] for name in ("client", "proxy_1", "proxy_2"))
BOTH_DOWN = FIRST.is_(Proxy.DOWN) & SECOND.is_(Proxy.DOWN)


def test_always_is_proved_with_a_witness_of_its_premise() -> None:
    """A proof names the shortest run to where the premise holds."""
    served = CLIENT.is_(Client.SERVED)
    verdict = check(SYSTEM, always("one_is_up", ~BOTH_DOWN, given=served), Budget(1))

    assert 21 == verdict.distinct_states
    assert PROVED == verdict.kind
    assert verdict
    assert verdict.trace is None
    assert verdict.premise_witness is not None
    assert ("client asks", "proxy_1 forwards") == verdict.premise_witness.rules


def test_always_is_refuted_by_a_shortest_run() -> None:
    """A refutation is a run to a nearest state where it fails."""
    verdict = check(SYSTEM, always("one_is_up", ~BOTH_DOWN), Budget(2))

    assert REFUTED == verdict.kind
    assert not verdict
    assert "fails after 2 steps" == verdict.why
    assert verdict.trace is not None
    assert ("proxy_1 crashes", "proxy_2 crashes") == verdict.trace.rules


def test_never_is_always_not() -> None:
    """`never` is refuted where `always` of the contrary is."""
    one = check(SYSTEM, never("both_down", BOTH_DOWN), Budget(2))
    two = check(SYSTEM, always("not_both_down", ~BOTH_DOWN), Budget(2))

    assert one.trace is not None
    assert two.trace is not None
    assert (one.kind, one.trace.rules) == (two.kind, two.trace.rules)


def test_premise_that_never_holds_proves_nothing() -> None:
    """No vacuous proof: each modality that has a premise says that nothing was shown."""
    props = [
        always("a", TRUE, given=BOTH_DOWN),
        never("b", FALSE, given=BOTH_DOWN),
        leads_to("c", BOTH_DOWN, TRUE),
    ]

    for verdict in check_all(SYSTEM, props, Budget(1)):
        assert UNDETERMINED == verdict.kind
        assert "the premise holds in no reachable state, so nothing was shown" == verdict.why


def test_sometimes_is_proved_by_its_witness() -> None:
    """A witness is the trace of the verdict; refuted means that no reachable state shows it."""
    found, missed = check_all(
        SYSTEM,
        [
            sometimes("held", CLIENT.is_(Client.HELD), budget=Budget(0)),
            sometimes("both_down", BOTH_DOWN, budget=Budget(1)),
        ],
    )

    assert PROVED == found.kind
    assert found.trace is not None
    assert 4 == len(found.trace)
    assert "found after 4 steps" == found.why
    assert REFUTED == missed.kind
    assert missed.trace is None


def test_leads_to_is_refuted_by_a_lasso() -> None:
    """With all proxies down a client that asks is never served, and the run stays there."""
    prop = leads_to("served", CLIENT.is_(Client.ASKING), CLIENT.is_(Client.SERVED))
    one, two = check(SYSTEM, prop, Budget(1)), check(SYSTEM, prop, Budget(2))

    assert PROVED == one.kind
    assert one.premise_witness is not None
    assert REFUTED == two.kind
    assert two.trace is not None
    assert (3, 3) == (len(two.trace), two.trace.loop)
    assert "never comes: after 3 steps nothing more has to happen" == two.why


def test_cut_search_is_no_pass() -> None:
    """Beyond the limit nothing is proved; what was found before still refutes or witnesses."""
    props = [
        always("fine", TRUE),
        leads_to("served", TRUE, CLIENT.is_(Client.SERVED)),
        sometimes("both_down", BOTH_DOWN),
        always("idle", CLIENT.is_(Client.IDLE)),
        never("anything", FALSE, given=CLIENT.is_(Client.HELD)),
        transparent("crash_is_hidden", fault=("proxy_1 crashes",), observers=("client",)),
    ]

    kinds = [v.kind for v in check_all(SYSTEM, props, Budget(1), limit_states=3)]

    assert [*[UNDETERMINED] * 3, REFUTED, *[UNDETERMINED] * 2] == kinds


def test_each_property_is_judged_under_its_own_budget() -> None:
    """One search for each budget; verdicts come back in the order of the properties."""
    props = [
        never("a", BOTH_DOWN, budget=Budget(2)),
        never("b", BOTH_DOWN, budget=Budget(1)),
        never("c", BOTH_DOWN),
        sometimes("d", BOTH_DOWN, budget=Budget(2)),
    ]
    verdicts = check_all(SYSTEM, props)

    assert ["a", "b", "c", "d"] == [verdict.property.name for verdict in verdicts]
    assert [Budget(2), Budget(1), Budget(0), Budget(2)] == [each.budget for each in verdicts]
    assert [REFUTED, PROVED, PROVED, PROVED] == [verdict.kind for verdict in verdicts]
    assert verdicts[0].distinct_states == verdicts[3].distinct_states
    assert verdicts[0].distinct_states > verdicts[1].distinct_states > verdicts[2].distinct_states


def test_given_budget_overrides() -> None:
    """A budget that is given stands for all."""
    prop = never("both_down", BOTH_DOWN, budget=Budget(1))

    assert REFUTED == check(SYSTEM, prop, Budget(2)).kind


def test_budget_counters_can_be_read() -> None:
    """A property may speak of how many faults have happened."""
    budget = Budget({"proxy-crash": 2})
    (counter,) = budget.counters
    prop = always("down_means_crashed", counter.at_least(1), given=FIRST.is_(Proxy.DOWN))

    assert PROVED == check(SYSTEM, prop, budget).kind


@pytest.mark.parametrize(
    ("prop", "code"),
    [
        (always("a", proxied(3)["proxy_3"].is_(Proxy.UP)), "HA014"),
        (leads_to("b", TRUE, TRUE, fair=("no group",)), "HA021"),
        (transparent("c", fault=("no fault",), observers=("client",)), "HA021"),
        (transparent("d", fault=("proxy_1 crashes",), observers=("nobody",)), "HA020"),
    ],
)
def test_property_must_fit_the_system(prop: Property, code: str) -> None:
    """What a property names must be there; nothing is searched otherwise."""
    with pytest.raises(ModelError) as error:
        check(SYSTEM, prop, Budget(1))

    assert code == error.value.code


def test_progress_is_reported() -> None:
    """Who watches a search is told of it."""
    seen: list[tuple[int, int, int]] = []
    check(SYSTEM, always("fine", TRUE), progress=lambda *numbers: seen.append(numbers))

    assert [(1, 1, 0)] == seen


@pytest.mark.parametrize("search", [explore, explore_packed])
def test_what_a_search_has_found_so_far_can_be_asked_for(
    search: Callable[..., Explored],
) -> None:
    """A run that refutes a response is one, however little of the rest is known."""
    prop = leads_to("served", CLIENT.is_not(Client.SERVED), CLIENT.is_(Client.SERVED))
    found = search(SYSTEM, Budget(2), limit_states=16)
    [so_far] = judge(found, [prop], so_far=True)

    assert not found.complete
    assert [UNDETERMINED] == [verdict.kind for verdict in judge(found, [prop])]
    assert REFUTED == so_far.kind
    assert so_far.trace is not None
    assert check(SYSTEM, prop, Budget(2)).trace == so_far.trace


@pytest.mark.parametrize("search", [explore, explore_packed])
def test_a_premise_that_was_found_so_far_is_told(search: Callable[..., Explored]) -> None:
    """What follows it is not known yet: that is no verdict."""
    either = CLIENT.is_(Client.SERVED) | CLIENT.is_not(Client.SERVED)
    found = search(SYSTEM, Budget(2), limit_states=4)
    for prop in (leads_to("p", either, either), always("q", either)):
        [so_far] = judge(found, [prop], so_far=True)

        assert UNDETERMINED == so_far.kind
        assert so_far.premise_witness is not None
        assert [None] == [verdict.premise_witness for verdict in judge(found, [prop])]


@pytest.mark.parametrize("search", [explore, explore_packed])
def test_a_search_goes_on_where_it_was(search: Callable[..., Explored]) -> None:
    """Cut short, judged and gone on with, it is the search that was never cut."""
    prop = leads_to("served", CLIENT.is_not(Client.SERVED), CLIENT.is_(Client.SERVED))
    found, whole = search(SYSTEM, Budget(2), limit_states=9), search(SYSTEM, Budget(2))
    judge(found, [prop], so_far=True)
    found.expand(Limits())

    assert found.complete
    assert list(whole.states) == list(found.states)
    assert list(whole.edges) == list(found.edges)
    assert judge(whole, [prop]) == judge(found, [prop])


def test_a_search_ends_where_it_says_itself() -> None:
    """Its own limit on the states holds if it is the smaller one, be it gone on with or not."""
    search = Search(Budget(), (), limit_states=2)
    system = proxied()
    found = search.explore(system)

    assert [3, 3] == [len(found.states), len(search.explore(system, earlier=found).states)]
    assert 2 == len(search.explore(system, limit_states=1).states)
    assert [Limits(2), Limits(1)] == [search.within(each) for each in (Limits(9), Limits(1))]
