"""One question to a model and one reply, whatever the endpoint speaks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from claims.hashing import content_hash
from claims.model_call import ModelPrompt


@dataclass(frozen=True, kw_only=True)
class Question:
    """Instructions, what is shown, and the schema of the answer."""

    step: str
    model: str
    instructions: str
    shown: str
    answer_schema: Mapping[str, Any]
    max_output: int
    """Tokens, a model's reasoning included."""
    corrections: tuple[tuple[str, str], ...] = ()
    """Earlier answers that could not be used, each with what was said of it."""

    @cached_property
    def prompt(self) -> ModelPrompt:
        """Instructions and schema, which calls name by hash."""
        return ModelPrompt.of(self.step, self.instructions, self.answer_schema)

    def key(self, asked_of: Mapping[str, str]) -> str:
        """The name of the question, put to the endpoint and with the settings of `asked_of`."""
        return content_hash(
            "question",
            {
                "prompt": self.prompt.hash,
                "model": self.model,
                "shown": self.shown,
                "asked_of": dict(asked_of),
            },
        )

    def corrected(self, answer: str, problem: str) -> Self:
        """The question put again after an answer that could not be used."""
        return replace(self, corrections=(*self.corrections, (answer, problem)))

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is sent."""
        said = tuple(text for turn in self.corrections for text in turn)
        schema = json.dumps(self.answer_schema)
        # Put again, it may go along twice: as a schema, and in words.
        schemas = (schema, schema) if self.corrections else (schema,)
        return (self.instructions, self.shown, *said, *schemas)


class Finish(StrEnum):
    """Why a model stopped."""

    DONE = "done"
    CUT_OFF = "cut off"
    REFUSED = "refused"
    FILTERED = "filtered"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens as an endpoint counted them."""

    n_input: int
    n_cached: int = 0
    """Of the input: read from the provider's cache."""
    n_written: int = 0
    """Of the input: written to the provider's cache."""
    n_output: int = 0

    @property
    def n_tokens(self) -> int:
        """Input and output."""
        return self.n_input + self.n_output


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back for one question."""

    text: str
    finish: Finish
    model: str | None
    request_id: str | None
    usage: Usage | None
    api: str
    form: str
