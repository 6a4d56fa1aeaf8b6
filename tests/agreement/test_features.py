"""The table of what the language can say is whole, and random systems say all of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, get_type_hints

import hamodel
from hamodel import (
    NO_FAULT,
    TRUE,
    Budget,
    Catalogue,
    Component,
    Kind,
    Rule,
    Set,
    Source,
    System,
    TimedVerdict,
    Trace,
    TraceStep,
    Var,
    Verdict,
    WaitingTime,
    always,
    budget,
    component,
    expr,
    property,  # noqa: A004 (the module, not Python's own)
    rule,
    system,
)
from tests.agreement.engine_systems import engine_system
from tests.agreement.features import IN_TIME, LANGUAGE, SORTS, all_features, enums, features

FOUND = {Catalogue, Source, TimedVerdict, Trace, TraceStep, Verdict, WaitingTime}
"""What is read beside a model, or what comes of it: no engine searches it."""
WORKED_OUT = {budget.Allowance}
"""What a budget makes of what it was given."""


def classes_of(module: Any) -> set[type]:
    """Return the public dataclasses that a module defines."""
    return {
        each
        for name, each in vars(module).items()
        if isinstance(each, type) and is_dataclass(each) and not name.startswith("_")
        if each.__module__ == module.__name__
    }


def test_every_class_of_the_language_is_in_the_table() -> None:
    """Whatever a user can write, and whatever that is made of."""
    offered = [getattr(hamodel, name) for name in hamodel.__all__]
    known = {each for each in offered if isinstance(each, type) and is_dataclass(each)}
    modules = (budget, component, expr, property, rule, system)
    defined = set().union(*map(classes_of, modules))

    assert set(LANGUAGE) == (known | defined) - FOUND - WORKED_OUT


def test_every_field_of_every_class_is_a_feature() -> None:
    """A field that is added to the language is a feature that nothing has yet."""
    names = all_features()

    assert len(names) == len(set(names))
    for cls in LANGUAGE:
        for each in fields(cls):
            assert each.init == (f"{cls.__name__}.{each.name}" in {*names, *IN_TIME})


def test_every_member_of_an_enum_is_a_sort() -> None:
    """Kinds, modalities and strengths are in the table each by itself."""
    found = {
        f"{cls.__name__}.{name}": hint
        for cls in LANGUAGE
        for name, hint in get_type_hints(cls).items()
        if isinstance(hint, type) and issubclass(hint, Enum) and hint is not Enum
    }

    assert enums() == found
    for name, enum in found.items():
        assert tuple(enum.__members__) == SORTS[name]


def test_what_is_as_by_default_is_no_feature() -> None:
    """A plain rule has a name and an effect; neither its kind nor its group was chosen."""
    on: Var[bool] = Var("on", bool)
    plain = System((Component("box", variables=on),), (Rule("turns on", sets=Set(on, True)),))
    found = features(plain, NO_FAULT, ())

    assert {"Rule.name", "Rule.sets", "Rule.sets: one", "Set.to", "Set.to: value"} <= found
    assert not {"Rule.kind", "Rule.group", "Rule.takes", "Rule.when", "Var.initial"} & found
    assert "Budget.faults: none" in found


def test_what_is_said_is_a_feature() -> None:
    """A failure of a class, its budget, and a property of the budget's counter."""
    on: Var[bool] = Var("on", bool, True)
    fails = Rule("fails", Kind.FAILURE, sets=Set(on, False), cost={"box-crash": 2}, group="g")
    failing = System((Component("box", variables=on),), (fails,))
    allowed = Budget({"box-crash": 2}, None)
    [counter] = allowed.counters
    found = features(failing, allowed, [always("p", counter.is_(0), given=TRUE)])

    assert {"Var.initial", "Rule.cost", "Rule.cost: more than 1", "Rule.kind: FAILURE"} <= found
    assert {"Budget.faults: class", "Budget.repairs: unlimited", "Rule.group"} <= found
    assert {"Property.modality: ALWAYS", "Property.expr: of a counter"} <= found


def test_random_systems_have_every_feature() -> None:
    """Forty of them have each at least once, and nothing that is not in the table."""
    seen = Counter(name for seed in range(40) for name in features(*engine_system(seed)))

    assert set(all_features()) == set(seen)
