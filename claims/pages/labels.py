"""Which part of a page a heading or label opens: "Dated claims (mind their dates):", "Tasks".

English, by a short list of the words that such pages use; what it does not know opens nothing.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple


class Part(StrEnum):
    """A part of an inquiry page."""

    QUESTION = "question"
    FRAMING = "framing"
    NARRATIVE = "narrative"
    NOTES = "notes"
    PROMPT = "prompt"
    CLAIMS = "claims"
    ANCHORS = "anchors"
    TASKS = "tasks"
    FOOTNOTES = "footnotes"
    WATCH = "watch"
    CATEGORIES = "categories"
    ASIDE = "aside"
    """Known to be no part of the inquiry: related pages, comments, contents."""

    @property
    def is_list(self) -> bool:
        """Whether its content is entries."""
        return self in {Part.CLAIMS, Part.ANCHORS, Part.TASKS, Part.WATCH, Part.CATEGORIES}


class Label(NamedTuple):
    """A label and the words that follow it on its line."""

    part: Part
    rest: str


_OPENS: Final = (
    (Part.NOTES, r"source notes?|notes? (?:on|from|about) (?:the )?(?:sources?|papers?|reading)|"
                 r"(?:reading|research|field)? ?notes?|annotations?|annotated sources?"),
    (Part.PROMPT, r"(?:the |full |llm |ai |copyable )?(?:research )?prompt(?: (?:to|for) .*)?|"
                  r"copy (?:this|the) prompt.*|for (?:your|an|any) assistant"),
    (Part.CLAIMS, r"(?:the |key |core |main |our |standing )?(?:dated |time-?stamped )?"
                  r"(?:claims?|assertions?|hypothes[ie]s|propositions?)(?: (?:with|and) (?:their )?"
                  r"dates?|(?:,| -)? mind (?:the|their) dates?| (?:to (?:test|re-?test)|so far|held"
                  r"|made|on record))?|(?:key |main )?findings(?: so far)?|what (?:was|were|is|are|"
                  r"the sources?|sources|the literature|we) (?:claimed|claims?|held|hold|believed?|"
                  r"known?|sa(?:id|y|ys))|beliefs?|mind (?:the|their) dates?|state of play"),
    (Part.ANCHORS, r"(?:the )?(?:anchor(?:s|ing)?|key|core|seed|primary|cited|source)(?: (?:papers?|"
                   r"works?|texts?|articles?|references?|sources?|studies))?|(?:papers?|works?)"
                   r"(?: (?:to (?:start|begin|read).*|cited))?|starting points?|references?|"
                   r"bibliography|literature|reading list|sources?|further reading"),
    (Part.TASKS, r"(?:the |your |research |three |3 |numbered )*(?:tasks?|assignments?|to-?dos?)|"
                 r"what (?:to do|i want|you should do|is asked)|please do.*|"
                 r"(?:do|now) the following.*|instructions?|next steps?"),
    (Part.QUESTION, r"(?:the )?(?:headline |research |restated |central |guiding |core |standing |"
                    r"main |big |driving )*(?:question|inquiry)(?:,? restated| again)?|q"),
    (Part.FRAMING, r"(?:the |one[- ]line |short )*fram(?:e|ing)|in (?:one|a) (?:line|sentence)|"
                   r"in short|one[- ]liner?|tl;?dr|gist|dek|standfirst|sub-?title|why it matters"),
    (Part.NARRATIVE, r"(?:the )?(?:narrative|background|context|story|overview|discussion|essay|"
                     r"synthesis|summary|long version|argument)(?: so far)?"),
    (Part.FOOTNOTES, r"(?:foot|end)notes?"),
    (Part.WATCH, r"watch(?:words?| (?:list|phrases?|queries|terms?|for))?|key ?(?:words?|phrases?)|"
                 r"search (?:terms?|phrases?|queries)|queries"),
    (Part.CATEGORIES, r"(?:arxiv )?(?:categor(?:y|ies)|subjects?|subject classes)"),
    (Part.ASIDE, r"related(?: .*)?|see also|share(?: .*)?|comments?(?: \d+)?|(?:table of )?contents"
                 r"|on this page|navigation|menu|subscribe.*|about(?: us| the authors?)?|"
                 r"more (?:inquiries|questions|like this)|leave a (?:reply|comment)"),
)  # fmt: skip
_KNOWN: Final = tuple((part, re.compile(rf"(?:{words})")) for part, words in _OPENS)
_BRACKETS: Final = re.compile(r"\s*[(\[][^()\[\]]{0,80}[)\]]")
_NUMBER: Final = re.compile(r"^(?:section |part )?(?:\d{1,2}|[ivx]{1,4})[.):]\s+", re.IGNORECASE)
_INLINE: Final = re.compile(r"(.{1,60}?)(?:\s*[:：]\s+|\s+(?:--|[-–—|])\s+)(?=\S)")  # noqa: RUF001 - as pages write them
_MAX_WORDS: Final = 9


@lru_cache(maxsize=4096)
def part_of(text: str) -> Part | None:
    """The part that `text`, taken alone, opens.

    >>> part_of("Dated claims (mind their dates):")
    <Part.CLAIMS: 'claims'>
    """
    bare = _BRACKETS.sub("", text).strip(" *_#:：.–—-|\"'").lower()  # noqa: RUF001 - decoration
    bare = " ".join(_NUMBER.sub("", bare).replace("’", "'").split())  # noqa: RUF001 - typographic
    if not bare or len(bare.split()) > _MAX_WORDS:
        return None
    return next((part for part, words in _KNOWN if words.fullmatch(bare)), None)


def label_of(text: str) -> Label | None:
    """The label at the beginning of `text`, if there is one.

    >>> label_of("Framing: lamps may only echo.")
    Label(part=<Part.FRAMING: 'framing'>, rest='lamps may only echo.')
    """
    if whole := part_of(text):
        return Label(whole, "")
    inline = _INLINE.match(text)
    part = part_of(inline[1]) if inline else None
    if inline is None or part is None:
        return None
    rest = text[inline.end() :].strip()
    return Label(part, "" if part_of(rest) is part else rest)


def is_label(text: str) -> bool:
    """Whether `text` begins with a label."""
    return label_of(text) is not None
