"""A loopback server that answers as the arXiv search API does, with its known faults.

Its shape was compared with recorded answers of April 2026. It understands what retest asks:
`cat:`, `all:`, `submittedDate:`, `id_list`, `start`, `max_results` and the two date orders.

    python -m tests.arxiv_server DUMP [--port N] [--fault NAME]
"""

import argparse
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from claims.clock import Window, parse_moment
from claims.errors import CitationError
from claims.evidence import Paper
from claims.ids import ArxivId
from papers.dump import DumpSource
from papers.sources import Request
from papers.withdrawal import says_withdrawn


class Fault(StrEnum):
    """What can be wrong with an answer."""

    NONE = "none"
    BUSY = "busy"
    """429 with Retry-After: 7."""
    BUSY_PLAIN = "busy-plain"
    """429 with the plain text "Rate exceeded." and no header."""
    DOWN = "down"
    """503 without Retry-After."""
    REFUSED = "refused"
    """403."""
    BROKEN = "broken"
    """500."""
    HANG = "hang"
    """No answer for as long as the server runs."""
    EMPTY_DEEP_PAGE = "empty-deep-page"
    """No entries from the second page on, though there are more results."""
    CUT_OFF = "cut-off"
    """XML that ends in the middle."""
    HTML = "html"
    """An HTML page with status 200."""
    ERROR_ENTRY = "error-entry"
    """A feed with one entry titled "Error"."""
    TORN_ENTRY = "torn-entry"
    """The first entry of a page has no dates."""


@dataclass
class Asked:
    """One request that came."""

    at: float
    query: dict[str, str]
    agent: str


@dataclass
class ArxivServer:
    """What the server holds and how it behaves; both may be changed while it runs."""

    papers: tuple[Paper, ...]
    """Every version there is; the latest of a paper is given unless another is named."""
    fault: Fault = Fault.NONE
    n_faulty: int | None = None
    """So many answers are faulty, then all is well; None: all of them."""
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    stopped: threading.Event = field(default_factory=threading.Event)

    def fault_now(self) -> Fault:
        """The fault of the next answer."""
        if self.n_faulty is None:
            return self.fault
        self.n_faulty -= 1
        return self.fault if self.n_faulty >= 0 else Fault.NONE

    def latest(self) -> list[Paper]:
        """The latest version of every paper."""
        newest: dict[str, Paper] = {}
        for paper in self.papers:
            held = newest.get(paper.id.number)
            if held is None or (paper.id.version or 0) > (held.id.version or 0):
                newest[paper.id.number] = paper
        return list(newest.values())

    def by_id(self, written: Sequence[str]) -> list[Paper]:
        """The papers of an `id_list`; unknown ids are left out without a word."""
        newest = {paper.id.number: paper for paper in self.latest()}
        exact = {paper.id: paper for paper in self.papers}
        ids = [ArxivId.parse(text) for text in written]
        found = (newest.get(i.number) if i.version is None else exact.get(i) for i in ids)
        return [paper for paper in found if paper]

    def by_query(self, query: str) -> list[Paper]:
        """The latest versions that match every part of `query`."""
        return [paper for paper in self.latest() if matches(paper, query)]


@contextmanager
def serving(
    papers: Iterable[Paper], fault: Fault = Fault.NONE, port: int = 0
) -> Iterator[ArxivServer]:
    """A server on the loopback interface for as long as the `with` block lasts."""
    state = ArxivServer(papers=tuple(papers), fault=fault)
    server = ThreadingHTTPServer(("127.0.0.1", port), _answerer(state))
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}/api/query"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        state.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def matches(paper: Paper, query: str) -> bool:
    """Whether `paper` holds all that `query` asks."""
    dates = re.search(r"submittedDate:\[(\d{12}) TO (\d{12})\]", query)
    if dates and not dates[1] <= f"{paper.submitted_at:%Y%m%d%H%M}" <= dates[2]:
        return False
    categories = re.findall(r"cat:([\w.-]+)", query)
    if categories and not set(categories) & set(paper.categories):
        return False
    phrases = [quoted or word for quoted, word in re.findall(r'all:(?:"([^"]*)"|(\w+))', query)]
    text = f"{paper.title} {paper.abstract} {' '.join(paper.authors)}".casefold()
    return not phrases or any(phrase.casefold() in text for phrase in phrases)


def feed(papers: Sequence[Paper], *, query: str, total: int, start: int, size: int) -> str:
    """An Atom feed as the API writes it."""
    entries = "".join(map(entry, papers))
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
        'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">\n'
        "  <id>https://arxiv.org/api/loopback</id>\n"
        f"  <title>arXiv Query: {escape(query)}</title>\n"
        "  <updated>2026-07-01T00:00:00Z</updated>\n"
        f"  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>\n"
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>\n"
        f"{entries}</feed>\n"
    )


def entry(paper: Paper) -> str:
    """One entry of the feed."""
    authors = "".join(
        f"    <author>\n      <name>{escape(name)}</name>\n    </author>\n"
        for name in paper.authors
    )
    terms = "".join(
        f'    <category term="{escape(term)}" scheme="http://arxiv.org/schemas/atom"/>\n'
        for term in paper.categories
    )
    comment = (
        f"    <arxiv:comment>{escape(paper.comment)}</arxiv:comment>\n" if paper.comment else ""
    )
    return (
        "  <entry>\n"
        f"    <id>http://arxiv.org/abs/{paper.id}</id>\n"
        f"    <title>{escape(paper.title)}</title>\n"
        f"    <updated>{_written(paper.revised_at)}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{paper.id}" rel="alternate" type="text/html"/>\n'
        f"    <summary>{escape(paper.abstract)}</summary>\n{terms}"
        f"    <published>{_written(paper.submitted_at)}</published>\n{comment}{authors}"
        "  </entry>\n"
    )


