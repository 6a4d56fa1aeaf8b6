"""Something before a Media Server answers its OPTIONS, so that nobody notices when it is gone."""

from collections.abc import Iterator

from hamodel import TRUE, Component, Expr, Kind, Rule, Set, Var
from hamodel.guide import Parts

ASSUMPTIONS = {"A-FRONT": "A front end may answer OPTIONS for a Media Server that is down."}
FLIPS = ("MS-2",)
TOUCHES = ()


def answers_for(name: str) -> Var[bool]:
    """Return whether a front end answers for a Media Server."""
    return Var(f"front_end_of_{name}.answers", bool)


def components(parts: Parts) -> Iterator[Component]:
    """The front ends."""
    for name in parts.media_servers:
        yield Component(f"front_end_of_{name}", variables=answers_for(name))


def needs(parts: Parts, rule: Rule) -> Expr:
    """A failure is noticed only if nothing answers."""
    for name in parts.media_servers:
        if rule.name.endswith(f" notices that {name} failed"):
            return answers_for(name).is_(False)
    return TRUE


def rules(parts: Parts) -> Iterator[Rule]:
    """A front end begins to answer by itself."""
    for name in parts.media_servers:
        yield Rule(
            f"a front end answers for {name}",
            Kind.FAILURE,
            when=answers_for(name).is_(False),
            sets=Set(answers_for(name), True),
            cost={"front-end-error": 1},
            cite="A-FRONT",
        )
