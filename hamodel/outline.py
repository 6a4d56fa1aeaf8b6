"""
Guards as an outline: a part a line, alternatives below one another, indented, without parentheses.

`str()` of a guard is one line, for a message; this is for a reader who wants to understand one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hamodel.expr import TRUE, And, Expr, Is, Not, Or, all_of, any_of, word

INDENT = "  "


def outline(guard: Expr) -> tuple[str, ...]:
    """
    Return the lines of a guard; the spaces that a line begins with say what it belongs to.

    Parts that must all hold follow each other with `and`; of alternatives each begins with `- `.
    An alternative to what does not hold reads as `if … then …`, and `not` stands at no bracket.
    """
    return tuple(_lines(_plain(guard)))


def _plain(guard: Expr) -> Expr:
    """Return an equivalent guard whose parts are flat, and negated one by one."""
    match guard:
        case And(parts):
            return all_of(*map(_plain, parts))
        case Or(parts):
            return any_of(*(part if _is_premise(part) else _plain(part) for part in parts))
        case Not(part):
            return _negated(part)
        case _:
            return guard


def _negated(guard: Expr) -> Expr:
    """Return a plain guard that holds where this one does not."""
    match guard:
        case Is(var, value) if len(var.values) == 2:
            [other] = (each for each in var.values if each is not var.checked(value))
            return Is(var, other)
        case And(parts):
            return _plain(any_of(*(~part for part in parts)))
        case Or(parts) if not _one_variable(parts):
            return _plain(all_of(*(~part for part in parts)))
        case Not(part):
            return _plain(part)
        case _:
            return Not(guard)


def _is_premise(part: Expr) -> bool:
    """Return whether an alternative says that something composed does not hold."""
    return isinstance(part, Not) and isinstance(part.part, And) and part.part != TRUE


def _one_variable(parts: Iterable[Expr]) -> bool:
    names = {part.var.name if isinstance(part, Is) else None for part in parts}
    return len(names) == 1 and None not in names


def _lines(guard: Expr) -> Iterator[str]:
    match guard:
        case And(parts) if parts:
            for place, part in enumerate(parts):
                yield from _led("and " if place else "", _lines(part))
        case Or(parts) if premises := [part for part in parts if _is_premise(part)]:
            rest = any_of(*(part for part in parts if part != premises[0]))
            yield "if"
            yield from _below(outline(~premises[0]))
            yield "then"
            yield from _below(outline(rest))
        case Or(parts) if parts and not _one_variable(parts):
            yield "one of these:"
            for part in _gathered(parts):
                yield from _below(_led("- ", _lines(part), INDENT))
        case Not(Or(parts)):
            said = [word(part.value) for part in parts if isinstance(part, Is)]
            [first, *_] = (part for part in parts if isinstance(part, Is))
            yield f"{first.var} is neither {' nor '.join(said)}"
        case _:
            yield str(guard)


def _gathered(parts: Iterable[Expr]) -> Iterator[Expr]:
    """Yield alternatives, those about the value of one variable as one."""
    groups: dict[object, list[Expr]] = {}
    for part in parts:
        groups.setdefault(part.var.name if isinstance(part, Is) else part, []).append(part)
    return (any_of(*group) for group in groups.values())


def _led(lead: str, lines: Iterable[str], below: str = "") -> Iterator[str]:
    """Yield lines, the first behind a lead, the others behind `below`."""
    for place, line in enumerate(lines):
        yield (below if place else lead) + line


def _below(lines: Iterable[str]) -> Iterator[str]:
    return _led(INDENT, lines, INDENT)
