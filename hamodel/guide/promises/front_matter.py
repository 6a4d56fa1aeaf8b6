"""What stands before the chapter: META-1 to META-4."""

from __future__ import annotations

from collections.abc import Iterator

from hamodel import System
from hamodel.guide.parts import Parts
from hamodel.guide.promises.promise import Promise, Status


def front_matter_promises_nothing(parts: Parts, system: System) -> Iterator[Promise]:
    """META-1 to META-4: about the document."""
    for number in range(1, 5):
        yield Promise(f"META-{number}", status=Status.NOT_A_PROMISE)


PROMISES = (front_matter_promises_nothing,)
