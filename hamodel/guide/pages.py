"""
`python -m hamodel.guide.pages DOCS`: write the pages of the documentation that are made from data.

The glossary is made from `glossary.toml`, the page of parameters from the schema of a deployment
and from what the manifest shows. A test compares the pages with what this writes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from hamodel.guide.dependence import dependences
from hamodel.guide.deployment import Parameter, tables
from hamodel.guide.glossary import glossary

_MADE = "*Made by `python -m hamodel.guide.pages docs`; changes here are lost.*"


def pages() -> Mapping[str, str]:
    """Return the text of each page, by the name of its file."""
    made = {"glossary.md": _glossary(), "parameters.md": _parameters()}
    return {name: "\n".join(lines) + "\n" for name, lines in made.items()}


def _glossary() -> Iterator[str]:
    yield from ("# Glossary", "", _MADE, "")
    yield "One word, one meaning. `hamodel explain WORD` says the same."
    for section, terms in groupby(glossary(), key=lambda term: term.section):
        yield from ("", f"## {section}", "", "| word | meaning |", "|---|---|")
        for term in terms:
            words = ", ".join(f"**{word}**" for word in term.words)
            yield f"| {words} | {term.meaning} |"


def _parameters() -> Iterator[str]:
    yield from ("# Parameters of a deployment", "", _MADE, "")
    yield (
        "`hamodel init` writes a file with all of them, and `hamodel explain PARAMETER` says the"
        " same about one. Where a default comes from: a claim or an assumption (`RM-1`), public"
        " material ([V S7], its number in the [sources](sources.md)), judgement ([G]); [NF]: looked"
        " for and not found. What has no effect says why, in italics."
    )
    for table in tables():
        yield from ("", f"## `{table.key}`", "", table.text)
        if table.example:
            yield from ("", "```toml", f"[{table.key}]", table.example, "```")
        below = [each.key for each in tables() if each.key.startswith(f"{table.key}.")]
        for parameter in table.parameters:
            stands_below = any(parameter.key.startswith(f"{key}.") for key in below)
            if parameter.text != table.text and not stands_below:
                yield from ("", *_parameter(parameter))


def _parameter(parameter: Parameter) -> Iterator[str]:
    default = f" Default: `{parameter.default}`." if parameter.default else ""
    source = f" Source: {parameter.source}." if parameter.source else ""
    effect = f" *It {parameter.no_effect}.*" if parameter.no_effect else ""
    possible = "" if parameter.values else f" Possible: {parameter.possible}."
    yield f"**`{parameter.key}`**: {parameter.text}{possible}{default}{source}{effect}"
    if parameter.values:
        yield ""
    yield from (f"- `{value}`: {meaning}" for value, meaning in parameter.values)
    for each in dependences(parameter.key):
        yield ""
        yield f"With `{each.value}`, {', '.join(each.claims)} {_be(each.claims)} refuted:"
        yield ""
        yield from ("```", each.command, "```")


def _be(claims: Sequence[str]) -> str:
    return "is" if len(claims) == 1 else "are"


def main(arguments: Sequence[str]) -> int:
    """Write the pages into the folder that is named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m hamodel.guide.pages DOCS\n")
        return 2
    for name, text in pages().items():
        Path(arguments[0], name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
