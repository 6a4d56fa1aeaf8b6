"""The commands of the documentation run as they are written, and show what it says they show."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hamodel.cli.app import app
from hamodel.cli.explain import entries

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(
    r"`(\w+\.(?:py|toml))`[^`\n]*:\n\n```(?:python|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
QUESTION = re.compile(r"^\| \[([^\]]+\?)\]\((docs/how-to/[\w-]+\.md)\) \| (.+) \|$", re.MULTILINE)
"""A row of the README's table of questions: the question, its page, and the cell of commands."""
SLOW = {"hamodel check", "hamodel check my.toml"}
"""Minutes each; continuous integration runs the first."""


def commands(page: str) -> Iterator[str]:
    """Yield the commands of a page that are ours, without what stands behind a `#`."""
    for kind, text in BLOCK.findall(page):
        for line in text.splitlines() if kind == "console" else ():
            [*_, command] = line.partition("#")[0].strip().split("&& ")
            command = command.removeprefix(".venv/bin/")
            if command.startswith("hamodel "):
                yield command


def shown(page: str) -> Iterator[str]:
    """Yield each line of output that a page shows."""
    for kind, text in BLOCK.findall(page):
        yield from text.splitlines() if kind == "text" else ()


def test_pages_have_commands() -> None:
    """The pages from which commands are taken have some, and those that are slow are among them."""
    found = [command for page in PAGES for command in commands(page.read_text(encoding="utf-8"))]

    assert len(found) > 12
    assert set(found) >= SLOW


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_run_as_written(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each command ends well or with a refutation; what a page shows as output is printed."""
    text = page.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, code in FILE.findall(text):
        Path(name).write_text(code, encoding="utf-8")
    printed: list[str] = []
    for command in commands(text):
        if command not in SLOW:
            result = CliRunner().invoke(app, shlex.split(command)[1:])
            assert result.exit_code in {0, 1}, f"{command}: {result.output}"
            assert "error:" not in result.stderr, command
            printed += result.stdout.splitlines()
    if not printed:
        for kind, code in BLOCK.findall(text):
            if kind == "python":
                exec(compile(code, page.name, "exec"), {"__name__": "page"})  # noqa: S102
        printed = capsys.readouterr().out.splitlines()

    assert [] == [line for line in shown(text) if line not in printed]


QUESTIONS = QUESTION.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def test_every_question_is_in_the_table() -> None:
    """The seven how-to pages whose title is a question are the rows of the README's table."""
    asking = {
        f"docs/how-to/{page.name}"
        for page in (ROOT / "docs/how-to").glob("*.md")
        if page.read_text(encoding="utf-8").partition("\n")[0].endswith("?")
    }

    assert 8 == len(QUESTIONS)
    assert asking == {page for _, page, _ in QUESTIONS}


@pytest.mark.parametrize(("question", "name", "cell"), QUESTIONS)
def test_a_question_is_answered_on_its_page(question: str, name: str, cell: str) -> None:
    """A question is the title of its page; its commands stand there, with what they print."""
    page = (ROOT / name).read_text(encoding="utf-8")
    asked = re.findall(r"`(hamodel [^`]+)`", cell)

    assert f"# {question}" == page.partition("\n")[0]
    assert asked
    assert set(asked) <= set(commands(page))
    assert list(shown(page))


def test_what_the_documentation_explains_is_known() -> None:
    """Every `hamodel explain WORD` in a sentence names a word that is known."""
    found = {
        word
        for page in PAGES
        for word in re.findall(r"`hamodel explain ([^`]+)`", page.read_text(encoding="utf-8"))
    }

    for word in found - {"WORD", "PARAMETER", "NAME"}:
        assert entries(word, "reference"), word


def test_rule_files_type_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule file of the documentation is right for `mypy --strict`."""
    api = pytest.importorskip("mypy.api", reason="mypy is a tool of developers: .[dev]")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MYPYPATH", str(ROOT))
    [(name, code)] = FILE.findall((ROOT / "docs/how-to/failure-rules.md").read_text("utf-8"))
    Path(name).write_text(code, encoding="utf-8")
    out, _, status = api.run(["--strict", "--config-file=", name])

    assert (0, "Success: no issues found in 1 source file\n") == (status, out)
