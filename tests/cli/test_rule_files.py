"""Rule files: what loads, and how what goes wrong in one is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamodel.cli.rule_files import load_rule_file
from hamodel.errors import HamodelError, InputError
from hamodel.guide import build, guide_catalogue, load

GOOD = """\
from __future__ import annotations

from dataclasses import dataclass

from hamodel import Kind, Message, Rule


@dataclass(frozen=True)
class Storm:
    name: str


def rules(parts):
    for name in parts:
        storm = Storm(name)
        yield Rule(f"{storm.name} is lost", Kind.FAILURE, says=(Message("LOST", name, "all"),),
                   cost={"storm-loss": 1}, cite="A-CRASH")
"""


def written(folder: Path, text: str) -> Path:
    """Return a rule file with this text."""
    path = folder / "storm.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_rule_file_yields_its_rules(tmp_path: Path) -> None:
    """Its function is called with the parts, and its name is the family of the rules."""
    function = load_rule_file(written(tmp_path, GOOD))

    assert ["a is lost", "b is lost"] == [rule.name for rule in function(("a", "b"))]
    assert "storm" == function.name
    assert ["storm.py"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("text", "code", "line", "said"),
    [
        ("x = (", "HA083", 1, "SyntaxError"),
        ("\n\nimport no_such_module", "HA083", 3, "ModuleNotFoundError"),
        ("\nraise SystemExit(0)", "HA083", 2, "SystemExit"),
        ("rules = 3", "HA083", 0, "defines no function 'rules(parts)'"),
        ("x = '\x00'", "HA083", 0, "null bytes"),
        ("(" * 1000 + ")" * 1000, "HA083", None, "cannot be loaded"),
        ("def rules(parts):\n    return 3", "HA083", 0, "TypeError"),
        ("def rules(parts):\n    yield 3", "HA083", 0, "yields 3, which is no Rule"),
        ("def rules(parts):\n    yield parts.nothing", "HA083", 2, "AttributeError"),
        (
            "from hamodel import Rule\ndef rules(parts):\n    yield Rule('x')",
            "HA018",
            3,
            "does nothing",
        ),
    ],
)
def test_what_goes_wrong_names_file_and_line(
    tmp_path: Path, text: str, code: str, line: int | None, said: str
) -> None:
    """An error of the file's code, or of the model's language in it, is one of hamodel's."""
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        list(load_rule_file(path)(()))

    assert (code, str(path)) == (caught.value.code, caught.value.file)
    assert line in (None, caught.value.line)
    assert said in caught.value.message
    assert 1 == len(str(caught.value).splitlines())


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A missing file is an error of its own."""
    with pytest.raises(HamodelError, match=r"HA083 .*No such file"):
        load_rule_file(tmp_path / "none.py")


def test_a_file_can_assume_something_of_its_own(tmp_path: Path) -> None:
    """What stands in its ASSUMPTIONS can be cited by its rules, and is in the model's catalogue."""
    text = GOOD.replace("A-CRASH", "A-STORM").replace(
        "for name in parts", "for name in parts.calls"
    )
    path = written(tmp_path, f'{text}\n\nASSUMPTIONS = {{"A-STORM": "Storms may come."}}\n')
    system = build(load("reference"), [load_rule_file(path)])

    assert system.sources is not None
    assert ("Storms may come.", "the rule file storm.py") == (
        system.sources["A-STORM"].text,
        system.sources["A-STORM"].origin,
    )
    assert "A-STORM" not in guide_catalogue()


@pytest.mark.parametrize("table", ['{"STORM": "x"}', '{"A-STORM": ""}', "3", "{1: 2}"])
def test_what_is_no_assumption_is_said(tmp_path: Path, table: str) -> None:
    """An id begins with A-, and says something."""
    path = written(tmp_path, f"ASSUMPTIONS = {table}\ndef rules(parts):\n    return ()\n")
    with pytest.raises(InputError, match=r"HA083 .*ASSUMPTIONS has"):
        load_rule_file(path)
