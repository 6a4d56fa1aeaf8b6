"""
A file as text, as TOML, and with the line of every key.

The standard library's parser decides what is TOML and what it means (as in `hamodel.cite`). Like
tomlkit it keeps no positions, so `_Scanner` finds them: it walks text that the parser is going to
read, knows where keys and elements begin and nothing of what values mean, and gives up in silence
where text is not TOML, which the parser then reports with its line. It also refuses, before the
parser recurses or converts, what is nested too deep, too long, or given twice. A test draws random
documents and compares its keys, order and lines with what the parser and tomlkit make of them.
"""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hamodel.errors import InputError

Key = tuple[str | int, ...]
"""Where something stands: the keys and list positions that lead to it."""

SIZE_MAX = 262_144
"""Bytes of a file; a deployment of a thousand hosts needs a tenth of it."""

DEPTH_MAX = 8
"""Nested lists, inline tables and parts of a key; a deployment needs 3."""

TOKEN_MAX = 1_000
"""Characters of one key or one value that is not a list or a table."""

_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\xef\xbb\xbf", "UTF-8"),
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_PLAIN_VALUE = re.compile(r"[^,\]}#\n]+")
_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_LOCATION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_TWICE = re.compile(r"Cannot (overwrite|declare|mutate)|Duplicate inline table key")


@dataclass(frozen=True, slots=True)
class Source:
    """
    What a file says, and where.

    Parameters
    ----------
    file
        What errors call it.
    data
        What the parser made of it.
    lines
        The line of each key, table and list element.
    """

    file: str
    data: Mapping[str, object]
    lines: Mapping[Key, int]


def read_bytes(path: Path, file: str) -> bytes:
    """
    Return what a regular file holds, not more than can be a deployment.

    Raises
    ------
    InputError
        HA060 if there is none, HA072 if it is too large, HA074 if it cannot be read.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            raise InputError("HA074", f"this is {what}; a TOML file is needed.", file=file)
        with path.open("rb") as stream:
            data = stream.read(SIZE_MAX + 1)
    except FileNotFoundError:
        raise InputError("HA060", "there is no such file.", file=file) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError("HA074", f"it cannot be read: {reason}.", file=file) from None
    if len(data) > SIZE_MAX:
        raise too_large(file)
    return data


def too_large(file: str) -> InputError:
    """Return the error that there is more of it than can be a deployment."""
    return InputError("HA072", f"it is larger than {SIZE_MAX} bytes, the limit.", file=file)


def decode_text(data: bytes, file: str) -> str:
    """
    Return the text of UTF-8 bytes, with each line ended by a line feed.

    Raises
    ------
    InputError
        HA061 for another encoding, a byte order mark, NUL, or a carriage return alone.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            message = f"it begins with the mark of {name}; save it as UTF-8 without a mark."
            raise InputError("HA061", message, file=file, line=1)
    if b"\x00" in data:
        line = data.count(b"\n", 0, data.index(b"\x00")) + 1
        message = "found a NUL byte, as in UTF-16 or a program; save it as UTF-8 text."
        raise InputError("HA061", message, file=file, line=line)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"found the byte 0x{data[error.start]:02X}, which is not UTF-8 here"
        raise InputError("HA061", f"{found}; save it as UTF-8.", file=file, line=line) from None
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        wanted = "lines end with LF or CRLF"
        raise InputError("HA061", f"found a carriage return alone; {wanted}.", file=file, line=line)
    return text


def parse(text: str, file: str) -> Source:
    """
    Return what TOML text says, with the line of every key.

    Parameters
    ----------
    text
        TOML, its lines ended by line feeds.
    file
        What errors call it.

    Raises
    ------
    InputError
        HA062 if it is not TOML, HA071 for a key given twice, HA072 for what is too long or too
        deep, HA073 if it says nothing.
    """
    scanner = _Scanner(text, file)
    scanner.scan()
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(str(error), text, file, scanner.statements) from None
    except (ValueError, RecursionError) as error:  # a backstop: the scanner refuses both before
        raise InputError("HA072", f"it cannot be parsed: {error}.", file=file) from None
    if not data:
        raise InputError("HA073", "it says nothing; 'hamodel init' writes an example.", file=file)
    return Source(file=file, data=data, lines=scanner.lines)


def _not_toml(message: str, text: str, file: str, statements: Mapping[int, Key]) -> InputError:
    location = _LOCATION.search(message)
    last = text.rstrip().count("\n") + 1
    line = int(location[1]) if location and location[1] else last
    said = _LOCATION.sub("", message)
    key = dotted(statements.get(line, ()))
    if _TWICE.match(said):
        return InputError(
            "HA071", "this is given already, in another way.", file=file, line=line, key=key
        )
    return InputError("HA062", f"this is not TOML: {said}.", file=file, line=line, key=key)


