"""Papers, passages, findings and assessments: what is known about a claim and on what words.

A `Citation` is words *said to* stand somewhere and proves nothing. The proven kind,
`VerifiedCitation`, is made in `claims.verify` alone.
"""

from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Self

from pydantic import Field, field_validator

from claims.claim import Frozen, Quantity, Scope
from claims.hashing import content_hash
from claims.ids import ArxivId

Box = tuple[float, float, float, float]


class TextSource(StrEnum):
    """Whose words a passage holds and where they were read."""

    PAPER = "paper"
    ABSTRACT = "abstract"
    SAMPLE = "sample"
    """A summary written for the bundled sample: not the authors' words, and always marked so."""
    COMMENT = "comment"
    """The comment that the authors left on arXiv, such as the reason of a withdrawal."""
    HTML = "html"
    """arXiv's HTML rendition of the paper, which has no pages: read where its PDF cannot be."""


class PassageKind(StrEnum):
    """What a piece of a paper is."""

    BODY = "body"
    CAPTION = "caption"
    TABLE = "table"
    """One row of a table with its column heads, written as `row | head: cell | head: cell`."""
    FIGURE = "figure"
    """Words inside a figure, or a table that could not be taken apart."""
    FOOTNOTE = "footnote"
    REFERENCES = "references"
    RUNNING_HEAD = "running head"
    PAGE_NUMBER = "page number"
    LINE_NUMBER = "line number"
    MARGIN = "margin"
    """Text that runs sideways beside the body, such as arXiv's stamp."""

    @property
    def is_evidence(self) -> bool:
        """Whether a judge is shown it: the authors' own statements, in words that read as such."""
        return self in {
            PassageKind.BODY,
            PassageKind.CAPTION,
            PassageKind.TABLE,
            PassageKind.FOOTNOTE,
        }


class Paper(Frozen):
    """One version of one arXiv paper, as a source described it."""

    id: ArxivId
    """Always with a version."""
    title: str
    authors: tuple[str, ...]
    abstract: str
    abstract_source: TextSource = TextSource.ABSTRACT
    categories: tuple[str, ...] = ()
    submitted_at: datetime
    """When the first version was submitted."""
    revised_at: datetime
    """When this version was submitted."""
    comment: str | None = None
    doi: str | None = None
    withdrawn: bool = False
    """Whether this version is a withdrawal notice."""
    is_certain: bool = Field(default=False, exclude_if=lambda certain: not certain)
    """Whether the source tells withdrawals as a fact, not in the authors' free words."""

    @field_validator("id")
    @classmethod
    def _pinned(cls, value: ArxivId) -> ArxivId:
        if value.version is None:
            raise ValueError(f"{value} has no version: a paper here is one version")
        return value

    @property
    def submitted_on(self) -> date:
        """The UTC day of the first version."""
        return self.submitted_at.date()

    @property
    def revised_on(self) -> date:
        """The UTC day of this version."""
        return self.revised_at.date()

    @property
    def content(self) -> str:
        """The name of what a judge would read of this version; changes when its text does."""
        return content_hash("paper", {"id": str(self.id), "abstract": self.abstract})

    @property
    def whole_content(self) -> str:
        """The name of this version read with its full text, known before that is fetched.

        A version never changes on arXiv, so its id stands for its text.
        """
        return content_hash("whole paper", {"id": str(self.id), "abstract": self.abstract})


class Passage(Frozen):
    """A contiguous piece of a paper's visible text: half-open `[start, end)` in characters.

    `start` and `end` count in the text of its kind (`source`) and, for a PDF, of the whole paper.
    Its `id` is derived from everything else, so a changed byte is a different passage.
    """

    paper: ArxivId
    source: TextSource
    kind: PassageKind = Field(
        default=PassageKind.BODY, exclude_if=lambda kind: kind is PassageKind.BODY
    )
    text: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int
    page: int | None = None
    """From 1: the page where it begins; None where the text has no pages."""
    later_pages: tuple[tuple[int, int], ...] = Field(default=(), exclude_if=lambda pages: not pages)
    """Where in `text` each further page begins, and which: (character, page)."""
    boxes: tuple[Box, ...] = ()
    """Rectangles (x0, y0, x1, y1) of its lines on `page`, in points from the top left."""

    @cached_property
    def id(self) -> str:
        """The content hash of this passage; fields added later count where they say something."""
        return content_hash("passage", self.model_dump(mode="json"))

    def page_at(self, place: int) -> int | None:
        """The page of the character at `place` in `text`."""
        later = (page for at, page in reversed(self.later_pages) if at <= place)
        return next(later, self.page)


