"""
Transparency by the book: the greatest fixpoint over pairs of states, quadratic and slow.

Written from the definition, for graphs of a few dozen states, and shares
nothing with `hamodel.engine` but the semantics of rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from hamodel import Kind, Message, Property, System

Node = tuple[tuple[Any, ...], int]
"""The values of the variables, and how many faults are left."""


@dataclass(frozen=True)
class Step:
    """A step as it is seen."""

    rule: str
    group: str | None
    said: tuple[str, ...]
    target: Node


class Naive:
    """The graph of a system under a budget of `faults` of any class, and what an observer sees."""

    def __init__(self, system: System, prop: Property, faults: int) -> None:
        self.system, self.prop = system, prop
        self.names = list(system.variables)
        self.shown = [
            place
            for place, name in enumerate(self.names)
            if system.owners[name] in prop.observers and name not in prop.hide
        ]
        self.flat = [(rule, *system.flattened(rule)) for rule in system.rules]
        self.steps: dict[Node, list[Step]] = {}
        self.start: Node = (tuple(system.initial.values()), faults)
        self.expand([self.start])

    def expand(self, nodes: Iterable[Node]) -> None:
        """Find everything that these nodes lead to."""
        waiting = [node for node in nodes if node not in self.steps]
        while waiting:
            node = waiting.pop()
            if node not in self.steps:
                self.steps[node] = list(self._steps(node))
                waiting += [step.target for step in self.steps[node]]

    def _steps(self, node: Node) -> Iterable[Step]:
        state, left = dict(zip(self.names, node[0], strict=True)), node[1]
        for rule, guard, effects in self.flat:
            cost = sum(rule.cost.values())
            if not guard(state) or cost > left:
                continue
            after = dict(state)
            after.update((e.var.name, e.value(state)) for e in effects if e.when(state))
            target = tuple(after.values()), left - cost
            fair = rule.kind is Kind.PROTOCOL or rule.group in self.prop.fair
            said = self._said(rule.says, state, self.colour(node) == self.colour(target))
            yield Step(rule.name, rule.group if fair else None, said, target)

    def _said(self, says: Iterable[Message], state: Any, same: bool) -> tuple[str, ...]:
        heard = [m.heard(state) for m in says if self.prop.hears(m)]
        return tuple(sorted(str(m) for m in heard if not (same and m.kind in self.prop.idempotent)))

    def colour(self, node: Node) -> tuple[Any, ...]:
        """Return what is seen of a node."""
        return tuple(node[0][place] for place in self.shown)

    def silent(self, node: Node) -> list[Step]:
        """Return the steps that nobody notices."""
        return [
            s for s in self.steps[node] if not s.said and self.colour(node) == self.colour(s.target)
        ]

    def closed(self, nodes: Iterable[Node], within: Collection[Node] | None = None) -> set[Node]:
        """Return what silent steps lead to, inside `within`."""
        seen = set(nodes)
        waiting = list(seen)
        while waiting:
            for step in self.silent(waiting.pop()):
                if step.target not in seen and (within is None or step.target in within):
                    seen.add(step.target)
                    waiting.append(step.target)
        return seen

    def events(self, nodes: Iterable[Node]) -> dict[Any, set[Node]]:
        """Return each event that these nodes can show next, and where silence leads from there."""
        after: dict[Any, set[Node]] = {}
        for node in nodes:
            for step in self.steps[node]:
                if step.said or self.colour(node) != self.colour(step.target):
                    after.setdefault((step.said, self.colour(step.target)), set()).add(step.target)
        return {event: self.closed(targets) for event, targets in after.items()}

    def stays(self, node: Node, within: Collection[Node]) -> bool:
        """Return whether a fair silent run from a node can stay within these nodes for ever."""
        reach = {a: self.closed([a], within) for a in self.closed([node], within)}
        return any(self.fair({b for b in reach[a] if a in reach[b]}) for a in reach)

    def fair(self, part: Collection[Node]) -> bool:
        """Return whether a fair run can stay in this part by silent steps, or by none."""
        groups = {step.group for node in part for step in self.steps[node]} - {None}
        return all(
            any(all(step.group != group for step in self.steps[node]) for node in part)
            or any(
                step.group == group and step.target in part
                for node in part
                for step in self.silent(node)
            )
            for group in groups
        )

    def bisimilar(self, starts: Iterable[Node]) -> set[tuple[Node, Node]]:
        """Return all pairs of bisimilar nodes among those that these lead to."""
        nodes, waiting = set[Node](), list(starts)
        while waiting:
            if (node := waiting.pop()) not in nodes:
                nodes.add(node)
                waiting += [step.target for step in self.steps[node]]
        related = {(p, q) for p, q in product(nodes, nodes) if self.colour(p) == self.colour(q)}
        while True:
            friends: dict[Node, set[Node]] = {p: set() for p in nodes}
            for p, q in related:
                friends[p].add(q)
            wrong = {(p, q) for p, q in related if not self._matched(p, q, friends)}
            if not wrong:
                return related
            related -= wrong | {(q, p) for p, q in wrong}

    def _matched(self, p: Node, q: Node, friends: dict[Node, set[Node]]) -> bool:
        middle = self.closed([q], friends[p])
        for step in self.steps[p]:
            quiet = not step.said and self.colour(step.target) == self.colour(p)
            if quiet and q in friends[step.target]:
                continue
            if not any(
                other.said == step.said and other.target in friends[step.target]
                for node in middle
                for other in self.steps[node]
            ):
                return False
        return self.stays(q, friends[p]) or not self.stays(p, friends[q])

    def fault_steps(self) -> list[tuple[Node, Node, Node]]:
        """Return, for each step of the fault with the premise: before it, withdrawn, after it."""
        found = []
        for node, steps in list(self.steps.items()):
            state = dict(zip(self.names, node[0], strict=True))
            found += [
                (node, (node[0], step.target[1]), step.target)
                for step in steps
                if step.rule in self.prop.fault and self.prop.given(state)
            ]
        self.expand(withdrawn for _, withdrawn, _ in found)
        return found
