"""A system: components and rules that fit together, checked when it is built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from hamodel.cite import Catalogue
from hamodel.component import Component, Firing
from hamodel.errors import ModelError, among, members
from hamodel.expr import TRUE, Expr, Value, Var, all_of, any_of, variables_of
from hamodel.property import Modality, Property
from hamodel.rule import Kind, Rule, Set

Flat: TypeAlias = tuple[Rule, Expr, tuple[Set, ...]]
"""A rule, its one guard, and all its effects."""


@dataclass(frozen=True, slots=True)
class System:
    """
    Components and the rules that move them.

    Parameters
    ----------
    components
        In the order in which their variables make up a state.
    rules
        In the order in which a search tries them.
    sources
        The catalogue that citations are checked against; None: citations are free text.
    name
        What it is called in traces and pictures.

    Raises
    ------
    ModelError
        HA004, HA008, HA011, HA013, HA014, HA015, HA016, HA023.
    """

    components: tuple[Component, ...]
    rules: tuple[Rule, ...]
    sources: Catalogue | None = None
    name: str = "system"
    variables: Mapping[str, Var[Any]] = field(init=False, repr=False, compare=False)
    owners: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _flat: dict[str, Flat] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        components = members(self.components, Component, f"the system {self.name}")
        object.__setattr__(self, "components", components)
        object.__setattr__(self, "rules", members(self.rules, Rule, f"the system {self.name}"))
        _distinct("component", [component.name for component in self.components])
        _distinct("rule", [rule.name for rule in self.rules])
        owned = [(var, each.name) for each in self.components for var in each.all_variables]
        _distinct("variable", [var.name for var, _ in owned])
        variables = MappingProxyType({var.name: var for var, _ in owned})
        object.__setattr__(self, "variables", variables)
        object.__setattr__(
            self, "owners", MappingProxyType({var.name: owner for var, owner in owned})
        )
        for component in self.components:
            for arrow in component.arrows:
                self._check_guard(arrow.when, f"the arrow {arrow.trigger} of {component.name}")
                self._check_citation(arrow.cite, f"the arrow {arrow.trigger} of {component.name}")
        for rule in self.rules:
            self._check_rule(rule)

    def __hash__(self) -> int:
        return hash((self.name, len(self.components), len(self.rules)))

    def __reduce__(self) -> tuple[Any, ...]:
        return (System, (self.components, self.rules, self.sources, self.name))

    def _check_rule(self, rule: Rule) -> None:
        what = f"the rule '{rule.name}'"
        self._check_guard(rule.when, what)
        self._check_citation(rule.cite, what, needed=True)
        for firing in rule.fires:
            self.component(firing.component, what).fires(firing.trigger)
        mains = {each.main.name for each in self.components if each.main and each.arrows}
        for effect in rule.sets:
            self._check_variable(effect.var, what)
            self._check_guard(effect.when, what)
            if effect.source is not None:
                self._check_variable(effect.source, what)
            if effect.var.name in mains:
                raise ModelError(
                    "HA011",
                    f"{what} assigns the main state of {effect.var}; fire one of its arrows: "
                    f"{among(dict.fromkeys(a.trigger for a in self[effect.var.name].arrows))}",
                )
        for message in rule.says:
            for item in message.data:
                if isinstance(item, Var):
                    self._check_variable(item, what)

    def _check_guard(self, guard: Expr, what: str, extra: Mapping[str, Var[Any]] = {}) -> None:
        for var in variables_of(guard):
            self._check_variable(var, what, extra)

    def _check_variable(self, var: Var[Any], what: str, extra: Mapping[str, Var[Any]] = {}) -> None:
        known = self.variables.get(var.name) or extra.get(var.name)
        if known is None:
            raise ModelError(
                "HA014",
                f"{what} names the variable {var}, which no component owns; "
                f"give it to one, or use one of {among(self.variables)}",
            )
        if not known.same_domain(var):
            raise ModelError("HA004", f"{what} has another domain for {var} than its component")

    def _check_citation(self, cite: str, what: str, needed: bool = False) -> None:
        if self.sources is None:
            return
        if cite:
            self.sources.check(cite, what)
        elif needed:
            raise ModelError("HA016", f"{what} cites nothing; name its claim or its assumption")

    def check_property(self, prop: Property, budget_counters: Iterable[Var[Any]] = ()) -> None:
        """Raise HA014, HA015, HA020 or HA021 if the property does not fit this system."""
        extra = {var.name: var for var in budget_counters}
        for given, expr in prop.cases:
            self._check_guard(expr, f"the property {prop.name}", extra)
            self._check_guard(given, f"the premise of {prop.name}", extra)
        for claim in prop.claims:
            self._check_citation(claim, f"the property {prop.name}")
        groups = dict.fromkeys(rule.group for rule in self.rules)
        if missing := [name for name in prop.fair if name not in groups]:
            raise ModelError(
                "HA021", f"{prop.name} assumes {among(missing)} fair; groups are {among(groups)}"
            )
        if prop.modality is not Modality.TRANSPARENT:
            return
        names = [component.name for component in self.components]
        if missing := [name for name in prop.observers if name not in names]:
            raise ModelError(
                "HA020", f"{prop.name} is observed by {among(missing)}; it can be {among(names)}"
            )
        faults = [rule.name for rule in self.rules if rule.kind is Kind.FAILURE]
        if missing := [name for name in prop.fault if name not in faults]:
            raise ModelError(
                "HA021", f"{prop.name} has the fault {among(missing)}; it can be {among(faults)}"
            )
        for name in prop.hide:
            if name not in self.variables:
                raise ModelError("HA014", f"{prop.name} hides {name}, which no component owns")

    def __getitem__(self, name: str) -> Component:
        return self.component(name, "")

    def component(self, name: str, what: str) -> Component:
        """Return the component of that name; HA008 if there is none."""
        for component in self.components:
            if component.name == name:
                return component
        names = among(component.name for component in self.components)
        said = f"{what} names" if what else "there is no component"
        raise ModelError("HA008", f"{said} {name!r}; components are {names}")

    def rule(self, name: str) -> Rule:
        """Return the rule of that name; HA014 if there is none."""
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise ModelError("HA014", f"there is no rule {name!r} among the {len(self.rules)} rules")

    @property
    def initial(self) -> dict[str, Value]:
        """The initial state."""
        return {name: var.initial for name, var in self.variables.items()}

    @property
    def fault_classes(self) -> tuple[str, ...]:
        """Every fault class that a rule's cost names, in the order of the rules."""
        return tuple(dict.fromkeys(fault for rule in self.rules for fault in rule.cost))

    def flattened(self, rule: Rule) -> tuple[Expr, tuple[Set, ...]]:
        """
        Return a rule as one guard and its effects, with its arrows' among them.

        Enabled iff the guard holds; an arrow becomes an effect on the main
        state, conditional where one trigger has several arrows.
        """
        known = self._flat.get(rule.name)
        if known is not None and known[0] is rule:
            return known[1:]
        guards, effects = [rule.when], list(rule.sets)
        for firing in rule.fires:
            guard, moves = self._flattened_firing(firing)
            guards.append(guard)
            effects.extend(moves)
        flat = rule, all_of(*guards), tuple(effects)
        self._flat[rule.name] = flat
        return flat[1:]

    def _flattened_firing(self, firing: Firing) -> tuple[Expr, list[Set]]:
        component = self[firing.component]
        arrows = list(component.arrows_for(firing.trigger))
        enabled = [all_of(component.in_(*a.source_states), a.when) for a in arrows]
        assert component.main is not None
        conditions: Sequence[Expr] = [TRUE] if len(arrows) == 1 else enabled
        moves = [
            Set(component.main, arrow.target, when)
            for arrow, when in zip(arrows, conditions, strict=True)
        ]
        return any_of(*enabled), moves


def _distinct(what: str, names: Sequence[str]) -> None:
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise ModelError("HA013", f"there is more than one {what} named {among(twice)}; rename one")
