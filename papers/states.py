"""What has become of papers that something rests on: withdrawn, revised, retitled, replaced.

All of them are looked up in batches by the search API. That tells versions and titles, but a
withdrawal only in the authors' free words; so a paper with a version that was not known before is
looked at once more by OAI-PMH, where a withdrawal is a fact of the version.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from claims.errors import CitationError, SourceError
from claims.evidence import Paper
from claims.ids import ArxivId
from claims.outcomes import SourceChange
from papers.sources import Source

_SUCCEEDED: Final = re.compile(
    r"(?:superseded|replaced|subsumed|extended|merged|updated|corrected|rewritten|see|refer|"
    r"appears?|available|published|incorporated|included|new(?:er)?\s+version|instead)\b"
    r"[^.;]{0,80}?(?<![\d/.])([a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(v\d{1,3})?(?!\d)",
    re.IGNORECASE,
)
"""A notice and, within the same sentence, an id; comments often leave out the arXiv mark."""


def latest_states(
    ids: Sequence[ArxivId],
    *,
    known: Mapping[str, Paper],
    batches: Source,
    exact: Source | None = None,
) -> Mapping[ArxivId, Paper | None]:
    """The latest version of each paper; None, there is no such paper; left out, nobody can say.

    `known` maps a number to the latest version known so far. `batches` is asked for all of them,
    `exact` only for what is new or was left unanswered; where it fails, what `batches` said of
    that paper is left out, because a withdrawal would be overlooked. Raises SourceError when
    `batches` says nothing.
    """
    wanted = tuple(dict.fromkeys(id_.unversioned for id_ in ids))
    said = dict(batches.lookup(wanted))
    if exact is None:
        return said
    for id_ in wanted:
        paper, before = said.get(id_), known.get(id_.number)
        if paper and paper.id.version == 1:
            # A withdrawal is a version of its own.
            continue
        same = paper and before and before.id.version == paper.id.version
        if paper and before and same and before.is_certain:
            if before.withdrawn and not paper.withdrawn:
                said[id_] = paper.model_copy(update={"withdrawn": True})
            continue
        try:
            looked = exact.lookup([id_])
        except SourceError:
            looked = {}
        said.pop(id_, None)
        said |= looked
    return {id_: said[id_] for id_ in wanted if id_ in said}


def change_of(before: Paper, after: Paper) -> SourceChange | None:
    """How `after` differs from `before`; None where there is nothing to tell."""
    withdrawn = after.withdrawn and not before.withdrawn
    retitled = _folded(after.title) != _folded(before.title)
    change = SourceChange(
        before=before.id,
        after=after.id,
        withdrawn=withdrawn,
        new_title=after.title if retitled else None,
        notice=after.comment if withdrawn else None,
        successors=successors_in(after) if withdrawn else (),
    )
    return change if withdrawn or retitled or change.revised else None


def successors_in(paper: Paper) -> tuple[ArxivId, ...]:
    """The other papers that its comment names in its place, in order of appearance.

    Said to be so by the authors: each is still to be looked up.
    """
    comment = paper.comment or ""
    named = dict.fromkeys((*ArxivId.in_text(comment), *_unmarked(comment)))
    return tuple(dict.fromkeys(id_.unversioned for id_ in named if id_.number != paper.id.number))


def _unmarked(comment: str) -> Iterator[ArxivId]:
    for match in _SUCCEEDED.finditer(comment):
        try:
            yield ArxivId.parse(match[1] + (match[2] or "").lower())
        except CitationError:
            continue


def _folded(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))
