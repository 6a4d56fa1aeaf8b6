"""A file's keys are where the scanner says, and what is no TOML is the parser's to say."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from hamodel.errors import InputError
from hamodel.guide.deployment.source import (
    DEPTH_MAX,
    TOKEN_MAX,
    Key,
    decode_text,
    dotted,
    parse,
    shown,
)

SCALARS = (
    "1",
    "0x1F",
    "1_000.5e3",
    "true",
    "2026-10-01T10:00:00Z",
    "10:00:00",
    '""',
    '"a # no comment"',
    r'"\"quoted\" = [ \\"',
    r"'c:\no\escape'",
    '"""one\n"two" ] # three\n\\\n  four"""',
    "'''five\n'six' }'''",
    '""""seven""""',
)
KEYS = ("a", "b-c", "1", '"x y"', "'d.e'", r'"é\u0041"', '""', "_", "true", '"#"')
GAPS = ("", "\n", " # note [x] = 'y\n", "\n\n  ")


@dataclass(slots=True)
class Writer:
    """Writes random TOML, and notes the line of each key while it does."""

    draw: st.DrawFn
    text: str = ""
    lines: dict[Key, int] = field(default_factory=dict)

    def note(self, key: Key) -> None:
        """Note that a key begins here, unless it began before."""
        self.lines.setdefault(key, self.text.count("\n") + 1)

    def choose(self, *options: str) -> str:
        """Return one of these."""
        return self.draw(st.sampled_from(options))

    def keys(self, table: Key) -> Iterator[tuple[Key, str]]:
        """Yield a few different keys of a table, some of them dotted."""
        chosen = self.draw(st.lists(st.sampled_from(KEYS), max_size=4, unique=True))
        for key in chosen:
            parts = [key, *self.draw(st.lists(st.sampled_from(KEYS), max_size=2))]
            whole = table
            for part in parts:
                whole = (*whole, next(iter(tomllib.loads(f"{part} = 0"))))
                self.note(whole)
            yield whole, self.choose(".", " . ").join(parts)

    def pairs(self, table: Key, ends: tuple[str, ...]) -> None:
        """Write a table's keys with their values, each with one of the ends behind it."""
        for key, written in self.keys(table):
            self.text += written + self.choose("=", " = ")
            self.value(key, 2)
            self.text += self.choose(*ends)

    def value(self, key: Key, depth: int) -> None:
        """Write a value: a scalar, a list over several lines, or an inline table."""
        kind = self.choose("scalar", "list", "table") if depth else "scalar"
        if kind == "scalar":
            self.text += self.choose(*SCALARS)
        elif kind == "list":
            self.text += "["
            count = self.draw(st.integers(0, 3))
            for number in range(count):
                self.text += self.choose(*GAPS)
                self.note((*key, number))
                self.value((*key, number), depth - 1)
                self.text += self.choose(*GAPS) + ("," if number < count - 1 else "")
            self.text += (self.choose("", ",") if count else "") + self.choose(*GAPS) + "]"
        else:
            self.text += "{ "
            for number, (inner, written) in enumerate(self.keys(key)):
                self.text += (", " if number else "") + written + " = "
                self.value(inner, depth - 1)
            self.text += " }"


@st.composite
def documents(draw: st.DrawFn) -> Writer:
    """Draw a document: keys, then tables, lists of tables, and tables within their elements."""
    writer = Writer(draw)
    writer.pairs((), ("\n", " # end\n", "\n\n"))
    for number in range(draw(st.integers(0, 3))):
        name = f"t{number}"
        for element in range(draw(st.integers(1, 3))):
            is_list = element > 0 or writer.choose("list", "table") == "list"
            if not is_list:
                writer.note((name,))
                writer.text += f"[ {name} ]\n"
                writer.pairs((name,), ("\n", "\t#\n"))
                break
            writer.note((name,))
            writer.note((name, element))
            writer.text += f"[[{name}]] # [z]\n"
            writer.pairs((name, element), ("\n", "\n \n"))
            writer.note((name, element, "sub"))
            writer.note((name, element, "sub", "deep"))
            writer.text += f"[{name}.sub.deep]\n"
            writer.pairs((name, element, "sub", "deep"), ("\n",))
    return writer


def keys_of(value: object, key: Key = ()) -> Iterator[Key]:
    """Yield where everything in a parsed document stands."""
    pairs: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for part, item in pairs:
        yield (*key, part)
        yield from keys_of(item, (*key, part))


