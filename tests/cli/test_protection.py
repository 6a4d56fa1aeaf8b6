"""The table of DUP-7: the page is as the data are, and the data are as the model is."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamodel import InputError
from hamodel.cli.protection import FILE, Cell, Kept, cell, kept, main, page, read_cells, write_cells
from hamodel.guide.protection import BARE, CONDITIONS, FAULTS, MECHANISMS, Mechanism

PAGE = Path(__file__).parents[2] / "docs" / "protection.md"
CELLS = read_cells(FILE.read_text(encoding="utf-8"))
TWICE = MECHANISMS[1]


def of(mechanism: str, fault: str) -> Cell:
    """Return a committed cell."""
    [found] = [each for each in CELLS if (each.mechanism, each.fault) == (mechanism, fault)]
    return found


def test_there_is_a_cell_for_each_mechanism_and_fault() -> None:
    """No cell is missing, none is undetermined, and each word is one of five."""
    words = {each.value for each in Kept} - {Kept.UNKNOWN.value}

    assert len(MECHANISMS) * len(FAULTS) == len(CELLS) == 88
    assert words >= {each.kept for each in CELLS} | {each.without for each in CELLS}


def test_the_page_is_as_the_data_are() -> None:
    """The committed page is what `python -m hamodel.cli.protection docs/protection.md` writes."""
    assert page(CELLS) == PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda each: each.name)
def test_what_a_recorder_and_a_media_server_do_is_searched_again(mechanism: Mechanism) -> None:
    """Two columns of every row are as the searches find them now."""
    for fault in ("recorder-crash", "media-server-crash"):
        assert of(mechanism.name, fault) == cell(mechanism, fault)


def test_duplication_protects_against_a_recorder_alone() -> None:
    """A recorder's failure is what it protects against; Media Server stays a single point."""
    own = [fault for fault in FAULTS if of(TWICE.name, fault).tried]

    assert ["recorder-crash"] == own
    assert Kept.LOST.value == of(TWICE.name, "media-server-crash").kept
    assert Kept.GOES_ON.value == of(TWICE.name, "sip-server-crash").without


def test_what_it_rests_on_was_searched() -> None:
    """One recorder, one identifier, no policy or two pointers undo it; a shared pointer mends."""
    undone = {change: mend for change, _, mend in of(TWICE.name, "recorder-crash").undone}

    assert {
        "recorder_group.main.count=1": "",
        "duplication.identifiers=same": "",
        "recorder_group.main.balance=any": "",
        "resource_manager.mode=active-active-load-balancer": "resource_manager.shares_pointer=true",
    } == undone
    assert len(CONDITIONS) == of(TWICE.name, "recorder-crash").tried


def test_a_search_that_is_cut_short_is_undetermined() -> None:
    """It is never taken for a protection."""
    found, states = kept((*BARE, *TWICE.changes), "recorder-crash", 20)

    assert Kept.UNKNOWN is found
    assert 0 < states <= 21


def test_cells_are_read_as_they_were_written(capsys: pytest.CaptureFixture[str]) -> None:
    """The file gives back what was written; another file is HA085; usage is said."""
    assert CELLS == read_cells(write_cells(CELLS))
    with pytest.raises(InputError, match="HA085"):
        read_cells("{}")
    assert 2 == main([])
    assert "usage" in capsys.readouterr().err
