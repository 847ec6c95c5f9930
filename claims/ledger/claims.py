"""Claims as they were written down, every revision kept."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import select

from claims.claim import Claim
from claims.clock import utc_now
from claims.errors import ClaimNotFound, LibraryError
from claims.ledger import schema
from claims.ledger.base import Store, insert_new
from claims.ledger.rows import body_of, read_body, record_of

_TABLE: Final = schema.claims


class Claims:
    """The claims that the ledger has seen."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def register(self, claims: Iterable[Claim]) -> None:
        """Note the claims as they are now written.

        Raises LibraryError when a claim's text differs from the one first held under its id.
        """
        with self._store.write() as connection:
            for claim in claims:
                query = select(_TABLE.c.body).where(_TABLE.c.claim_id == claim.id)
                first = connection.execute(query.order_by(_TABLE.c.seq).limit(1)).scalar()
                if first and read_body(Claim, first).text != claim.text:
                    raise LibraryError(
                        f"claim {claim.id}",
                        None,
                        "its text was changed; a claim keeps its text, so restore it and write "
                        f'the new wording as a new claim with `replaces = "{claim.id}"`',
                    )
                record = record_of(claim)
                held = select(_TABLE.c.seq).where(_TABLE.c.record == record)
                if connection.execute(held).first():
                    # Not even tried: an insert would wait for whoever writes, and pages with it.
                    continue
                row = {
                    "record": record,
                    "revision": claim.revision,
                    "claim_id": claim.id,
                    "body": body_of(claim),
                    "recorded_at": utc_now(),
                }
                insert_new(connection, _TABLE, [row])

    def latest(self, claim_id: str) -> Claim:
        """The claim as it was last noted. Raises ClaimNotFound."""
        query = select(_TABLE.c.body).where(_TABLE.c.claim_id == claim_id)
        with self._store.read() as connection:
            body = connection.execute(query.order_by(_TABLE.c.seq.desc()).limit(1)).scalar()
        if body is None:
            raise ClaimNotFound(f"the ledger holds no claim {claim_id!r}: see `retest claims list`")
        return read_body(Claim, body)

    def of_revision(self, revision: str, *, as_of: datetime) -> Claim:
        """The claim of this revision as it was last noted by then. Raises ClaimNotFound."""
        query = select(_TABLE.c.body).where(
            _TABLE.c.revision == revision, _TABLE.c.recorded_at <= as_of
        )
        with self._store.read() as connection:
            body = connection.execute(query.order_by(_TABLE.c.seq.desc()).limit(1)).scalar()
        if body is None:
            raise ClaimNotFound(f"the ledger holds no claim of revision {revision}")
        return read_body(Claim, body)
