"""What is assessed: a deployment, the system that it makes, and the promises about it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hamodel.cite import Catalogue
from hamodel.cli.rule_files import load_rule_file
from hamodel.errors import InputError, ModelError
from hamodel.guide import Parts, Promise, build, build_parts, load, promises
from hamodel.guide.deployment import Deployment, Note, loads
from hamodel.guide.deployment.source import SIZE_MAX
from hamodel.guide.extension import Extension, joined
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
    joining
        By rule file, the faults that join every promise's own budget.
    deployment
        What the model is of, for what its timers decide; None for a model of something else.
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
    joining: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    deployment: Deployment | None = None

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
    return extended(deployment, tuple(map(load_rule_file, rule_files)), rule_files)


def extended(
    deployment: Deployment, extensions: Sequence[Extension], rule_files: Sequence[Path]
) -> System:
    """Return the model of a deployment with these extensions; an error names the file."""
    try:
        return build(deployment, extensions)
    except ModelError as error:
        for number, file in enumerate(rule_files, start=1):
            try:
                build(deployment, extensions[:number])
            except ModelError:
                raise InputError(error.code, error.message, file=str(file)) from None
        raise


def read_subject(
    where: str,
    changes: Sequence[str] = (),
    rule_files: Sequence[Path] = (),
    *,
    without_rules: bool = False,
) -> Subject:
    """
    Return what is to be assessed.

    Parameters
    ----------
    where, changes, rule_files
        The deployment, what is changed of it, and the rule files.
    without_rules
        Whether the rules of the files are left out: what they are compared with.

    Raises
    ------
    HamodelError
        Whatever is wrong with the deployment, the changes or the rule files.
    """
    deployment = load_deployment(where, changes)
    loaded = tuple(map(load_rule_file, rule_files))
    used = tuple(each.without_rules for each in loaded) if without_rules else loaded
    system = extended(deployment, used, rule_files)
    joining = {each.name: each.allowance(system) for each in used}
    own = tuple(_of_files(deployment, system, loaded, rule_files, skip=without_rules))
    idle = () if without_rules else _idle(build_parts(deployment), system, loaded)
    return Subject(
        where,
        tuple(changes),
        tuple(str(path) for path in rule_files),
        deployment.name,
        deployment.scope_sentence,
        deployment.notes,
        (*(str(warning) for warning in deployment.warnings), *idle),
        dict(deployment.accept),
        system,
        tuple(
            joined(promise, {pattern: n for its in joining.values() for pattern, n in its.items()})
            for promise in _merged(promises(deployment, system), own)
        ),
        joining,
        deployment,
    )


def _idle(parts: Parts, system: System, extensions: Sequence[Extension]) -> Iterator[str]:
    """Yield a warning for each extension that has no rule in this model, and promises nothing."""
    families = {rule.family for rule in system.rules}
    for each in extensions:
        if not families & {each.name, *each.strategies} and not any(each.promises(parts, system)):
            yield f"{each.name} adds nothing here: the deployment lacks what its rules are about"


def _of_files(
    deployment: Deployment,
    system: System,
    extensions: Sequence[Extension],
    rule_files: Sequence[Path],
    *,
    skip: bool,
) -> Iterator[Promise]:
    """Yield the promises of rule files; skip those that do not fit, or say what is wrong."""
    assert system.sources is not None, "the guide's systems cite its catalogue"
    parts = build_parts(deployment)
    for extension, file in zip(extensions, rule_files, strict=True):
        for promise in extension.promises(parts, system):
            try:
                system.sources.check(promise.claim, f"a promise of {extension.name}")
                for prop in promise.properties:
                    system.check_property(prop, prop.judged_under().counters)
            except ModelError as error:
                if skip:
                    continue
                raise InputError(error.code, error.message, file=str(file)) from None
            yield promise


def _merged(guides: Iterable[Promise], own: Iterable[Promise]) -> tuple[Promise, ...]:
    """Return the guide's promises, each of a rule file's after those about the same claim."""
    found = list(guides)
    for promise in own:
        places = [i for i, each in enumerate(found) if each.claim == promise.claim]
        found.insert(places[-1] + 1 if places else len(found), promise)
    return tuple(found)


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
            raise InputError("HA081", f"{word!r} is no claim; {near(word, subject)}")
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
