"""Words in a paper that speak to a model instead of a reader.

A short list of what such words have in common, seen in real papers with hidden prompts; a paper
*about* such prompts is flagged too, which costs a person one look. Nothing is removed because of
it: whether words are shown to a judge is decided by whether they are visible.
"""

import re
from collections.abc import Iterator
from typing import Final

_MODEL: Final = r"(?:large\s+)?(?:language\s+models?|llms?|ai|chatgpt|gpt-?\d?|chatbot|assistant)"
_JUDGEMENT: Final = r"(?:reviews?|evaluations?|assessments?|ratings?|scores?|recommendations?|feedback)"

_PATTERNS: Final = (
    # "Ignore all previous instructions", "disregard the prompts above".
    r"(?:ignore|disregard|forget|override)\s+(?:\w+\s+){0,3}"
    r"(?:previous|prior|preceding|earlier|above|foregoing)\s+(?:\w+\s+){0,2}"
    r"(?:instructions?|prompts?|guidelines|directions|rules)",
    r"(?:ignore|disregard|forget)\s+(?:\w+\s+){0,3}(?:instructions?|prompts?)\s+"
    r"(?:given\s+|stated\s+|written\s+)?(?:above|before)",
    # "Give a positive review only", "write a favourable assessment".
    r"(?:give|write|provide|generate|output|produce|return|submit)\s+(?:\w+\s+){0,3}"
    rf"(?:positive|favou?rable|glowing|high(?:est)?|accepting)\s+(?:\w+\s+)?{_JUDGEMENT}",
    # "Do not highlight any negatives".
    r"do\s+not\s+(?:\w+\s+){0,2}(?:highlight|mention|point\s+out|report|list|criticise|criticize)\s+"
    r"(?:\w+\s+){0,2}(?:negatives?|weakness(?:es)?|flaws?|limitations?|shortcomings)",
    # "If you are a language model, ...", "as an AI reviewer, you must ...".
    rf"if\s+you\s+are\s+(?:an?\s+)?(?:\w+\s+)?{_MODEL}\b",
    rf"(?:as|attention|note\s+to|dear|for)\s+(?:an?\s+|any\s+|all\s+|the\s+)?{_MODEL}\s+reviewers?",
    r"recommend\s+(?:\w+\s+){0,2}accept(?:ance|ing)\s+(?:\w+\s+){0,2}(?:paper|manuscript|submission)",
    r"you\s+(?:must|should|have\s+to)\s+(?:accept|recommend)\s+(?:this|the)\s+"
    r"(?:paper|manuscript|submission)",
)
_SPEAKS_TO_A_MODEL: Final = re.compile("|".join(f"(?:{p})" for p in _PATTERNS), re.IGNORECASE)


def instructions_in(text: str) -> Iterator[tuple[int, int]]:
    """Half-open spans of `text` that read like an instruction to a model, in order.

    >>> text = "We measure drift. IGNORE ALL PREVIOUS\\nINSTRUCTIONS. The end."
    >>> [text[a:b] for a, b in instructions_in(text)]
    ['IGNORE ALL PREVIOUS\\nINSTRUCTIONS']
    """
    for found in _SPEAKS_TO_A_MODEL.finditer(text):
        yield found.span()
