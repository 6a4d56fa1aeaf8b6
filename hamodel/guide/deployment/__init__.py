"""
A deployment: what is installed, how it behaves, and how much of it a search covers.

One TOML file, read strictly: whatever is wrong with it is one `InputError` with file, line and key.
A file is read in steps, each in a module of its own: `source` (bytes, text, TOML, lines),
`spelling` (one spelling of each key and value), `decode` (`--set`, then msgspec for the shape),
`checks` (what contradicts what), `remarks` (notes and warnings). What a parameter means stands in
`tables` and `schema`, once, for errors, `explain` and `init`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from itertools import takewhile
from pathlib import Path

from msgspec.structs import replace

from hamodel.errors import InputError, among
from hamodel.guide.deployment.checks import check
from hamodel.guide.deployment.decode import SET, decode
from hamodel.guide.deployment.kinds import About, Read
from hamodel.guide.deployment.media_tables import (
    Duplication,
    Liveness,
    MediaServer,
    Ping,
    RecorderGroup,
    Recording,
    TLibClient,
)
from hamodel.guide.deployment.remarks import notes, warnings
from hamodel.guide.deployment.schema import Deployment, Note
from hamodel.guide.deployment.shape import (
    Parameter,
    TableOfFile,
    parameters,
    tables,
    values_of,
)
from hamodel.guide.deployment.source import (
    SIZE_MAX,
    decode_text,
    parse,
    read_bytes,
    shown,
    too_large,
)
from hamodel.guide.deployment.tables import (
    Link,
    ManagementLayer,
    Monitor,
    Network,
    ResourceManager,
    Scope,
    SipServer,
    Table,
)
from hamodel.guide.deployment.template import template

__all__ = [
    "About",
    "Deployment",
    "Duplication",
    "Link",
    "Liveness",
    "ManagementLayer",
    "MediaServer",
    "Monitor",
    "Network",
    "Note",
    "Parameter",
    "Ping",
    "Read",
    "RecorderGroup",
    "Recording",
    "ResourceManager",
    "Scope",
    "SipServer",
    "TLibClient",
    "Table",
    "TableOfFile",
    "load",
    "loads",
    "parameters",
    "said_of",
    "shipped",
    "tables",
    "template",
    "values_of",
]
_SHIPPED = resources.files("hamodel.guide").joinpath("deployments")


def shipped() -> tuple[str, ...]:
    """Return the names of the deployments that come with `hamodel`, in alphabetical order."""
    files = (entry.name for entry in _SHIPPED.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


def said_of(name: str) -> str:
    """Return what a deployment that is shipped says of itself: the remark its file begins with."""
    lines = _SHIPPED.joinpath(f"{name}.toml").read_text(encoding="utf-8").splitlines()
    remark = takewhile(lambda line: line.startswith("#"), lines)
    return " ".join(line.removeprefix("#").strip() for line in remark)


def load(where: str | Path, changes: Sequence[str] = ()) -> Deployment:
    """
    Return the deployment of a file, or of a shipped name, with changes made to it.

    Parameters
    ----------
    where
        A path, or one of `shipped()`; a file of that name is reached as `./reference`.
    changes
        `"resource_manager.mode=single"`: a key, and a TOML value or a bare word. A recorder group
        is named, as in `"recorder_group.main.count=1"`. A table is added to, an empty one empties
        it: `"hosts={}"`.

    Raises
    ------
    InputError
        For whatever is wrong, with file (or `--set`), line and key.

    Examples
    --------
    >>> load("reference", ["resource_manager.mode=single"]).resource_managers
    ('resource_manager_1',)
    """
    if isinstance(where, str) and where in shipped():
        file = f"{where}.toml"
        entry = _SHIPPED.joinpath(file)
        found = _load(entry.read_bytes(), file, changes)
        # What a change makes of our own file is no business of who made the change.
        return replace(found, warnings=tuple(each for each in found.warnings if each.file == SET))
    if not str(where):
        raise InputError("HA060", f"the name is empty; shipped are {among(shipped())}.")
    file = _printable(str(where))
    try:
        data = read_bytes(Path(where), file)
    except InputError as error:
        if error.code != "HA060":
            raise
        message = f"there is no such file; shipped deployments are {among(shipped())}."
        raise InputError("HA060", message, file=file) from None
    return _load(data, file, changes)


def loads(text: str | bytes, file: str = "text", changes: Sequence[str] = ()) -> Deployment:
    """
    Return the deployment that TOML text describes; `load` without a file.

    Parameters
    ----------
    text
        The text of a deployment file, or its bytes.
    file
        What errors call it.
    changes
        As in `load`.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > SIZE_MAX:
        raise too_large(file)
    return _load(data, file, changes)


def _load(data: bytes, file: str, changes: Sequence[str]) -> Deployment:
    source = parse(decode_text(data, file), file)
    deployment, draft = decode(source, changes)
    deployment = check(deployment, draft)
    return replace(deployment, notes=notes(draft), warnings=warnings(deployment, draft))


def _printable(path: str) -> str:
    return path if path.isprintable() and len(path) <= 300 else shown(path)
