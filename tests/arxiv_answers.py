"""What arXiv's interfaces answer, as text: the search API, OAI-PMH, feeds, and a small PDF.

The shapes were compared with recorded answers of 2025 and 2026; every text is invented by tests.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from claims.evidence import Paper

XML = "<?xml version='1.0' encoding='UTF-8'?>\n"
ATOM = (
    '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">\n'
)

_TERM = re.compile(r'all:(?:"([^"]*)"|(\w+))')


def feed(papers: Sequence[Paper], *, query: str, total: int, start: int, size: int) -> str:
    """An Atom feed as the search API writes it."""
    return (
        f"{XML}{ATOM}"
        "  <id>https://arxiv.org/api/loopback</id>\n"
        f"  <title>arXiv Query: {escape(query)}</title>\n"
        "  <updated>2026-07-01T00:00:00Z</updated>\n"
        f"  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>\n"
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>\n"
        f"{''.join(map(entry, papers))}</feed>\n"
    )


def entry(paper: Paper) -> str:
    """One entry of the search API's feed."""
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
        f"    <updated>{paper.revised_at:%Y-%m-%dT%H:%M:%SZ}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{paper.id}" rel="alternate" type="text/html"/>\n'
        f"    <summary>{escape(paper.abstract)}</summary>\n{terms}"
        f"    <published>{paper.submitted_at:%Y-%m-%dT%H:%M:%SZ}</published>\n{comment}{authors}"
        "  </entry>\n"
    )


def error_feed(words: str) -> str:
    """A feed whose one entry is titled "Error"."""
    return (
        f"{XML}{ATOM}"
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


def oai(verb: str, inner: str) -> str:
    """An OAI-PMH answer around `inner`."""
    return (
        f'{XML}<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">\n'
        "<responseDate>2026-07-01T00:00:00Z</responseDate>\n"
        f'<request verb="{escape(verb)}">http://127.0.0.1/oai</request>\n'
        f"{inner}</OAI-PMH>\n"
    )


def oai_error(code: str, words: str) -> str:
    """What OAI-PMH answers instead of a list."""
    return f"<error code='{code}'>{escape(words)}</error>\n"


def record(paper: Paper, changed_on: date, *, deleted: bool = False) -> str:
    """One record in the format arXivRaw, with a version history between its two dates."""
    name = f"<identifier>oai:arXiv.org:{paper.id.number}</identifier>"
    stamp = f"{name}<datestamp>{changed_on}</datestamp>"
    if deleted:
        return f'<record><header status="deleted">{stamp}</header></record>\n'
    comment = f"<comments>{escape(paper.comment)}</comments>" if paper.comment else ""
    doi = f"<doi>{escape(paper.doi)}</doi>" if paper.doi else ""
    return (
        f"<record><header>{stamp}</header><metadata>"
        '<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">'
        f"<id>{paper.id.number}</id><submitter>{escape(paper.authors[0])}</submitter>"
        f"{''.join(_versions(paper))}<title>{escape(paper.title)}</title>"
        f"<authors>{escape(', '.join(paper.authors))}</authors>"
        f"<categories>{' '.join(paper.categories)}</categories>{comment}{doi}"
        f"<abstract>  {escape(paper.abstract)}\n</abstract></arXivRaw></metadata></record>\n"
    )


def _versions(paper: Paper) -> Iterable[str]:
    last = paper.id.version or 1
    for n in range(1, last + 1):
        share = (n - 1) / (last - 1) if last > 1 else 1.0
        at = paper.submitted_at + (paper.revised_at - paper.submitted_at) * share
        emptied = n == last and paper.withdrawn
        kind = "<size>0kb</size><source_type>I</source_type>"
        kind = kind if emptied else "<size>81kb</size><source_type>D</source_type>"
        yield f'<version version="v{n}"><date>{at:%a, %d %b %Y %H:%M:%S} GMT</date>{kind}</version>'


def token(written: str, *, total: int, cursor: int) -> str:
    """A resumption token; empty on the last page."""
    return (
        f'<resumptionToken completeListSize="{total}" cursor="{cursor}">'
        f"{escape(written)}</resumptionToken>\n"
    )


def announcements(
    category: str, entries: Sequence[tuple[str, str]], *, on: date, built_at: datetime
) -> str:
    """The feed of what was announced in `category`: pairs of an id with version and a kind."""
    listed = "".join(
        f"  <entry>\n    <id>oai:arXiv.org:{id_}</id>\n    <title>Announced</title>\n"
        f"    <published>{on}T00:00:00-05:00</published>\n"
        f"    <arxiv:announce_type>{kind}</arxiv:announce_type>\n  </entry>\n"
        for id_, kind in entries
    )
    return (
        f"{XML}{ATOM}  <id>http://127.0.0.1/atom/{category}</id>\n"
        f"  <updated>{built_at:%Y-%m-%dT%H:%M:%S}.5+00:00</updated>\n{listed}</feed>\n"
    )


def small_pdf(words: str) -> bytes:
    """A PDF of one page that says `words`."""
    said = words.replace("\\", "").replace("(", "").replace(")", "")
    stream = f"BT /F1 12 Tf 72 700 Td ({said}) Tj ET".encode("latin-1", "replace")
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, places = b"%PDF-1.4\n", []
    for n, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (n, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(parts) + 1, len(body)
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    )


def matches(paper: Paper, query: str) -> bool:
    """Whether `paper` holds all that `query` asks."""
    dates = re.search(r"submittedDate:\[(\d{12}) TO (\d{12})\]", query)
    if dates and not dates[1] <= f"{paper.submitted_at:%Y%m%d%H%M}" <= dates[2]:
        return False
    categories = re.findall(r"cat:([\w.-]+)", query)
    if categories and not set(categories) & set(paper.categories):
        return False
    text = f"{paper.title} {paper.abstract} {' '.join(paper.authors)}".casefold()
    groups = re.findall(r'all:(?:"[^"]*"|\w+)(?: AND all:(?:"[^"]*"|\w+))*', query)
    return not groups or any(
        all((quoted or word).casefold() in text for quoted, word in _TERM.findall(group))
        for group in groups
    )
