"""What stands on the command line: no option that is empty, and none twice that is one thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hamodel.errors import InputError


def check_given(command: Any, words: Sequence[str]) -> None:
    """
    Check the options of a command as they were given.

    Parameters
    ----------
    command
        The click command.
    words
        What stands behind its name.

    Raises
    ------
    InputError
        HA082 for one that is empty, which is not as if it were left out; and for one that is given
        twice, of which only the last would count.
    """
    known = {name: param for param in command.params for name in param.opts}
    seen: set[str] = set()
    for name, value in _options(words, known):
        param = known[name]
        if not value.strip():
            about = f"leave it out, or say: {param.help}" if param.help else "leave it out"
            raise InputError("HA082", f"{name} is empty; {about}")
        if param.name in seen and not param.multiple:
            raise InputError("HA082", f"{name} is given twice; give it once")
        seen.add(param.name)


def _options(words: Sequence[str], known: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each option that has a value, and its value."""
    left = iter(words)
    for word in left:
        if word == "--":
            return
        name, equals, value = word.partition("=")
        param = known.get(name)
        if param is None or param.param_type_name != "option" or param.is_flag:
            continue
        given = value if equals else next(left, None)
        if given is not None:
            yield name, given
