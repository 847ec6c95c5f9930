import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from claims.errors import JudgeBusy, RetestError, SearchIndexError, SettingsError
from papers.embed import Embedder, OpenAiEmbedder, choose, minilm_is_here
from papers.lexical import LexicalEmbedder

Rows = list[list[float]]


@contextmanager
def endpoint(status: int = 200, body: object = None) -> Iterator[str]:
    """An embeddings endpoint that counts letters, or that always says the same."""

    class Answerer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = (
                {
                    "data": [
                        {"index": i, "embedding": [len(text), 1.0]}
                        for i, text in enumerate(asked["input"])
                    ][::-1]
                }
                if body is None
                else body
            )
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answerer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def remote(url: str) -> OpenAiEmbedder:
    return OpenAiEmbedder(base_url=url, model="tiny", key="none", timeout_s=5)


def are_units(embedder: Embedder, texts: list[str]) -> bool:
    vectors = embedder.embed(texts)
    assert vectors.shape == (len(texts), embedder.dimensions)
    assert vectors.dtype == np.float32
    return bool(np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5))


def test_words_become_unit_vectors_even_where_there_are_none() -> None:
    assert are_units(LexicalEmbedder(), ["Personas drift.", "", "the of and", "…"])
    assert LexicalEmbedder().embed([]).shape == (0, LexicalEmbedder.dimensions)


def test_texts_that_share_stems_are_nearer_than_texts_that_do_not() -> None:
    asked, near, far = LexicalEmbedder().embed(
        ["simulating human personalities", "a personality simulation", "tides of the sea"]
    )
    assert asked @ near > asked @ far


def test_the_same_text_has_the_same_vector_every_time() -> None:
    first, second = (LexicalEmbedder().embed(["Drift of a persona"]) for _ in range(2))
    assert (first == second).all()


def test_auto_says_when_it_falls_back() -> None:
    embedder, note = choose("auto")
    if minilm_is_here():
        assert (embedder.identity.split(":")[0], note) == ("minilm-l6-v2", None)
    else:
        assert isinstance(embedder, LexicalEmbedder)
        assert note
        assert "MiniLM" in note


def test_what_cannot_be_chosen_is_a_settings_error() -> None:
    for name in ("", "word2vec", "openai"):
        with pytest.raises(SettingsError):
            choose(name)


def test_an_endpoint_gives_unit_vectors_in_the_order_asked() -> None:
    with endpoint() as url:
        chosen, note = choose("openai", base_url=url, model="tiny", key="")
        assert note is None
        assert are_units(chosen, [f"text {'x' * n}" for n in range(300)])
        short, long = chosen.embed(["ab", "abcdefghi"])
    assert short[0] < long[0]
    assert chosen.identity == f"openai:{url}:tiny"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, {"error": {"message": "slow down"}}, JudgeBusy),
        (500, {"error": {"message": "oh"}}, JudgeBusy),
        (401, {"error": {"message": "wrong key"}}, SearchIndexError),
        (404, {"error": {"message": "no such model"}}, SearchIndexError),
        (200, {"data": []}, SearchIndexError),
        (200, {"data": [{"index": 0, "embedding": [1.0]}]}, SearchIndexError),
        (200, {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]},
         SearchIndexError),
        (200, {"data": [{"index": 0, "embedding": [None]}, {"index": 1, "embedding": [1.0]}]},
         SearchIndexError),
        (200, {"answer": 42}, SearchIndexError),
        (200, b"<html>hello</html>", SearchIndexError),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_an_error_in_one_line(
    status: int, body: object, error: type[RetestError]
) -> None:
    with endpoint(status, body) as url, pytest.raises(error) as caught:
        remote(url).embed(["a", "b"])
    assert "\n" not in str(caught.value)
    assert url in str(caught.value)


def test_an_endpoint_that_is_not_there_is_busy() -> None:
    with endpoint() as url:
        pass
    with pytest.raises(JudgeBusy):
        remote(url).embed(["a"])
