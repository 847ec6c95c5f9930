"""How calls are kept few: what is put before the model, after search by words and vectors.

The judge of rules is a triage that only adds doubt. It never supports, refutes or admits anything:
what it finds nothing in is left unread and counted, and the papers that search puts first are read
whatever it says. Of what the model found in a paper, the findings nearest to the claim are
compared.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from agents.judge import Judge, Reading
from agents.words import FUNCTION_WORDS, WORD, stem, weight
from claims.claim import Claim
from claims.evidence import Finding

_TELLING: Final = 2.0
"""The least weight of a word that shows a common subject; "use" and "show" have less."""


async def funnelled(
    triage: Judge, claim: Claim, readings: Sequence[Reading], *, n_always: int
) -> tuple[Reading, ...]:
    """Of `readings`, nearest first, the first `n_always` and those the triage finds something in.

    Raises what the triage raises.
    """
    kept = list(readings[:n_always])
    kept += [one for one in readings[n_always:] if await triage.extract(claim, one)]
    return tuple(kept)


def nearest(claim: Claim, findings: Sequence[Finding], n: int) -> tuple[Finding, ...]:
    """The `n` findings that share the most telling words with the claim, nearest first."""
    order = {finding.id: n for n, finding in enumerate(findings)}
    ranked = sorted(findings, key=lambda f: (-shared_weight(claim.text, _said(f)), order[f.id]))
    return tuple(ranked[:n])


def shared_weight(ours: str, theirs: str) -> float:
    """The weights of the telling words that both texts hold, added up."""
    return sum(sorted(weight(word) for word in _telling(ours) & _telling(theirs)))


def _said(finding: Finding) -> str:
    quotes = (citation.quote for citation in finding.citations)
    return " ".join([finding.statement, *quotes])


@lru_cache(maxsize=1 << 12)
def _telling(text: str) -> frozenset[str]:
    words = (match[0].lower() for match in WORD.finditer(text))
    stems = {stem(word) for word in words if word not in FUNCTION_WORDS}
    return frozenset(one for one in stems if weight(one) >= _TELLING)
