"""The two APIs of an OpenAI-compatible endpoint, as plain values: requests built, replies read.

Source: OpenAI's API reference of the Responses and Chat Completions APIs, as typed in the `openai`
package 3.54. Nothing here speaks to a network, so that batch files are written and read alike.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from agents.prompt import instructions
from agents.question import Finish, Question, Reply, Usage
from claims.errors import JudgeBusy, JudgeError

MAX_CHARS: Final = 1_000_000
"""A longer body is no answer to any question of ours."""


_NO_MESSAGE: Final = "the endpoint's answer holds no message"

_NAME_CHARS: Final = 200
"""Of a model's name or a request's: what a ledger and a report bear."""

_MOST_TOKENS: Final = 10**9
"""More than any answer takes: a count beyond it is none."""


class Api(StrEnum):
    """What is spoken."""

    RESPONSES = "responses"
    CHAT = "chat"


class Form(StrEnum):
    """How the shape of an answer is asked for."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of asking."""

    api: Api
    form: Form


_CHAT: Final = tuple(Way(api=Api.CHAT, form=form) for form in Form)
_RESPONSES: Final = tuple(Way(api=Api.RESPONSES, form=form) for form in Form)

WAYS: Final[Mapping[str, tuple[Way, ...]]] = {
    "responses": _RESPONSES,
    "chat": _CHAT,
    "auto": (_RESPONSES[0], *_CHAT),
}
"""What is tried in turn, from the strictest down to what every endpoint can do."""


def request(
    question: Question, way: Way, *, options: Mapping[str, Any], hosted: bool
) -> dict[str, Any]:
    """The body of the request. `options` are sent as they are; `hosted` is OpenAI itself."""
    if way.api is Api.RESPONSES:
        return {
            "model": question.model,
            "instructions": _instructions(question, way.form),
            "input": _turns(question, way.form),
            "text": {"format": _format(question, way)},
            "max_output_tokens": question.max_output,
            "store": False,
            **({"prompt_cache_key": question.prompt.hash} if hosted else {}),
            **_reasoning(options),
        }
    # Older servers know only the older name; OpenAI's newer models only the newer one.
    limit = "max_completion_tokens" if hosted else "max_tokens"
    shape = {} if way.form is Form.TEXT else {"response_format": _format(question, way)}
    system = {"role": "system", "content": _instructions(question, way.form)}
    return {
        "model": question.model,
        "messages": [system, *_turns(question, way.form)],
        limit: question.max_output,
        **shape,
        **({"prompt_cache_key": question.prompt.hash} if hosted else {}),
        **options,
    }


def reply(body: object, way: Way, request_id: str | None) -> Reply:
    """What the body of an answer says. Raises JudgeBusy when it is no whole answer."""
    if not isinstance(body, dict):
        raise JudgeBusy("the endpoint's answer is not a JSON object")
    if error := body.get("error"):
        why = error.get("message") if isinstance(error, dict) else error
        raise JudgeBusy(f"the endpoint failed: {str(why)[:200]}")
    text, finish = (_of_response if way.api is Api.RESPONSES else _of_completion)(body)
    model = body.get("model")
    return Reply(
        text=text,
        finish=finish,
        model=str(model)[:_NAME_CHARS] if model else None,
        request_id=str(request_id or body.get("id") or "")[:_NAME_CHARS] or None,
        usage=_usage(body.get("usage")),
        api=way.api.value,
        form=way.form.value,
    )


def _of_response(body: Mapping[str, Any]) -> tuple[str, Finish]:
    parts = [
        part
        for item in dicts_in(body, "output")
        if item.get("type") == "message"
        for part in dicts_in(item, "content")
    ]
    text = "".join(str(part.get("text") or "") for part in parts)
    if body.get("status") == "failed":
        raise JudgeBusy("the endpoint gave the answer up")
    if any(part.get("type") == "refusal" for part in parts):
        return next(str(p.get("refusal")) for p in parts if p.get("refusal")), Finish.REFUSED
    if body.get("status") == "incomplete":
        why = body.get("incomplete_details") or {}
        is_filtered = isinstance(why, dict) and why.get("reason") == "content_filter"
        return text, Finish.FILTERED if is_filtered else Finish.CUT_OFF
    if not parts:
        raise JudgeBusy(_NO_MESSAGE, is_begun=True)
    return text, Finish.DONE


