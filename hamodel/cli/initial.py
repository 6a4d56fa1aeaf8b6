"""`hamodel init`: a commented file to start from, of a deployment or of rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from hamodel.cli.output import emit, write_file
from hamodel.errors import InputError
from hamodel.guide.deployment import template

DEPLOYMENT = "deployment.toml"
RULES = "my_failure.py"


def run(words: Sequence[str], *, force: bool) -> None:
    """
    Write a deployment file, or a rule file and its test: to stdout for `-`, otherwise to files.

    Parameters
    ----------
    words
        `[FILE]`, or `rule [FILE]`.
    force
        Whether what is there is overwritten.

    Raises
    ------
    InputError
        HA074: there is something already and it was not forced, or it cannot be written.
        HA082: there are too many words, or the name of a rule file is no name.
    """
    of_rules = bool(words) and words[0] == "rule"
    files = words[1:] if of_rules else words
    if len(files) > 1:
        raise InputError(
            "HA082", f"init takes one file, not {len(files)}; write `rule [FILE]` for rules"
        )
    if of_rules:
        _rules(files[0] if files else RULES, force=force)
    else:
        _deployment(files[0] if files else DEPLOYMENT, force=force)


def _deployment(name: str, *, force: bool) -> None:
    if name == "-":
        emit(template())
        return
    file = Path(name)
    _check_free(file, force=force)
    write_file(file, template())
    emit(f"wrote {file}; `hamodel check {file}` checks it\n")


def _rules(name: str, *, force: bool) -> None:
    from hamodel.cli.rule_template import rule_file

    file = Path(name)
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.py", file.name):
        raise InputError(
            "HA082",
            "the file's name is the family of its rules: write small letters, digits and _, "
            "such as my_failure.py",
            file=name,
        )
    test = file.with_name(f"test_{file.name}")
    for each in (file, test):
        _check_free(each, force=force)
    for each, text in zip((file, test), rule_file(file.stem), strict=True):
        write_file(each, text)
    emit(
        f"wrote {file} and {test}; `hamodel check --claim RM-3 --rules {file} --diff` says what "
        f"it changes in a minute or two, `pytest {test}` tests it in seconds\n"
    )


def _check_free(file: Path, *, force: bool) -> None:
    if file.exists() and not force:
        raise InputError("HA074", "it is there already; --force overwrites it", file=str(file))
