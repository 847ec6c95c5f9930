"""A loopback server that answers as an OpenAI-compatible endpoint does, and misbehaves on demand.

It speaks the Responses API, chat completions, the list of models, files and batches, keeps count,
and answers by rule (`tests.model_answers`), so that the same question always gets the same answer.

    python -m tests.model_server [--port N] [--fault NAME ...] [--share-faulty 0.2] [--no responses]
"""

import argparse
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests import model_answers as say
from tests import model_shapes as shapes
from tests.model_shapes import BROKEN, PASSING, Fault

__all__ = ["PASSING", "Fault", "ModelServer", "serving"]

Json = dict[str, Any]


@dataclass
class ModelServer:
    """What the server can do and how it behaves; all of it may be changed while it runs."""

    model: str = "invented-1"
    share: float = 0.3
    """Share of a claim's words that a text must begin alike to bear on it."""
    faults: tuple[Fault, ...] = ()
    share_faulty: float = 1.0
    n_faulty: int | None = None
    """So many faulty answers, then all is well; None: no end of them."""
    fabricates: bool = False
    obeys: bool = False
    """Whether it does what is ordered in a paper, where `model_answers.INJECTED` marks it."""
    contrary: frozenset[str] = frozenset()
    """Models that turn every relation around."""
    cannot: frozenset[str] = frozenset()
    """`responses`, `json_schema`, `json_object`, `temperature`, `batch`, `models`."""
    tag: str = ""
    """What the list of models adds to the name that the model answers to."""
    says: str | None = None
    """The text of every answer, whatever was asked."""
    adds: Mapping[str, Any] = field(default_factory=dict)
    """What the body of every answer says beside or instead."""
    request_id: str = "req"
    """What the id of every request begins with."""
    context: int = 32_768
    """Tokens that it says a question may have."""
    cuts_at: int | None = None
    """Tokens after which it reads no further, without a word."""
    absent: int = 404
    """The status of a path that there is not."""
    ignores_schema: bool = False
    """Accepts a schema, and knows nothing of it where it does not stand in the words, too."""
    retry_after: str = "0"
    hang_s: float = 2.0
    delay_s: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(11))  # noqa: S311 - faults of a test
    asked: Counter[str] = field(default_factory=Counter)
    """Requests by path, and `step extract` and so on."""
    faulty: Counter[Fault] = field(default_factory=Counter)
    bodies: list[Json] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    n_around: int = 0
    """So many requests around batches fail, then all is well."""
    loses_batches: bool = False
    """Makes a batch, and fails to say so."""
    n_now: int = 0
    most_at_once: int = 0
    files: dict[str, str] = field(default_factory=dict)
    batches: dict[str, Json] = field(default_factory=dict)
    batch_polls: int = 1
    """A batch is done when it was asked for so many times."""
    share_in_time: float = 1.0
    """Of a batch's questions, those that are answered before it expires."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    stopped: threading.Event = field(default_factory=threading.Event)
    base_url: str = ""

    @property
    def n_answers(self) -> int:
        """Questions that came, one by one or in batches."""
        return sum(n for name, n in self.asked.items() if name.startswith("step "))

    def fault_around(self) -> bool:
        """Whether the next request around a batch fails."""
        with self.lock:
            self.n_around -= 1
            return self.n_around >= 0

    def fault_now(self) -> Fault | None:
        """The fault of the next answer."""
        with self.lock:
            if not self.faults or self.n_faulty == 0 or self.chance.random() >= self.share_faulty:
                return None
            if self.n_faulty is not None:
                self.n_faulty -= 1
            fault = self.chance.choice(self.faults)
            self.faulty[fault] += 1
            return fault


@dataclass
class Answer:
    """Status, body and headers."""

    status: int
    body: Json | str
    headers: Mapping[str, str] = field(default_factory=dict)
    broken: Fault | None = None
    """How it comes: in drops that never end, or never whole."""


@contextmanager
def serving(port: int = 0, **behaviour: Any) -> Iterator[ModelServer]:  # noqa: ANN401 - fields of ModelServer
    """A server on the loopback interface, with the behaviour given."""
    state = ModelServer(**behaviour)
    server = ThreadingHTTPServer(("127.0.0.1", port), _answerer(state))
    server.daemon_threads = True
    state.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _answerer(state: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Answerer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(_got(state, self.path))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            key = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            with state.lock:
                state.keys.add(key)
                state.n_now += 1
                state.most_at_once = max(state.most_at_once, state.n_now)
            try:
                answer = _posted(state, self.path, raw, self.headers.get("Content-Type", ""), key)
                self._say(answer)
            except (BrokenPipeError, ConnectionResetError):
                return
            finally:
                with state.lock:
                    state.n_now -= 1

        def _say(self, answer: Answer) -> None:
            plain = isinstance(answer.body, str)
            body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
            data = body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "text/html" if plain else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("x-request-id", f"{state.request_id}-{state.asked['POST']}")
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if answer.broken is Fault.TRICKLES:
                for byte in data:
                    self.wfile.write(bytes([byte]))
                    if state.stopped.wait(0.1):
                        return
            self.wfile.write(data[: len(data) // 2] if answer.broken else data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Keep quiet."""

    return Answerer