def dotted(key: Key) -> str:
    """Return a key as one writes it: `resource_manager.monitor.interval`, `recorder_group[2]`."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            bare = part if _BARE_KEY.fullmatch(part) else shown(part)
            text += f".{bare}" if text else bare
    return text


def shown(value: object, limit: int = 60) -> str:
    """Return a value as a message shows it: on one line, printable, and not too long."""
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            text = repr(value[: limit + 1])
        case dict():
            text = "a table"
        case list() | tuple():
            text = "an empty list" if not value else "a list"
        case int() | float():
            text = str(value)
        case _:
            text = f"{type(value).__name__} {value}"
    return text if len(text) <= limit else f"{text[:limit]}…"


class _NotTomlError(Exception):
    """The text is not TOML from here on; the parser says what is wrong."""


@dataclass(slots=True)
class _Scanner:
    """Walks TOML text and notes the line at which each key, table and element begins."""

    text: str
    file: str
    at: int = 0
    lines: dict[Key, int] = field(default_factory=dict)
    statements: dict[int, Key] = field(default_factory=dict)
    _explicit: dict[Key, int] = field(default_factory=dict)
    _statement: Key = ()
    _lengths: dict[Key, int] = field(default_factory=dict)
    _counted: tuple[int, int] = (0, 1)

    def scan(self) -> None:
        """Fill `lines`, up to the end or to the first place that is not TOML."""
        table: Key = ()
        try:
            while self._skip(_GAP) < len(self.text):
                if self.text[self.at] == "[":
                    self._statement = ()
                    table = self._header()
                else:
                    self._statement = table
                    self._pair(table, depth=0)
                self._skip(_BLANK)
                if self.at < len(self.text) and self.text[self.at] not in "#\n":
                    raise _NotTomlError
        except _NotTomlError:
            return

    def _header(self) -> Key:
        line = self._line()
        is_list = self.text.startswith("[[", self.at)
        self.at += 2 if is_list else 1
        self._skip(_BLANK)
        *parents, last = self._key()
        self._skip(_BLANK)
        self._expect("]]" if is_list else "]")
        table: Key = ()
        for part in parents:
            table = (*table, part)
            self.lines.setdefault(table, line)
            table = self._latest(table)
        table = (*table, last)
        self.statements[line] = table
        if is_list:
            number = self._lengths.get(table, 0)
            self._lengths[table] = number + 1
            self.lines.setdefault(table, line)
            table = (*table, number)
        else:
            self._once(table, line)
        self.lines.setdefault(table, line)
        return table

    def _latest(self, table: Key) -> Key:
        number = self._lengths.get(table, 0)
        return (*table, number - 1) if number else table

    def _pair(self, table: Key, depth: int) -> None:
        line = self._line()
        parts = self._key()
        for part in parts[:-1]:
            table = (*table, part)
            self.lines.setdefault(table, line)
        table = (*table, parts[-1])
        self.statements.setdefault(line, table)
        self._skip(_BLANK)
        self._expect("=")
        self._once(table, line)
        self.lines[table] = line
        if depth == 0:
            self._statement = table
        self._skip(_BLANK)
        self._value(table, depth)

    def _once(self, key: Key, line: int) -> None:
        if key in self._explicit:
            first = self._explicit[key]
            raise self._error("HA071", f"this is given already, on line {first}", line, key)
        self._explicit[key] = line

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            begin = self.at
            token = self._token(_STRING) if self._peek() in "\"'" else self._token(_BARE_KEY)
            if token[:3] in ('"""', "'''"):
                raise _NotTomlError
            self._limit("a key", len(token), begin)
            parts.append(self._plain(token))
            if len(parts) > DEPTH_MAX:
                raise self._too_deep(begin)
            self._skip(_BLANK)
            if self._peek() != ".":
                return parts
            self.at += 1
            self._skip(_BLANK)

    @staticmethod
    def _plain(token: str) -> str:
        if token[0] not in "\"'":
            return token
        try:
            return next(iter(tomllib.loads(f"{token} = 0")))
        except tomllib.TOMLDecodeError:
            raise _NotTomlError from None

    def _value(self, key: Key, depth: int) -> None:
        begin = self.at
        first = self._peek()
        if first == "[":
            self._deep(depth + 1)
            self._list(key, depth + 1)
        elif first == "{":
            self._deep(depth + 1)
            self._table(key, depth + 1)
        else:
            token = self._token(_STRING if first in "\"'" else _PLAIN_VALUE)
            self._limit("a value", len(token.rstrip()), begin, key)

    def _list(self, key: Key, depth: int) -> None:
        self.at += 1
        number = 0
        while self._skip(_GAP) < len(self.text):
            if self._peek() == "]":
                self.at += 1
                return
            self.lines[(*key, number)] = self._line()
            self._value((*key, number), depth)
            number += 1
            self._skip(_GAP)
            if self._peek() != "]":
                self._expect(",")
        raise _NotTomlError

    def _table(self, key: Key, depth: int) -> None:
        self.at += 1
        self._skip(_BLANK)
        if self._peek() == "}":
            self.at += 1
            return
        while True:
            self._skip(_BLANK)
            self._pair(key, depth)
            self._skip(_BLANK)
            if self._peek() == "}":
                self.at += 1
                return
            self._expect(",")

    def _deep(self, depth: int) -> None:
        if depth > DEPTH_MAX:
            raise self._too_deep(self.at)

    def _too_deep(self, at: int) -> InputError:
        message = f"this is nested more than {DEPTH_MAX} deep, the limit"
        return self._error("HA072", message, self._line(at), self._statement)

    def _limit(self, what: str, length: int, at: int, key: Key = ()) -> None:
        if length > TOKEN_MAX:
            message = f"found {what} of {length} characters; the limit is {TOKEN_MAX}"
            raise self._error("HA072", message, self._line(at), key)

    def _error(self, code: str, message: str, line: int, key: Key = ()) -> InputError:
        return InputError(code, f"{message}.", file=self.file, line=line, key=dotted(key))

    def _line(self, at: int | None = None) -> int:
        place = self.at if at is None else at
        known, line = self._counted
        line += self.text.count("\n", known, place) if place >= known else 0
        if place < known:
            return self.text.count("\n", 0, place) + 1
        self._counted = (place, line)
        return line

    def _peek(self) -> str:
        if self.at >= len(self.text):
            raise _NotTomlError
        return self.text[self.at]

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return self.at

    def _token(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if not found:
            raise _NotTomlError
        self.at = found.end()
        return found[0]

    def _expect(self, text: str) -> None:
        if not self.text.startswith(text, self.at):
            raise _NotTomlError
        self.at += len(text)
