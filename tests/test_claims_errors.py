"""The tree of errors is the one that is drawn, and every error travels between processes."""

import multiprocessing
import re

import pytest

from claims import errors
from claims.errors import LibraryError, RateLimited, RetestError

_NODE = re.compile(r"^(?P<indent>[ │├└─]*)(?P<name>\w+)(?:\s+\((?P<mark>retryable)\))?$")
_STEP = 4


def drawn() -> dict[str, tuple[str | None, bool]]:
    """Name to parent and `retryable`, as the docstring of `claims.errors` draws them."""
    tree: dict[str, tuple[str | None, bool]] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = _NODE.match(line.removeprefix(" " * _STEP))
        if not found or not found["name"].endswith(tuple("abcdefghijklmnopqrstuvwxyz")):
            continue
        depth = len(found["indent"]) // _STEP
        if depth == 0 and found["name"] != "RetestError":
            continue
        del above[depth:]
        tree[found["name"]] = (above[-1] if above else None, bool(found["mark"]))
        above.append(found["name"])
    return tree


def classes() -> list[type[RetestError]]:
    return [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, RetestError)
    ]


def sent(error: RetestError) -> RetestError:
    """`error` as another process would get it."""
    here, there = multiprocessing.Pipe()
    with here, there:
        here.send(error)
        received = there.recv()
    assert isinstance(received, RetestError)
    return received


def test_the_drawn_tree_is_the_tree_of_classes() -> None:
    real = {
        cls.__name__: (None if cls is RetestError else cls.__base__.__name__, cls.retryable)  # type: ignore[union-attr]
        for cls in classes()
    }
    assert drawn() == real


def test_no_retryable_error_has_a_child_that_is_not() -> None:
    assert all(
        child.retryable
        for parent in classes()
        if parent.retryable
        for child in parent.__subclasses__()
    )


@pytest.mark.parametrize(
    "cls", [c for c in classes() if c is not LibraryError], ids=lambda c: str(c.__name__)
)
def test_an_error_reaches_another_process_with_its_message(cls: type[RetestError]) -> None:
    received = sent(cls("the lantern is out: light it"))
    assert type(received) is cls
    assert str(received) == "the lantern is out: light it"


def test_a_library_error_keeps_file_line_and_problem() -> None:
    received = sent(LibraryError("lanterns.toml", 7, "unknown key"))
    assert isinstance(received, LibraryError)
    assert (received.file, received.line, received.problem) == ("lanterns.toml", 7, "unknown key")
    assert str(received) == "lanterns.toml:7: unknown key"
    assert str(LibraryError("lanterns", None, "no such folder")) == "lanterns: no such folder"


def test_a_rate_limit_keeps_the_wish_of_the_source() -> None:
    received = sent(RateLimited("slow down", 12.5))
    assert isinstance(received, RateLimited)
    assert received.retry_after_s == 12.5
    assert RateLimited("slow down").retry_after_s is None
