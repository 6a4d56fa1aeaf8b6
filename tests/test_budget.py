"""Fault budgets: which allowances cover a class, what a rule is charged, and how one is written."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamodel import Budget, Kind, ModelError, Rule, SearchError, Set, Var, parse_budget
from hamodel.budget import Allowance, fault_words

COUNT: Var[int] = Var("count", range(2))
ROLES = ("media-server", "server", "sip")
MODES = ("crash", "hang", "host")
CLASSES = [f"{role}-{mode}" for role in ROLES for mode in MODES]
PATTERNS = [*CLASSES, *ROLES, *MODES, "any", "media-server+hang", "sip-crash+server-host"]


def rule_of(kind: Kind, cost: Mapping[str, int]) -> Rule:
    """Return a rule of that kind and cost."""
    return Rule("it happens", kind, sets=(Set(COUNT, 1),), cost=cost)


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("media-server-crash", {"media-server-crash"}),
        ("server", {"server-crash", "server-hang", "server-host"}),
        ("crash", {"media-server-crash", "server-crash", "sip-crash"}),
        ("sip-hang+server-host", {"sip-hang", "server-host"}),
        ("any", set(CLASSES)),
        ("media", set()),
        ("serve", set()),
    ],
)
def test_an_allowance_covers_classes_roles_modes_and_sums(pattern: str, covered: set[str]) -> None:
    """A pattern is a class, a role, a mode, a sum of them, or any; never a part of a word."""
    assert covered == {fault for fault in CLASSES if Allowance(pattern, 1).covers(fault)}


budgets = st.builds(
    Budget,
    st.one_of(
        st.none(),
        st.integers(0, 3),
        st.dictionaries(st.sampled_from(PATTERNS), st.integers(0, 3), max_size=4),
    ),
    st.one_of(st.none(), st.integers(0, 2)),
)
costs = st.dictionaries(st.sampled_from(CLASSES), st.integers(1, 3), max_size=3)


@given(budgets, st.sampled_from(list(Kind)), costs)
def test_a_charge_is_what_a_naive_reading_charges(
    budget: Budget, kind: Kind, cost: dict[str, int]
) -> None:
    """
    Every covering allowance pays for each class, and repairs pay too.

    None iff a class is covered by nothing, or an allowance is too small for the rule alone.
    """
    limits = {each.pattern: each.limit for each in budget.allowances}
    expected: dict[str, int] | None = {}
    for pattern, limit in limits.items():
        parts = pattern.split("+")
        paid = sum(
            number
            for fault, number in cost.items()
            if {fault, fault.rsplit("-", 1)[0], fault.rsplit("-", 1)[1], "any"} & set(parts)
        )
        if paid and expected is not None:
            expected[f"faults.{'.'.join(parts)}"] = paid
        if paid > limit:
            expected = None
    uncovered = [f for f in cost if not any(each.covers(f) for each in budget.allowances)]
    if budget.faults is not None and uncovered:
        expected = None
    if kind is Kind.REPAIR and budget.repairs == 0:
        expected = None
    if kind is Kind.REPAIR and budget.repairs and expected is not None:
        expected["faults.repair"] = 1

    actual = budget.charge(rule_of(kind, cost))
    assert expected == (None if actual is None else dict(actual))


@given(budgets)
def test_each_allowance_above_zero_has_a_counter(budget: Budget) -> None:
    """Counters go from 0 to the limit; what is unlimited, or can only be 0, has none."""
    limits = [each.limit for each in budget.allowances if each.limit]
    limits += [budget.repairs] if budget.repairs else []

    assert len(limits) == len(budget.counters)
    assert limits == [counter.values[-1] for counter in budget.counters]
    assert {0} >= {counter.initial for counter in budget.counters}


@given(budgets)
def test_a_charge_moves_only_counters_that_exist(budget: Budget) -> None:
    """Whatever a rule is charged is charged to a counter of the product."""
    names = {counter.name for counter in budget.counters}

    for fault in CLASSES:
        for kind in Kind:
            assert names >= (budget.charge(rule_of(kind, {fault: 1})) or {}).keys()


def test_no_fault_is_the_default() -> None:
    """Without a budget nothing fails and nothing is repaired."""
    assert Budget(0, 0) == Budget()
    assert Budget({"any": 0}) == Budget()
    assert () == Budget().counters
    assert Budget().charge(rule_of(Kind.FAILURE, {"sip-crash": 1})) is None
    assert Budget().charge(rule_of(Kind.REPAIR, {})) is None
    assert {} == Budget().charge(rule_of(Kind.PROTOCOL, {}))


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("0", Budget(0)),
        (" 2 ", Budget(2)),
        ("unlimited", Budget(None)),
        ("sip=1", Budget({"sip": 1})),
        ("media-server=1, crash+hang = 2", Budget({"media-server": 1, "crash+hang": 2})),
        ("any=3", Budget(3)),
    ],
)
def test_a_budget_is_read_from_text(text: str, budget: Budget) -> None:
    """A number, `unlimited`, or class=number with commas."""
    assert budget == parse_budget(text)
    assert replace(budget, repairs=4) == parse_budget(text, 4)


@pytest.mark.parametrize(
    "text", ["", "x", "sip", "sip=", "sip=x", "sip=-1", "=1", "sip=1,sip=2", "sip=1,", "201", "-1"]
)
def test_what_is_no_budget_is_refused(text: str) -> None:
    """HA017 for everything else; nothing is read as no fault."""
    with pytest.raises(ModelError, match="HA017"):
        parse_budget(text)


def test_a_class_alone_is_told_how_many_to_write() -> None:
    """The hint has the class that was given."""
    with pytest.raises(ModelError, match=r"such as sip-server-crash=1"):
        parse_budget("sip-server-crash")
    with pytest.raises(ModelError, match=r"such as media-server=1,crash\+hang=2"):
        parse_budget("1.5")


@given(st.dictionaries(st.sampled_from(PATTERNS), st.integers(0, 200), min_size=1))
def test_a_budget_of_classes_is_written_as_it_is_read(faults: dict[str, int]) -> None:
    """`str` of a budget without repairs is what `parse_budget` reads."""
    budget = Budget(faults)

    assert len(faults) > 12 or budget == parse_budget(str(budget).replace(", ", ","))


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (Budget(None), "unlimited faults"),
        (Budget(None, None), "unlimited faults, repairs=unlimited"),
        (Budget({"sip": 1}, 2), "sip=1, repairs=2"),
        (Budget({}), "no fault"),
    ],
)
def test_a_budget_says_what_it_allows(budget: Budget, said: str) -> None:
    """`str` of a budget is what a table prints."""
    assert said == str(budget)


def test_unknown_patterns_are_named() -> None:
    """`check` refuses a sum of which no class has a part; one that has one will do."""
    budget = Budget({"sip+spi": 1, "any": 1, "crahs": 1})

    assert ["crahs"] == budget.unknown(CLASSES)
    with pytest.raises(SearchError, match="HA044 the budget names crahs, near to it: crash"):
        budget.check(CLASSES)
    Budget({"sip": 1}).check(CLASSES)


def test_a_role_with_an_underscore_is_told_how_it_is_spelt() -> None:
    """`media_server` is no role; `media-server` is, the sum of its classes."""
    classes = ("media-server-crash", "media-server-hang", "host-loss")
    with pytest.raises(SearchError) as caught:
        Budget({"media_server": 1}).check(classes)

    assert (
        "HA044 the budget names media_server, near to it: media-server, media-server-hang, "
        "media-server-crash; a role or a mode alone is the sum of its classes"
    ) == str(caught.value)
    Budget({"media-server": 1}).check(classes)


def test_words_for_faults() -> None:
    """The classes, then their roles and their modes, each once."""
    assert ("rm-crash", "ms-crash", "blackout", "rm", "crash", "ms") == fault_words(
        ["rm-crash", "ms-crash", "blackout"]
    )


def test_budgets_are_values() -> None:
    """They compare, hash, copy, pickle and are replaced by what they say."""
    budget = Budget({"sip": 1}, 2)

    assert budget == copy.deepcopy(budget) == pickle.loads(pickle.dumps(budget))
    assert {budget: 1} == {Budget({"sip": 1}, 2): 1}
    assert Budget({"sip": 1}, 3) == replace(budget, repairs=3)