def _got(state: ModelServer, path: str) -> Answer:
    with state.lock:
        state.asked[path] += 1
    if state.fault_around():
        return _error(500, "the lantern fell over")
    if path.startswith("/v1/batches?"):
        listed = [{"id": name, **batch} for name, batch in reversed(state.batches.items())]
        return Answer(200, {"object": "list", "data": listed, "has_more": False})
    if path == "/v1/models" and "models" not in state.cannot:
        name = state.model + state.tag
        listed = [{"id": name, "object": "model", "max_model_len": state.context}]
        return Answer(200, {"object": "list", "data": listed})
    name = path.removeprefix("/v1/files/").removesuffix("/content")
    if path.startswith("/v1/files/") and name in state.files:
        return Answer(200, state.files[name])
    name = path.removeprefix("/v1/batches/")
    if path.startswith("/v1/batches/") and name in state.batches:
        return Answer(200, _polled(state, state.batches[name]))
    return _error(404, "there is nothing here")


def _posted(state: ModelServer, path: str, raw: bytes, kind: str, key: str) -> Answer:
    with state.lock:
        state.asked[path] += 1
        state.asked["POST"] += 1
    if path in {"/v1/files", "/v1/batches"} and state.fault_around():
        return _error(500, "the lantern fell over")
    if path == "/v1/files":
        return (
            _error(404, "no such route") if "batch" in state.cannot else _stored(state, raw, kind)
        )
    body = json.loads(raw)
    if path == "/v1/batches":
        made = _handed_over(state, body)
        return _error(500, "the answer fell over") if state.loses_batches else made
    if state.delay_s:
        time.sleep(state.delay_s)
    return _judged(state, path, body, key)


def _judged(state: ModelServer, path: str, body: Json, key: str) -> Answer:
    """The answer to one question."""
    api = "responses" if path == "/v1/responses" else "chat"
    if path not in {"/v1/responses", "/v1/chat/completions"} or api in state.cannot:
        return _error(state.absent, "no such route")
    if body.get("model") not in {state.model, "another-1"}:
        return _error(404, f"the model {body.get('model')} does not exist", code="model_not_found")
    form = shapes.form(body, api)
    if form in state.cannot:
        return _error(400, f"response_format {form} is not supported", param="response_format")
    if "temperature" in body and "temperature" in state.cannot:
        return _error(400, "Unsupported parameter: 'temperature'", param="temperature")
    step, shown = shapes.question(body, api)
    with state.lock:
        state.asked[f"step {step}"] += 1
        state.bodies.append(body)
    fault = state.fault_now()
    if spoilt := _turned_away(state, fault, key):
        return spoilt
    text = _text(state, step, shown)
    if body["model"] in state.contrary:
        text = text.replace("SUPPORTS", "CONTRADICTS")
    if state.ignores_schema and "additionalProperties" not in shapes.said(body, api)[-1]:
        text = "Certainly! Here is what I found: it depends."
    return _whole(state, api, text, body, fault)


def _turned_away(  # noqa: PLR0911 - a line a fault
    state: ModelServer, fault: Fault | None, key: str
) -> Answer | None:
    match fault:
        case Fault.RATE_LIMITED:
            return _error(429, "slow down", headers={"Retry-After": state.retry_after})
        case Fault.NO_QUOTA:
            return _error(429, "no credit", code="insufficient_quota")
        case Fault.TOO_LARGE:
            return _error(413, "too much at once")
        case Fault.FAILED:
            return _error(500, "the lantern fell over")
        case Fault.WRONG_KEY | Fault.ECHOES_KEY:
            return _error(401, f"Incorrect API key provided: {key}", code="invalid_api_key")
        case Fault.HANG:
            state.stopped.wait(state.hang_s)
            return _error(500, "too late")
        case Fault.HTML:
            return Answer(200, "<html><body>Service temporarily gone</body></html>")
        case _:
            return None


