"""Rule files: Python code of a user's, loaded only when it is named on the command line."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from hamodel.cite import Source, assumption
from hamodel.errors import HamodelError, InputError
from hamodel.rule import Rule

Rules: TypeAlias = Callable[[Any], Iterable[Rule]]


def load_rule_file(path: Path) -> Rules:
    """
    Return the function `rules` of a file, guarded: what goes wrong in it names file and line.

    The file's name is the family of its rules. What the file assumes, its table `ASSUMPTIONS` of
    ids and sentences, is the function's `assumptions`: its rules can cite them.

    Raises
    ------
    InputError
        HA083, or the code of the error that the model's language raised in it.
    """
    module = _executed(path)
    function = getattr(module, "rules", None)
    if not callable(function):
        raise InputError(
            "HA083", "it defines no function 'rules(parts)' that yields rules", file=str(path)
        )

    def guarded(parts: Any) -> Iterator[Rule]:
        try:
            made = list(function(parts))
        except Exception as error:  # noqa: BLE001 (a user's code may raise anything)
            raise _placed(error, path) from None
        for rule in made:
            if not isinstance(rule, Rule):
                raise InputError(
                    "HA083", f"rules(parts) yields {rule!r:.80}, which is no Rule", file=str(path)
                )
            yield rule

    guarded.__name__ = path.stem
    vars(guarded)["assumptions"] = _assumptions(module, path)
    return guarded


def _assumptions(module: ModuleType, path: Path) -> tuple[Source, ...]:
    table = getattr(module, "ASSUMPTIONS", {})
    rows = tuple(table.items()) if isinstance(table, dict) else ((table, ""),)
    for name, text in rows:
        if not (isinstance(name, str) and re.fullmatch(r"A-[A-Z0-9-]+", name) and text):
            raise InputError(
                "HA083",
                f"ASSUMPTIONS has {name!r:.60}; it is a table of ids and sentences: "
                "{'A-NAP': 'A recorder may …'}",
                file=str(path),
            )
    return tuple(assumption(name, str(text), f"the rule file {path.name}") for name, text in rows)


def _executed(path: Path) -> ModuleType:
    try:
        source = path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError("HA083", f"it cannot be read ({why})", file=str(path)) from None
    module = ModuleType(f"hamodel_rules_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses of the file look themselves up there
    try:
        exec(compile(source, str(path), "exec"), vars(module))  # noqa: S102 (named by the user)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (a user's code may raise anything)
        raise _placed(error, path) from None
    return module


def _placed(error: BaseException, path: Path) -> InputError:
    """Return the error with the last line of the file that it went through."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == str(path):
            line = frame.lineno
    if isinstance(error, HamodelError):
        return InputError(error.code, error.message, file=str(path), line=line or 0)
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    what = f"{type(error).__name__}: {said}".splitlines()[0]
    return InputError("HA083", f"it cannot be loaded ({what})", file=str(path), line=line or 0)
