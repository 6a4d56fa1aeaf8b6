"""Where output goes: streams that close, files that cannot be written, progress in a terminal."""

from __future__ import annotations

import gc
import io
import multiprocessing.connection
import os
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from rich.console import Console

from hamodel.budget import Budget
from hamodel.cli import output, progress, search
from hamodel.cli.search import Done, Effort, Failed, Judged, Progress, Told, Waiting, run_searches
from hamodel.engine.check import Search
from hamodel.errors import InputError
from hamodel.system import System
from tests.cli.toy import KNOWS_ALL, ONE, TAKES_OVER, TWO, toy_system

SEARCHES = (Search(ONE, (TAKES_OVER, KNOWS_ALL)), Search(TWO, (TAKES_OVER,)))


class Gone(io.StringIO):
    """A stream whose reader has gone."""

    def __init__(self, descriptor: int | None = None) -> None:
        super().__init__()
        self.descriptor = descriptor

    def write(self, text: str) -> int:
        """Fail as a closed pipe does."""
        raise BrokenPipeError(32, "Broken pipe", text[:0])

    def fileno(self) -> int:
        """Return the descriptor, if there is one."""
        if self.descriptor is None:
            raise OSError
        return self.descriptor


@pytest.mark.parametrize("has_descriptor", [True, False])
def test_a_reader_that_has_gone_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_descriptor: bool
) -> None:
    """Writing to a closed pipe is quiet, on stdout and on stderr."""
    with (tmp_path / "pipe").open("w") as file:
        stream = Gone(file.fileno() if has_descriptor else None)
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", stream)
        output.emit("results\n")
        output.say("progress")

    assert "" == (tmp_path / "pipe").read_text(encoding="utf-8")


def test_a_terminal_is_drawn_on_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the console has its width and its colours."""
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    widths: list[int] = []

    def draw(console: Console) -> None:
        widths.append(console.width)
        console.print("fine", style="green")

    output.show(draw)

    assert [40] == widths
    assert "\x1b[32mfine" in terminal.getvalue()


def test_a_closed_stream_is_no_terminal() -> None:
    """What is closed has no width."""
    stream = io.StringIO()
    stream.close()

    assert output.WITHOUT_LIMIT == output.console_for(stream).width


def test_a_file_that_cannot_be_replaced_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk leaves the old file, no other, and one error."""
    file = tmp_path / "results.txt"
    file.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"HA074 .*No space left"):
        output.write_file(file, "new")

    assert "old" == file.read_text(encoding="utf-8")
    assert [file] == list(tmp_path.iterdir())


def test_a_file_without_rights_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may not be written is refused before a search begins."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match=r"HA074 .*may not be written"):
        output.check_writable(tmp_path / "results.txt")


@pytest.mark.skipif(not Path(os.devnull).exists(), reason="this system has no null device")
def test_a_device_is_written_to_not_replaced() -> None:
    """The null device stays one."""
    output.write_file(Path(os.devnull), "nothing")

    assert not Path(os.devnull).is_file()


def test_a_file_without_end_is_refused(tmp_path: Path) -> None:
    """There is a limit on what is read."""
    file = tmp_path / "long"
    file.write_bytes(b"12345")

    assert "12345" == output.read_file(file, 5)
    with pytest.raises(InputError, match="HA072"):
        output.read_file(file, 4)


def test_a_terminal_sees_the_searches_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal shows which searches go on, and how many have ended; nothing stays of it."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80, color_system=None)
    monkeypatch.setattr(progress, "console_for", lambda _: console)
    with progress.watching(SEARCHES, verbose=False) as watch:
        watch(Progress(1, 1234, 7, 56, 78_000_000))
        monkeypatch.setattr(watch, "shown", 0.0, raising=True)
        watch(Judged(1, 0, "PROVED", "", (2345, 1, 8), None, None))
        monkeypatch.setattr(watch, "shown", 0.0, raising=True)
        watch(Done(1))

    going = "at most sip-server-crash=2: 1,234 states, frontier 56, depth 7, 78 MB"
    assert going in stream.getvalue()
    assert "at most sip-server-crash=2: 2,345 states, depth 8" in stream.getvalue()
    assert "searches ended: 1 of 2" in stream.getvalue()


