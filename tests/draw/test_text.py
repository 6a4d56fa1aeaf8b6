"""Text for pictures."""

from __future__ import annotations

import pytest

from hamodel import FALSE, TRUE, Expr, Var
from hamodel.draw.scene import FAILURE, PROTOCOL, Line, Style, legend_of, slug
from hamodel.draw.text import listed, masked, sentences, wrapped

A, B = Var("a", bool), Var("b", bool)
N: Var[int] = Var("n", range(4))


def test_lines_are_wrapped_between_words() -> None:
    """No line is wider than asked; each paragraph begins a line; an empty one is a line too."""
    assert ("one two", "three", "", "four") == wrapped(["one two three", "", "four"], 8)


def test_an_indented_paragraph_stays_so() -> None:
    """Every line of it begins with as many spaces, of the sort that is not dropped."""
    assert ("\u00a0\u00a0one", "\u00a0\u00a0two") == wrapped(["  one two"], 6)


def test_a_bullet_is_never_alone() -> None:
    """What follows a bullet is cut, if it must be, so that it begins on the bullet's line."""
    assert ("• media_", "server_of_", "call_1: no") == wrapped(["• media_server_of_call_1: no"], 12)


def test_long_names_are_cut_at_their_joints() -> None:
    """A name that is wider than a line goes on behind an underscore, a point or a hyphen."""
    assert ("media_server_", "of_call_1: no") == wrapped(["media_server_of_call_1: no"], 14)


def test_what_has_no_joint_is_not_cut() -> None:
    """A word that is too long and cannot be cut stays whole."""
    assert ("abcdefghij",) == wrapped(["abcdefghij"], 4)


def test_numbers_are_masked() -> None:
    """Numbered names have this in common."""
    assert "lamp_# of hall #" == masked("lamp_12 of hall 3")


@pytest.mark.parametrize(
    ("count", "text"), [(1, "a_1"), (3, "a_1, a_2, a_3"), (4, "a_1 … a_4"), (9, "a_1 … a_9")]
)
def test_many_names_are_said_as_two(count: int, text: str) -> None:
    """Up to three names are listed; of more, the first and the last are."""
    assert text == listed([f"a_{i}" for i in range(1, count + 1)])


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        (TRUE, ()),
        (FALSE, ("never",)),
        (A.is_(True), ("a is yes",)),
        (A.is_(True) & B.is_(False), ("a is yes", "and b is no")),
        (A.is_(True) | B.is_(False), ("a is yes", "or b is no")),
        (N.in_(1, 2), ("n is 1 or 2",)),
        (A.is_(True) & (B.is_(True) | N.is_(1)), ("a is yes", "and (b is yes or n is 1)")),
        (A.is_(True) | (B.is_(True) & N.is_(1)), ("a is yes", "or (b is yes and n is 1)")),
    ],
)
def test_guards_are_paragraphs(guard: Expr, said: tuple[str, ...]) -> None:
    """Each part of a guard is a paragraph; joined, they read as the guard itself does."""
    assert said == sentences(guard)
    assert guard == TRUE or " ".join(said) == str(guard)


def test_names_of_files() -> None:
    """A title becomes a name that every system of files takes."""
    assert "sip-server-1-rm-4" == slug("SIP Server 1: RM-4?")


def test_a_legend_has_each_meaning_once() -> None:
    """Kinds of rules come first and in their order, then what a picture adds."""
    own = Style("wire", "#000000", Line.BOLD)

    assert (PROTOCOL, FAILURE, own) == legend_of([own, FAILURE, PROTOCOL, FAILURE])
