"""The door to the `openai` client: one request at a time to one OpenAI-compatible endpoint.

It tries once and retries nothing, except in another way where the endpoint cannot do the first:
the Responses API, then chat completions, with a schema, in JSON mode, or as plain text. What the
endpoint cannot do is found out once and remembered. Every foreign error becomes a JudgeError, and
the key is struck out of every text that comes back, before anybody can store it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import openai
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from agents.access import Access
from agents.dialect import WAYS, Api, Form, Way, dicts_in, json_of, reply, request
from agents.question import Question, Reply
from claims.errors import JudgeBusy, JudgeError, JudgeRefused, JudgeUnavailable, MalformedAnswer
from papers.guard import retry_after_s

_SHOWN_CHARS: Final = 240
_NO_KEY: Final = "none"
"""Local servers need no key, and the client wants one."""

_NOT_SENT: Final = frozenset({"ConnectError", "ConnectTimeout", "LocalProtocolError"})
"""The client's errors, by name, before anything was sent: nothing is charged for these."""

_SHORTEST_SECRET: Final = 8
"""A shorter key is a placeholder, and striking it out would garble answers."""

_OPTIONAL: Final = ("temperature", "reasoning_effort", "reasoning", "prompt_cache_key", "store")
"""What is left out from now on when an endpoint does not know it."""

_FILTERED: Final = ("content_filter", "content_policy")
_TOO_LONG: Final = ("context_length", "context length", "context size", "context window")
_SHAPES: Final = ("response_format", "schema", "text.format", "grammar", "json_object")
"""What an endpoint names that does not accept a request for these reasons."""

_TRANSIENT: Final = frozenset({408, 409, 425, 429})
_NOT_ACCEPTED: Final = frozenset({400, 422})
_NO_ROUTE: Final = frozenset({404, 405, 501})
"""What servers answer to the path of an API that they do not have."""

_TOO_LARGE: Final = 413
_SERVER_FAILED: Final = 500


