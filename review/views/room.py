"""What every page reads from: one workspace, its ledger, and its library as it is written now."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from threading import Lock

from claims.claim import Claim, Inquiry
from claims.ledger import Ledger
from claims.library import read_library
from flows.workspace import Workspace


class Holding:
    """The library at one moment, claims found by id."""

    def __init__(self, inquiries: tuple[Inquiry, ...]) -> None:
        self.inquiries = inquiries

    @cached_property
    def claims(self) -> Mapping[str, tuple[Inquiry, Claim]]:
        """Claim id to its inquiry and itself, in library order."""
        return {c.id: (inquiry, c) for inquiry in self.inquiries for c in inquiry.claims}


class Room:
    """A workspace opened for reading and deciding. Safe to share between threads."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.ledger = Ledger.open(workspace.ledger_url)
        self._lock = Lock()
        self._seen: object = None
        self._holding = Holding(())

    @property
    def library(self) -> Holding:
        """The library as its files are now; read again when one of them changed.

        Raises LibraryError.
        """
        folder = self.workspace.folder / "claims"
        with self._lock:
            if self._seen != (seen := _stamp(folder)):
                self._holding = Holding(read_library(folder))
                self._seen = seen
            return self._holding

    def claim(self, claim_id: str) -> tuple[Inquiry | None, Claim]:
        """The claim with its inquiry; None for one that is in the ledger alone.

        Raises ClaimNotFound, LibraryError.
        """
        held = self.library.claims.get(claim_id)
        return held or (None, self.ledger.claims.latest(claim_id))

    def close(self) -> None:
        """Let go of the ledger."""
        self.ledger.close()


def _stamp(folder: Path) -> object:
    files = sorted(folder.glob("*.toml"))
    return tuple((f.name, s.st_mtime_ns, s.st_size) for f in files for s in (f.stat(),))