@pytest.mark.parametrize("verbose", [True, False])
def test_a_pipe_hears_how_far_the_searches_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verbose: bool
) -> None:
    """How many there are at once, then a line each half minute, also if nothing is heard."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with progress.watching(SEARCHES, jobs=2, verbose=verbose) as watch:
        for at, message in (
            (100.0, Progress(0, 1, 0)),
            (129.0, Progress(0, 1234, 7, 56, 78_000_000)),
            (131.0, Progress(1, 5, 2)),
            (140.0, Judged(1, 0, "PROVED", "", (6, 9, 3), None, None)),
            (150.0, Done(0)),
            (162.0, Waiting()),
        ):
            now[0] = at
            watch(message)
    lines = capsys.readouterr().err.splitlines()

    assert "2 searches, 2 at once" == lines[0]
    assert [
        (
            "after 31 s 0 of 2 searches ended; search 1: 1,234 states, 43 states/s, "
            "frontier 56, depth 7, 78 MB; "
            "search 2: 5 states, depth 2"
        ),
        "after 62 s 1 of 2 searches ended; search 2: 6 states, depth 3",
    ] == [line for line in lines if line.startswith("after ")]
    assert verbose == ("search 1 ended: 1,234 states, 50.0 s since the start" in lines)
    assert (6 if verbose else 3) == len(lines)


def test_a_search_that_has_only_begun_is_being_prepared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its first state is there before anything is compiled: that is not how far it has come."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with progress.watching(SEARCHES, verbose=False) as watch:
        watch(Progress(1, 1, 0, 1, 78_000_000))
        now[0] = 131.0
        watch(Waiting())

    said = "after 31 s 0 of 2 searches ended; search 2: being prepared"
    assert said in capsys.readouterr().err.splitlines()


def test_one_search_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """One search is not several at once, and none is not worth a word."""
    with progress.watching(SEARCHES[:1], jobs=2, verbose=False):
        pass
    with progress.watching((), jobs=2, verbose=False):
        pass

    assert "1 search\n" == capsys.readouterr().err


def test_searches_with_few_failures_and_large_cones_begin_first() -> None:
    """What is within the assumptions is known first, and no long search begins at the end."""
    cone = frozenset({"sip_server_1"})
    sizes = [
        (Budget(None), cone),
        (TWO, cone),
        (Budget(1, repairs=None), None),
        (ONE, cone),
        (ONE, cone | {"sip_server_2"}),
        (ONE, None),
    ]
    searches = [Search(budget, (TAKES_OVER,), cone) for budget, cone in sizes]
    begun = search._as_begun(searches)

    assert [5, 4, 3, 1, 2, 0] == [number for number, _ in begun]
    assert [searches[number] for number, _ in begun] == [each for _, each in begun]


def test_silence_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing is heard, the one who watches is told so, and can say how far it is."""

    def slow(*_: object) -> None:
        time.sleep(0.3)

    monkeypatch.setattr(search, "_child", slow)
    monkeypatch.setattr(search, "SILENCE_S", 0.05)
    seen: list[object] = []
    run_searches(toy_system(), SEARCHES, processes=2, watch=seen.append)

    assert Waiting() in seen


