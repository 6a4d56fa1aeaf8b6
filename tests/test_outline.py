"""Guards as an outline: what stands on which line, and that nothing is lost by it."""

from __future__ import annotations

from enum import Enum

import pytest
from hypothesis import given

from hamodel import FALSE, TRUE, And, Expr, Not, Or, Same, Var, all_of, any_of
from hamodel.outline import outline
from hamodel.satisfiable import can_hold
from tests.test_expr import GUARDS


class Role(Enum):
    """A server's role."""

    ACTIVE = "active"
    STANDBY = "standby"
    DOWN = "down"


ROLE: Var[Role] = Var("role", Role)
ON, UP, FULL = Var("on", bool), Var("up", bool), Var("full", bool)


@pytest.mark.parametrize(
    ("guard", "lines"),
    [
        (TRUE, ("always",)),
        (FALSE, ("never",)),
        (ON.is_(True) & UP.is_(True), ("on is yes", "and up is yes")),
        (~ON.is_(True), ("on is no",)),
        (ROLE.is_not(Role.DOWN), ("role is not down",)),
        (~ROLE.in_(Role.ACTIVE, Role.DOWN), ("role is neither active nor down",)),
        (
            ON.is_(True) & ROLE.in_(Role.ACTIVE, Role.DOWN),
            ("on is yes", "and role is active or down"),
        ),
        (
            ON.is_(True) & (UP.is_(True) | FULL.is_(True) & ROLE.is_(Role.DOWN)),
            (
                "on is yes",
                "and one of these:",
                "  - up is yes",
                "  - full is yes",
                "    and role is down",
            ),
        ),
        (
            ON.is_(True) & ~(UP.is_(True) & FULL.is_(True)),
            ("on is yes", "and one of these:", "  - up is no", "  - full is no"),
        ),
        (
            ~(UP.is_(True) & FULL.is_(True)) | ON.is_(True),
            ("if", "  up is yes", "  and full is yes", "then", "  on is yes"),
        ),
        (
            ROLE.is_(Role.ACTIVE) | ON.is_(True) | ROLE.is_(Role.DOWN),
            ("one of these:", "  - role is active or down", "  - on is yes"),
        ),
    ],
)
def test_a_guard_is_an_outline(guard: Expr, lines: tuple[str, ...]) -> None:
    """Parts stand on lines of their own, alternatives are indented, nothing is in brackets."""
    assert lines == outline(guard)


@given(GUARDS)
def test_no_outline_has_brackets(guard: Expr) -> None:
    """However a guard is nested, its outline says each part on a line, without a bracket."""
    assert "(" not in "\n".join(outline(guard))


def test_no_two_guards_of_one_outline_mean_different_things() -> None:
    """Of all guards of three levels over three variables, those that read the same are the same."""
    level: list[Expr] = [ON.is_(True), UP.is_(False), FULL.is_(True), Same(ON, UP)]
    for _ in range(2):
        simple = level[:12]
        level += [Not(one) for one in simple]
        level += [kind((a, b)) for kind in (And, Or) for a in simple for b in level[:24]]
        level += [join(a, ~b) for join in (all_of, any_of) for a in simple for b in level[-24:]]
    read: dict[tuple[str, ...], Expr] = {}
    for guard in level:
        same = read.setdefault(outline(guard), guard)
        assert not can_hold(guard, ~same)
        assert not can_hold(same, ~guard)
    assert len(read) > 100
