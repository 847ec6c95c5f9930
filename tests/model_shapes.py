"""The shapes of requests and answers in OpenAI's two APIs, and how answers are spoilt."""

import json
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Fault(StrEnum):
    """How an answer is spoilt."""

    RATE_LIMITED = "429"
    NO_QUOTA = "no-quota"
    FAILED = "500"
    HANG = "hang"
    CUT_OFF = "cut-off"
    MALFORMED = "malformed"
    OUTSIDE = "outside-the-lists"
    HTML = "html"
    EMPTY = "empty"
    REFUSED = "refused"
    FILTERED = "filtered"
    NO_USAGE = "no-usage"
    ECHOES_KEY = "echoes-the-key"
    WRONG_KEY = "401"
    BREAKS_OFF = "breaks-off"
    TRICKLES = "trickles"
    TOO_LARGE = "413"


BROKEN = (Fault.BREAKS_OFF, Fault.TRICKLES)
"""Answers that begin well and never come whole."""


PASSING = (
    Fault.RATE_LIMITED,
    Fault.FAILED,
    Fault.HANG,
    Fault.CUT_OFF,
    Fault.MALFORMED,
    Fault.OUTSIDE,
    Fault.HTML,
    Fault.EMPTY,
    Fault.REFUSED,
    Fault.FILTERED,
    Fault.NO_USAGE,
    Fault.BREAKS_OFF,
)
"""Faults that an endpoint has now and then."""


def spoilt(text: str, fault: Fault | None) -> str:
    """What is left of the text of an answer."""
    match fault:
        case Fault.CUT_OFF:
            return text[: len(text) // 2]
        case Fault.MALFORMED:
            return text[:-1] + ", }"
        case Fault.OUTSIDE:
            return json.dumps({"findings": "many", "relation": "PROVES"})
        case Fault.EMPTY:
            return ""
        case Fault.REFUSED | Fault.FILTERED:
            return "I cannot help with that."
        case _:
            return text


def usage(api: str, n_input: int, n_output: int) -> Json:
    """The tokens, under the names of the API."""
    names = ("input", "output") if api == "responses" else ("prompt", "completion")
    counted = dict(zip((f"{name}_tokens" for name in names), (n_input, n_output), strict=True))
    return {**counted, "total_tokens": n_input + n_output}


def response(model: str, text: str, fault: Fault | None) -> Json:
    part = {"type": "output_text", "text": text, "annotations": []}
    said: Json = {"id": "resp-1", "object": "response", "model": f"{model}-2026-11-01"}
    said |= {"status": "completed", "incomplete_details": None, "error": None}
    match fault:
        case Fault.REFUSED:
            part = {"type": "refusal", "refusal": text}
        case Fault.CUT_OFF:
            said |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
        case Fault.FILTERED:
            said |= {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}
    said["output"] = [{"type": "message", "role": "assistant", "content": [part]}]
    return said


def completion(model: str, text: str, fault: Fault | None) -> Json:
    message: Json = {"role": "assistant", "content": text, "refusal": None}
    finish = {Fault.CUT_OFF: "length", Fault.FILTERED: "content_filter"}
    if fault is Fault.REFUSED:
        message = {"role": "assistant", "content": None, "refusal": text}
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": finish.get(fault, "stop") if fault else "stop",
    }
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": f"{model}-2026-11-01",
        "choices": [choice],
    }


def said(body: Json, api: str) -> list[str]:
    """What the model is told in words: the instructions, and each turn."""
    if api == "responses":
        return [body["instructions"], *(turn["content"] for turn in body["input"])]
    return [turn["content"] for turn in body["messages"]]


def question(body: Json, api: str) -> tuple[str, str]:
    """The step, and what was first shown."""
    system, shown, *_ = said(body, api)
    begins = {
        "You read one": "extract",
        "Words were said": "requote",
        "You compare": "compare",
        "You are shown one claim": "second look",
        "Answer the question": "probe",
        "You write a part": "answer",
        "You write the conclusion": "conclude",
        "You tell in one": "dispute",
        "You propose one": "inquire",
    }
    step = next((step for begun, step in begins.items() if system.startswith(begun)), "other")
    return step, shown


def form(body: Json, api: str) -> str:
    told = body.get("text", {}).get("format") if api == "responses" else body.get("response_format")
    return str((told or {}).get("type", "text"))
