"""One request to a model endpoint: what was shown, what came back, what it cost.

It holds no key and no header. What a judgement rests on is found here again, word for word.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Final, Self

from claims.claim import Frozen
from claims.hashing import content_hash

AGAIN: Final = "+"
"""Between the key of a question and how often it was put before."""


THEN: Final = ", then "
"""Between the models that sign together: who reads and compares, and who looks twice."""


def subject(text: str) -> str:
    """The name of what a question is about: a finding's statement, quotes, or shown passages."""
    return content_hash("subject", {"text": text})


class CallOutcome(StrEnum):
    """How a request ended. Only ANSWERED is ever used as an answer."""

    ANSWERED = "answered"
    MALFORMED = "malformed"
    """Outside the schema, the labels shown or the closed lists."""
    CUT_OFF = "cut off"
    REFUSED = "refused"
    FILTERED = "filtered"
    """Withheld by the provider's content filter."""
    BUSY = "busy"
    """A 429, a 500, a time-out or a broken connection."""
    FAILED = "failed"
    """Turned away for any other reason."""


class ModelCall(Frozen):
    """A request and its end, as the ledger keeps it."""

    key: str
    """Content hash of everything that decides the answer: the same question has the same key."""
    step: str
    outcome: CallOutcome
    claim_id: str
    """The claim for which it was asked."""
    claim_revision: str | None = None
    """None where the answer does not depend on a claim and serves all of them."""
    paper: str | None = None
    """The paper version, such as `2503.00001v1`; None where only a quote is shown."""
    about: str
    """Content hash of what the question is about: passages, a finding or a quote."""
    model: str
    """As configured."""
    model_reported: str | None = None
    """As the endpoint says that it answered with."""
    address: str
    api: str
    form: str
    """How the schema was asked for: `json_schema`, `json_object` or `text`."""
    prompt: str
    """Content hash of the instructions and the schema."""
    settings: dict[str, str]
    shown: str
    """What was shown after the instructions."""
    answer: str | None = None
    problem: str | None = None
    """Why it is no answer."""
    request_id: str | None = None
    n_input: int = 0
    n_cached: int = 0
    """Of the input, tokens that the provider had in its prompt cache."""
    n_output: int = 0
    is_estimated: bool = False
    """Whether the endpoint reported no usage, and the numbers are ours."""
    cost_usd: float | None = None
    """None where no price is known."""

    @property
    def n_tokens(self) -> int:
        """Input and output."""
        return self.n_input + self.n_output

    @property
    def is_control(self) -> bool:
        """Whether a quote was put with a claim on which nothing bears, to see if it is obeyed."""
        return self.step == "second look" and self.claim_revision is None


class ModelPrompt(Frozen):
    """Instructions and schema of one step, kept once under their hash."""

    step: str
    instructions: str
    answer_schema: str
    """JSON."""

    @classmethod
    def of(cls, step: str, instructions: str, schema: Mapping[str, object]) -> Self:
        """The prompt with its schema in canonical form."""
        return cls(
            step=step,
            instructions=instructions,
            answer_schema=json.dumps(schema, sort_keys=True, ensure_ascii=False),
        )

    @cached_property
    def hash(self) -> str:
        """The content hash by which calls name it."""
        return content_hash("model prompt", self.model_dump(mode="json"))


class ModelBatch(Frozen):
    """A batch handed to a provider: enough to fetch its answers after a kill."""

    id: str
    """The provider's name of the file of questions: known before the batch is made of it."""
    address: str
    keys: tuple[str, ...]
    """Of its questions, each with AGAIN and a number where it is put for the second time."""
