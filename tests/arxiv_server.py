"""A loopback server that answers as arXiv does, with its known faults, one by one.

It speaks the search API (`/api/query`), OAI-PMH (`/oai`), the feeds of announcements
(`/atom/cs.CL`), PDFs (`/pdf/ID`) and HTML (`/html/ID`), as far as retest asks them.

    python -m tests.arxiv_server DUMP [--port N] [--fault NAME] [--on /oai] [--today DATE]
                                 [--pdfs FOLDER]
"""

import argparse
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from claims.clock import Window, parse_moment
from claims.errors import CitationError
from claims.evidence import Paper
from claims.ids import ArxivId
from papers.dump import DumpSource
from papers.oai_sets import set_of
from papers.sources import Request
from papers.withdrawal import says_withdrawn
from tests import arxiv_answers as say
from tests.arxiv_faults import CANNED, Answer, Fault

__all__ = ["ArxivServer", "Asked", "Fault", "a_paper", "certain", "serving"]

SETS = ("cs", "cs:cs:CL", "cs:cs:AI", "cs:cs:CV", "math:math:CO", "physics:hep-th")


@dataclass
class Asked:
    """One request that came."""

    at: float
    query: dict[str, str]
    agent: str
    path: str = ""


@dataclass
class ArxivServer:
    """What the server holds and how it behaves; all of it may be changed while it runs."""

    papers: tuple[Paper, ...]
    """Every version there is; the latest of a paper is given unless another is named."""
    fault: Fault = Fault.NONE
    n_faulty: int | None = None
    """So many answers are faulty, then all is well; None: all of them."""
    on: str = ""
    """Only answers under this path are faulty, such as `/oai`."""
    refused_ids: frozenset[str] = frozenset()
    """Ids for which the API refuses a whole batch."""
    deleted: frozenset[str] = frozenset()
    """Numbers of papers whose OAI records are deleted."""
    broken: frozenset[str] = frozenset()
    """Numbers of papers whose records nobody can read."""
    page_size: int = 1_000
    """Records a page of OAI-PMH."""
    changed_on: dict[str, date] = field(default_factory=dict)
    """OAI datestamps by number; the day of the latest version where there is none."""
    change_after: dict[int, str] = field(default_factory=dict)
    """A number of pages of OAI-PMH, counted from 1, to the paper changed once they were given."""
    n_pages: int = 0
    """So many pages of OAI-PMH were given."""
    today: date = date(2026, 7, 1)
    """The datestamp of a record that is changed while the server runs, and the feeds' date."""
    announced: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """A category to the entries of its feed: pairs of an id with version and a kind."""
    pdfs: dict[str, bytes] = field(default_factory=dict)
    """An id with version to its PDF; a small one is made where there is none."""
    htmls: dict[str, bytes] = field(default_factory=dict)
    """An id with version to its HTML; most papers have none."""
    asked: list[Asked] = field(default_factory=list)
    base: str = ""
    stopped: threading.Event = field(default_factory=threading.Event)
    lists: dict[tuple[str, str, str], list[Paper]] = field(default_factory=dict)
    held: tuple[Paper, ...] = ()
    """The papers for which `lists` was made."""

    @property
    def url(self) -> str:
        """The search API."""
        return f"{self.base}/api/query"

    def fault_now(self, path: str) -> Fault:
        """The fault of the next answer."""
        if not path.startswith(self.on):
            return Fault.NONE
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

    def stamp(self, paper: Paper) -> date:
        """The OAI datestamp."""
        return self.changed_on.get(paper.id.number, paper.revised_at.date())

    def change(self, number: str) -> None:
        """Nothing: the record of this paper was changed today."""
        self.changed_on[number] = self.today
        self.lists.clear()

    def found(self, query: str) -> list[Paper]:
        """The latest versions that match every part of a query."""
        self._forget_others()
        key = ("query", query, "")
        if key not in self.lists:
            self.lists[key] = [paper for paper in self.latest() if say.matches(paper, query)]
        return list(self.lists[key])

    def _forget_others(self) -> None:
        if self.held is not self.papers:
            self.lists.clear()
            self.held = self.papers

    def listed(self, set_: str, since: str, until: str) -> list[Paper]:
        """The OAI records of a set changed in these days, in the order of their change."""
        self._forget_others()
        key = (set_, since, until)
        if key not in self.lists:
            within = [p for p in self.latest() if since <= str(self.stamp(p)) <= until]
            within = [p for p in within if not set_ or set_ in set(sets_of(p))]
            self.lists[key] = sorted(within, key=lambda p: (self.stamp(p), p.id.number))
        return self.lists[key]


