"""Pages that are made from data are as the data are, and what they say is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamodel.guide.dependence import dependences
from hamodel.guide.deployment import parameters
from hamodel.guide.glossary import glossary
from hamodel.guide.manifest import shipped_manifest
from hamodel.guide.pages import main, pages

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", pages())
def test_a_page_is_as_its_data_are(name: str) -> None:
    """The committed page is what `python -m hamodel.guide.pages docs` writes."""
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name]


def test_pages_are_written_where_it_is_said(tmp_path: Path) -> None:
    """Every page goes into the folder that is named; without one there is a line on usage."""
    assert (0, 2) == (main([str(tmp_path)]), main([]))
    assert {*pages()} == {path.name for path in tmp_path.iterdir()}


def test_one_word_has_one_meaning() -> None:
    """No word stands twice, and each section is in alphabetical order."""
    words = [word.casefold() for term in glossary() for word in term.words]
    assert len(words) == len(set(words))

    for section in {term.section for term in glossary()}:
        firsts = [term.words[0].casefold() for term in glossary() if term.section == section]
        assert sorted(firsts) == firsts


def test_what_depends_on_a_parameter() -> None:
    """Values that refute what holds without them are found; what another change does is not."""
    found = {
        (key, each.value): each.claims
        for key in (parameter.key for parameter in parameters())
        for each in dependences(key)
        if each.scenario.name != "notice-forgotten"
    }

    assert ("SIP-1c", "SIP-2") == found["sip_server.replication", "lagging"]
    assert ("MS-2", "MS-3") == found["resource_manager.notify", "once"]
    assert ("RM-2", "RM-3", "RM-4") == found["resource_manager.mode", "single"]
    assert ("recording.pausable", "false") not in found
    assert ("sip_server.self_detects_media_server", "true") not in found


def test_the_command_is_that_of_the_scenario() -> None:
    """What is said to show a dependence is the run that the manifest has, for those claims."""
    [each] = dependences("resource_manager.notify")

    assert each.scenario in shipped_manifest()
    assert (
        "hamodel check reference --claim MS-2 --claim MS-3 --set recording.pausable=false "
        "--set resource_manager.mode=single --set resource_manager.notify=once "
        "--faults media-server-crash=1,sip-server-crash=1"
    ) == each.command
