"""The catalogue of the guide: complete, unique, in order and in our own words."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

import pytest

from hamodel.cite import Source
from hamodel.guide.sources import guide_catalogue

IN_ORDER = """
    META-1 META-2 META-3 META-4 RCF-1 SIP-1a SIP-1b SIP-1c SIP-2 RM-1 RM-2 RM-3 RM-4
    MS-1 MS-2 MS-3 MS-4 MS-5 REC-1 REC-2 REC-3 REC-4 REC-5 REC-6 REC-7 TLIB-1 TLIB-2
    DUP-1 DUP-2 DUP-3 DUP-4 DUP-5a DUP-5b DUP-5c DUP-6 DUP-7
""".split()

HEADINGS_IN_ORDER = (
    "High Availability",
    "Recording Client Function",
    "Failover of SIP Server",
    "Failover of Resource Manager",
    "Failover of Media Server",
    "Recording Server Function",
    "Failure of a call recorder",
    "Failure of a T-lib client",
    "Recording Duplication",
    "Not of the guide",
)

GUIDE_SENTENCES = frozenset(
    """
    38da3e6735f9 fb51b5d09e1d a8f5e1be6586 6e4f7f3abb41 bdca8df89652 6db8e9f928c6
    293de95cff1b 075f24626346 8ebda1946e7c 9872f1b51d73 da440da40153 76d4090f9beb
    2cd7e7059395 0673cdc80520 5dbe324f7296 d69a0ff4e8ef 46e94e970d91 e9630ecd6f68
    98f902fce3a2 6e775e37eb83 542af03baeba ed30d102b076 b72f76bbbc4c 0641152e68ca
    308cfa0c8f94 fca0a9266ec8 6cf5c00f05c0 4c482020aba4 7e85c347b00d 976dbaf4aec9
    018ff9e36b85 faa304c47fd9 d26cd57bbe20 45f719344691 a589b4902193
    """.split()
)
"""The guide's sentences of six words and more, each as a short digest: known, not copied."""


def sentences(text: str) -> list[str]:
    """Return the digests of the text's sentences, taken as the guide's were."""
    found = (re.findall(r"[a-z0-9']+", part.lower()) for part in re.split(r"[.;:\n]", text))
    return [hashlib.sha256(" ".join(words).encode()).hexdigest()[:12] for words in found]


def words_of(source: Source) -> str:
    """Return everything that the catalogue says of one source."""
    return "\n".join((source.text, source.formal, *source.ambiguities))


def test_the_36_items_are_there_in_the_order_of_the_guide() -> None:
    """Every checkable item of the guide is in the catalogue, then the project's own."""
    assert 36 == len(IN_ORDER)
    assert [*IN_ORDER, "COMPLIANCE"] == [claim.id for claim in guide_catalogue().claims]


def test_headings_come_in_the_order_of_the_guide() -> None:
    """Claims stand under the guide's headings, each heading once and in its place."""
    assert HEADINGS_IN_ORDER == tuple(
        dict.fromkeys(claim.heading for claim in guide_catalogue().claims)
    )


def test_every_kind_has_its_number_of_claims() -> None:
    """How many claims are of which kind; a change here is a change of what is shown."""
    assert {
        "no-content": 5,
        "definition": 3,
        "assumption": 3,
        "witness": 5,
        "safety": 13,
        "liveness": 7,
        "quantitative": 1,
    } == Counter(claim.kind for claim in guide_catalogue().claims)


def test_every_strength_has_its_number_of_claims() -> None:
    """How many claims are how strong; only those without content have no strength."""
    claims = guide_catalogue().claims

    assert {"must": 19, "should": 4, "may": 9, "": 5} == Counter(one.strength for one in claims)
    assert all(("" == claim.strength) == ("no-content" == claim.kind) for claim in claims)


def test_only_the_compliance_claim_is_not_of_the_guide() -> None:
    """A claim of the project's own says so and where it is from."""
    own = [claim for claim in guide_catalogue().claims if claim.origin]

    assert ["COMPLIANCE"] == [claim.id for claim in own]
    assert "Not of the guide" == own[0].heading


def test_every_claim_is_formalised_in_one_sentence() -> None:
    """Each claim says how the model makes it precise."""
    for claim in guide_catalogue().claims:
        assert claim.formal.endswith("."), claim.id


def test_every_assumption_says_where_it_is_from() -> None:
    """Assumptions have ids of their own form and name their source."""
    for assumption in guide_catalogue().assumptions:
        assert re.fullmatch(r"A-[A-Z0-9]+(-[A-Z0-9]+)*", assumption.id)
        assert re.match(r"field notes \d|RFC \d{4}|judgement", assumption.origin), assumption.id


@pytest.mark.parametrize("source", guide_catalogue(), ids=lambda source: source.id)
def test_the_guide_is_not_copied(source: Source) -> None:
    """No sentence of the catalogue is a sentence of the guide."""
    assert not GUIDE_SENTENCES & set(sentences(words_of(source)))


def test_the_guide_would_be_noticed() -> None:
    """The comparison knows a heading-long sentence of the guide when it sees one."""
    assert GUIDE_SENTENCES & set(
        sentences("This PDF cannot be used for legal purposes. We said so.")
    )


def test_edition_and_address_are_named() -> None:
    """The catalogue names the online pages and the edition that it was made from."""
    catalogue = guide_catalogue()

    assert "4/7/2025" == catalogue.edition
    assert catalogue.address.startswith("https://docs.genesys.com/")


def test_the_catalogue_is_read_once() -> None:
    """Every reader gets one and the same catalogue."""
    assert guide_catalogue() is guide_catalogue()
