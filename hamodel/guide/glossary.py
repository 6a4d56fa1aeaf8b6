"""The words of this project, read from `glossary.toml`, for `explain` and the documentation."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Term:
    """
    A word, or several of one meaning.

    Parameters
    ----------
    words
        How it is said; the first comes first in the alphabet.
    meaning
        What it means here, without a stop.
    section
        Whose word it is.
    """

    words: tuple[str, ...]
    meaning: str
    section: str


def glossary() -> tuple[Term, ...]:
    """Return every word, section after section."""
    file = resources.files("hamodel.guide").joinpath("glossary.toml")
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple(
        Term(tuple(entry["words"]), entry["meaning"], section["title"])
        for section in table["section"]
        for entry in section["word"]
    )
