"""
From a parsed file to a `Deployment`: spelling, then `--set`, then msgspec for the shape.

msgspec alone decides whether a value fits; only when it refuses one is the schema walked to say
which, where and why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

import msgspec

from hamodel.duration import duration_text
from hamodel.errors import InputError, among
from hamodel.guide.deployment.kinds import STRATEGIES, Kind
from hamodel.guide.deployment.media_tables import RecorderGroup
from hamodel.guide.deployment.schema import Deployment
from hamodel.guide.deployment.shape import (
    Shape,
    parameters,
    possible,
    shape_of,
    table_shapes,
)
from hamodel.guide.deployment.source import Key, Source, dotted, parse, shown
from hamodel.guide.deployment.spelling import (
    SpellingError,
    key_named,
    milliseconds,
    nearest,
    word_meant,
)
from hamodel.guide.deployment.tables import Network, Table
from hamodel.guide.deployment.timer_names import near_key, whole_key

SET = "--set"
"""What stands in place of a file's name for what the command line changed."""


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a key was given.

    Parameters
    ----------
    file
        The file, or `--set`.
    line
        Its line; 0 for `--set`.
    key
        The key as it is written there.
    """

    file: str
    line: int
    key: str


@dataclass(frozen=True, slots=True)
class Draft:
    """
    A deployment in the making: plain values in one spelling, and where each was given.

    Parameters
    ----------
    file
        The file that it is read from.
    data
        The values, keyed as in the schema.
    places
        Where each key was given; what has no place was not given.
    """

    file: str
    data: dict[str, Any]
    places: dict[Key, Place] = field(default_factory=dict)

    def place(self, key: Key) -> Place:
        """Return where a key was given, or else the nearest table around it."""
        for length in range(len(key), 0, -1):
            if found := self.places.get(key[:length]):
                written = found.key if length == len(key) else dotted(key)
                return Place(found.file, found.line, written)
        return Place(self.file, 0, dotted(key))

    def error(self, code: str, key: Key, message: str) -> InputError:
        """Return the error about a key, with its place."""
        place = self.place(key)
        return InputError(code, message, file=place.file, line=place.line, key=place.key)

    def is_changed(self, kind: str) -> bool:
        """Return whether `--set` changed anything in a table."""
        return any(key[0] == kind and place.file == SET for key, place in self.places.items())


def decode(source: Source, changes: Sequence[str] = ()) -> tuple[Deployment, Draft]:
    """
    Return the deployment that a file and changes describe, and where each key was given.

    Raises
    ------
    InputError
        For whatever cannot be decoded; what contradicts something else is not looked at yet.
    """
    draft = Draft(file=source.file, data={})
    draft.data.update(_Speller(source.file, source.lines, draft.places).table(source.data))
    for change in changes:
        _apply(draft, change)
    _derive(draft.data)
    try:
        return msgspec.convert(draft.data, Deployment), draft
    except msgspec.ValidationError as error:
        _blame(draft, draft.data, shape_of(Deployment), ())
        raise draft.error("HA064", (), f"{error}.") from None  # pragma: no cover - a backstop


@dataclass(frozen=True, slots=True)
class _Speller:
    """Walks what a file says along the schema, and makes one spelling of it."""

    file: str
    lines: Mapping[Key, int]
    places: dict[Key, Place]
    asked: str = ""
    """The whole key of a change, for what is near to it."""

    def table(
        self,
        data: Mapping[str, object],
        table: type[Table] = Deployment,
        path: Key = (),
        written: Key = (),
    ) -> dict[str, Any]:
        """Return a table with the schema's keys and one spelling of each value."""
        shapes = table_shapes(table)
        spelt: dict[str, Any] = {}
        for key, value in data.items():
            try:
                name = key_named(key, shapes)
            except SpellingError as wrong:
                homes = [self._home(at.key) for at in parameters() if at.key.endswith(f".{key}")]
                there = f"{shown(key)} is no key here, but there is {among(homes, 3)}."
                better = SpellingError("HA063", there) if homes and key else wrong
                if self.asked and not homes and not written:
                    better = SpellingError("HA063", f"no such key; {near_key(self.asked)}.")
                raise self._error(better, (*written, key)) from None
            if name in spelt:
                twice = SpellingError(
                    "HA071", f"this is {dotted((*path, name))}, which is given already."
                )
                raise self._error(twice, (*written, key))
            at = (*written, key)
            self._remember((*path, name), at)
            spelt[name] = self._value(value, shapes[name], (*path, name), at)
        return spelt

    def _home(self, key: str) -> str:
        """Return how a parameter's key is written; a change names its recorder group."""
        inside = key.removeprefix("recorder_group.")
        return f"recorder_group.NAME.{inside}" if self.asked and inside != key else key

    def _value(self, value: object, shape: Shape, path: Key, written: Key) -> object:
        try:
            if shape.kind is Kind.DURATION:
                return milliseconds(value, shape)
            if isinstance(value, str):
                return self._text(value, shape, path)
        except SpellingError as wrong:
            raise self._error(wrong, written) from None
        if isinstance(value, dict) and shape.table:
            return self.table(value, shape.table, path, written)
        if isinstance(value, dict) and shape.items is not None and shape.base is not tuple:
            inner = shape_of(shape.items)
            return {
                key: self._inner(item, inner, (*path, key), (*written, key))
                for key, item in value.items()
            }
        if isinstance(value, list) and shape.base is tuple:
            inner = shape_of(shape.items)
            return [
                self._inner(item, inner, (*path, number), (*written, number))
                for number, item in enumerate(value)
            ]
        return value

    def _inner(self, value: object, shape: Shape, path: Key, written: Key) -> object:
        self._remember(path, written)
        return self._value(value, shape, path, written)

    @staticmethod
    def _text(value: str, shape: Shape, path: Key) -> str:
        name = next(part for part in reversed(path) if isinstance(part, str))
        if shape.words:
            return word_meant(value, name, shape.words)
        if shape.kind is Kind.STRATEGY and ":" not in value:
            return word_meant(value, name, STRATEGIES)
        return value

    def _line(self, written: Key) -> int:
        for length in range(len(written), 0, -1):
            if line := self.lines.get(written[:length]):
                return line
        return 0

    def _remember(self, path: Key, written: Key) -> None:
        self.places[path] = Place(self.file, self._line(written), dotted(written))

    def _error(self, wrong: SpellingError, written: Key) -> InputError:
        return wrong.at(self.file, self._line(written), dotted(written))


