"""An extension: what a file of a user's adds to the model of a deployment, and its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hamodel import TRUE, Budget, Component, Expr, ModelError, Property, Rule, System, all_of
from hamodel.cite import Source
from hamodel.errors import among, nearest
from hamodel.guide.parts import Parts
from hamodel.guide.promises.promise import Promise
from hamodel.satisfiable import can_hold


def _nothing(*_: object) -> tuple[()]:
    return ()


def _needs_nothing(_parts: Parts, _rule: Rule) -> Expr:
    return TRUE


@dataclass(frozen=True, slots=True)
class Extension:
    """
    A rule file as a value; the model knows no more of it.

    Parameters
    ----------
    name
        The family of its rules: the file's name.
    rules
        Yields rules from the parts.
    components
        Yields components of its own, for what its rules remember.
    needs
        The guard that a rule of the model needs besides its own; TRUE for most.
    promises
        Yields promises, from the parts and the system.
    strategies
        Recorder strategies by name, each a function that yields rules.
    assumptions
        What its rules can cite besides the guide's catalogue.
    faults
        What joins every budget: fault class to how many; None: one fault of its rules' classes.
    flips
        The claims that it is known to change on some deployment.
    touches
        The parts that its rules may move; None: all.
    """

    name: str
    rules: Callable[[Parts], Iterable[Rule]] = _nothing
    components: Callable[[Parts], Iterable[Component]] = _nothing
    needs: Callable[[Parts, Rule], Expr] = _needs_nothing
    promises: Callable[[Parts, System], Iterable[Promise]] = _nothing
    strategies: Mapping[str, Callable[[Parts], Iterable[Rule]]] = field(default_factory=dict)
    assumptions: tuple[Source, ...] = ()
    faults: Mapping[str, int] | None = None
    flips: tuple[str, ...] = ()
    touches: tuple[str, ...] | None = None

    def __call__(self, parts: Any) -> Iterable[Rule]:
        """Yield its rules."""
        return self.rules(parts)

    @property
    def without_rules(self) -> Extension:
        """The same with its strategies, and nothing else that changes the model."""
        return Extension(self.name, strategies=self.strategies, assumptions=self.assumptions)

    def restricted(self, parts: Parts, rule: Rule) -> Rule:
        """Return a rule of the model with the guard that it needs now."""
        more = self.needs(parts, rule)
        return rule if more == TRUE else replace(rule, when=all_of(rule.when, more))

    def allowance(self, system: System) -> Mapping[str, int]:
        """Return what joins every budget: by default one fault of its rules' classes together."""
        if self.faults is not None:
            return self.faults
        own = [rule for rule in system.rules if rule.family == self.name]
        classes = dict.fromkeys(fault for rule in own for fault in rule.cost)
        return {"+".join(classes): 1} if classes else {}

    def check(self, parts: Parts, system: System) -> None:
        """
        Raise what is wrong with its rules in this model.

        Raises
        ------
        ModelError
            HA086 for a rule that can never happen, HA087 for one that moves what the file does
            not declare.
        """
        own = {component.name for component in self.components(parts)}
        allowed = None if self.touches is None else own | set(_touched(parts, self.touches))
        for rule in system.rules:
            if rule.family != self.name:
                continue
            if not can_hold(system.flattened(rule)[0]):
                raise ModelError(
                    "HA086",
                    f"the rule '{rule.name}' can never happen, for no state makes its guard and "
                    "its arrows' true together; mend when=, or leave this instance out of the loop",
                )
            outside = [] if allowed is None else _moved(system, rule, allowed)
            if outside:
                raise ModelError(
                    "HA087",
                    f"the rule '{rule.name}' moves {among(outside)}, and TOUCHES of the file has "
                    f"{among(self.touches or ()) or 'nothing'}; add to TOUCHES what it is meant to "
                    "move, or take the effect out of the rule",
                )


def _moved(system: System, rule: Rule, allowed: set[str]) -> list[str]:
    """Return what a rule moves that it may not, each component once."""
    fired = [firing.component for firing in rule.fires]
    owners = [system.owners[effect.var.name] for effect in rule.sets]
    return [name for name in dict.fromkeys((*fired, *owners)) if name not in allowed]


def _touched(parts: Parts, words: Iterable[str]) -> Iterator[str]:
    """Yield the components that these words mean: kinds, or components by name."""
    kinds = kinds_of_components(parts)
    names = [component.name for component in parts.components]
    for word in words:
        if word not in kinds and word not in names:
            raise ModelError(
                "HA087",
                f"TOUCHES has {word!r:.60}, which is no kind of component and no component; "
                f"{nearest(str(word), (*kinds, *names))}",
            )
        yield from kinds.get(word, (word,))


def kinds_of_components(parts: Parts) -> Mapping[str, tuple[str, ...]]:
    """Return the names of the components of each kind; none where the deployment has none."""
    families: dict[str, Mapping[Any, Any]] = {
        "sip_server": parts.sip_servers,
        "resource_manager": parts.resource_managers,
        "media_server": parts.media_servers,
        "t_lib_client": parts.t_lib_clients,
        "call": parts.calls,
        "media_dialog": parts.dialogs,
        "recording_session": parts.recording_sessions,
    }
    kinds = {
        kind: tuple(each.machine.name for each in family.values())
        for kind, family in families.items()
    }
    kinds["recorder"] = tuple(
        part.name for each in parts.recorders.values() for part in each.components
    )
    for single in (
        parts.management.machine,
        parts.management.address,
        parts.balancer.machine,
        parts.address.machine,
    ):
        kinds[single.name] = (single.name,)
    return kinds


def joined(promise: Promise, faults: Mapping[str, int]) -> Promise:
    """Return a promise whose budgets allow these faults beside their own."""
    return replace(promise, properties=tuple(_joined(prop, faults) for prop in promise.properties))


def _joined(prop: Property, faults: Mapping[str, int]) -> Property:
    beyond = None if prop.beyond is None else with_faults(prop.beyond, faults)
    return replace(prop, budget=with_faults(prop.judged_under(), faults), beyond=beyond)


def with_faults(budget: Budget, faults: Mapping[str, int]) -> Budget:
    """Return a budget that also allows these faults, where it did not rule on them already."""
    if budget.faults is None:
        return budget
    some = [each for each in budget.allowances if each.limit]
    more = {}
    for pattern, limit in faults.items():
        new = [part for part in pattern.split("+") if not any(each.covers(part) for each in some)]
        if new:
            more["+".join(new)] = limit
    return Budget({**{each.pattern: each.limit for each in some}, **more}, budget.repairs)
