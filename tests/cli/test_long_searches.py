"""Limits and checkpoints on the command line: what is refused, what is said, what survives."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hamodel import InputError
from hamodel.cli import check as check_module
from hamodel.cli import progress
from hamodel.cli.options import read_limits, read_size
from hamodel.cli.search import Checkpoints, Effort, Told, run_searches
from hamodel.engine.checkpoint import Checkpoint
from hamodel.engine.limits import Limits, MemoryLimitError
from hamodel.engine.reference import Exploration
from tests.cli.test_app import invoked, refused
from tests.cli.test_output import SEARCHES
from tests.cli.test_process import environment
from tests.cli.toy import endless_promises, endless_system, toy_subject, toy_system
from tests.cli.toy_process import STANDS_STILL
from tests.tidy.tree import ROOT

LONG = (sys.executable, "-m", "tests.cli.toy_process", "long")
ELSEWHERE = "the numbers are exact, but another run may stop elsewhere"


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `hamodel check` check what no search comes to an end of."""
    subject = toy_subject(None, endless_promises(), endless_system())
    monkeypatch.setattr(check_module, "read_subject", lambda *_, **__: subject)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4GB", 4 * 10**9),
        ("512 MB", 512 * 10**6),
        ("1.5GB", 15 * 10**8),
        ("64KiB", 1 << 16),
        ("1kB", 1_000),
        ("1KB", 1_000),
        (" 2TiB ", 2 << 40),
    ],
)
def test_sizes_are_read(text: str, size: int) -> None:
    """A number and a unit, of a thousand or with an `i` of 1024."""
    assert size == read_size(text)
    assert Limits(7, size, 2.5) == read_limits(7, text, 2.5)


