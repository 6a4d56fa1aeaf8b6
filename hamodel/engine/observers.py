"""
What observers see of an exploration: a colour for every state, a code for what each step says.

Two states have one colour iff every visible variable has one value in both.
Code 0 is a step of which no observer hears anything. A step is silent iff
its code is 0 and it leaves the colour as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum

from hamodel.engine.explored import Edge, Explored
from hamodel.expr import State, Var, word
from hamodel.property import Property
from hamodel.rule import Message

Event = tuple[int, int]
"""What a step shows: its code, and the colour that it leads to."""


class Detail(Enum):
    """How much is told of an event: the messages; the main states, too; every variable, too."""

    HEARD = "heard"
    STATES = "states"
    ALL = "all"


class View:
    """
    The graph of an exploration as the observers of a property see it.

    Parameters
    ----------
    exploration, prop
        What is seen, and whose observers see it.
    edges
        The steps of the states that are asked for, which lead to no others.

    Attributes
    ----------
    colour
        For each state that was asked for, its colour.
    codes
        For each of them, what its steps say, in the order of its edges.
    visible, messages
        The visible values of a colour; the messages of a code, which are heard at once.
    """

    def __init__(
        self, exploration: Explored, prop: Property, edges: Mapping[int, Sequence[Edge]]
    ) -> None:
        self.edges = edges
        self.messages: list[tuple[Message, ...]] = [()]
        self._known: dict[tuple[str, ...], int] = {(): 0}
        system = exploration.product.system
        owned = (name for name, owner in system.owners.items() if owner in prop.observers)
        self._shown = [name for name in owned if name not in prop.hide]
        self._main = frozenset(
            place for place, name in enumerate(self._shown) if system.owners[name] == name
        )
        self._heard = [
            tuple(message for message in action.rule.says if prop.hears(message))
            for action in exploration.product.actions
        ]
        self._read = [
            tuple(item.name for message in heard for item in message.data if isinstance(item, Var))
            for heard in self._heard
        ]
        self._coded: dict[tuple[int, bool, int], int] = {}
        self._idempotent = frozenset(prop.idempotent)
        states = list(edges)
        colours, self.visible = exploration.numbered(self._shown, states)
        self.colour = dict(zip(states, colours, strict=True))
        read = list(dict.fromkeys(name for names in self._read for name in names))
        data, found = exploration.numbered(read, states)
        self._data = dict(zip(states, data, strict=True))
        self._before = [dict(zip(read, values, strict=True)) for values in found]
        deaf = [not heard for heard in self._heard]
        self.codes = {
            i: tuple([0 if deaf[action] else self.code(i, action, t) for action, t in its])
            for i, its in edges.items()
        }

    def silent(self, state: int) -> list[Edge]:
        """Return the silent steps of a state."""
        colour = self.colour
        return [
            edge
            for edge, code in zip(self.edges[state], self.codes[state], strict=True)
            if not code and colour[edge[1]] == colour[state]
        ]

    def said(
        self, event: Event, before: int, others: Sequence[Event] = (), *, never: bool = False
    ) -> str:
        """Return an event in words, given the colour before it: `b gets ACK from a`."""
        parts = self._words(event, before, self.detail(event, before, others))
        if never and len(parts) == 1:
            return " never ".join(parts[0])
        said = " and ".join(f"{who} {does}" for who, does in parts) or "nothing is seen"
        return f"it is never so that {said}" if never else said

    def detail(self, event: Event, before: int, others: Sequence[Event] = ()) -> Detail:
        """Return the least detail in which an event has words, and other words than the others."""
        for detail in Detail:
            own = self._words(event, before, detail)
            if own and all(self._words(other, before, detail) != own for other in others):
                return detail
        return Detail.ALL

    def _words(self, event: Event, before: int, detail: Detail) -> list[tuple[str, str]]:
        """Return what an event is, as subjects and what they do: `("b", "gets ACK from a")`."""
        code, colour = event
        heard = [
            (each.receiver, f"gets {each.kind}{_data(each)} from {each.sender}")
            for each in self.messages[code]
        ]
        new = self.visible[colour]
        changed = self._changed(event, before, detail)
        return heard + [(self._shown[place], f"becomes {word(new[place])}") for place in changed]

    def _changed(self, event: Event, before: int, detail: Detail) -> list[int]:
        """Return the places of the visible variables that an event changes, as far as told."""
        old, new = self.visible[before], self.visible[event[1]]
        told = {Detail.HEARD: frozenset[int](), Detail.STATES: self._main}.get(detail)
        return [
            place
            for place in range(len(new))
            if old[place] != new[place] and (told is None or place in told)
        ]

    def code(self, state: int, action: int, target: int) -> int:
        """Return the code of what an action says in a state, on its way to another."""
        data, same = self._data[state], self.colour[state] == self.colour[target]
        code = self._coded.get((action, same, data))
        if code is None:
            code = self._coded[action, same, data] = self._new_code(
                action, same, self._before[data]
            )
        return code

    def _new_code(self, action: int, same: bool, before: State) -> int:
        """Return the code of what an action says where the variables that it reads are these."""
        silent = self._idempotent if same else frozenset()
        heard = (each.heard(before) for each in self._heard[action] if each.kind not in silent)
        messages = tuple(heard)
        # By their words: False and 0 are equal values, but not the same thing to hear.
        code = self._known.setdefault(tuple(sorted(map(str, messages))), len(self.messages))
        if code == len(self.messages):
            self.messages.append(messages)
        return code

    def alike(self, event: Event, before: int, detail: Detail) -> Callable[[Event], bool]:
        """Return what recognises an event by what is told of it in this detail."""
        code, new = event[0], self.visible[event[1]]
        changed = self._changed(event, before, detail)

        def recognises(other: Event) -> bool:
            heard = not code or other[0] == code
            return heard and all(self.visible[other[1]][place] == new[place] for place in changed)

        return recognises


def _data(message: Message) -> str:
    return f" ({', '.join(word(item) for item in message.data)})" if message.data else ""


def realised(
    view: View, start: int, events: Sequence[Event], goals: Collection[int] | None = None
) -> tuple[list[int], int] | None:
    """
    Return the actions of a shortest run that shows these events, and where it ends.

    With `goals`, it goes on by silent steps to one of them. None if there is no such run.
    """
    parents: dict[tuple[int, int], tuple[tuple[int, int], int]] = {}
    first = (start, 0)
    frontier = [first]
    while frontier:
        following = []
        for here in frontier:
            i, shown = here
            if shown == len(events) and (goals is None or i in goals):
                return _actions(parents, first, here), i
            for (action, target), code in zip(view.edges[i], view.codes[i], strict=True):
                if not code and view.colour[target] == view.colour[i]:
                    there = (target, shown)
                elif shown < len(events) and (code, view.colour[target]) == events[shown]:
                    there = (target, shown + 1)
                else:
                    continue
                if there not in parents and there != first:
                    parents[there] = (here, action)
                    following.append(there)
        frontier = following
    return None


def _actions(
    parents: Mapping[tuple[int, int], tuple[tuple[int, int], int]],
    first: tuple[int, int],
    here: tuple[int, int],
) -> list[int]:
    actions = []
    while here != first:
        here, action = parents[here]
        actions.append(action)
    return actions[::-1]
