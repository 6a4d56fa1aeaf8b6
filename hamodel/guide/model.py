"""The model of a deployment: its parts, and the rules of every procedure and failure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from hamodel import Rule, System
from hamodel.guide.deployment import Deployment
from hamodel.guide.extension import Extension
from hamodel.guide.failures import crash, hang, host_loss
from hamodel.guide.parts import Parts, build_parts
from hamodel.guide.procedures import (
    call_control,
    call_set_up,
    media_server_failover,
    proxying,
    recording,
    resource_manager_takeover,
    serial_search,
    sip_server_replication,
    switchover,
    t_lib,
)
from hamodel.guide.sources import guide_catalogue
from hamodel.guide.strategies import STRATEGIES, added_strategies
from hamodel.guide.timing import timed

Generator = Callable[[Parts], Iterable[Rule]]
"""A function that yields the rules of one family, for however many instances there are."""

GENERATORS: tuple[Generator, ...] = (
    *call_set_up.RULES,
    *call_control.RULES,
    *proxying.RULES,
    *serial_search.RULES,
    *recording.RULES,
    *sip_server_replication.RULES,
    *switchover.RULES,
    *resource_manager_takeover.RULES,
    *media_server_failover.RULES,
    *t_lib.RULES,
    *(family for strategy in STRATEGIES.values() for family in strategy),
    *crash.RULES,
    *hang.RULES,
    *host_loss.RULES,
)
"""Every family of rules of the guide's model, in the order in which a search tries them."""


def build(deployment: Deployment, generators: Sequence[Generator] = ()) -> System:
    """
    Return the model of a deployment.

    Parameters
    ----------
    deployment
        What is installed and how much of it is in scope.
    generators
        Further families of rules; an `Extension` such as a rule file may bring more than rules.

    Raises
    ------
    ModelError
        What a further family does wrong.
    InputError
        HA088 for a strategy whose code is not among them.
    """
    parts = build_parts(deployment)
    extensions = [each for each in generators if isinstance(each, Extension)]
    strategies = added_strategies(deployment, {each.name: each.strategies for each in extensions})
    system = assemble(parts, (*GENERATORS, *strategies, *generators))
    for extension in extensions:
        extension.check(parts, system)
    return system


def assemble(parts: Parts, generators: Iterable[Generator]) -> System:
    """Return the system of these parts with the rules of these families, and what they assume."""
    families = tuple(generators)
    extensions = [each for each in families if isinstance(each, Extension)]
    rules = [
        timed(parts.deployment, replace(rule, family=family_of(generator)))
        for generator in families
        for rule in generator(parts)
    ]
    for extension in extensions:
        rules = [
            rule if rule.family == extension.name else extension.restricted(parts, rule)
            for rule in rules
        ]
    guide = guide_catalogue()
    own = [each for family in families for each in getattr(family, "assumptions", ())]
    sources = replace(guide, sources=(*guide.sources, *own)) if own else guide
    components = [part for extension in extensions for part in extension.components(parts)]
    return System((*parts.components, *components), tuple(rules), sources, parts.deployment.name)


def family_of(generator: Generator) -> str:
    """Return the name of a family of rules: its generator's."""
    if isinstance(generator, Extension):
        return generator.name
    return str(getattr(generator, "__name__", type(generator).__name__))
