"""How calls are kept few: what is put before the model, after search by words and vectors.

The local judge is a triage that only adds doubt. It never supports, refutes or admits anything:
what it finds nothing in is left unread and counted, and the papers that search puts first are read
whatever it says. Of what the model found in a paper, the findings nearest to the claim are
compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agents.judge import Judge, Reading
from agents.words import FUNCTION_WORDS, WORD, stem, weight
from claims.claim import Claim
from claims.evidence import Finding

_TELLING: Final = 2.0
"""The least weight of a word that shows a common subject; "use" and "show" have less."""


@dataclass(frozen=True, kw_only=True)
class Funnelled:
    """What is put before the model, and what is left unread."""

    kept: tuple[Reading, ...]
    left: tuple[Reading, ...]


async def funnelled(
    triage: Judge, claim: Claim, readings: Sequence[Reading], *, n_always: int
) -> Funnelled:
    """`readings`, nearest first, parted by the triage; the first `n_always` are kept.

    Raises what the triage raises.
    """
    kept: list[Reading] = []
    left: list[Reading] = []
    for n, reading in enumerate(readings):
        is_near = n < n_always or bool(await triage.extract(claim, reading))
        (kept if is_near else left).append(reading)
    return Funnelled(kept=tuple(kept), left=tuple(left))


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