def _text(state: ModelServer, step: str, shown: str) -> str:
    if state.says is not None:
        return state.says
    if state.obeys and (ordered := say.INJECTED.search(shown)):
        return say.as_text(say.obedient(step, shown, say.ORDERED[int(ordered[1])]))
    if state.fabricates:
        with state.lock:
            return say.as_text(say.fabricated(step, shown, state.chance))
    return say.as_text(say.honest(step, shown, share=state.share))


def _whole(state: ModelServer, api: str, text: str, body: Json, fault: Fault | None) -> Answer:
    text = shapes.spoilt(text, fault)
    shape = shapes.response if api == "responses" else shapes.completion
    said = shape(state.model, text, fault)
    if fault is not Fault.NO_USAGE:
        n_input = min(len(json.dumps(body)) // 4, state.cuts_at or sys.maxsize)
        said["usage"] = shapes.usage(api, n_input, max(1, len(text) // 4))
    return Answer(200, {**said, **state.adds}, broken=fault if fault in BROKEN else None)


def _stored(state: ModelServer, raw: bytes, kind: str) -> Answer:
    whole = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + raw)
    parts = {part.get_param("name", header="content-disposition"): part for part in whole.walk()}
    with state.lock:
        name = f"file-{len(state.files) + 1}"
        state.files[name] = str(parts["file"].get_payload())
    return Answer(200, {"id": name, "object": "file", "bytes": 1, "created_at": 1, "filename": "x",
                        "purpose": "batch", "status": "processed"})  # fmt: skip


def _handed_over(state: ModelServer, body: Json) -> Answer:
    with state.lock:
        name = f"batch-{len(state.batches) + 1}"
        state.batches[name] = {
            "id": name,
            "object": "batch",
            "status": "validating",
            "endpoint": body["endpoint"],
            "input_file_id": body["input_file_id"],
            "completion_window": body["completion_window"],
            "created_at": 1,
            "polled": 0,
        }
    return Answer(200, state.batches[name])


def _polled(state: ModelServer, batch: Json) -> Json:
    with state.lock:
        batch["polled"] += 1
        if batch["polled"] < state.batch_polls or batch["status"] != "validating":
            return batch
        lines = [json.loads(line) for line in state.files[batch["input_file_id"]].splitlines()]
        n_in_time = int(state.share_in_time * len(lines))
        ends = [_line(state, line) for line in lines[:n_in_time]]
        late = [_late(line) for line in lines[n_in_time:]]
        is_good = [end["response"]["status_code"] == 200 for end in ends]
        files = {
            "output_file_id": [end for end, good in zip(ends, is_good, strict=True) if good],
            "error_file_id": [end for end, good in zip(ends, is_good, strict=True) if not good]
            + late,
        }
        for kind, found in files.items():
            if found:
                batch[kind] = f"file-{len(state.files) + 1}"
                state.files[batch[kind]] = "\n".join(map(json.dumps, reversed(found)))
        batch["status"] = "expired" if late else "completed"
        return batch


def _line(state: ModelServer, line: Json) -> Json:
    answer = _judged(state, line["url"], line["body"], "")
    response = {"status_code": answer.status, "request_id": "req-b", "body": answer.body}
    return {"id": "b", "custom_id": line["custom_id"], "response": response, "error": None}


def _late(line: Json) -> Json:
    error = {"code": "batch_expired", "message": "This request did not begin in time."}
    return {"id": "b", "custom_id": line["custom_id"], "response": None, "error": error}


def _error(
    status: int,
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    told = {"message": message, "type": "invented_error", "code": code, "param": param}
    return Answer(status, {"error": told}, headers or {})


def main() -> None:
    """Serve by hand until interrupted."""
    parser = argparse.ArgumentParser(description="A loopback OpenAI-compatible endpoint.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fault", type=Fault, choices=tuple(Fault), nargs="*", default=())
    parser.add_argument("--share-faulty", type=float, default=1.0)
    parser.add_argument("--no", nargs="*", default=(), help="what it cannot do: responses, ...")
    parser.add_argument("--fabricate", action="store_true")
    parser.add_argument("--obey", action="store_true")
    chosen = parser.parse_args()
    with serving(
        chosen.port,
        faults=tuple(chosen.fault),
        share_faulty=chosen.share_faulty,
        cannot=frozenset(chosen.no),
        fabricates=chosen.fabricate,
        obeys=chosen.obey,
    ) as state:
        print(f"the model {state.model} at {state.base_url}", flush=True)  # noqa: T201 - tells the address
        try:
            state.stopped.wait()
        except KeyboardInterrupt:
            print(json.dumps(state.asked, indent=2))  # noqa: T201 - tells what was counted


if __name__ == "__main__":
    main()