@contextmanager
def serving(
    papers: Iterable[Paper], fault: Fault = Fault.NONE, port: int = 0
) -> Iterator[ArxivServer]:
    """A server on the loopback interface for as long as the `with` block lasts."""
    state = ArxivServer(papers=tuple(papers), fault=fault)
    server = ThreadingHTTPServer(("127.0.0.1", port), _answerer(state))
    server.daemon_threads = True
    state.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        state.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def sets_of(paper: Paper) -> Iterator[str]:
    """The OAI sets of a paper, with those above them."""
    for category in paper.categories:
        parts = set_of(category).split(":")
        yield from (":".join(parts[:n]) for n in range(1, len(parts) + 1))


def a_paper(
    id_: str,
    submitted: str = "2026-06-10T12:00:00",
    revised: str | None = None,
    *,
    title: str = "Masks and Voices",
    abstract: str = "We ask whether a played character answers as a person would.",
    categories: tuple[str, ...] = ("cs.CL",),
    comment: str | None = None,
    withdrawn: bool = False,
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
        withdrawn=withdrawn or says_withdrawn(comment),
    )


def certain(paper: Paper) -> Paper:
    """`paper` as OAI-PMH tells it, which knows a withdrawal for certain."""
    return paper.model_copy(update={"is_certain": True})


