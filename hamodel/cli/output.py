"""Where output goes: results to stdout or a file, progress and warnings to stderr."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from rich.console import Console

from hamodel.errors import InputError

WITHOUT_LIMIT = 100_000
"""The width of what is not a terminal: nothing but a table is wrapped there."""
TABLE_WIDTH = 120
"""The width of a table in what is not a terminal, unless COLUMNS says another."""


def prepare_streams() -> None:
    """Let a stream whose encoding lacks a character show a `?`, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def console_for(stream: TextIO, width: int | None = None) -> Console:
    """Return a console: a terminal's own width and colours; plain and without a limit elsewhere."""
    terminal = _is_terminal(stream)
    colours = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Console(
        file=stream,
        width=width or (None if terminal else WITHOUT_LIMIT),
        color_system="auto" if colours else None,
        no_color=not colours,
        force_terminal=terminal and colours,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        legacy_windows=False,
    )


def table_width(console: Console) -> int:
    """Return how wide a table is: as the console, or as COLUMNS says where that has no limit."""
    if console.width != WITHOUT_LIMIT:
        return console.width
    columns = os.environ.get("COLUMNS", "")
    wanted = int(columns) if columns.isascii() and columns.isdecimal() else 0
    return min(wanted, WITHOUT_LIMIT) or TABLE_WIDTH


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def say(text: str) -> None:
    """Write a line to stderr; a closed stderr is no reason to fail."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except (BrokenPipeError, ValueError):
        _forget(sys.stderr)


def emit(text: str) -> None:
    """Write text to stdout, quietly if its reader has gone."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget(sys.stdout)


def show(draw: Callable[[Console], None]) -> None:
    """Let something be drawn on stdout: as the terminal is, or plain and without a limit."""
    if _is_terminal(sys.stdout):
        draw(console_for(sys.stdout))
    else:
        emit(drawn(draw))


def drawn(draw: Callable[[Console], None], width: int | None = None) -> str:
    """Return what would be drawn, without colours and without spaces at the ends of lines."""
    stream = io.StringIO()
    draw(console_for(stream, width))
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def _forget(stream: TextIO) -> None:
    """Send what is still to come on a stream to nowhere, so that Python can end without a word."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def check_writable(path: Path) -> None:
    """Raise HA074 if a file could not be written there, before a long search."""
    folder = path.resolve().parent
    if path.is_dir():
        raise InputError("HA074", "it is a folder; name a file", file=str(path))
    if not folder.is_dir():
        raise InputError("HA074", f"there is no folder {folder}; make it first", file=str(path))
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise InputError("HA074", "it may not be written; choose another place", file=str(path))


def write_file(path: Path, text: str) -> None:
    """
    Write a file whole or not at all; what is no regular file (a pipe, a device) is written to.

    Raises
    ------
    InputError
        HA074.
    """
    check_writable(path)
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError("HA074", f"it cannot be written ({why})", file=str(path)) from None


def _replace(path: Path, text: str) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def make_folder(path: Path) -> None:
    """Make a folder if it is not there; raise HA074 if it is a file, or cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        wanted = "what takes a folder writes several files into it; give another place"
        raise InputError("HA074", f"it is a file, no folder; {wanted}", file=str(path)) from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError("HA074", f"it cannot be made ({why})", file=str(path)) from None


def read_file(path: Path, bytes_max: int = 50_000_000) -> str:
    """Return the text of a UTF-8 file; raise HA074, HA061 or HA072 if it is not one."""
    try:
        with path.open("rb") as file:
            data = file.read(bytes_max + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError("HA074", f"it cannot be read ({why})", file=str(path)) from None
    if len(data) > bytes_max:
        raise InputError("HA072", f"it has more than {bytes_max:,} bytes", file=str(path))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("HA061", f"it is not UTF-8 (byte {error.start})", file=str(path)) from None
