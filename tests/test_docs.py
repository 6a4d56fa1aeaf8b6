"""The documentation is true where a machine can tell: its code runs, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hamodel.guide.sources import guide_catalogue

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def name_of(page: Path) -> str:
    """Return the path of a page in the tree."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_in_the_documentation_runs(page: Path) -> None:
    """The Python blocks of a page, taken together and in order, run without an error."""
    blocks = CODE.findall(page.read_text(encoding="utf-8"))

    exec(compile("\n".join(blocks), name_of(page), "exec"), {"__name__": "page"})  # noqa: S102


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_within_the_tree_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that is there."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{name_of(page)} links to {target}"


def test_every_decision_is_listed() -> None:
    """The index of decisions names each record."""
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")

    for record in sorted(folder.glob("[0-9]*.md")):
        assert f"({record.name})" in index


def test_every_source_of_an_assumption_is_listed() -> None:
    """The page of sources has each public page and each RFC that an assumption names."""
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")

    for assumption in guide_catalogue().assumptions:
        for tag in re.findall(r"\bS\d+\b", assumption.origin):
            assert f"| {tag} |" in page, f"{assumption.id}: {tag}"
        for number in re.findall(r"\bRFC (\d{4})\b", assumption.origin):
            assert f"[{number}](" in page, f"{assumption.id}: RFC {number}"
