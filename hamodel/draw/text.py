"""Text for pictures: wrapped, shortened, and with many numbered names said as few."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from hamodel.expr import TRUE, And, Expr, Or, variables_of

_JOINTS = re.compile(r"(?<=[._-])(?=[^._-])")


BULLET = "• "
"""What a paragraph of a list begins with."""


def wrapped(paragraphs: Iterable[str], width: int) -> tuple[str, ...]:
    """
    Return the lines of these paragraphs, none longer than `width` unless a word is.

    A paragraph that is indented is so in each of its lines, by spaces that no renderer drops. A
    bullet is never alone on its line.
    """
    return tuple(line for paragraph in paragraphs for line in _wrapped(paragraph, width))


def _wrapped(paragraph: str, width: int) -> Iterator[str]:
    indent = "\N{NO-BREAK SPACE}" * (len(paragraph) - len(paragraph.lstrip(" ")))
    bullet = BULLET if paragraph.startswith(BULLET) else ""
    room = width - len(indent or bullet)
    words = [
        piece for word in paragraph.removeprefix(bullet).split() for piece in _pieces(word, room)
    ]
    lines = textwrap.wrap(" ".join(words), room, break_on_hyphens=False, break_long_words=False)
    for place, line in enumerate(lines or [""]):
        yield (indent if place else indent + bullet) + line


def _pieces(word: str, width: int) -> list[str]:
    """Return a word that is too long for a line in pieces, cut behind '_', '.' and '-'."""
    if len(word) <= width:
        return [word]
    pieces = [""]
    for part in _JOINTS.split(word):
        if len(pieces[-1]) + len(part) <= width:
            pieces[-1] += part
        else:
            pieces.append(part)
    return [piece for piece in pieces if piece]


def masked(text: str) -> str:
    """Return a text with every number as '#': what numbered instances have in common."""
    return re.sub(r"\d+", "#", text)


def listed(names: Sequence[str]) -> str:
    """Return names for a title: `a_1, a_2`, and from four on `a_1 … a_9`."""
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} … {names[-1]}"


def sentences(guard: Expr) -> tuple[str, ...]:
    """Return a guard as paragraphs: one for each part that `and` or `or` joins."""
    bracket: type[Expr]
    match guard:
        case And(parts) if len(parts) > 1:
            between, bracket = "and ", Or
        case Or(parts) if len({var.name for var in variables_of(guard)}) > 1:
            between, bracket = "or ", And
        case _:
            return () if guard == TRUE else (str(guard),)
    said = [f"({part})" if isinstance(part, bracket) else str(part) for part in parts]
    return (said[0], *(between + each for each in said[1:]))
