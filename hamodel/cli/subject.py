"""What is assessed: a deployment, the system that it makes, and the promises about it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hamodel.cite import Catalogue
from hamodel.cli.rule_files import load_rule_file
from hamodel.errors import InputError
from hamodel.guide import Promise, build, load, promises
from hamodel.guide.deployment import Deployment, Note, loads
from hamodel.guide.deployment.source import SIZE_MAX
from hamodel.system import System


@dataclass(frozen=True, slots=True)
class Subject:
    """
    A deployment as the command line needs it.

    Parameters
    ----------
    where, changes, rule_files
        How it was asked for: enough to ask for it again.
    name
        What reports call it.
    scope
        What a proof covers, in a sentence.
    notes, warnings
        Remarks on its file: what awaits a later feature, what can affect nothing.
    accept
        Claims whose weakness is known, and why each is accepted.
    system, promises
        The model, and what is to be judged.
    """

    where: str
    changes: tuple[str, ...]
    rule_files: tuple[str, ...]
    name: str
    scope: str
    notes: tuple[Note, ...]
    warnings: tuple[str, ...]
    accept: Mapping[str, str]
    system: System
    promises: tuple[Promise, ...]

    @property
    def sources(self) -> Catalogue:
        """The catalogue of the guide's claims."""
        assert self.system.sources is not None, "the guide's systems cite its catalogue"
        return self.system.sources


def load_deployment(where: str, changes: Sequence[str] = ()) -> Deployment:
    """Return a deployment by path or shipped name, or stdin's for `-`, with changes made to it."""
    if where == "-":
        return loads(sys.stdin.buffer.read(SIZE_MAX + 1), "<stdin>", changes)
    return load(where, changes)


def system_of(deployment: Deployment, rule_files: Sequence[Path] = ()) -> System:
    """Return the model of a deployment, with the rules of these files."""
    return build(deployment, tuple(load_rule_file(path) for path in rule_files))


def read_subject(
    where: str, changes: Sequence[str] = (), rule_files: Sequence[Path] = ()
) -> Subject:
    """
    Return what is to be assessed.

    Raises
    ------
    HamodelError
        Whatever is wrong with the deployment, the changes or the rule files.
    """
    deployment = load_deployment(where, changes)
    system = system_of(deployment, rule_files)
    return Subject(
        where,
        tuple(changes),
        tuple(str(path) for path in rule_files),
        deployment.name,
        deployment.scope_sentence,
        deployment.notes,
        tuple(str(warning) for warning in deployment.warnings),
        dict(deployment.accept),
        system,
        promises(deployment, system),
    )


def near(word: str, subject: Subject) -> str:
    """Return the claims that a misspelt one can mean, for a message."""
    from hamodel.cli.words import nearest

    return nearest(word, [source.id for source in subject.sources.claims])


def chosen(subject: Subject, wanted: Sequence[str]) -> tuple[Promise, ...]:
    """
    Return the promises about these claims, in the order of the guide; all for none.

    A word stands for the claim of that id, or for all whose ids begin with it: `SIP`, `SIP-1`.

    Raises
    ------
    InputError
        HA081 for a word that no claim begins with, or one about which nothing is judged yet.
    """
    found: set[str] = set()
    ids = [source.id for source in subject.sources.claims]
    judged = {promise.claim for promise in subject.promises}
    for word in wanted:
        folded = word.casefold()
        meant = [claim for claim in ids if claim.casefold() == folded]
        meant = meant or [claim for claim in ids if folded and claim.casefold().startswith(folded)]
        if not meant:
            raise InputError("HA081", f"--claim {word!r} is no claim; {near(word, subject)}")
        if not judged & set(meant):
            raise InputError(
                "HA081",
                f"--claim {word!r} is a claim that this version does not judge yet; it judges "
                f"{', '.join(claim for claim in ids if claim in judged)}",
            )
        found.update(meant)
    if not wanted:
        return subject.promises
    return tuple(promise for promise in subject.promises if promise.claim in found)
