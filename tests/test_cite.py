"""The catalogue: what may be cited, and what is refused."""

from __future__ import annotations

import copy
import pickle

import pytest

from hamodel.cite import Catalogue, Source, read_catalogue
from hamodel.errors import ModelError

HEAD = 'title = "Lift"\nedition = "1"\naddress = "the door"\n'
CLAIM = """
[[claim]]
id = "L-1"
heading = "Doors"
kind = "safety"
strength = "must"
text = "It moves with its doors closed."
formal = "Moving implies closed."
ambiguities = ["moving: also by hand"]
"""
ASSUMPTION = """
[[assumption]]
id = "A-ROPE"
text = "The rope holds."
source = "judgement"
"""
LIFT = HEAD + CLAIM + ASSUMPTION


def test_claims_come_first_and_in_order() -> None:
    """A catalogue iterates over its claims, then its assumptions, as they stand in the text."""
    catalogue = read_catalogue(LIFT)

    assert ["L-1", "A-ROPE"] == [source.id for source in catalogue]
    assert 2 == len(catalogue)
    assert ("L-1",) == tuple(claim.id for claim in catalogue.claims)
    assert ("A-ROPE",) == tuple(assumption.id for assumption in catalogue.assumptions)
    assert ("Lift", "1", "the door") == (catalogue.title, catalogue.edition, catalogue.address)


def test_a_claim_keeps_all_that_is_written_of_it() -> None:
    """Every key of a claim is found in its source."""
    assert (
        Source(
            id="L-1",
            heading="Doors",
            kind="safety",
            strength="must",
            text="It moves with its doors closed.",
            formal="Moving implies closed.",
            ambiguities=("moving: also by hand",),
        )
        == read_catalogue(LIFT)["L-1"]
    )


def test_an_assumption_has_kind_and_origin_but_no_strength() -> None:
    """An assumption is of kind assumption, has no strength and says where it is from."""
    rope = read_catalogue(LIFT)["A-ROPE"]

    assert rope.is_assumption
    assert ("assumption", "", "judgement") == (rope.kind, rope.strength, rope.origin)


def test_membership_is_by_id() -> None:
    """`in` asks for an id; anything else is not in a catalogue."""
    catalogue = read_catalogue(LIFT)

    assert "L-1" in catalogue
    assert "L-2" not in catalogue
    assert 1 not in catalogue


def test_a_catalogue_is_a_value() -> None:
    """Two catalogues of one text are equal, have one hash and survive copying and pickling."""
    catalogue = read_catalogue(LIFT)

    assert read_catalogue(LIFT) == catalogue
    assert hash(read_catalogue(LIFT)) == hash(catalogue)
    assert catalogue == copy.deepcopy(catalogue)
    assert catalogue == pickle.loads(pickle.dumps(catalogue))


def test_a_missing_citation_names_those_near() -> None:
    """HA015 says who cites what, and which ids are like it."""
    catalogue = read_catalogue(LIFT)

    with pytest.raises(ModelError, match=r"HA015 rule go cites 'l-2', which Lift lacks.* L-1\."):
        catalogue.check("l-2", "rule go")
    with pytest.raises(ModelError, match=r"it has L-1, A-ROPE\."):
        catalogue["zzzzzz"]


def test_a_citation_that_is_there_passes() -> None:
    """Checking a citation that the catalogue has says nothing."""
    read_catalogue(LIFT).check("A-ROPE", "rule go")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = ", "is not TOML"),
        (f"{HEAD}a = {'[' * 100_000}", "is not TOML"),
        (CLAIM, "the catalogue lacks title, edition, address"),
        (f"{HEAD}author = 'me'", "the key 'author'; possible are title, edition"),
        ("title = ''\nedition = '1'\naddress = '1'", "'title' of the catalogue is ''"),
        (f"{HEAD}claim = 1", r"write \[\[claim\]\]"),
        (f"{HEAD}assumption = ['A']", r"write \[\[assumption\]\]"),
        (HEAD + CLAIM + CLAIM, "L-1 is in the catalogue twice"),
        (LIFT.replace("A-ROPE", "L-1"), "L-1 is in the catalogue twice"),
        (LIFT.replace('"safety"', '"safe"'), "L-1 has the kind 'safe'; possible are safety,"),
        (LIFT.replace('"must"', '"shall"'), "L-1 has the strength 'shall'; possible are 'must',"),
        (LIFT.replace('"must"', "1"), "'strength' of claim 1 .L-1. is 1; it must be text"),
        (LIFT.replace('"L-1"', '" L-1"'), "' L-1' is no id"),
        (LIFT.replace('"Doors"', '"Assumptions"'), r"use \[\[assumption\]\]"),
        (LIFT.replace("formal", "formel"), "claim 1 .L-1. has the key 'formel'"),
        (LIFT.replace('["moving: also by hand"]', "[1]"), r"is \[1\]; it must be a list of texts"),
        (LIFT.replace('["moving: also by hand"]', '"x"'), "is 'x'; it must be a list of texts"),
        (LIFT.replace('source = "judgement"', ""), "assumption 1 .A-ROPE. lacks source"),
        (LIFT.replace('id = "A-ROPE"', ""), "assumption 1 .without id. lacks id"),
    ],
)
def test_what_is_no_catalogue_is_refused(text: str, message: str) -> None:
    """HA022 says what was found, where, and what is possible."""
    with pytest.raises(ModelError, match=message) as caught:
        read_catalogue(text)

    assert "HA022" == caught.value.code


def test_an_empty_catalogue_has_nothing() -> None:
    """A catalogue without sources is a catalogue; every citation fails on it."""
    catalogue = Catalogue("Nothing", "1", "nowhere", ())

    with pytest.raises(ModelError, match="HA015"):
        catalogue.check("L-1", "rule go")