@pytest.mark.parametrize(
    ("processes", "threads"), [(2, ["1", "1"]), (4, ["2", "2"]), (5, 2 * ["2"])]
)
def test_what_searches_leave_idle_others_take(
    monkeypatch: pytest.MonkeyPatch, processes: int, threads: list[str]
) -> None:
    """With more processors than searches, each goes on in several threads."""
    both = multiprocessing.get_context("fork").Barrier(2)

    def telling(
        connection: Connection, _system: System, number: int, _search: Search, effort: Effort
    ) -> None:
        assert callable(effort.threads)
        connection.send(Told(f"{effort.threads()}"))
        both.wait(60)  # one that has ended leaves its processors to the other
        connection.send(Done(number))

    monkeypatch.setattr(search, "_child", telling)
    monkeypatch.setattr(search, "_prepare", lambda *_: None)
    seen: list[object] = []
    run_searches(toy_system(), SEARCHES, processes=processes, watch=seen.append)

    assert threads == [each.text for each in seen if isinstance(each, Told)]


def test_the_last_search_gets_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it takes is asked while it goes on: another search has ended meanwhile."""

    def telling(
        connection: Connection, _system: System, number: int, _search: Search, effort: Effort
    ) -> None:
        assert callable(effort.threads)
        while number and effort.threads() == 1:
            os.sched_yield()
        connection.send(Told(f"{effort.threads()}" if number else "first"))

    monkeypatch.setattr(search, "_child", telling)
    monkeypatch.setattr(search, "_prepare", lambda *_: None)
    seen: list[object] = []
    run_searches(toy_system(), SEARCHES, processes=2, watch=seen.append)

    assert ["first", "2"] == [each.text for each in seen if isinstance(each, Told)]


def test_ctrl_c_loses_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the processes have found by the time of Ctrl-C is kept, although nobody has read it."""
    waited: list[float | None] = []

    def pressed(connections: list[Connection], timeout: float | None = None) -> Sequence[object]:
        waited.append(timeout)
        if len(waited) == 1:
            time.sleep(1)  # by now both have found everything
            raise KeyboardInterrupt
        return multiprocessing.connection.wait(connections, timeout)

    monkeypatch.setattr(search, "wait", pressed)
    found = run_searches(toy_system(), SEARCHES, processes=2)

    assert found.interrupted
    assert {"PROVED", "REFUTED"} == {verdict.kind.value for verdict in found.verdicts.values()}


def test_a_process_sends_what_it_finds() -> None:
    """What a search's own process sends is what a search in this process finds."""
    ours, theirs = multiprocessing.get_context("fork").Pipe(duplex=False)
    try:
        search._child(theirs, toy_system(), 0, SEARCHES[0], Effort())
    finally:
        gc.enable()
    found = []
    while ours.poll():
        try:
            found.append(ours.recv())
        except EOFError:
            break

    kinds = [message.kind for message in found if isinstance(message, Judged)]
    assert ["PROVED", "REFUTED"] == kinds
    assert Done(0) == found[-1]


def test_a_search_out_of_memory_is_undetermined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that is used up is no crash: what to do is said."""

    def explode(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Search, "explore", explode)
    found = run_searches(toy_system(), SEARCHES)

    assert {"UNDETERMINED"} == {verdict.kind.value for verdict in found.verdicts.values()}
    assert {True} == {"--limit-states" in verdict.why for verdict in found.verdicts.values()}


def test_a_process_that_dies_leaves_its_properties_undetermined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A search whose process is killed says nothing; that is not taken for a proof."""

    def dying(*_: object) -> None:
        os._exit(9)

    monkeypatch.setattr(search, "_child", dying)
    found = run_searches(toy_system(), SEARCHES, processes=2)

    assert {"its process ended early"} == {verdict.why for verdict in found.verdicts.values()}


def test_an_error_in_a_process_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a search raises in its process is raised by the run, with its code."""

    def failing(
        connection: multiprocessing.connection.Connection,
        _system: System,
        number: int,
        *_: object,
    ) -> None:
        connection.send(Failed(number, "HA040", "beyond the end"))

    monkeypatch.setattr(search, "_child", failing)
    with pytest.raises(Exception, match="HA040 beyond the end"):
        run_searches(toy_system(), SEARCHES, processes=2)