class Citation(Frozen):
    """Exact words said to stand in a passage. Made by a judge; proves nothing."""

    passage_id: str
    quote: str


class Attribution(StrEnum):
    """Whether a paper holds what it says, or reports that others do."""

    OWN = "own"
    REPORTED = "reported"


class Finding(Frozen):
    """What one paper reports, with the words that carry it."""

    paper: ArxivId
    statement: str
    """The finding: a sentence in the judge's words, or the passage of the paper itself."""
    citations: tuple[Citation, ...] = Field(min_length=1)
    quantities: tuple[Quantity, ...] = ()
    scope: Scope = Scope()
    attribution: Attribution = Attribution.OWN

    @cached_property
    def id(self) -> str:
        """The content hash of this finding."""
        return content_hash("finding", self.model_dump(mode="json"))


class Answer(StrEnum):
    """The outcome of one check; the third is never shown as a yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "could not check"


class Sought(Frozen):
    """Whether words stand in the full text of one version, and in which passage of it."""

    paper: ArxivId
    words: str
    passage: Passage | None
    """None: the version was read whole, and they do not stand in it."""

    @cached_property
    def id(self) -> str:
        """The content hash of this answer."""
        return content_hash("sought", self.model_dump(mode="json"))


class Relation(StrEnum):
    """The bearing of one finding on one claim. A closed set."""

    SUPPORTS = "SUPPORTS"
    QUALIFIES = "QUALIFIES"
    CONTRADICTS = "CONTRADICTS"
    SUPERSEDES = "SUPERSEDES"
    NOT_COMPARABLE = "NOT_COMPARABLE"
    NO_BEARING = "NO_BEARING"

    @property
    def moves_a_standing(self) -> bool:
        """Whether evidence of this relation can be admitted at all."""
        return self not in {Relation.NOT_COMPARABLE, Relation.NO_BEARING}


class Signature(Frozen):
    """Who judged: enough to ask the same again and to keep one judge's answers apart."""

    judge: str
    """"local", "openai", or "source-health" for what code concludes by itself."""
    model: str
    prompt_version: str
    """Content hash of the rules or prompts in force."""


class Verdict(Frozen):
    """A judge's answer about one finding and one claim, before it is signed and verified."""

    relation: Relation
    reason: str = Field(min_length=1)
    confidence: float = Field(ge=0, le=1)
    """An ordering within one judge, not a probability."""
    disputed: Relation | None = Field(default=None, exclude_if=lambda relation: relation is None)
    """What the first look said, where the second did not carry it: a person has to decide."""


class Failure(Frozen):
    """A work item that could not be done. Stored beside assessments, never among them."""

    stage: str
    """"fetch", "look up", "read" (the full text), "find", "extract", "compare", "verify",
    "second look" or "record"."""
    item_id: str
    """What was being worked on: a paper, a claim, a passage, a category."""
    claim_id: str | None = None
    error: str
    """The class of the error."""
    message: str

    @classmethod
    def of(cls, error: Exception, *, stage: str, item_id: str, claim_id: str | None = None) -> Self:
        """The record of `error` at `stage`."""
        return cls(
            stage=stage,
            item_id=item_id,
            claim_id=claim_id,
            error=type(error).__name__,
            message=str(error) or type(error).__name__,
        )

    @cached_property
    def id(self) -> str:
        """The content hash of this failure."""
        return content_hash("failure", self.model_dump(mode="json"))


class RemarkKind(StrEnum):
    """What is remarkable in a paper's file."""

    HIDDEN_TEXT = "hidden text"
    """Words that a person does not see on the page. No judge is shown them."""
    TO_A_MODEL = "words to a model"
    """Visible words that read like an instruction to a model instead of a statement to a reader."""
    READING = "how it was read"
    """Such as a damaged file, or arXiv's HTML in place of the PDF."""


class Remark(Frozen):
    """What people should know of a paper's file before they believe it. Evidence of nothing."""

    paper: ArxivId
    kind: RemarkKind
    told: str
    """Our words: why the words are hidden, or how the paper was read."""
    words: str = ""
    """The paper's own words, if any."""
    page: int | None = None

    @cached_property
    def id(self) -> str:
        """The content hash of this remark."""
        return content_hash("remark", self.model_dump(mode="json"))
