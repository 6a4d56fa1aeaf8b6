"""A checkpoint that is not whole, was altered, or is of another search is refused by name."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from hamodel import Budget, HamodelError, System, __version__
from hamodel.engine import explore as by_size
from hamodel.engine.checkpoint import Checkpoint
from tests.engine.packed.compared import read
from tests.engine.test_explore import too_wide
from tests.misuse.keeping import Change, kept, of_format, resumed, sealed, with_header
from tests.models import ring


def refused(path: Path, system: System | None = None, budget: Budget | None = None) -> str:
    """Return why a file is refused, without its name, which is said first."""
    with pytest.raises(HamodelError) as caught:
        resumed(path, system, budget or Budget(0))
    code, said = caught.value.code, caught.value.message
    assert said.startswith(f"{path} ")
    return f"{code} {said.removeprefix(str(path)).strip()}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the file of a search that was kept."""
    path = tmp_path / "search-1.checkpoint"
    kept(path)
    return path


def test_an_untouched_file_is_gone_on_from(file: Path) -> None:
    """What the tests below change is right before."""
    assert resumed(file).complete


def test_every_truncated_file_is_refused(file: Path) -> None:
    """HA046, however short it is; and so is one with something behind its end."""
    whole = file.read_bytes()
    for size in (*range(0, len(whole), 7), len(whole) - 1):
        file.write_bytes(whole[:size])
        assert refused(file).startswith("HA046 cannot be resumed: ")

    file.write_bytes(whole + b"\0")
    assert refused(file) == (
        f"HA046 cannot be resumed: it has {len(whole) + 1:,} bytes of {len(whole):,}; a checkpoint "
        "is whole and as it was written; remove it, and its search begins anew"
    )


def test_every_altered_byte_is_noticed(file: Path) -> None:
    """One bit less or more anywhere: HA046, or HA047 where it makes another format."""
    whole = file.read_bytes()
    codes = set()
    for place in range(len(whole)):
        altered = bytearray(whole)
        altered[place] ^= 1 << place % 8
        file.write_bytes(altered)
        codes.add(refused(file)[:5])

    assert {"HA046", "HA047"} == codes


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: b"", "HA046 cannot be resumed: it begins with b'', not with "),
        (lambda _: b"PK\x03\x04 a picture", "HA046 cannot be resumed: it begins with b'PK"),
        (lambda _: pickle.dumps({"states": []}), "HA046 cannot be resumed: it begins with "),
        (
            lambda data: data[:-40] + b"\1" + data[-39:],
            "HA046 cannot be resumed: its checksum is not that of what it holds; ",
        ),
        (
            lambda data: data.replace(b'{"hamodel"', b'["hamodel"'),
            "HA046 cannot be resumed: its second line is no header; ",
        ),
        (
            lambda data: data.split(b"\n")[0] + b"\n" + b"[" * 60_000 + b"\n" + bytes(32),
            "HA046 cannot be resumed: its second line is no header; ",
        ),
        (
            lambda data: data.split(b"\n")[0] + b"\n[]\n" + bytes(32),
            "HA046 cannot be resumed: its second line is no header; ",
        ),
        (with_header(states=None), "HA046 cannot be resumed: its header lacks 'states'; "),
        (with_header(states=-1), "HA046 cannot be resumed: its header lacks 'states'; "),
        (with_header(states=True), "HA046 cannot be resumed: its header lacks 'states'; "),
        (with_header(levels=10**15), "HA046 cannot be resumed: its header lacks 'levels'; "),
        (with_header(levels=10**14), "HA046 cannot be resumed: it has "),
        (with_header(digest=7), "HA046 cannot be resumed: its header lacks 'digest'; "),
        (of_format("0"), "HA047 is of format 0; this version reads 1; resume with the version "),
        (of_format("2"), "HA047 is of format 2; this version reads 1; resume with the version "),
        (of_format("two"), "HA047 is of format two; this version reads 1; "),
        (
            with_header(hamodel="0.0.9"),
            f"HA047 is of hamodel 0.0.9; this is hamodel {__version__}; resume with ",
        ),
        (with_header(digest="0" * 64), "HA048 is of another search (ring"),
    ],
)
def test_what_is_wrong_is_said(file: Path, change: Change, said: str) -> None:
    """What was found and what was possible, in the words of the file's format."""
    file.write_bytes(change(file.read_bytes()))

    assert refused(file).startswith(said)


def renamed(system: System) -> System:
    """Return a system one of whose rules has another name."""
    first, *others = system.rules
    return replace(system, rules=(replace(first, name="it is renamed"), *others))


def test_a_search_of_another_system_or_budget_is_refused(file: Path) -> None:
    """HA048 for more states, another name of a rule, an unlimited budget; both are named."""
    others = (ring(3), renamed(ring(2)))
    said = [refused(file, other) for other in others]
    said.append(refused(file, ring(2), Budget(None)))

    assert {"HA048"} == {each[:5] for each in said}
    assert all("is of another search (" in each for each in said)
    assert "; this one is " in said[0]
    assert said[0].endswith(
        "; resume with the options of the run that wrote it, or take another folder"
    )


def test_what_is_never_kept_is_no_search_of_a_file(file: Path) -> None:
    """HA048 for a system that is too wide for the packed engine."""
    with pytest.raises(HamodelError, match=r"HA048 .* this one is never kept, for "):
        by_size.explore(too_wide(), checkpoint=Checkpoint(file, resume=True))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """HA074 for a folder in its place."""
    (tmp_path / "search-1.checkpoint").mkdir()

    assert refused(tmp_path / "search-1.checkpoint").startswith("HA074 cannot be read: ")


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """HA074 at once, not after the first hour."""
    with pytest.raises(HamodelError, match=r"HA074 .*search-1.checkpoint cannot be written: No "):
        kept(tmp_path / "no folder" / "search-1.checkpoint")


def test_a_seal_is_what_makes_a_file_whole(file: Path) -> None:
    """The tests' own seal is that of the format, so that they refuse for the reason they say."""
    data = file.read_bytes()

    assert data == sealed(data)
    assert read(resumed(file)) == read(resumed(file))