def _answerer(state: ArxivServer) -> type[BaseHTTPRequestHandler]:
    class Answerer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(asked.query).items()}
            agent = self.headers["User-Agent"] or ""
            state.asked.append(Asked(at=time.time(), query=query, agent=agent, path=asked.path))
            fault = state.fault_now(asked.path)
            if fault is Fault.HANG:
                state.stopped.wait()
                return
            try:
                self._say(*_answer(state, asked.path, query, fault), fault)
            except (BrokenPipeError, ConnectionResetError):
                return

        def _say(self, status: int, body: bytes, headers: dict[str, str], fault: Fault) -> None:
            self.send_response(status)
            told = {} if fault is Fault.CUT_OFF else {"Content-Length": str(len(body))}
            for name, value in {"Content-Type": "application/xml", **headers, **told}.items():
                self.send_header(name, value)
            self.end_headers()
            half = fault in {Fault.STALL, Fault.SHORT}
            self.wfile.write(body[: len(body) // 2] if half else body)
            if fault is Fault.STALL:
                self.wfile.flush()
                state.stopped.wait()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Keep quiet."""

    return Answerer


def _answer(state: ArxivServer, path: str, query: dict[str, str], fault: Fault) -> Answer:
    if fault in CANNED:
        return CANNED[fault]
    status, body, headers = _honest(state, path, query, fault)
    if fault is Fault.CUT_OFF:
        body = body[: len(body) * 2 // 3]
    return status, body, headers


def _honest(state: ArxivServer, path: str, query: dict[str, str], fault: Fault) -> Answer:
    if path == "/oai":
        return 200, say.oai(query.get("verb", ""), _oai(state, query, fault)).encode(), {}
    if path.startswith("/atom/"):
        return 200, _feed(state, path.removeprefix("/atom/"), fault).encode(), {}
    if path.startswith("/pdf/"):
        return _pdf(state, path.removeprefix("/pdf/"))
    if path.startswith("/html/"):
        html = state.htmls.get(path.removeprefix("/html/"))
        return (200, html, {"Content-Type": "text/html"}) if html else CANNED[Fault.MISSING]
    try:
        body = _page(state, query, fault)
    except CitationError:
        return 400, say.error_feed(f"incorrect id format for {query['id_list']}").encode(), {}
    if fault is Fault.TORN_ENTRY:
        body = re.sub(r"    <(?:updated|published)>.*\n", "", body, count=2)
    return 200, body.encode(), {}


def _page(state: ArxivServer, query: dict[str, str], fault: Fault) -> str:
    written = [text for text in query.get("id_list", "").split(",") if text]
    if state.refused_ids & set(written):
        raise CitationError("refused")
    asked = query.get("search_query", "")
    if written:
        found = state.by_id(written[1:] if fault is Fault.ABSENT else written)
    else:
        found = state.found(asked)
    descending = query.get("sortOrder", "descending") == "descending"
    if query.get("sortBy") == "submittedDate":
        found.sort(key=lambda p: (p.submitted_at, p.id), reverse=descending)
    if query.get("sortBy") == "lastUpdatedDate":
        found.sort(key=lambda p: (p.revised_at, p.id), reverse=descending)
    start, size = int(query.get("start", "0")), int(query.get("max_results", "10"))
    hollow = fault is Fault.EMPTY_DEEP_PAGE and start
    shown = [] if hollow else found[start : start + size]
    return say.feed(shown, query=asked, total=len(found), start=start, size=size)


def _oai(state: ArxivServer, query: dict[str, str], fault: Fault) -> str:
    match query.get("verb"):
        case "ListRecords":
            return _list(state, query, fault)
        case "GetRecord":
            number = query["identifier"].rpartition(":")[2]
            found = state.by_id([number])
            if not found:
                return say.oai_error("idDoesNotExist", "nothing matches this identifier")
            return f"<GetRecord>{_record(state, found[0])}</GetRecord>"
        case "ListSets":
            names = {name for paper in state.papers for name in sets_of(paper)} | set(SETS)
            sets = "".join(f"<set><setSpec>{name}</setSpec></set>" for name in sorted(names))
            return f"<ListSets>{sets}</ListSets>"
        case "Identify":
            return "<Identify><granularity>YYYY-MM-DD</granularity></Identify>"
        case verb:
            return say.oai_error("badVerb", f"no verb {verb}")


def _list(state: ArxivServer, query: dict[str, str], fault: Fault) -> str:
    written = query.get("resumptionToken")
    if written and fault is Fault.EXPIRED:
        return say.oai_error("badResumptionToken", "the token has expired")
    start, set_, since, until = 0, query.get("set", ""), query.get("from"), query.get("until")
    if written:
        place, set_, since, until = written.split("|")
        start = int(place)
    since, until = since or "0000", until or "9999"
    found = state.listed(set_, since, until)
    page = found[start : start + state.page_size]
    if not page:
        return say.oai_error("noRecordsMatch", "nothing matches")
    records = "".join(_record(state, paper) for paper in page)
    end = start + state.page_size
    following = start if fault is Fault.REPEATED and written else end
    ends = end >= len(found) or fault is Fault.ONE_PAGE
    token = "" if ends else f"{following}|{set_}|{since}|{until}"
    told = say.token(token, total=len(found), cursor=start)
    if fault is Fault.CHANGED and start == 0 and end < len(found):
        state.fault = Fault.NONE
        state.change(page[0].id.number)
    state.n_pages += 1
    if state.n_pages in state.change_after:
        state.change(state.change_after[state.n_pages])
    return f"<ListRecords>{records}{told}</ListRecords>"


def _record(state: ArxivServer, paper: Paper) -> str:
    written = say.record(paper, state.stamp(paper), deleted=paper.id.number in state.deleted)
    return (
        written.replace('version="v', 'version="?') if paper.id.number in state.broken else written
    )


def _feed(state: ArxivServer, category: str, fault: Fault) -> str:
    built_at = datetime.combine(state.today, datetime.min.time(), tzinfo=UTC)
    on = state.today - timedelta(days=7) if fault is Fault.STALE else state.today
    entries = state.announced.get(category)
    if entries is None:
        entries = tuple(
            (str(p.id), "new" if p.id.version == 1 else "replace")
            for p in state.latest()
            if category in p.categories and state.stamp(p) == on
        )
    return say.announcements(category, entries, on=on, built_at=built_at + timedelta(hours=5))


def _pdf(state: ArxivServer, written: str) -> Answer:
    found = state.by_id([written])
    if not found or found[0].withdrawn:
        return CANNED[Fault.MISSING]
    name = str(found[0].id)
    body = state.pdfs.get(name) or say.small_pdf(f"arXiv:{name} [{found[0].categories[0]}]")
    return 200, body, {"Content-Type": "application/pdf"}


def main() -> None:
    """Serve a dump by hand until interrupted."""
    parser = argparse.ArgumentParser(description="A loopback arXiv over a metadata dump.")
    parser.add_argument("dump", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fault", type=Fault, choices=tuple(Fault), default=Fault.NONE)
    parser.add_argument("--on", default="", help="only under this path, such as /oai")
    parser.add_argument("--today", type=date.fromisoformat, default=datetime.now(UTC).date())
    parser.add_argument("--pdfs", type=Path, help="a folder of files such as 2301.00001v1.pdf")
    chosen = parser.parse_args()
    always = Window(parse_moment("1991-01-01"), parse_moment("2100-01-01"))
    read = DumpSource(chosen.dump).fetch(Request(window=always))
    papers = [paper for paper in read if isinstance(paper, Paper)]
    with serving(papers, chosen.fault, chosen.port) as state:
        state.on, state.today = chosen.on, chosen.today
        if chosen.pdfs:
            state.pdfs = {path.stem: path.read_bytes() for path in chosen.pdfs.glob("*v*.pdf")}
        print(f"{len(papers)} papers at {state.base}", flush=True)  # noqa: T201 - tells the address
        try:
            state.stopped.wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
