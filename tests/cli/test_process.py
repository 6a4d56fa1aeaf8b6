"""The command line as a process: pipes, colours, Ctrl-C, exit statuses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hamodel.cli.report_json import read_results
from tests.tidy.tree import ROOT

TOY = (sys.executable, "-m", "tests.cli.toy_process")


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a process that finds the library, whatever the folder."""
    kept = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "COLUMNS"}}
    return {**kept, "PYTHONPATH": str(ROOT), **changes}


def ended(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a process to its end, its output into pipes."""
    return subprocess.run(
        arguments,
        cwd=ROOT,
        env=environment(**changes),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=120,
    )


def in_terminal(*arguments: str, **changes: str) -> str:
    """Run a process on a pseudo-terminal of 100 columns, and return what it showed."""
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    ours, theirs = pty.openpty()
    env = environment(TERM="xterm-256color", COLUMNS="100", **changes)
    with subprocess.Popen(arguments, cwd=ROOT, env=env, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
        process.wait()
    os.close(ours)
    return shown.decode()


def test_a_pipe_gets_plain_text() -> None:
    """Results go to stdout without colours and without cutting; the refutation is the status."""
    result = ended(*TOY, "check", COLUMNS="200")

    assert 1 == result.returncode
    assert "\x1b" not in result.stdout
    assert "new primary knows every session: fails after 3 steps" in result.stdout
    assert (
        "warning: toy.toml:2 [sip_server.vip_move]: it can affect nothing here\n"
        "4 searches, 2 at once\n"
    ) == result.stderr


def test_a_terminal_gets_colours_unless_no_color_is_set() -> None:
    """NO_COLOR takes the colours away, and nothing else."""
    coloured = in_terminal(*TOY, "check")
    plain = in_terminal(*TOY, "check", NO_COLOR="1")

    assert "\x1b[32mPROVED" in coloured
    assert "\x1b[3" not in plain
    assert "PROVED" in plain


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_an_encoding_without_arrows_is_no_failure(encoding: str) -> None:
    """What an encoding cannot say becomes a question mark."""
    result = ended(*TOY, "check", PYTHONIOENCODING=encoding, PYTHONUTF8="0")

    assert 1 == result.returncode
    assert "SIP-1c" in result.stdout
    assert "Traceback" not in result.stderr


def test_a_reader_that_goes_away_is_no_failure() -> None:
    """A closed pipe is not complained about, and the status is that of the check."""
    ours, theirs = os.pipe()
    os.close(ours)
    process = subprocess.run(
        [*TOY, "check"],
        cwd=ROOT,
        env=environment(),
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=120,
    )
    os.close(theirs)

    assert 1 == process.returncode
    assert "Broken" not in process.stderr
    assert "Traceback" not in process.stderr


def heeds_interrupts() -> None:
    """Take Ctrl-C again, where whoever started the tests in the background had it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(*options: str) -> tuple[int, str, str]:
    """Run the check that never ends, press Ctrl-C; return the status, stdout and stderr."""
    with subprocess.Popen(
        [*TOY, "endless", "check", "-v", "--limit-states", "100000000", *options],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heeds_interrupts,  # noqa: PLW1509 (this process starts no threads)
    ) as process:
        assert process.stderr is not None
        waiting = {"search 1 ended", "search 2 of "}
        for line in process.stderr:
            waiting = {start for start in waiting if not line.startswith(start)}
            if not waiting:
                break
        os.killpg(process.pid, signal.SIGINT)
        try:
            shown, complaints = process.communicate(timeout=60)
        finally:
            process.kill()
    return process.returncode, shown, complaints


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_prints_what_is_known(jobs: str) -> None:
    """Ctrl-C ends the searches; what was judged is told, the rest is undetermined; status 130."""
    status, shown, complaints = interrupted("--jobs", jobs)

    assert 130 == status
    assert "SIP-1b   must       PROVED" in shown
    assert "clocks stop: interrupted" in shown
    assert "Traceback" not in complaints


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_writes_what_is_known(jobs: str, tmp_path: Path) -> None:
    """After Ctrl-C a report that goes to a file has what was judged, with its runs."""
    file = tmp_path / "results.json"
    status, shown, complaints = interrupted("--jobs", jobs, "--format", "json", "--out", str(file))
    claims = read_results(file.read_text(encoding="utf-8")).claims

    assert (130, "") == (status, shown)
    assert ["PROVED", "UNDETERMINED"] == [claim["status"] for claim in claims]
    assert "sip_server_1 crashes" == claims[0]["premise_witness"]["steps"][-1]["rule"]
    assert "interrupted" == claims[1]["why"]
    assert "Traceback" not in complaints


def test_help_is_light() -> None:
    """Asking for help loads neither the guide nor the search, nor what draws tables."""
    script = (
        "import sys\n"
        "from hamodel.cli import main\n"
        "sys.argv = ['hamodel', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*(m for m in ('rich.table', 'networkx', 'msgspec', 'hamodel.guide.deployment')"
        " if m in sys.modules), file=sys.stderr)\n"
    )
    result = ended(sys.executable, "-c", script)

    assert "Usage: hamodel" in result.stdout
    assert "\n" == result.stderr


def test_the_package_is_a_command_too(tmp_path: Path) -> None:
    """`python -m hamodel` is `hamodel`, from any folder."""
    result = subprocess.run(
        [sys.executable, "-m", "hamodel", "--version"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.startswith("hamodel ")


def test_a_polite_end_is_taken_as_ctrl_c() -> None:
    """SIGTERM ends `hamodel check` as Ctrl-C does: what is known is told, status 130."""
    command = [sys.executable, "-m", "hamodel", "check", "--claim", "MS-2", "--jobs", "1", "-v"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("search 1 of "):
                break
        process.terminate()
        shown, complaints = process.communicate(timeout=60)

    assert 130 == process.returncode
    assert "MS-2" in shown
    assert "UNDETERMINED" in shown
    assert "Traceback" not in complaints
