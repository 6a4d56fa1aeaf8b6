"""Whatever a deployment file holds, one clear error says what is wrong with it, and where."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hamodel.errors import CODES, InputError
from hamodel.guide.deployment import Deployment, load, shipped, template
from hamodel.guide.deployment.source import SIZE_MAX
from tests.misuse.malformed import KINDS, Malformed, malformed

CASES = malformed()
EXAMPLES = tuple((Path(__file__).parents[1] / "guide" / "examples").glob("*.toml"))


def read(path: Path, data: bytes) -> Deployment | InputError:
    """Return what `load` makes of these bytes in a file: a deployment, or its one error."""
    path.write_bytes(data)
    try:
        return load(path)
    except InputError as error:
        return error


def test_twenty_in_each_of_ten_kinds() -> None:
    """There are ten kinds of malformed files, 20 of each, no two of them alike."""
    assert dict.fromkeys(KINDS, 20) == Counter(case.kind for case in CASES)
    assert 10 == len(KINDS)
    assert 200 == len({case.data for case in CASES})


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.kind}-{n % 20 + 1}" for n, case in enumerate(CASES)]
)
def test_one_clear_error(case: Malformed, tmp_path: Path) -> None:
    """It is an InputError with code, file, line and key, one line long, that says what to do."""
    path = tmp_path / "site.toml"

    error = read(path, case.data)

    assert isinstance(error, InputError)
    assert (case.code, case.key) == (error.code, error.key)
    assert str(path) == error.file
    if case.line:
        assert case.line == error.line
    assert error.code in CODES
    assert error.code.startswith(("HA06", "HA07"))
    assert str(error).startswith(f"{case.code} {path}")
    assert str(error).isprintable()
    assert len(str(error)) < 600 + len(str(path))
    assert str(error).endswith(".")


@given(data=st.binary(max_size=60))
@example(data=b'name = "\xff"')
def test_random_bytes(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Random bytes are never a traceback."""
    path = tmp_path_factory.getbasetemp() / "bytes.toml"

    assert isinstance(read(path, data), InputError | Deployment)


@given(
    start=st.integers(0, 2**20),
    length=st.integers(0, 30),
    new=st.one_of(
        st.binary(max_size=5), st.sampled_from([b"[", b"]", b'"', b"=", b"\n", b"{", b"'"])
    ),
    which=st.integers(0, len(EXAMPLES)),
)
def test_damaged_files(
    start: int, length: int, new: bytes, which: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A good file with a piece replaced is a deployment or one error of one line."""
    good = [template().encode(), *(path.read_bytes() for path in EXAMPLES)][which]
    start %= len(good)
    path = tmp_path_factory.getbasetemp() / "damaged.toml"

    found = read(path, good[:start] + new + good[start + length :])

    assert isinstance(found, InputError | Deployment)
    if isinstance(found, InputError):
        assert str(found).isprintable()
        assert found.file == str(path)


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is HA060, and the shipped names are said."""
    with pytest.raises(InputError, match=f"HA060 .*{', '.join(shipped())}") as caught:
        load(tmp_path / "site.toml")

    assert str(tmp_path / "site.toml") == caught.value.file


def test_empty_name() -> None:
    """A name that is empty is HA060."""
    with pytest.raises(InputError, match=r"HA060 the name is empty"):
        load("")


def test_directory(tmp_path: Path) -> None:
    """A directory is HA074."""
    with pytest.raises(InputError, match=r"HA074 .*a directory"):
        load(tmp_path)


def test_device() -> None:
    """A device, which may have no end, is HA074."""
    with pytest.raises(InputError, match=r"HA074 .*not a regular file"):
        load("/dev/zero")


@pytest.mark.parametrize("path", ["a\0b", "x" * 5_000, "\ud800", "a\nb"])
def test_strange_paths(path: str) -> None:
    """A path that no file can have, or a name with a line break, is one printable error."""
    with pytest.raises(InputError) as caught:
        load(path)

    assert caught.value.code in {"HA060", "HA074"}
    assert str(caught.value).isprintable()


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read is HA074, with the system's reason."""
    path = tmp_path / "site.toml"
    path.write_text('name = "site"')

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"HA074 .*Permission denied"):
        load(path)


def test_largest_file(tmp_path: Path) -> None:
    """A file of the largest size is read; one byte more is HA072."""
    text = b'name = "site"\n#'
    path = tmp_path / "site.toml"

    assert isinstance(read(path, text.ljust(SIZE_MAX, b"x")), Deployment)
    assert "HA072" == getattr(read(path, text.ljust(SIZE_MAX + 1, b"x")), "code", None)
