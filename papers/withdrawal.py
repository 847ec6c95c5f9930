"""Whether an arXiv comment says that this very paper was withdrawn.

arXiv's search and the metadata dump tell a withdrawal only in the authors' free comment, and
about half of withdrawn papers give nothing but a reason ("crucial error in Lemma 2"). So True
means that the comment says so, and False only that it does not. The rule is narrow on purpose:
an earlier version, another paper or a conference submission that was withdrawn does not count.

Every repetition in the patterns is bounded: a comment is hostile input.
"""

import re
from typing import Final

_NOUN = r"(?:papers?|submission|article|manuscript|pre-?print|work|note|document|e-?print)"
_DONE = r"(?:withdrawn|withdraw|withdrawed)\b"
_ELSEWHERE = (
    r"(?!\s+(?:from\s+(?!(?:the\s+)?arxiv|publication|circulation|public)|\w+\s+submission))"
)
"""A paper withdrawn from a conference or a journal still stands on arXiv."""
_IS = (
    r"(?:has|have|was|is|been|being|will|be|must|should|needs?|to|hereby|now|thus|therefore"
    r"|temporarily|formally)"
)

_NOTICES: Final = (
    # "Withdrawn due to ...", "12 pages. Paper withdrawn", "Reason for the withdrawal: ...".
    rf"(?:^|[.;:!]\s)\W{{0,3}}(?:this\s+)?(?:{_NOUN}\s+)?(?:temporarily\s+|now\s+)?{_DONE}{_ELSEWHERE}",
    r"\breasons?\s+(?:for|of)\s+(?:the\s+|this\s+|our\s+)?withdrawal\b",
    rf"\bwithdrawal\s+of\s+(?:this|the\s+present|our)\s+{_NOUN}\b",
    # "This paper (in all versions) has been withdrawn"; "the manuscript is being withdrawn".
    (
        r"(?<!version of )(?<!versions of )(?<!part of )"
        rf"\b(?:this|the|our|present|current|^{_NOUN})"
        rf"(?:\s+(?:arxiv|present|current|whole|entire|version|of|this|the)){{0,5}}\s*(?:{_NOUN}|version)?"
        rf"(?:\s+\([^()]{{0,40}}\))?\s+(?:{_IS}\s+){{1,5}}{_DONE}{_ELSEWHERE}"
    ),
    r"\bit\s+(?:has\s+been|is\s+being|is|was)\s+withdrawn\s+by\s+(?:the|its)\s+authors?\b",
    # "We withdraw this paper"; "the authors wish to withdraw all versions of it".
    (
        r"\b(?:withdraw|withdrew|withdrawn|withdrawing)\s+(?:(?:all\s+versions\s+of|for\s+now)\s+)?"
        r"(?:it|(?:this|the|our|my)(?:\s+(?:present|current|whole|entire))?"
        rf"\s+(?:{_NOUN}|version))\b{_ELSEWHERE}"
    ),
)
_WITHDRAWN: Final = re.compile("|".join(f"(?:{notice})" for notice in _NOTICES), re.IGNORECASE)


def says_withdrawn(comment: str | None) -> bool:
    """Whether `comment` announces that the paper it belongs to is withdrawn.

    >>> says_withdrawn("This paper has been withdrawn by the author due to an error in eq. 3")
    True
    >>> says_withdrawn("12 pages; replaces an earlier withdrawn version")
    False
    """
    return bool(comment) and bool(_WITHDRAWN.search(" ".join(str(comment).split())))