@given(writer=documents())
def test_lines_of_any_document(writer: Writer) -> None:
    """Every key, table and element is found at the line at which it was written, and no other."""
    try:
        data = tomllib.loads(writer.text)
    except tomllib.TOMLDecodeError:  # a key was written twice, in two ways
        with pytest.raises(InputError):
            parse(writer.text, "f")
        return
    if not data:
        return
    source = parse(writer.text, "f")

    assert data == source.data
    assert tomlkit.parse(writer.text).unwrap() == source.data
    assert set(keys_of(data)) == source.lines.keys()
    assert writer.lines == source.lines


@given(text=st.text(alphabet="ab.=[]{}\"',# \n1\\", max_size=40))
def test_any_text(text: str) -> None:
    """Text of TOML's own signs is a document with a line for each key, or one error."""
    try:
        source = parse(text, "f")
    except InputError as error:
        code = error.code
    else:
        code = ""

    if code:
        assert code in {"HA062", "HA071", "HA072", "HA073"}
        return
    assert tomllib.loads(text) == source.data
    assert set(keys_of(source.data)) == source.lines.keys()


@pytest.mark.parametrize(
    ("text", "code", "line", "key"),
    [
        ("a = 1\nb =\n", "HA062", 2, "b"),
        ("a = 1\nb = [1,\n2\n\n", "HA062", 3, ""),
        ('a = """\n\n', "HA062", 1, "a"),
        ("a = 1\n'b'\n", "HA062", 2, ""),
        ("a b = 1", "HA062", 1, ""),
        ("[a", "HA062", 1, ""),
        ("a = 'x\n'", "HA062", 1, "a"),
        ("a = 1 b = 2", "HA062", 1, "a"),
        ('"""a""" = 1', "HA062", 1, ""),
        (r'"\q" = 1', "HA062", 1, ""),
        ("a = {b = 1", "HA062", 1, "a.b"),
        ("a = {b = 1,\nc = 2}", "HA062", 1, "a"),
        ("a.b = 1\n[a]", "HA071", 2, "a"),
        ("a = 1\n\na.b = 2", "HA071", 3, "a.b"),
    ],
)
def test_not_toml(text: str, code: str, line: int, key: str) -> None:
    """What is not TOML is an error with the line, and with the key if it was read."""
    with pytest.raises(InputError) as caught:
        parse(text, "f")

    assert (code, line) == (caught.value.code, caught.value.line)
    if key:
        assert caught.value.key.startswith(key[0])


def test_parser_that_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the parser recurses or refuses a number after all, that is HA072."""

    def give_up(_: str) -> dict[str, object]:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr(tomllib, "loads", give_up)
    with pytest.raises(InputError, match=r"HA072 f: it cannot be parsed: maximum recursion"):
        parse("a = 1", "f")


def test_deepest() -> None:
    """The deepest list that is allowed parses; one deeper is HA072."""
    assert parse("a = " + "[" * DEPTH_MAX + "]" * DEPTH_MAX, "f").data
    with pytest.raises(InputError, match="HA072"):
        parse("a = [" + "[" * DEPTH_MAX + "]" * DEPTH_MAX + "]", "f")


def test_longest_value() -> None:
    """The longest value that is allowed parses, whatever stands behind it; one longer is HA072."""
    longest = "1" * TOKEN_MAX

    assert parse(f"a = {longest}{' ' * 3_000}# {'x' * 3_000}", "f").data
    with pytest.raises(InputError, match="HA072"):
        parse(f"a = {longest}1", "f")


def test_crlf() -> None:
    """Lines may end as on Windows."""
    assert "a = 1\nb = 2\n" == decode_text(b"a = 1\r\nb = 2\r\n", "f")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (("resource_manager", "monitor", "interval"), "resource_manager.monitor.interval"),
        (("recorder_group", 1, "name"), "recorder_group[2].name"),
        (("accept", "MS-1"), "accept.MS-1"),
        (("hosts", "host 1"), "hosts.'host 1'"),
        (("a.b", "c\n"), r"'a.b'.'c\n'"),
        ((), ""),
    ],
)
def test_dotted(key: Key, text: str) -> None:
    """A key is shown with its tables; list positions count from one, odd keys are quoted."""
    assert text == dotted(key)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (10, "10"),
        (2.5, "2.5"),
        ("a\u2028b", r"'a\u2028b'"),
        ("x" * 100, "'" + "x" * 59 + "…"),
        ([], "an empty list"),
        ([1], "a list"),
        ({}, "a table"),
        (10**99, "1" + "0" * 59 + "…"),
    ],
)
def test_shown(value: object, text: str) -> None:
    """A value in a message is on one line, printable and short."""
    assert text == shown(value)
