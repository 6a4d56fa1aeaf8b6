"""What can go wrong, each with a code, what was found, what was possible and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

_LANGUAGE = {
    "HA001": "a name is empty or not made of letters, digits, '_', '.', '-' and single spaces",
    "HA002": "a domain is empty, has a value twice, or is no Enum, range, bool or instances(…)",
    "HA003": "a value is not in the variable's domain",
    "HA004": "two variables with different domains are compared or copied",
    "HA005": "a guard was used as a Python condition; write &, | and ~",
    "HA006": "something that is not a guard stands where a guard is expected",
    "HA007": "two arrows of one component with one trigger and one source can both be enabled",
    "HA008": "a rule fires a trigger that the component does not have",
    "HA009": "a rule fires two arrows of one component",
    "HA010": "a rule can assign one variable twice in a step",
    "HA011": "a rule assigns a component's main state; only an arrow may move it",
    "HA012": "a component is compared with a state that it never has",
    "HA013": "two components, variables, rules or properties have one name",
    "HA014": "a rule or property names a variable that no component of the system owns",
    "HA015": "a citation names a claim that the catalogue lacks",
    "HA016": "a rule needs a citation and has none",
    "HA017": "a cost or a fault budget is not of the form class = whole number",
    "HA018": "a rule does nothing: it fires no arrow, sets nothing and says nothing",
    "HA019": "the times of a rule are not 0 ≤ earliest ≤ latest, or are longer than 31 years",
    "HA020": "an observer is not a component of the system",
    "HA021": "a property lacks what its kind needs",
    "HA022": "a catalogue of claims cannot be read",
    "HA023": "something else stands where an arrow, effect, message, rule or component belongs",
    "HA028": "a property is judged without the time that it speaks of, or in a time it cannot have",
}
_SEARCH = {
    "HA040": "an effect stepped a variable beyond the end of its range",
    "HA041": "a trace does not fit the system it is replayed on",
    "HA042": "a trace file cannot be read",
    "HA043": "a trace or result is of a schema that this version does not know",
    "HA044": "a fault budget names a class that no failure rule has",
    "HA045": "a limit of a search is not a number above zero",
    "HA046": "a checkpoint cannot be read: it is none, or it is truncated or altered",
    "HA047": "a checkpoint is of another format, or of another version of hamodel",
    "HA048": "a checkpoint is of another search",
    "HA049": "runs are compared with a search of another system or budget",
}
_EXPORT = {
    "HA050": "another checker's language cannot say something exactly",
}
_INPUT = {
    "HA060": "a deployment is not found",
    "HA061": "a file is not UTF-8 text",
    "HA062": "a file is not TOML",
    "HA063": "a key is unknown here",
    "HA064": "a value has the wrong type",
    "HA065": "a value has a wrong unit or is not a duration",
    "HA066": "a value is not one of those possible",
    "HA067": "a number is out of its range",
    "HA068": "a key is missing",
    "HA069": "a name refers to an instance that the deployment does not have",
    "HA070": "two parts of a deployment contradict each other",
    "HA071": "something is given twice",
    "HA072": "a file or a value is too large or nested too deep",
    "HA073": "something is empty that must not be",
    "HA074": "a path cannot be read or written",
}
_COMMAND = {
    "HA080": "a word that 'explain' does not know",
    "HA081": "a claim that the guide does not have",
    "HA082": "an option's value cannot be used",
    "HA083": "a rule file cannot be loaded",
    "HA084": "a tool that is needed is not installed",
    "HA085": "the manifest cannot be read",
    "HA086": "a rule of a rule file can never happen",
    "HA087": "a rule of a rule file moves what the file does not declare that it touches",
    "HA088": "a recorder strategy is named whose code is not loaded",
    "HA089": "what rules take is no linear expression of the timers that are asked about",
}

CODES: Mapping[str, str] = MappingProxyType(
    {**_LANGUAGE, **_SEARCH, **_EXPORT, **_INPUT, **_COMMAND}
)
"""Every error code and what it means, in one line each."""


class HamodelError(Exception):
    """
    An error with a code of `CODES`; its text says what was found, what was possible, what to do.

    Parameters
    ----------
    code
        A key of `CODES`, such as `"HA012"`.
    message
        What was found and what was possible, in one or two sentences.
    """

    def __init__(self, code: str, message: str) -> None:
        assert code in CODES, f"{code} is not in CODES"
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


class ModelError(HamodelError):
    """A model was written down wrongly; raised when the value is built, never at the first step."""


class SearchError(HamodelError):
    """A search or a replay met something that the model does not allow."""


class ExportError(HamodelError):
    """What another checker's language cannot say exactly; it is never said approximately."""


class InputError(HamodelError):
    """A user's file or argument cannot be used; says file, line and key if there are any."""

    def __init__(
        self, code: str, message: str, *, file: str = "", line: int = 0, key: str = ""
    ) -> None:
        place = ":".join(part for part in (file, str(line) if line else "") if part)
        where = " ".join(part for part in (place, f"[{key}]" if key else "") if part)
        super().__init__(code, f"{where}: {message}" if where else message)
        self.file, self.line, self.key = file, line, key


def members(items: object, kind: type, where: str) -> tuple[Any, ...]:
    """Return one item or several as a tuple; raise HA023 unless all of them are of the kind."""
    found = tuple(items) if isinstance(items, Iterable) else (items,)
    for item in found:
        if not isinstance(item, kind):
            raise ModelError(
                "HA023",
                f"{where} has {item!r:.80}, which is no {kind.__name__}; give a "
                f"{kind.__name__}, or a tuple of them",
            )
    return found


NAMED = 12
"""How many values a message names, as a rule."""


def among(values: object, limit: int = NAMED) -> str:
    """Return `a, b, c` for a message, cut after `limit` of them with how many more there are."""
    words = [str(value) for value in values]  # type: ignore[attr-defined]
    more = f", … ({len(words) - limit} more)" if len(words) > limit else ""
    return ", ".join(words[:limit]) + more


def nearest(word: str, known: Iterable[str], listed: str = "") -> str:
    """
    Return what an unknown word may have meant: `near to it: SIP-1a, SIP-1b`.

    Where all that is known would be too much, `listed` says where it is told.
    """
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(word.casefold()[:200], folded, n=5, cutoff=0.5)
    if close:
        return f"near to it: {', '.join(folded[each] for each in close)}"
    if listed and len(folded) > NAMED:
        return f"none of {len(folded)} names is near to it: {listed}"
    return f"known are {among(folded.values(), 40)}"


def seconds(ms: int) -> str:
    """Return milliseconds as seconds, exactly: `35.4 s`."""
    sign, (whole, rest) = "-" if ms < 0 else "", divmod(abs(ms), 1_000)
    return f"{sign}{whole}{f'.{rest:03}'.rstrip('0') if rest else ''} s"


def plural(number: int, noun: str) -> str:
    """Return `1 state`, `1,234 states`, `2 searches`."""
    ending = "" if number == 1 else "es" if noun.endswith(("ch", "sh", "s", "x")) else "s"
    return f"{number:,} {noun}{ending}"