class Endpoint:
    """One endpoint, and what it turned out to be able to do."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._ways = WAYS[access.api]
        self._at = 0
        self._dropped: frozenset[str] = frozenset()
        self._of_loop: tuple[asyncio.AbstractEventLoop, AsyncOpenAI] | None = None

    @property
    def way(self) -> Way:
        """How it is asked at present."""
        return self._ways[self._at]

    async def fetched(self, ask: Callable[[AsyncOpenAI], Awaitable[Any]]) -> str:
        """The body that answers a raw request beside judging, such as of files. Raises JudgeError.

        Only `value` is without the key.
        """
        with self._translated():
            return str((await ask(self._client())).text)

    def value(self, text: str) -> object:
        """The JSON value of a body, without the key. Raises JudgeError."""
        return json_of(text, self._secret)

    async def ask(self, question: Question) -> Reply:
        """What the endpoint replies. Raises JudgeError; JudgeBusy is worth another try."""
        while True:
            at, dropped = self._at, self._dropped
            try:
                return await self._ask(question, self._ways[at])
            except _CannotDo as refused:
                self._give_up(refused, at, dropped)

    def body(self, question: Question) -> dict[str, Any]:
        """The body of the request as it would be sent now."""
        return self._body(question, self.way)

    def read(self, body: object, request_id: str | None) -> Reply:
        """The reply that the body of an answer holds, of either API."""
        is_chat = isinstance(body, dict) and "choices" in body
        api = Api.CHAT if is_chat else Api.RESPONSES
        return reply(body, Way(api=api, form=self.way.form), request_id)

    async def models(self) -> tuple[Mapping[str, Any], ...]:
        """The models that the endpoint lists, as it describes them. Raises JudgeError."""
        listed = await self.fetched(lambda client: client.models.with_raw_response.list())
        return dicts_in(self.value(listed), "data")

    @property
    def _secret(self) -> str:
        """What is struck out of everything that comes back."""
        return self.access.key if len(self.access.key) >= _SHORTEST_SECRET else ""

    async def _ask(self, question: Question, way: Way) -> Reply:
        body = self._body(question, way)
        with self._translated(way):
            client = self._client()
            # The client's own limit is for each piece that comes: a trickle would never end.
            async with asyncio.timeout(self.access.timeout_s):
                if way.api is Api.RESPONSES:
                    raw = await client.responses.with_raw_response.create(**body)
                else:
                    raw = await client.chat.completions.with_raw_response.create(**body)
        return reply(self.value(raw.text), way, self._line(raw.headers.get("x-request-id", "")))

    def _body(self, question: Question, way: Way) -> dict[str, Any]:
        access = self.access
        body = request(question, way, options=access.options, hosted=access.is_hosted)
        return {name: value for name, value in body.items() if name not in self._dropped}

    def _client(self) -> AsyncOpenAI:
        """The client of this event loop: making one reads every certificate of the machine."""
        loop = asyncio.get_running_loop()
        if self._of_loop is None or self._of_loop[0] is not loop:
            self._of_loop = loop, self._new_client()
        return self._of_loop[1]

    def _new_client(self) -> AsyncOpenAI:
        # Retries live in `agents.pool`. No connection is kept: a run that is cut off leaves none
        # open. A redirect is not followed, so that the key goes nowhere else.
        return AsyncOpenAI(
            base_url=self.access.base_url,
            api_key=self.access.key or _NO_KEY,
            timeout=self.access.timeout_s,
            max_retries=0,
            default_headers={"Connection": "close"},
            http_client=DefaultAsyncHttpxClient(follow_redirects=False),
        )

    def _give_up(self, refused: "_CannotDo", at: int, dropped: frozenset[str]) -> None:
        """Never ask in this way again; another call may have found it out at the same time."""
        if refused.option:
            self._dropped |= {refused.option}
            if self._dropped != dropped:
                return
        elif self._at != at:
            return
        if at + 1 == len(self._ways):
            raise JudgeUnavailable(
                f"{self.access.address} can be asked in no way that is known: {refused}"
            )
        self._at = at + 1

    @contextmanager
    def _translated(self, way: Way | None = None) -> Iterator[None]:
        place = self.access.address
        try:
            yield
        except (openai.APITimeoutError, TimeoutError) as error:
            told = f"{place} gave no answer within {self.access.timeout_s:g} s"
            raise JudgeBusy(told, is_begun=True) from error
        except openai.APIConnectionError as error:
            told = f"{place} cannot be reached: {self._cause(error)}"
            is_begun = type(error.__cause__).__name__ not in _NOT_SENT
            raise JudgeBusy(told, is_begun=is_begun) from error
        except openai.APIStatusError as error:
            raise self._refusal(error, way) from error
        except openai.OpenAIError as error:
            raise JudgeError(f"{place}: {self._line(str(error))}") from error

    def _refusal(self, error: openai.APIStatusError, way: Way | None) -> Exception:
        """What a status other than success means."""
        said = error.message.removeprefix(f"Error code: {error.status_code}").removeprefix(" - ")
        told = f"{self.access.address} answered {error.status_code}"
        told += f": {self._line(said)}" if said else ""
        if error.code == "insufficient_quota":
            return JudgeUnavailable(f"{told}; the account has no credit left")
        if error.status_code in _NO_ROUTE:
            return _not_found(error, way, told)
        if error.status_code in _TRANSIENT or error.status_code >= _SERVER_FAILED:
            return JudgeBusy(told, _wish_s(error))
        if error.status_code == _TOO_LARGE:
            return MalformedAnswer(f"the question is too long for the endpoint: {told}")
        if error.status_code in _NOT_ACCEPTED:
            return _not_accepted(error, way, told)
        return JudgeUnavailable(f"{told}; check base_url, key and model in retest.toml")

    def _cause(self, error: BaseException) -> str:
        while error.__cause__ or error.__context__:
            error = error.__cause__ or error.__context__ or error
        return self._line(str(error) or type(error).__name__)

    def _line(self, text: str) -> str:
        told = text.replace(self._secret, "***") if self._secret else text
        return " ".join(told.split())[:_SHOWN_CHARS]


class _CannotDo(Exception):
    """The endpoint does not know this way of asking, or this `option` of it."""

    def __init__(self, message: str, option: str | None = None) -> None:
        super().__init__(message)
        self.option = option


def _not_found(error: openai.APIStatusError, way: Way | None, told: str) -> Exception:
    """What a 404 means: no such model, or no such API."""
    if way is None:
        return JudgeUnavailable(told)
    if error.code == "model_not_found" or "model" in error.message.lower():
        return JudgeUnavailable(f"{told}; `retest doctor` tells which models are listed")
    if way.api is Api.RESPONSES:
        return _CannotDo(told)
    return JudgeUnavailable(f"{told}; check base_url, which mostly ends in /v1")


def _not_accepted(error: openai.APIStatusError, way: Way | None, told: str) -> Exception:
    """What an endpoint means that does not accept a request."""
    said = f"{error.message} {error.code} {error.param}".lower()
    if any(word in said for word in _FILTERED):
        return JudgeRefused(told)
    if any(word in said for word in _TOO_LONG):
        return MalformedAnswer(f"the question is too long for the model: {told}")
    if option := next((option for option in _OPTIONAL if option in said), None):
        return _CannotDo(told, option)
    if way and way.form is not Form.TEXT and any(word in said for word in _SHAPES):
        return _CannotDo(told)
    return JudgeError(told)


def _wish_s(error: openai.APIStatusError) -> float | None:
    headers = error.response.headers
    milliseconds = headers.get("retry-after-ms", "")
    if milliseconds.replace(".", "", 1).isdecimal():
        return float(milliseconds) / 1000
    return retry_after_s(headers.get("retry-after"))
