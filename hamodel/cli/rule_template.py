"""The rule file that `hamodel init rule` writes, and the test beside it; both work as written."""

from __future__ import annotations

RULE = '''\
"""
A Resource Manager forgets where a call is recorded, and goes on (put your own failure here).

Check a claim with it, and see what it changes (in seconds with --set scope.recorders=1 and the
other changes that the test beside this file makes):

    hamodel check --claim RM-3 --rules {file} --diff
"""

from collections.abc import Iterator

from hamodel import Kind, Rule, Set
from hamodel.guide import Parts

# What your rules stand on, in your words. An id begins with A-; rules cite it below.
ASSUMPTIONS = {{"A-{id}": "A Resource Manager may lose a single affinity to a defect."}}

# The parts that your rules may move; an effect elsewhere is an error. Without it they may move all.
TOUCHES = ("resource_manager",)

# The claims that you expect it to refute; the test beside this file holds you to it.
FLIPS = ("RM-3",)


def rules(parts: Parts) -> Iterator[Rule]:
    """A Resource Manager forgets the recorder of a recording session."""
    for name, manager in parts.resource_managers.items():
        for leg, affinity in manager.recorder_of.items():
            yield Rule(
                # Subject and verb, and unique: put the names of the instances into it.
                f"{{name}} forgets the recorder of {{leg}}",
                # FAILURE takes from the budget; PROTOCOL happens in the end; REPAIR, ENVIRONMENT.
                Kind.FAILURE,
                # When it can happen: guards joined by & and |, negated by ~.
                when=manager.answers & affinity.to.is_not(None),
                # What it changes. Or fires=machine.fires("crash"), says=Message(…).
                sets=(Set(affinity.to, None), Set(affinity.unsent, False)),
                # Its class, role-mode. One fault of it joins the budget of every promise.
                cost={{"resource-manager-defect": 1}},
                cite="A-{id}",
            )


# More that a file can have, each optional; docs/how-to/failure-rules.md tells of them:
#   components(parts)         parts of its own, for what its rules remember
#   needs(parts, rule)        the guard that a rule of the model needs besides its own
#   properties(parts)         properties of yours, each a row of the claim that it cites
#   FAULTS = {{"resource-manager-defect": 2}}   how many faults join each budget
'''

TEST = '''\
"""What {file} does to the claims that it names; run with pytest."""

from pathlib import Path

import pytest
from hamodel import PROVED, REFUTED, check
from hamodel.cli.rule_files import load_rule_file
from hamodel.cli.subject import read_subject
from hamodel.verdict import VerdictKind

FILE = Path(__file__).parent / "{file}"
SMALL = (
    "scope.media_servers=1",
    "scope.recorders=1",
    "sip_server.pair=single",
    "recording.pausable=false",
)
"""As small as it can be and still show it."""


def verdicts(claim: str, *, without_rules: bool) -> list[VerdictKind]:
    """Return the verdict on each property of a claim, with the rules or without."""
    subject = read_subject("reference", SMALL, [FILE], without_rules=without_rules)
    return [
        check(subject.system, prop, in_cones=True).kind
        for promise in subject.promises
        if promise.claim == claim
        for prop in promise.properties
    ]


def test_every_rule_is_in_the_model() -> None:
    """The file yields rules for this deployment, and each of them can happen."""
    subject = read_subject("reference", SMALL, [FILE])

    assert [rule.name for rule in subject.system.rules if rule.family == FILE.stem]


@pytest.mark.parametrize("claim", load_rule_file(FILE).flips)
def test_it_refutes_what_it_says(claim: str) -> None:
    """A claim of FLIPS is proved without the rules, and refuted with them."""
    assert {{PROVED}} == set(verdicts(claim, without_rules=True))
    assert REFUTED in verdicts(claim, without_rules=False)
'''


def rule_file(stem: str) -> tuple[str, str]:
    """Return a rule file of this name, and its test."""
    words = {"file": f"{stem}.py", "id": stem.upper().replace("_", "-")}
    return RULE.format(**words), TEST.format(**words)
