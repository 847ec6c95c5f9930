"""What changed, night by night, as an Atom feed (RFC 4287) for any feed reader.

One entry for each claim that a run changed, named by run and claim, so that a reader shows it once.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from urllib.parse import quote

from claims.run import Run
from reports.overnight import Change
from reports.words import count, utc, visible

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_EPOCH: Final = "1970-01-01T00:00:00Z"


def feed(
    runs: Iterable[tuple[Run, tuple[Change, ...]]],
    text_of: Callable[[str], str],
    *,
    url: str | None = None,
    ending: str = "",
) -> str:
    """The feed of these runs, newest first; `text_of` a claim's id is its text.

    `url` is where people read the claims: that of the review page, or of a static site, whose pages
    have the `ending` ".html".
    """
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(_tag("feed"))
    told = [(run, change) for run, changes in runs for change in changes]
    newest = max((run.finished_at for run, _ in told if run.finished_at), default=None)
    _add(root, "id", f"urn:retest:{quote(url or 'changes', safe='')}")
    _add(root, "title", "retest: what changed")
    _add(root, "updated", _moment(newest))
    ET.SubElement(_add(root, "author", None), _tag("name")).text = "retest"
    if url:
        ET.SubElement(root, _tag("link"), rel="alternate", href=url)
    for run, change in told:
        entry = _entry(root, run, change, visible(text_of(change.claim_id)))
        if url:
            href = f"{url.rstrip('/')}/claims/{quote(change.claim_id, safe='')}{ending}"
            ET.SubElement(entry, _tag("link"), rel="alternate", href=href)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _entry(root: ET.Element, run: Run, change: Change, text: str) -> ET.Element:
    entry = _add(root, "entry", None)
    moved = f"{change.before} → {change.after}" if change.moved else f"still {change.after}"
    _add(entry, "id", f"urn:retest:{quote(run.id, safe='')}:{quote(change.claim_id, safe='')}")
    _add(entry, "title", f"{moved}: {text}")
    _add(entry, "updated", _moment(run.finished_at))
    # Content, not a summary: an entry without any would need a link (RFC 4287, section 4.1.2).
    _add(entry, "content", told(change))
    return entry


def told(change: Change) -> str:
    """What happened to the evidence, in a few words."""
    parts = (
        (len(change.added), "new piece of evidence", "new pieces of evidence"),
        (len(change.dropped), "piece dropped", "pieces dropped"),
        (len(change.amended), "piece amended by a person", "pieces amended by people"),
    )
    said = ", ".join(count(n, one, many) for n, one, many in parts if n)
    return f"{change.claim_id}: {said or 'ruled by a person'}"


def _add(parent: ET.Element, name: str, text: str | None) -> ET.Element:
    element = ET.SubElement(parent, _tag(name))
    element.text = text
    return element


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _moment(moment: datetime | None) -> str:
    return utc(moment).isoformat().replace("+00:00", "Z") if moment else _EPOCH
