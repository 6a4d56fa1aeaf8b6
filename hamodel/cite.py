"""What a rule or a property may cite: claims and assumptions, in a catalogue read from TOML."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hamodel.errors import ModelError, among

KINDS = (
    "safety",
    "liveness",
    "quantitative",
    "witness",
    "assumption",
    "definition",
    "no-content",
)
"""What a claim is: what has to be shown for it, if anything."""

STRENGTHS = ("must", "should", "may", "")
"""How strongly a claim is made; an assumption and a claim without content have none."""

ASSUMPTIONS_HEADING = "Assumptions"
"""The heading under which a catalogue keeps what it takes as given."""

_HEAD_KEYS = ("title", "edition", "address")
_CLAIM_KEYS = ("id", "heading", "kind", "strength", "text")
_CLAIM_OPTIONS = ("formal", "ambiguities", "source")
_ASSUMPTION_KEYS = ("id", "text", "source")


@dataclass(frozen=True, slots=True)
class Source:
    """
    One thing that can be cited: a claim of the text that is modelled, or an assumption.

    Parameters
    ----------
    id
        The name that rules and properties cite.
    heading
        The heading of the text under which the claim stands.
    kind
        One of `KINDS`.
    strength
        One of `STRENGTHS`.
    text
        What it says, in the catalogue's own words.
    formal
        How the model says it, in one sentence.
    ambiguities
        What the text leaves open, each with its readings.
    origin
        Where it comes from when it is not a sentence of the catalogue's text.
    """

    id: str
    heading: str
    kind: str
    strength: str
    text: str
    formal: str = ""
    ambiguities: tuple[str, ...] = ()
    origin: str = ""

    @property
    def is_assumption(self) -> bool:
        """Return whether this is an assumption of the model rather than a claim to be judged."""
        return self.heading == ASSUMPTIONS_HEADING


def assumption(name: str, text: str, origin: str) -> Source:
    """Return an assumption by its id, what it says, and where it comes from."""
    return Source(name, ASSUMPTIONS_HEADING, "assumption", "", text, origin=origin)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """
    Everything that may be cited, in the order of the text; found by id.

    Parameters
    ----------
    title
        The text whose claims these are.
    edition
        Its edition or date.
    address
        Where its authoritative version is to be found.
    sources
        The claims, then the assumptions.
    """

    title: str
    edition: str
    address: str
    sources: tuple[Source, ...]
    _by_id: Mapping[str, Source] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id: dict[str, Source] = {}
        for source in self.sources:
            _check_source(source)
            if source.id in by_id:
                raise ModelError("HA022", f"{source.id} is in the catalogue twice; ids are unique.")
            by_id[source.id] = source
        object.__setattr__(self, "_by_id", by_id)

    def __contains__(self, citation: object) -> bool:
        return citation in self._by_id

    def __getitem__(self, citation: str) -> Source:
        self.check(citation, "a look-up")
        return self._by_id[citation]

    def __iter__(self) -> Iterator[Source]:
        return iter(self.sources)

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def claims(self) -> tuple[Source, ...]:
        """Return the claims, in the order of the text."""
        return tuple(source for source in self.sources if not source.is_assumption)

    @property
    def assumptions(self) -> tuple[Source, ...]:
        """Return the assumptions, in the order of the catalogue."""
        return tuple(source for source in self.sources if source.is_assumption)

    def check(self, citation: str, what: str) -> None:
        """
        Raise HA015 unless the catalogue has what is cited.

        Parameters
        ----------
        citation
            The id that is cited.
        what
            Who cites it, for the message: `"rule rm_1_crashes"`.
        """
        if citation in self._by_id:
            return
        folded = {known.casefold(): known for known in self._by_id}
        near = difflib.get_close_matches(str(citation).casefold(), folded, n=4, cutoff=0.5)
        known = among([folded[name] for name in near] or self._by_id)
        raise ModelError(
            "HA015",
            f"{what} cites {citation!r}, which {self.title} lacks; it has {known}.",
        )


def read_catalogue(text: str) -> Catalogue:
    """
    Return the catalogue that TOML text describes; raise HA022 for anything that is not one.

    The text has `title`, `edition` and `address`, then `[[claim]]` tables with id, heading, kind,
    strength and text (and, if wanted, formal, ambiguities, source), then `[[assumption]]` tables
    with id, text and source.

    Examples
    --------
    >>> catalogue = read_catalogue('''
    ... title = "A lift"
    ... edition = "1"
    ... address = "the door"
    ... [[claim]]
    ... id = "L-1"
    ... heading = "Doors"
    ... kind = "safety"
    ... strength = "must"
    ... text = "It moves with its doors closed."
    ... ''')
    >>> catalogue["L-1"].strength
    'must'
    """
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ModelError("HA022", f"the catalogue is not TOML: {error}.") from None
    _check_keys(table, "the catalogue", _HEAD_KEYS, ("claim", "assumption"))
    claims = tuple(_claim(entry, place) for entry, place in _tables(table, "claim"))
    assumptions = tuple(_assumption(entry, place) for entry, place in _tables(table, "assumption"))
    head = {key: _string(table, key, "the catalogue") for key in _HEAD_KEYS}
    return Catalogue(
        title=head["title"],
        edition=head["edition"],
        address=head["address"],
        sources=claims + assumptions,
    )


def _claim(entry: Mapping[str, object], place: str) -> Source:
    _check_keys(entry, place, _CLAIM_KEYS, _CLAIM_OPTIONS)
    heading = _string(entry, "heading", place)
    if heading == ASSUMPTIONS_HEADING:
        raise ModelError("HA022", f"{place} has the heading {heading!r}; use [[assumption]].")
    return Source(
        id=_string(entry, "id", place),
        heading=heading,
        kind=_string(entry, "kind", place),
        strength=_string(entry, "strength", place, empty=True),
        text=_string(entry, "text", place),
        formal=_string(entry, "formal", place) if "formal" in entry else "",
        ambiguities=_strings(entry, "ambiguities", place),
        origin=_string(entry, "source", place) if "source" in entry else "",
    )


def _assumption(entry: Mapping[str, object], place: str) -> Source:
    _check_keys(entry, place, _ASSUMPTION_KEYS, ())
    return assumption(
        _string(entry, "id", place), _string(entry, "text", place), _string(entry, "source", place)
    )


def _check_source(source: Source) -> None:
    if not source.id.strip() or source.id != source.id.strip():
        raise ModelError("HA022", f"{source.id!r} is no id; it is a word such as 'SIP-1'.")
    if source.kind not in KINDS:
        raise ModelError(
            "HA022", f"{source.id} has the kind {source.kind!r}; possible are {among(KINDS)}."
        )
    if source.strength not in STRENGTHS:
        possible = among(repr(strength) for strength in STRENGTHS)
        raise ModelError(
            "HA022", f"{source.id} has the strength {source.strength!r}; possible are {possible}."
        )


def _tables(table: Mapping[str, object], key: str) -> Iterator[tuple[Mapping[str, object], str]]:
    entries = table.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ModelError("HA022", f"{key!r} is no list of tables; write [[{key}]].")
    for number, entry in enumerate(entries, start=1):
        yield entry, f"{key} {number} ({entry.get('id', 'without id')})"


def _check_keys(
    entry: Mapping[str, object], place: str, needed: tuple[str, ...], possible: tuple[str, ...]
) -> None:
    for key in entry:
        if key not in needed + possible:
            raise ModelError(
                "HA022", f"{place} has the key {key!r}; possible are {among(needed + possible)}."
            )
    lacking = [key for key in needed if key not in entry]
    if lacking:
        raise ModelError("HA022", f"{place} lacks {among(lacking)}.")


def _string(entry: Mapping[str, object], key: str, place: str, *, empty: bool = False) -> str:
    value = entry[key]
    if not isinstance(value, str) or not (value.strip() or empty):
        needed = "text" if empty else "text that is not empty"
        raise ModelError("HA022", f"{key!r} of {place} is {value!r}; it must be {needed}.")
    return value


def _strings(entry: Mapping[str, object], key: str, place: str) -> tuple[str, ...]:
    values = entry.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ModelError("HA022", f"{key!r} of {place} is {values!r}; it must be a list of texts.")
    return tuple(values)