def _apply(draft: Draft, change: str) -> None:
    """Make one change, `resource_manager.mode=single`, in a draft."""
    written, equals, value = change.partition("=")
    key = whole_key(written, _groups(draft))
    data = _read_change(change if key == written else f"{key}{equals}{value}")
    places: dict[Key, Place] = {}
    speller = _Speller(SET, {}, places, key.strip())
    ((first, inner),) = data.items()
    if first.replace("-", "_") == "recorder_group" and isinstance(inner, dict) and len(inner) == 1:
        into, spelt, path = _group_change(draft, speller, inner)
    else:
        into, spelt, path = draft.data, speller.table(data), ()
    for given in places:
        old = draft.places.get(given)
        if old and old.file == SET and _is_leaf(draft, given):
            raise draft.error("HA071", given, "this is set already, by another --set.")
    _merge(draft, into, spelt, path)
    draft.places.update(places)


def _is_leaf(draft: Draft, path: Key) -> bool:
    node: Any = draft.data
    for part in path:
        node = node[part]
    return not isinstance(node, dict)


def _read_change(change: str) -> Mapping[str, object]:
    key, equals, value = change.partition("=")
    usage = "write KEY=VALUE, such as resource_manager.mode=single"
    if not equals or not key.strip() or "\n" in change:
        raise InputError("HA082", f"found {shown(change)}; {usage}.", file=SET)
    bare = f"{key}={json.dumps(value.strip(), ensure_ascii=False)}"
    for text in (change, bare):
        try:
            data = parse(text, SET).data
        except InputError as error:
            if error.code == "HA072":
                message = f"{shown(change)} is too long or nested too deep."
                raise InputError("HA072", message, file=SET) from None
            continue
        if len(data) == 1:
            return data
    raise InputError("HA082", f"found {shown(change)}; {usage}.", file=SET)


def _group_change(
    draft: Draft, speller: _Speller, change: Mapping[str, object]
) -> tuple[dict[str, Any], dict[str, Any], Key]:
    """Return the recorder group that is changed by its name, the change, and where it stands."""
    ((name, values),) = change.items()
    names = _groups(draft)
    if not name or name not in names or not isinstance(values, dict):
        hint = f"possible: {among(f'recorder_group.{known}.KEY' for known in names)}"
        message = f"there is no such recorder group{nearest(name, names)}; {hint}."
        raise InputError("HA069", message, file=SET, key=f"recorder_group.{name}")
    number, groups = names.index(name), draft.data["recorder_group"]
    path = ("recorder_group", number)
    spelt = speller.table(values, RecorderGroup, path, ("recorder_group", name))
    return groups[number], spelt, path


def _groups(draft: Draft) -> list[str]:
    """Return the names of the recorder groups; empty for what is none, or has none."""
    groups = draft.data.setdefault("recorder_group", [{"name": "main"}])
    usable = groups if isinstance(groups, list) else []
    return [str(group.get("name")) if isinstance(group, dict) else "" for group in usable]


def _merge(draft: Draft, into: dict[str, Any], new: Mapping[str, Any], path: Key) -> None:
    for key, value in new.items():
        old = into.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and value:
            _merge(draft, old, value, (*path, key))
            continue
        into[key] = value
        if isinstance(value, list | dict):
            here = (*path, key)
            for given in [known for known in draft.places if known[: len(here)] == here]:
                del draft.places[given]