def error_feed(words: str) -> str:
    """A feed whose one entry is titled "Error"."""
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
        'xmlns="http://www.w3.org/2005/Atom">\n'
        "  <id>https://arxiv.org/</id>\n  <title>arXiv Search Results</title>\n"
        "  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>\n"
        "  <opensearch:totalResults>1</opensearch:totalResults>\n"
        "  <opensearch:startIndex>0</opensearch:startIndex>\n"
        "  <entry>\n    <id>https://arxiv.org/api/errors#loopback</id>\n"
        "    <title>Error</title>\n    <updated>2026-07-01T00:00:00Z</updated>\n"
        f"    <summary>{escape(words)}</summary>\n"
        "    <author>\n      <name>arXiv api core</name>\n    </author>\n"
        "  </entry>\n</feed>\n"
    )


def a_paper(
    id_: str,
    submitted: str = "2026-06-10T12:00:00",
    revised: str | None = None,
    *,
    title: str = "Masks and Voices",
    abstract: str = "We ask whether a played character answers as a person would.",
    categories: tuple[str, ...] = ("cs.CL",),
    comment: str | None = None,
) -> Paper:
    """An invented paper version."""
    return Paper(
        id=ArxivId.parse(id_),
        title=title,
        authors=("Ada Example", "Bo Sample"),
        abstract=abstract,
        categories=categories,
        submitted_at=parse_moment(submitted),
        revised_at=parse_moment(revised or submitted),
        comment=comment,
        withdrawn=says_withdrawn(comment),
    )


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _answerer(state: ArxivServer) -> type[BaseHTTPRequestHandler]:
    class Answerer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            state.asked.append(
                Asked(at=time.time(), query=query, agent=self.headers["User-Agent"] or "")
            )
            fault = state.fault_now()
            if fault is Fault.HANG:
                state.stopped.wait()
                return
            self._say(*_answer(state, query, fault))

        def _say(self, status: int, body: str, headers: dict[str, str]) -> None:
            content = body.encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/atom+xml", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Keep quiet."""

    return Answerer


def _answer(
    state: ArxivServer, query: dict[str, str], fault: Fault
) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers."""
    plain = {"Content-Type": "text/plain"}
    canned: dict[Fault, tuple[int, str, dict[str, str]]] = {
        Fault.BUSY: (429, "", {"Retry-After": "7"}),
        Fault.BUSY_PLAIN: (429, "Rate exceeded.", plain),
        Fault.DOWN: (503, "Service Unavailable", plain),
        Fault.REFUSED: (403, "Forbidden", plain),
        Fault.BROKEN: (500, "Internal Server Error", plain),
        Fault.HTML: (200, "<html><body>Be back soon</body></html>", {"Content-Type": "text/html"}),
        Fault.ERROR_ENTRY: (200, error_feed("the loopback server was told to object"), {}),
    }
    if fault in canned:
        return canned[fault]
    try:
        body = _page(state, query, empty_deep=fault is Fault.EMPTY_DEEP_PAGE)
    except CitationError:
        return 400, error_feed(f"incorrect id format for {query['id_list']}"), {}
    if fault is Fault.CUT_OFF:
        body = body[: len(body) * 2 // 3]
    if fault is Fault.TORN_ENTRY:
        body = re.sub(r"    <(?:updated|published)>.*\n", "", body, count=2)
    return 200, body, {}


def _page(state: ArxivServer, query: dict[str, str], *, empty_deep: bool) -> str:
    written = [text for text in query.get("id_list", "").split(",") if text]
    asked = query.get("search_query", "")
    found = state.by_id(written) if written else state.by_query(asked)
    if query.get("sortBy") == "submittedDate":
        found.sort(key=lambda p: (p.submitted_at, p.id), reverse=_descending(query))
    if query.get("sortBy") == "lastUpdatedDate":
        found.sort(key=lambda p: (p.revised_at, p.id), reverse=_descending(query))
    start, size = int(query.get("start", "0")), int(query.get("max_results", "10"))
    shown = [] if empty_deep and start else found[start : start + size]
    return feed(shown, query=asked, total=len(found), start=start, size=size)


def _descending(query: dict[str, str]) -> bool:
    return query.get("sortOrder", "descending") == "descending"


def main() -> None:
    """Serve a dump by hand until interrupted."""
    parser = argparse.ArgumentParser(description="A loopback arXiv API over a metadata dump.")
    parser.add_argument("dump", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fault", type=Fault, choices=tuple(Fault), default=Fault.NONE)
    chosen = parser.parse_args()
    always = Window(parse_moment("1991-01-01"), parse_moment("2100-01-01"))
    read = DumpSource(chosen.dump).fetch(Request(window=always))
    papers = [paper for paper in read if isinstance(paper, Paper)]
    with serving(papers, chosen.fault, chosen.port) as state:
        print(f"{len(papers)} papers at {state.url}", flush=True)  # noqa: T201 - tells the address
        try:
            state.stopped.wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
