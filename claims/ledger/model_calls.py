"""What a model endpoint was asked, and what it answered: nothing has to be paid for twice."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select

from claims.assessment import Assessment
from claims.clock import utc_now
from claims.ledger import schema
from claims.ledger.base import Store, insert_new
from claims.ledger.rows import body_of, read_body, record_of
from claims.model_call import AGAIN, THEN, CallOutcome, ModelBatch, ModelCall, ModelPrompt, subject
from claims.run import Spent
from claims.verify import unbroken

_CALLS: Final = schema.model_calls
_PROMPTS: Final = schema.model_prompts
_BATCHES: Final = schema.model_batches

_BATCH_AGE: Final = timedelta(days=3)
"""The Batch API works a day at most; answers of older ones are here, or never come."""


class ModelCalls:
    """Every request to a model endpoint, in the order in which it ended."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, call: ModelCall, run_id: str) -> None:
        """Append a request that has ended."""
        row = {
            "record": record_of(call),
            "key": call.key,
            "step": call.step,
            "outcome": call.outcome.value,
            "claim_id": call.claim_id,
            "claim_revision": call.claim_revision,
            "paper": call.paper,
            "about": call.about,
            "n_tokens": call.n_tokens,
            "cost_usd": call.cost_usd,
            "body": body_of(call),
            "run_id": run_id,
            "recorded_at": utc_now(),
        }
        with self._store.write() as connection:
            connection.execute(_CALLS.insert().values(row))

    def keep_prompt(self, prompt: ModelPrompt) -> None:
        """Note the instructions that calls name by hash."""
        with self._store.write() as connection:
            insert_new(connection, _PROMPTS, [{"hash": prompt.hash, "body": body_of(prompt)}])

    def prompt(self, hash_: str) -> ModelPrompt | None:
        """The instructions of this hash."""
        query = select(_PROMPTS.c.body).where(_PROMPTS.c.hash == hash_)
        with self._store.read() as connection:
            body = connection.execute(query).scalar()
        return read_body(ModelPrompt, body) if body else None

    def answer(self, key: str) -> ModelCall | None:
        """The newest request of this key that was answered."""
        query = select(_CALLS.c.body).where(
            _CALLS.c.key == key, _CALLS.c.outcome == CallOutcome.ANSWERED.value
        )
        with self._store.read() as connection:
            body = connection.execute(query.order_by(_CALLS.c.seq.desc()).limit(1)).scalar()
        return read_body(ModelCall, body) if body else None

    def by_claim(self, run_id: str) -> Mapping[str, Spent]:
        """What the run spent, by the claim for which it was asked."""
        query = select(
            _CALLS.c.claim_id,
            func.count(),
            func.coalesce(func.sum(_CALLS.c.n_tokens), 0),
            func.coalesce(func.sum(_CALLS.c.cost_usd), 0.0),
        ).where(_CALLS.c.run_id == run_id)
        with self._store.read() as connection:
            rows = connection.execute(query.group_by(_CALLS.c.claim_id)).all()
        return {
            claim_id: Spent(n_model_calls=n, n_tokens=int(tokens), cost_usd=float(usd))
            for claim_id, n, tokens, usd in sorted(rows)
        }

    def outcomes(self, run_id: str) -> Mapping[CallOutcome, int]:
        """How the run's requests ended; outcomes that did not occur are left out."""
        query = select(_CALLS.c.outcome).where(_CALLS.c.run_id == run_id)
        with self._store.read() as connection:
            counted = Counter(connection.scalars(query))
        return {outcome: counted[outcome] for outcome in CallOutcome if counted[outcome]}

    def behind(self, assessment: Assessment) -> tuple[ModelCall, ...]:
        """Every request that led to `assessment`, in the order in which they ended.

        The readings of its paper, the comparisons of its finding with the claim (before a repair,
        too), the second looks at its quotes, and their controls. Where its text is that of a paper
        which was judged before, such as an earlier version, those of that paper: nothing was asked
        again.
        """
        quotes = "\n".join(unbroken(cited.quote) for cited in assessment.evidence)
        subjects = {subject(quotes), subject(assessment.finding.statement)}
        for_all = _CALLS.c.claim_revision.is_(None)
        for_this = _CALLS.c.claim_revision == assessment.claim_revision
        looked = self._where((for_this | for_all) & _CALLS.c.about.in_(subjects))
        own = str(assessment.finding.paper)
        asked_of = {call.paper for _, call in looked if call.paper}
        papers = {own} if own in asked_of else {own, *asked_of}
        found = dict(looked + self._where(for_all & _CALLS.c.paper.in_(papers)))
        models = assessment.signature.model.split(THEN)
        return tuple(
            call
            for _, call in sorted(found.items())
            if call.model in models and call.paper in {None, *papers}
        )

    def _where(self, wanted: ColumnElement[bool]) -> list[tuple[int, ModelCall]]:
        """The requests that are wanted, each with its place in the order."""
        query = select(_CALLS.c.seq, _CALLS.c.body).where(wanted)
        with self._store.read() as connection:
            return [(seq, read_body(ModelCall, body)) for seq, body in connection.execute(query)]

    def note_batch(self, batch: ModelBatch, run_id: str) -> None:
        """Note a batch as handed over."""
        row = {"id": batch.id, "body": body_of(batch), "run_id": run_id, "recorded_at": utc_now()}
        with self._store.write() as connection:
            insert_new(connection, _BATCHES, [row])

    def open_batches(self, now: datetime | None = None) -> tuple[ModelBatch, ...]:
        """Batches of the last days with the keys whose answers were never read, oldest first."""
        since = (now or utc_now()) - _BATCH_AGE
        query = select(_BATCHES.c.body, _BATCHES.c.recorded_at).where(
            _BATCHES.c.recorded_at > since
        )
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(_BATCHES.c.recorded_at)).all()
        noted = [(read_body(ModelBatch, body), noted_at) for body, noted_at in rows]
        left = [
            batch.model_copy(update={"keys": tuple(self._unread(batch, noted_at))})
            for batch, noted_at in noted
        ]
        return tuple(batch for batch in left if batch.keys)

    def _unread(self, batch: ModelBatch, noted_at: datetime) -> Iterator[str]:
        """The keys of `batch` to which no answer, good or bad, has come since."""
        query = select(_CALLS.c.key).where(
            _CALLS.c.recorded_at >= noted_at, _CALLS.c.outcome != CallOutcome.BUSY.value
        )
        with self._store.read() as connection:
            read = frozenset(connection.scalars(query))
        return (key for key in batch.keys if key.partition(AGAIN)[0] not in read)