@pytest.mark.parametrize("text", ["4", "GB", "4gb", "4 G", "-4GB", "4e3MB", "٤GB", "4GBs", "1,5GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    """HA082 says what a size is."""
    with pytest.raises(InputError) as caught:
        read_size(text)

    assert (
        f"HA082 --limit-memory is {text!r}; it can be a number with kB, MB, GB or TB, such as "
        "4GB, or with KiB, MiB, GiB or TiB"
    ) == str(caught.value)


def test_no_option_is_no_limit() -> None:
    """Only the states are limited unless it is said."""
    assert Limits(7) == read_limits(7, "", None)


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("impact",),
        ("need", "DUP-1", "--vary", "recorders=1..2"),
        ("rules", "--check"),
        ("explain", "RM-2", "--search"),
    ],
)
@pytest.mark.parametrize(
    ("option", "code"),
    [
        (("--limit-memory", "much"), "HA082"),
        (("--limit-memory", "0MB"), "HA045"),
        (("--limit-time", "0"), "HA045"),
        (("--limit-time", "nan"), "HA045"),
        (("--limit-states", "0"), "HA045"),
    ],
)
def test_wrong_limits_are_refused(
    command: tuple[str, ...], option: tuple[str, str], code: str
) -> None:
    """Before anything is searched, by each command that has them."""
    refused(invoked(*command, *option), code)


@pytest.mark.usefixtures("endless")
@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--limit-time", "0.000001"), f"by the limit of 1e-06 s; {ELSEWHERE}"),
        (("--limit-memory", "1kB"), f"by the limit of 1 kB of memory; {ELSEWHERE}"),
        (("--limit-states", "9"), "by the limit of 9 states"),
    ],
)
def test_a_limit_is_said_and_is_exit_status_3(option: tuple[str, str], said: str) -> None:
    """A search that meets it is undetermined: no crash, and no pass."""
    result = invoked("check", "--claim", "RM-2", "--format", "json", *option)
    [claim] = json.loads(result.stdout)["claims"]

    assert 3 == result.exit_code
    assert claim["why"].startswith("stopped at 1")
    assert claim["why"].endswith(said)


def test_rules_take_the_limits() -> None:
    """What cut the search short is said, and how far it was."""
    for option, said in (
        (("--limit-time", "0.000001"), "by the limit of 1e-06 s;"),
        (("--limit-memory", "1kB"), "by the limit of 1 kB of memory;"),
    ):
        result = invoked("rules", "small-single-site", "--check", *option)

        assert 0 == result.exit_code
        assert ", in a search that stopped at 1 state, depth 0, " in result.stdout
        assert said in " ".join(result.stdout.split())


def test_rules_that_do_not_fit_into_the_memory_are_not_guessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """HA082: all states were found, and there is no room for the steps that say what happens."""

    def full(_: Exploration) -> list[int]:
        raise MemoryLimitError

    monkeypatch.setattr(Exploration, "happening", property(full))
    small = ("--faults", "0", "--set", "recording.pausable=false", "--limit-states", "9")

    refused(
        invoked("rules", "small-single-site", "--check", "--limit-memory", "9TB", *small),
        "HA082",
        "which rules happen is read off their steps",
    )


def test_explain_takes_the_limits() -> None:
    """Sets whose search was cut short are listed as not known, and the card says the limits."""
    small = ("--search", "--size", "1", "--deployment", "small-single-site")
    whole = invoked("explain", "RM-2", *small, "--limit-memory", "9TB").stdout
    cut = invoked("explain", "RM-2", *small, "--limit-time", "0.000001").stdout
    unknown = "Cut short, so that of these and what contains them nothing is known"

    assert "was cut short at 20,000,000 states or 9 TB of memory, whichever" in whole
    assert unknown not in whole
    assert "was cut short at 20,000,000 states or 1e-06 s, whichever came first." in cut
    assert f"{unknown}: no fault at all" in cut


def test_impact_and_need_take_the_limits() -> None:
    """Both say that they do not know, with status 3."""
    small = ("--set", "recording.pausable=false", "--limit-time", "0.000001")
    impact = invoked(
        "impact", "small-single-site", "--fail", "recorder_1", "--format", "json", *small
    )
    need = invoked(
        "need", "DUP-1", "--vary", "recorders=1..1", "--deployment", "small-single-site",
        "--set", "duplication.requested_by=sip-server", *small,
    )  # fmt: skip

    assert (3, 3) == (impact.exit_code, need.exit_code)
    assert "by the limit of 1e-06 s" in impact.stdout
    assert "UNDETERMINED" in need.stdout


@pytest.mark.usefixtures("endless")
def test_checkpoints_of_an_earlier_run_are_not_overwritten(tmp_path: Path) -> None:
    """HA082 until --resume is given, or another folder; a folder that is not there is made."""
    folder = tmp_path / "new" / "kept"
    keep = ("check", "--limit-states", "20000", "--jobs", "1", "--checkpoint", str(folder))
    first = invoked(*keep)
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    refused(invoked(*keep), "HA082", "(search-2.checkpoint)", "give --resume to go on")
    again = invoked(*keep, "--resume")

    assert ["search-2.checkpoint"] == list(kept)
    assert (3, first.stdout) == (first.exit_code, again.stdout)
    assert kept == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert f"search 2 goes on from {folder / 'search-2.checkpoint'}\n" in again.stderr


@pytest.mark.usefixtures("endless")
def test_a_checkpoint_of_other_options_is_refused(tmp_path: Path) -> None:
    """HA048 names the file, from whichever process it is read."""
    keep = ("check", "--limit-states", "9000", "--checkpoint", str(tmp_path))
    invoked(*keep, "--jobs", "1")
    (tmp_path / "search-2.checkpoint").replace(tmp_path / "search-1.checkpoint")

    for jobs in ("1", "2"):
        result = invoked(*keep, "--resume", "--jobs", jobs)
        assert 2 == result.exit_code
        assert f"error: HA048 {tmp_path / 'search-1.checkpoint'} is of another" in result.stderr


@pytest.mark.usefixtures("endless")
def test_checkpoints_where_there_are_none_are_refused(tmp_path: Path) -> None:
    """HA082 for --resume alone and for --readings and --diff; HA074 for a file as the folder."""
    (tmp_path / "file").touch()
    folder = ("--checkpoint", str(tmp_path / "folder"))

    refused(invoked("check", "--resume"), "HA082", "add --checkpoint DIR")
    refused(invoked("check", "--readings", *folder), "HA082", "does not go with --readings")
    refused(invoked("check", "--readings", "--resume"), "HA082", "does not go with --readings")
    refused(invoked("check", "--diff", "--rules", "split_brain", *folder), "HA082", "--diff")
    file = invoked("check", "--checkpoint", str(tmp_path / "file"))
    refused(file, "HA074", "it is a file, no folder; what takes a folder writes several files")


def test_each_search_has_a_file_by_its_place(tmp_path: Path) -> None:
    """`search-1.checkpoint` is the first; what is small is not kept, and nothing is said of it."""
    kept, heard = Checkpoints(tmp_path, resume=True), list[object]()
    found = run_searches(toy_system(), SEARCHES, checkpoints=kept, watch=heard.append)

    assert Checkpoint(tmp_path / "search-3.checkpoint", resume=True) == kept.of(2)
    assert Effort().checkpoint(2) is None
    assert [] == kept.found
    assert not [message for message in heard if isinstance(message, Told)]
    assert not found.interrupted


def killed(folder: Path, jobs: str, *moment: str) -> str:
    """Check what is long, kill it where it stands still; return what it said until then."""
    with subprocess.Popen(
        [*LONG, *moment, "check", "--jobs", jobs, "--checkpoint", str(folder)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if line.strip() == STANDS_STILL:
                break
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert -signal.SIGKILL == process.returncode
    return said


def checked(*options: str) -> subprocess.CompletedProcess[str]:
    """Check what is long to its end, as JSON."""
    return subprocess.run(
        [*LONG, "states", "0", "check", "--format", "json", *options],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def undisturbed() -> str:
    """Return the report of a check that nothing disturbs."""
    result = checked("--jobs", "1")
    claims = json.loads(result.stdout)["claims"]
    assert ["PROVED", "REFUTED", "PROVED"] == [claim["status"] for claim in claims]
    assert 1 == result.returncode
    return result.stdout


@pytest.mark.parametrize(
    ("jobs", "moment"),
    [
        ("1", ("states", "1")),
        ("1", ("states", "20000")),
        ("1", ("states", "200000")),
        ("1", ("writes", "1")),
        ("1", ("writes", "4")),
        ("1", ("writes", "101")),
        ("2", ("states", "20000")),
    ],
)
def test_kill_9_costs_what_was_not_yet_kept(
    tmp_path: Path, undisturbed: str, jobs: str, moment: tuple[str, str]
) -> None:
    """Killed where a progress line says so many states, or while a file is written: same report."""
    said = killed(tmp_path, jobs, *moment)
    result = checked("--jobs", jobs, "--checkpoint", str(tmp_path), "--resume")

    assert STANDS_STILL in said
    assert undisturbed == result.stdout
    kept = moment not in {("states", "1"), ("writes", "1")}
    assert not kept or "search 2 goes on from " in result.stderr
    assert not list(tmp_path.glob("*.part")) or not kept


def test_progress_lines_say_how_far_a_search_is(tmp_path: Path) -> None:
    """States, frontier, depth and memory of the process, in each line."""
    lines = [
        line
        for line in killed(tmp_path, "1", "states", "100000").splitlines()
        if "search 2: " in line
    ]

    assert all(part in lines[-1] for part in (" states, ", "frontier ", ", depth ", " MB")), lines[
        -1
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("loss", "--total"),
        ("loss", "--sweep", "vip_move=1s..2s"),
        ("loss", "--window", "media-server:media-server"),
        ("formula",),
        ("trial",),
        ("check", "--claim", "MS-5"),
    ],
)
def test_what_is_searched_in_time_meets_a_limit_before_its_first_step(
    words: tuple[str, ...],
) -> None:
    """UNDETERMINED, with the limit; nothing is said to be lost, or not to be."""
    command, *more = words
    faults = () if "--window" in more else ("--faults", "media-server-crash=1")
    where = () if command in {"check", "trial"} else ("small-single-site",)
    result = invoked(command, *where, *more, *faults, "--limit-memory", "1MB")
    said = f"{result.stdout} {result.stderr}"

    assert 3 == result.exit_code
    assert "UNDETERMINED" in said
    assert "nothing" not in said
    assert "the limit of 1 MB of memory" in " ".join(said.split())


def test_a_search_in_time_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Now and then: how many classes there are, and how many of them are still to be left."""
    monkeypatch.setattr(progress, "INTERVAL_S", 0)
    result = invoked("loss", "small-single-site", "--faults", "media-server-crash=1")
    line, *_ = result.stderr.splitlines()

    assert re.fullmatch(
        r"unrecorded, media-server-crash=1: [\d,]+ class(es)?, [\d,]+ of them to be left, "
        r"after \d+ s; [\d.]+ [MG]B",
        line,
    )
