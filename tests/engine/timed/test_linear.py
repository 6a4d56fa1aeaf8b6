"""Numbers that know how they follow from timers."""

from __future__ import annotations

import pytest

from hamodel.engine.timed.linear import Linear, Vector, condition, evaluated, less, written
from hamodel.errors import ModelError

NAMES = ("a", "b")


def two() -> tuple[Vector, Linear, Linear]:
    """Return a vector with a = 10 and b = 4, and both timers."""
    vector = Vector({"a": 10, "b": 4})
    return vector, vector.timer("a"), vector.timer("b")


def test_sums_and_multiples_know_their_form() -> None:
    """Their value is that of the form; what knows nothing is a constant."""
    vector, a, b = two()
    numbers = [a + b, b + 1, 1 + b, a - b, 7 - a, 3 * a, a * 3, -a, +b, (3 - 1) * a + b - 5]
    forms = [(0, 1, 1), (1, 0, 1), (1, 0, 1), (0, 1, -1), (7, -1, 0)]
    forms += [(0, 3, 0), (0, 3, 0), (0, -1, 0), (0, 0, 1), (-5, 2, 1)]

    assert forms == [number.form for number in numbers]
    assert [int(number) for number in numbers] == [evaluated(form, (10, 4)) for form in forms]
    assert (3, 0, 0) == vector.form(3)


def test_comparisons_note_what_came_out() -> None:
    """Each as a form that is at least 0 at the vector; equality notes nothing."""
    vector, a, b = two()
    assert [a >= b, a <= b, a > b, a < b, bool(b), a == 10, a != b]

    assert [(0, 1, -1), (-1, 1, -1), (-1, 1, -1), (0, 1, -1), (-1, 0, 1)] == vector.seen
    assert all(evaluated(form, vector.point) >= 0 for form in vector.seen)


def test_a_choice_is_noted() -> None:
    """The least of two timers is one of them, where it is the least."""
    vector, a, b = two()

    assert (0, 0, 1) == vector.form(min(a, b))
    assert (0, 1, 0) == vector.form(max(a, b))
    assert {(0, 1, -1), (-1, 1, -1)} >= set(vector.seen)


def test_what_is_not_linear_is_an_error() -> None:
    """A product, a quotient, a remainder; it names the timers."""
    _, a, b = two()
    for wrong in (lambda: a * b, lambda: a // b, lambda: 7 // a, lambda: a % 2, lambda: a / 2):
        with pytest.raises(ModelError, match=r"HA089 .*(a, b|\(a\)).* --timers"):
            wrong()


@pytest.mark.parametrize(
    ("form", "sum_", "holds"),
    [
        ((0, 1, 0), "a", "a ≥ 0 ms"),
        ((400, 3, 1), "3·a + b + 400 ms", "3·a + b + 400 ms ≥ 0 ms"),
        ((0, 1, -1), "a - b", "b ≤ a"),
        ((-1, 1, -1), "a - b - 1 ms", "b < a"),
        ((-1, 1, 0), "a - 1 ms", "a > 0 ms"),
        ((5000, -1, 0), "5,000 ms - a", "a ≤ 5,000 ms"),
        ((-5001, 1, 0), "a - 5,001 ms", "a ≥ 5,001 ms"),
        ((0, 0, 0), "0 ms", "0 ms ≥ 0 ms"),
        ((0, -2, 0), "-2·a", "2·a ≤ 0 ms"),
    ],
)
def test_words(form: tuple[int, ...], sum_: str, holds: str) -> None:
    """A form as a sum, and as the condition that it is at least 0."""
    assert (sum_, holds) == (written(form, NAMES), condition(form, NAMES))


def test_less_is_the_rest() -> None:
    """At whole vectors a form is at least 0, or what `less` says is."""
    for value in range(-3, 4):
        assert (value >= 0) != (evaluated(less((value, 0, 0)), (0, 0)) >= 0)
