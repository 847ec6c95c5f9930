"""The second look: claim and quote alone, read another way than the first time.

For the model (`read_again`): the quotes without the passage around them, the best one by itself,
and for a contradiction claim and quote with their places exchanged: what contradicts is
contradicted. For the rules (`looked_twice`): the first look follows scopes, axes and nearness; this
one compares the beginnings of words, and counts on each side how often the meaning is turned. What
the first look saw by accident of wording is seldom seen twice.
"""

import re
from functools import cache, lru_cache
from typing import Final

from agents.amounts import Place, amounts_in, compared
from agents.entailment import likelihood
from agents.readings import Likelihood
from agents.stance import parts_of
from agents.words import FUNCTION_WORDS, WORD, lines_of, words_of
from claims.claim import Claim
from claims.evidence import Relation, Verdict

_N_LETTERS: Final = 5
"""Words that begin alike for five letters are taken for one; crude, and unlike a stem."""

_SHARED_LEAST: Final = 0.34
"""Least share of the claim's words that the quote must have."""

_TURNS: Final = re.compile(
    r"\b(?:not|no|never|neither|nor|none|cannot|without|hardly|rarely|fail\w*|lack\w*|"
    r"unable|unlikely|little|few|barely|scarcely|seldom|far from)\b|n't\b"
)
_SPLIT: Final = re.compile(r"[;:]|,\s+(?:but|while|whereas|although|and)\b|\bbut\b|\bhowever\b")


_SPOKEN_OF: Final = 0.25
"""Quotes that bear on a claim have more of its words than this share."""

_DENIED: Final = 0.55
"""Least share of them in quotes that contradict by their words: pairs about pictures taught the
model that what is about something else contradicts."""

_CARRIES: Final = 0.34
"""Least share that a reading must give to what was proposed: more than chance."""


def read_again(claim: Claim, quote: str, proposed: Relation) -> Verdict:
    """`proposed` when the quotes carry it by themselves, otherwise NOT_COMPARABLE."""
    lines = [" ".join(line.split()) for line in quote.splitlines()]
    whole, best = _read(" ".join(lines), claim.text), _read(lines[0], claim.text)
    back = _read(claim.text, lines[0])
    told = (
        f"the quotes alone support at {whole.supports:.2f} and contradict at "
        f"{whole.contradicts:.2f}, the first of them {best.supports:.2f} and "
        f"{best.contradicts:.2f}, read backwards {back.supports:.2f} and {back.contradicts:.2f}"
    )
    share = _nearest(claim.text, quote)[0]
    match proposed:
        case Relation.CONTRADICTS | Relation.SUPERSEDES:
            seen = min(whole.contradicts, max(best.contradicts, back.contradicts)) >= _CARRIES
            denied = seen and share >= _DENIED
            carried = denied or (share > _SPOKEN_OF and _other_number(claim, quote))
        case Relation.SUPPORTS | Relation.QUALIFIES:
            # Support goes one way: a claim need not say all that the quote says.
            seen = whole.supports >= _CARRIES > max(best.contradicts, back.contradicts)
            carried = seen and _nearest(claim.text, lines[0])[0] > _SPOKEN_OF
        case _:
            carried = True
    relation = proposed if carried else Relation.NOT_COMPARABLE
    return Verdict(relation=relation, reason=told, confidence=round(1 - whole.no_bearing, 3))


def _read(text: str, claim: str) -> Likelihood:
    """How `text` bears on the part of the claim that it says most of."""
    return min((likelihood(text, part) for part in parts_of(claim)), key=_silence)


def _silence(read: Likelihood) -> float:
    return read.no_bearing


def looked_twice(claim: Claim, quote: str, proposed: Relation) -> Verdict:
    """`proposed` when the quote carries it, and otherwise what the quote shows instead."""
    share, turned, piece = _nearest(claim.text, quote)
    if share < _SHARED_LEAST:
        return _verdict(
            Relation.NO_BEARING, share, f"the quote has {share:.0%} of the claim's words"
        )
    told = f"of {share:.0%} shared words in {piece!r}"
    shown = _shown(claim, quote, proposed, turned=turned)
    if shown is proposed:
        return _verdict(proposed, share, f"a count of turns {told} gives the same")
    return _verdict(shown, share, f"a count of turns {told} gives {shown}")


def _shown(claim: Claim, quote: str, proposed: Relation, *, turned: bool) -> Relation:
    """What the quote shows by itself, as far as it can tell the proposed relation apart."""
    match proposed:
        case Relation.CONTRADICTS | Relation.SUPERSEDES:
            if turned or _other_number(claim, quote):
                return proposed
            return Relation.SUPPORTS
        case Relation.QUALIFIES:
            return proposed if _limits().search(quote.lower()) else Relation.SUPPORTS
        case Relation.SUPPORTS:
            return Relation.CONTRADICTS if turned else proposed
        case _:
            return proposed


def _nearest(text: str, quote: str) -> tuple[float, bool, str]:
    """Share, whether the meaning is turned, and the piece, for the nearest pair of pieces."""
    pairs = [(ours, theirs) for ours in _pieces(text) for theirs in _pieces(quote)]
    ours, theirs = max(pairs, key=lambda pair: (_share(*pair), pair))
    turned = (_n_turns(ours) - _n_turns(theirs)) % 2 == 1
    return max(_share(text, quote), _share(ours, theirs)), turned, theirs


def _pieces(text: str) -> tuple[str, ...]:
    lower = text.lower().replace("’", "'")  # noqa: RUF001 - the typographic apostrophe
    return tuple(piece for piece in map(str.strip, _SPLIT.split(lower)) if piece) or (lower,)


def _share(ours: str, theirs: str) -> float:
    claimed, quoted = _beginnings(ours), _beginnings(theirs)
    return len(claimed & quoted) / len(claimed) if claimed else 0.0


@lru_cache(maxsize=1 << 12)
def _beginnings(text: str) -> frozenset[str]:
    words = (match[0] for match in WORD.finditer(text.lower()))
    return frozenset(
        word[:_N_LETTERS]
        for word in words
        if word not in FUNCTION_WORDS and word not in _downward() and len(word) > 1
    )


def _n_turns(piece: str) -> int:
    unturned = _TURNS.sub(" ", piece)
    words = (match[0] for match in WORD.finditer(unturned))
    downward = sum(word in _downward() or word in words_of("contraries") for word in words)
    return len(_TURNS.findall(piece)) + downward


def _other_number(claim: Claim, quote: str) -> bool:
    places = {match.place for match in compared(claim, amounts_in(quote))}
    return bool(places) and places <= {Place.ABOVE, Place.BELOW}


@cache
def _downward() -> frozenset[str]:
    ends = (line.partition(":")[2].partition("|")[2] for line in lines_of("axes"))
    return frozenset(word for end in ends for word in end.split())


@cache
def _limits() -> re.Pattern[str]:
    line = next(line for line in lines_of("cues") if line.startswith("limit:"))
    words = (re.escape(word.strip()) for word in line.partition(":")[2].split("|"))
    return re.compile(rf"\b(?:{'|'.join(words)})\b")


def _verdict(relation: Relation, share: float, reason: str) -> Verdict:
    return Verdict(relation=relation, reason=reason, confidence=round(0.4 + 0.5 * share, 3))
