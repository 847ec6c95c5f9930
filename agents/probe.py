"""What an endpoint can do, found out by asking it once: for `retest doctor`."""

import json
from collections.abc import Mapping
from typing import Any, Final

from agents.budget import most_of
from agents.dialect import Form
from agents.endpoint import Endpoint
from agents.pricing import Tariff
from agents.question import Finish, Question
from claims.errors import JudgeError, JudgeUnavailable

_SCHEMA: Final = {
    "type": "object",
    "properties": {"answer": {"type": "string", "enum": ["yes", "no"]}},
    "required": ["answer"],
    "additionalProperties": False,
}
_LENGTHS: Final = ("max_model_len", "context_length", "context_window", "n_ctx")
"""How servers name the context length in their list of models: vLLM, gateways, llama.cpp.

Not `n_ctx_train`, what a model was trained for: llama.cpp can be started with less.
"""

_LONG_QUESTION: Final = 20_000
"""Tokens of the longest question at a third of its characters, with the longest answer."""

_MOST_LISTED: Final = 5


async def probed(
    endpoint: Endpoint, models: tuple[str, ...], tariff: Tariff, *, max_output: int
) -> str:
    """What was found out, in one line. Raises JudgeError when the endpoint cannot judge.

    A model is known when it answers: servers list models under other names than they go by, or
    list none.
    """
    told = [endpoint.access.address]
    try:
        listed = {str(one.get("id")): one for one in await endpoint.models()}
    except JudgeError as error:
        listed = {}
        told.append(f"lists no models ({error})")
    for model in models:
        try:
            told.append(await _asked(endpoint, model, max_output))
        except JudgeUnavailable as error:
            if model in listed or not listed:
                raise
            raise JudgeUnavailable(f"{error}; {_names(listed)}") from None
        if listed and model not in listed:
            told.append(f"does not list {model!r}; {_names(listed)}")
        told.append(_length(listed.get(model, {})))
        price = tariff.of(model)
        told.append(
            f"{price.input:g} and {price.output:g} USD a million tokens in and out"
            if price
            else "no price known: limit tokens, or name a file with prices"
        )
    return "; ".join(told)


def _names(listed: Mapping[str, object]) -> str:
    return f"it lists {', '.join(sorted(listed)[:_MOST_LISTED])}"


async def _asked(endpoint: Endpoint, model: str, max_output: int) -> str:
    """How the model answers a small question."""
    question = Question(
        step="probe",
        model=model,
        instructions="Answer the question with yes or no.",
        shown="Is one less than two?",
        answer_schema=_SCHEMA,
        max_output=max_output,
    )
    reply = await endpoint.ask(question)
    if reply.finish is not Finish.DONE:
        raise JudgeError(f"{model} did not answer a small question: {reply.finish}")
    if not _fits(reply.text):
        shape = "does not keep to schemas: answers may have to be asked for again"
    elif reply.form == Form.SCHEMA:
        shape = "keeps to schemas"
    else:
        shape = "answers in JSON without schemas"
    counted = "" if reply.usage else f", counts no tokens (estimated, {most_of(question).n_input})"
    return f"{reply.model or model} through the {reply.api} API, {shape}{counted}"


def _fits(text: str) -> bool:
    try:
        answer = json.loads(text)
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.get("answer") in {"yes", "no"}


def _length(described: Mapping[str, Any]) -> str:
    meta = described.get("meta")
    places = [described, meta if isinstance(meta, dict) else {}]
    found = (place[name] for place in places for name in _LENGTHS if place.get(name))
    length = next(found, None)
    if not isinstance(length, int):
        return f"context length not told: {_LONG_QUESTION:,} tokens are needed for long papers"
    too_short = ": too short for long papers" if length < _LONG_QUESTION else ""
    return f"context of {length:,} tokens{too_short}"
