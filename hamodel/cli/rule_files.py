"""Rule files: Python code of a user's, or a shipped one, loaded only when it is named."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from hamodel import Component, Property
from hamodel.cite import Source, assumption
from hamodel.errors import HamodelError, InputError, ModelError, among, nearest
from hamodel.guide import Promise, failures
from hamodel.guide.extension import Extension
from hamodel.rule import Rule

SHIPPED = Path(str(failures.__file__)).parent / "optional"
"""Where the rule files are that come with `hamodel`: off unless they are named."""
HOOKS = ("rules", "components", "needs", "promises", "properties")
"""The functions by which a rule file says what it adds; any other is a recorder strategy."""


def shipped_rules() -> Mapping[str, Path]:
    """Return the rule files that come with `hamodel`, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("[!_]*.py"))}


def load_rule_file(path: Path) -> Extension:
    """
    Return what a rule file adds to a model; what goes wrong in it later names file and line.

    The file's name is the family of its rules.

    Parameters
    ----------
    path
        A file, or the bare name of a shipped one; a file of that name is reached as `name.py`.

    Raises
    ------
    InputError
        HA083, or the code of the error that the model's language raised in it.
    """
    place = _place(path)
    module = _executed(place)
    hooks = {name: getattr(module, name, None) for name in HOOKS}
    strategies = _strategies(module)
    wrong = [name for name, hook in hooks.items() if hook is not None and not callable(hook)]
    if wrong or not (strategies or any(hooks.values())):
        raise InputError(
            "HA083",
            "it defines no function 'rules(parts)' that yields rules (nor 'promises', "
            "'properties' or 'needs')" + (f"; {wrong[0]} is no function" if wrong else ""),
            file=str(place),
        )
    call = _Caller(place)
    declared = _declared(module, place)
    if hooks["needs"] is not None:
        declared["needs"] = call.guarded(hooks["needs"])
    return Extension(
        place.stem,
        rules=call.yielding(hooks["rules"], Rule),
        components=call.yielding(hooks["components"], Component),
        promises=_promises(call, hooks["promises"], hooks["properties"]),
        strategies={name: call.yielding(each, Rule, name) for name, each in strategies.items()},
        assumptions=_assumptions(module, place),
        **declared,
    )


def _place(path: Path) -> Path:
    known = shipped_rules()
    if path.suffix or len(path.parts) > 1 or path.is_absolute():
        return path
    if path.name in known:
        return known[path.name]
    if path.exists():
        return path
    raise InputError(
        "HA083", f"no shipped rules have this name; {nearest(path.name, known)}", file=str(path)
    )


def _strategies(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Return the functions that a file defines for deployments to name as strategies."""
    return {
        name: each
        for name, each in vars(module).items()
        if isinstance(each, FunctionType)
        and each.__module__ == module.__name__
        and not name.startswith("_")
        and name not in HOOKS
    }


class _Caller:
    """Calls a file's functions, so that what goes wrong in them names file and line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that raises only errors of hamodel's."""

        def call(*given: Any) -> Any:
            try:
                return function(*given)
            except Exception as error:  # noqa: BLE001 (a user's code may raise anything)
                raise _placed(error, self.path, *given) from None

        return call

    def yielding(self, function: Any, kind: type, name: str = "") -> Callable[..., Any]:
        """Return a function that yields values of this kind, of a file's function or none."""
        if function is None:
            return lambda *_: ()
        listing = self.guarded(lambda *given: list(function(*given)))

        def made(*given: Any) -> Iterator[Any]:
            for each in listing(*given):
                if not isinstance(each, kind):
                    raise InputError(
                        "HA083",
                        f"{function.__name__}(parts) yields {each!r:.80}, "
                        f"which is no {kind.__name__}",
                        file=str(self.path),
                    )
                yield each

        made.__name__ = name or function.__name__
        made.__doc__ = function.__doc__
        return made


def _promises(call: _Caller, promises: Any, properties: Any) -> Callable[..., Any]:
    """Return the function that yields a file's promises; its properties are promises too."""
    whole = call.yielding(promises, Promise)
    single = call.yielding(properties, Property)

    def made(parts: Any, system: Any) -> Iterator[Promise]:
        yield from whole(parts, system)
        for prop in single(parts):
            if len(prop.claims) != 1:
                raise InputError(
                    "HA083",
                    f"the property {prop.name} has claims={prop.claims}; it is a row of one "
                    "claim: claims=('SIP-1b',)",
                    file=str(call.path),
                )
            yield Promise(prop.claims[0], (prop,))

    return made


def _declared(module: ModuleType, path: Path) -> dict[str, Any]:
    """Return what a file declares about itself."""
    found: dict[str, Any] = {}
    for name in ("FLIPS", "TOUCHES"):
        words = getattr(module, name, None)
        if words is None:
            continue
        if not isinstance(words, tuple) or not all(isinstance(word, str) for word in words):
            raise InputError(
                "HA083",
                f"{name} is {words!r:.60}; it is a tuple of words: ('media_server',)",
                file=str(path),
            )
        found[name.casefold()] = words
    faults = getattr(module, "FAULTS", None)
    if faults is not None:
        from hamodel.budget import Budget

        try:
            Budget(faults)
        except ModelError as error:
            raise InputError(error.code, f"FAULTS: {error.message}", file=str(path)) from None
        found["faults"] = dict(faults)
    return found


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


def _placed(error: BaseException, path: Path, *given: Any) -> InputError:
    """Return the error with the last line of the file that it went through."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == str(path):
            line = frame.lineno
    if isinstance(error, InputError) and error.file == str(path):
        return error
    if isinstance(error, HamodelError):
        return InputError(error.code, error.message, file=str(path), line=line or 0)
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    what = f"{type(error).__name__}: {said}".splitlines()[0]
    mend = _possible(error, given)
    return InputError(
        "HA083", f"it cannot be loaded ({what}){mend}", file=str(path), line=line or 0
    )


def _possible(error: BaseException, given: Iterable[Any]) -> str:
    """Return what a name that the parts do not have can have meant."""
    instances = next((each.instances for each in given if hasattr(each, "instances")), None)
    if not isinstance(error, KeyError) or instances is None or len(error.args) != 1:
        return ""
    return (
        f"; this deployment has no such part: loop over the instances, or ask for one of "
        f"{among(instances, 40)}"
    )