def _of_completion(body: Mapping[str, Any]) -> tuple[str, Finish]:
    choices = dicts_in(body, "choices")
    message = choices[0].get("message") if choices else None
    if not isinstance(message, dict):
        raise JudgeBusy(_NO_MESSAGE, is_begun=True)
    text = str(message.get("content") or "")
    if message.get("refusal"):
        return str(message["refusal"]), Finish.REFUSED
    match choices[0].get("finish_reason"):
        case "length":
            return text, Finish.CUT_OFF
        case "content_filter":
            return text, Finish.FILTERED
        case _:
            return text, Finish.DONE


def _usage(said: object) -> Usage | None:
    """The tokens counted, under the names of either API; None where they are missing."""
    if not isinstance(said, dict):
        return None
    n_input, n_output = (
        _number(said, *names)
        for names in (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens"))
    )
    if n_input is None or n_output is None:
        return None
    details = said.get("input_tokens_details") or said.get("prompt_tokens_details")
    details = details if isinstance(details, dict) else {}
    n_cached = min(_number(details, "cached_tokens") or 0, n_input)
    n_written = min(_number(details, "cache_write_tokens") or 0, n_input - n_cached)
    return Usage(n_input=n_input, n_cached=n_cached, n_written=n_written, n_output=n_output)


def _number(said: Mapping[str, Any], *names: str) -> int | None:
    found = (said[name] for name in names if isinstance(said.get(name), int))
    return next((number for number in found if 0 <= number <= _MOST_TOKENS), None)


def _instructions(question: Question, form: Form) -> str:
    if form is Form.SCHEMA:
        return question.instructions
    return f"{question.instructions}\n\n{_shape(question)}"


def _turns(question: Question, form: Form) -> list[dict[str, str]]:
    turns = [{"role": "user", "content": question.shown}]
    for answer, problem in question.corrections:
        again = instructions("again").replace("{problem}", problem)
        turns += [
            {"role": "assistant", "content": answer or "(nothing)"},
            {"role": "user", "content": again},
        ]
    if question.corrections and form is Form.SCHEMA:
        # Some servers accept a schema and never show it to the model.
        turns[-1]["content"] += f"\n\n{_shape(question)}"
    return turns


def _shape(question: Question) -> str:
    """The schema in words, for a model that is not held to it."""
    schema = json.dumps(question.answer_schema, sort_keys=True)
    return f"Answer with one JSON object and nothing else. It fits this JSON schema:\n{schema}"


def _format(question: Question, way: Way) -> dict[str, Any]:
    if way.form is not Form.SCHEMA:
        return {"type": way.form.value}
    named = {
        "name": question.step.replace(" ", "_"),
        "schema": dict(question.answer_schema),
        "strict": True,
    }
    if way.api is Api.RESPONSES:
        return {"type": way.form.value, **named}
    return {"type": way.form.value, "json_schema": named}


def _reasoning(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options under their names in the Responses API."""
    told = dict(options)
    effort = told.pop("reasoning_effort", None)
    return {**told, **({"reasoning": {"effort": effort}} if effort else {})}


def dicts_in(body: object, name: str) -> tuple[dict[str, Any], ...]:
    """The objects in the list `name` of `body`; none where there is no such list."""
    said = body.get(name) if isinstance(body, dict) else None
    return tuple(one for one in said if isinstance(one, dict)) if isinstance(said, list) else ()


def json_of(text: str, secret: str = "") -> object:
    """The JSON value of a body, without `secret` and halves of characters.

    Raises JudgeError, JudgeBusy.
    """
    if len(text) > MAX_CHARS:
        raise JudgeError(f"the endpoint answered with {len(text):,} characters: refused")
    try:
        # Written anew, so that no escape hides the secret, or half a character that no file takes.
        plain = json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace").decode()
        return json.loads(plain.replace(secret, "***") if secret else plain)
    except (ValueError, RecursionError):
        begins = " ".join(text[:120].split())
        raise JudgeBusy(
            f"the endpoint answered with something else than JSON: {begins!r}"
        ) from None
