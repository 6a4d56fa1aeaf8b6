"""Where a search is kept, so that another process can go on with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """
    A file in which a search is kept (`hamodel.engine.packed.kept` writes and reads it).

    Parameters
    ----------
    path
        The file; its folder must exist.
    resume
        Whether to go on from what it holds. Without it, or if there is no file, the search begins
        with the initial state.
    """

    path: Path
    resume: bool = False

    @property
    def resumes(self) -> bool:
        """Whether there is something to go on from."""
        return self.resume and self.path.exists()
