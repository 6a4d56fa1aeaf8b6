"""Properties: what each says, and under which budget it is judged."""

from __future__ import annotations

from enum import Enum

import pytest

from hamodel import (
    TRUE,
    Budget,
    Component,
    Modality,
    Property,
    Strength,
    always,
    leads_to,
    never,
    sometimes,
    transparent,
)


class Lamp(Enum):
    """A lamp."""

    DARK = "dark"
    LIT = "lit"


LAMP = Component("lamp", Lamp)
DARK, LIT = LAMP.is_(Lamp.DARK), LAMP.is_(Lamp.LIT)


@pytest.mark.parametrize(
    ("prop", "modality", "said"),
    [
        (always("p", LIT), Modality.ALWAYS, "always lamp is lit"),
        (never("p", LIT, given=DARK), Modality.NEVER, "given lamp is dark: never lamp is lit"),
        (sometimes("p", LIT), Modality.SOMETIMES, "sometimes lamp is lit"),
        (leads_to("p", DARK, LIT), Modality.LEADS_TO, "lamp is dark leads to lamp is lit"),
        (
            transparent("p", fault=("lamp fails", "mains fail"), observers=("eye", "cat")),
            Modality.TRANSPARENT,
            "lamp fails or mains fail is transparent to eye, cat",
        ),
        (
            transparent("p", fault=("lamp fails",), observers=("eye",), given=DARK),
            Modality.TRANSPARENT,
            "given lamp is dark: lamp fails is transparent to eye",
        ),
    ],
)
def test_a_property_reads_as_a_sentence(prop: Property, modality: Modality, said: str) -> None:
    """Each way to write a property has its modality, and says what is to be shown."""
    assert modality is prop.modality
    assert said == str(prop)


def test_a_property_is_a_must_without_claims_by_default() -> None:
    """Strength, claims, budget and premise have defaults that say nothing."""
    prop = always("p", LIT)

    assert (Strength.MUST, (), None, None) == (prop.strength, prop.claims, prop.budget, prop.beyond)
    assert TRUE == prop.given


def test_the_own_budget_comes_first() -> None:
    """A property with a budget is judged under it, another one under the default."""
    assert Budget(2) == always("p", LIT, budget=Budget(2)).judged_under(Budget(1))
    assert Budget(1) == always("p", LIT).judged_under(Budget(1))
    assert Budget() == always("p", LIT).judged_under()


def test_one_name_needs_no_tuple() -> None:
    """A text alone is one name, not its letters; a list becomes a tuple."""
    prop = transparent(
        "p",
        fault="lamp fails",  # type: ignore[arg-type]
        observers=["eye"],  # type: ignore[arg-type]
        claims="L-1",
    )

    assert (("lamp fails",), ("eye",), ("L-1",)) == (prop.fault, prop.observers, prop.claims)
    assert {prop: 1} == {prop: 1}