def _derive(data: dict[str, Any]) -> None:
    """Fill in what follows from something else; what is of a wrong type is left to msgspec."""
    manager = data.setdefault("resource_manager", {})
    if isinstance(manager, dict):
        mode = manager.get("mode", "active-active-load-balancer")
        manager.setdefault("count", 1 if mode == "single" else 2)
        own = mode == "active-active-sip-server"
        manager.setdefault("record_route", "own-address" if own else "virtual-address")
        manager.setdefault("takeover", 5_000 if mode == "active-hot-standby" else 0)
        manager.setdefault("transaction_timeout", _gives_up(data.get("network", {})))
    scope = data.setdefault("scope", {})
    if isinstance(scope, dict):
        media = data.get("media_server", {})
        groups = data.get("recorder_group", [{}])
        scope.setdefault("media_servers", _all_of([media]))
        scope.setdefault("recorders", _all_of(groups if isinstance(groups, list) else []))


def _gives_up(network: object) -> object:
    """Return what the network's timers B and F are; their default if what is given is wrong."""
    given = network.get("gives_up") if isinstance(network, dict) else None
    fits = given is not None and _fits(given, table_shapes(Network)["gives_up"])
    return given if fits else Network().gives_up


def _all_of(tables: list[Any]) -> int:
    counts = [table.get("count", 2) for table in tables if isinstance(table, dict)]
    whole = sum(count for count in counts if isinstance(count, int))
    return min(max(whole, 1), 100)


def _fits(value: object, shape: Shape) -> bool:
    try:
        msgspec.convert(value, shape.hint)
    except msgspec.ValidationError:
        return False
    return True


def _blame(draft: Draft, value: Any, shape: Shape, path: Key) -> None:
    """Raise the error about the first value that msgspec refuses, if there is one."""
    if _fits(value, shape):
        return
    if shape.table:
        _blame_table(draft, value, shape, path)
    elif shape.base is tuple:
        _blame_list(draft, value, shape, path)
    elif shape.items is not None:
        _blame_mapping(draft, value, shape, path)
    else:
        _blame_value(draft, value, shape, path)


def _blame_table(draft: Draft, value: Any, shape: Shape, path: Key) -> None:
    if not isinstance(value, dict):
        _wrong_type(draft, value, shape, path)
    assert shape.table is not None
    shapes = table_shapes(shape.table)
    for name, inner in value.items():
        _blame(draft, inner, shapes[name], (*path, name))
    for required in msgspec.structs.fields(shape.table):
        if required.required and required.name not in value:
            wanted = possible(shapes[required.name])
            message = f"this is missing; possible: {wanted}."
            raise draft.error("HA068", (*path, required.name), message)


def _blame_list(draft: Draft, value: Any, shape: Shape, path: Key) -> None:
    if not isinstance(value, list):
        _wrong_type(draft, value, shape, path)
    for number, item in enumerate(value):
        _blame(draft, item, shape_of(shape.items), (*path, number))
    code = "HA067" if value else "HA073"
    raise draft.error(code, path, f"found {len(value)} values; possible: {possible(shape)}.")


def _blame_mapping(draft: Draft, value: Any, shape: Shape, path: Key) -> None:
    if not isinstance(value, dict):
        _wrong_type(draft, value, shape, path)
    for key, item in value.items():
        _blame(draft, key, shape_of(shape.keys), (*path, key))
        _blame(draft, item, shape_of(shape.items), (*path, key))


def _blame_value(draft: Draft, value: Any, shape: Shape, path: Key) -> NoReturn:
    high = shape.limits[1]
    allowed = possible(shape)
    match value:
        case str() if shape.base is Literal:
            code = "HA066" if value.strip() else "HA073"
            hint = nearest(value.casefold(), shape.words)
            raise draft.error(code, path, f"found {shown(value)}{hint}; possible: {allowed}.")
        case str() if shape.base is str:
            code = "HA066" if value.strip() else "HA073"
            if high is not None and len(value) > high:
                code = "HA072"
            hint = nearest(value, STRATEGIES) if shape.kind is Kind.STRATEGY else ""
            raise draft.error(code, path, f"found {shown(value)}{hint}; possible: {allowed}.")
        case int() if shape.base is int and not isinstance(value, bool):
            text = duration_text(value) if shape.kind is Kind.DURATION else shown(value)
            raise draft.error("HA067", path, f"found {text}; possible: {allowed}.")
    _wrong_type(draft, value, shape, path)


def _wrong_type(draft: Draft, value: object, shape: Shape, path: Key) -> NoReturn:
    found = f"the text {shown(value)}" if isinstance(value, str) else shown(value)
    raise draft.error("HA064", path, f"found {found}; possible: {possible(shape)}.")
