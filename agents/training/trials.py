"""Claims about clinical trials in many forms, from the few forms of Evidence Inference 2.

That set says of each quote whether an intervention raised, lowered or did not move an outcome in
comparison with something else, and puts it into ten sentences. A model that knows only these reads
the form. Here the same finding is put as a newspaper, a physician or a sceptic would. Nothing is
said of one group alone: where two are alike, both may have changed.
"""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from agents.excerpt import excerpt
from agents.training.pair import CONTRADICTS, NO_BEARING, SUPPORTS, Pair

SOURCE: Final = "trials"

_N_FORMS: Final = 3
"""Claims made of one finding, of each label."""

_UP, _DOWN, _SAME = "up", "down", "same"
_FOUND: Final = {"right_up": _UP, "right_down": _DOWN, "right_same": _SAME}
_OTHER_OUTCOME: Final = "nei_other_outcome_same_article"

_GIVEN: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"^there is no significant difference in (?P<o>.+) between (?P<i>.+) and (?P<c>.+)\.$",
        r"^(?P<o>.+) does not differ significantly between (?P<i>.+) and (?P<c>.+)\.$",
        r"^(?P<i>.+) and (?P<c>.+) are similar with regard to (?P<o>.+)\.$",
        r"^compared with (?P<c>.+?), (?P<i>.+) does not significantly change (?P<o>.+)\.$",
        r"^(?P<i>.+) has no significant effect on (?P<o>.+) compared with (?P<c>.+)\.$",
        r"^compared with (?P<c>.+?), (?P<i>.+) significantly (?:increases|reduces) (?P<o>.+)\.$",
        r"^(?P<o>.+) is significantly (?:in|de)creased by (?P<i>.+) relative to (?P<c>.+)\.$",
        r"^(?P<i>.+) leads to (?:higher|lower) (?P<o>.+) than (?P<c>.+)\.$",
        r"^(?P<o>.+) is (?:higher|lower) with (?P<i>.+) than with (?P<c>.+)\.$",
        r"^(?P<i>.+) (?:increases|decreases) (?P<o>.+) compared with (?P<c>.+)\.$",
    )
)

_RAISES: Final = """
{i} raises {o}|{i} drives up {o}|{i} boosts {o}|{i} is linked to higher {o}|{i} adds to {o}|
{i} has been shown to increase {o}|studies find that {i} pushes up {o}|
patients given {i} had higher {o} than those given {c}|{c} keeps {o} lower than {i} does|
when {i} is used instead of {c}, {o} grows|there was more {o} under {i} than under {c}|
switching from {i} to {c} would bring {o} down|{o} was greater with {i} than with {c}
"""

_LOWERS: Final = """
{i} lowers {o}|{i} cuts {o}|{i} curbs {o}|{i} is linked to lower {o}|{i} takes away from {o}|
{i} has been shown to reduce {o}|studies find that {i} brings down {o}|
patients given {i} had lower {o} than those given {c}|{c} keeps {o} higher than {i} does|
when {i} is used instead of {c}, {o} shrinks|there was less {o} under {i} than under {c}|
switching from {i} to {c} would bring {o} up|{o} was smaller with {i} than with {c}
"""

_MOVES_NOTHING: Final = """
{i} makes no difference to {o}|{i} has no impact on {o}|{i} is of no consequence for {o}|
there is no evidence that {i} alters {o}|{o} was about the same with {i} and {c}|
{i} is no better and no worse than {c} for {o}|{i} and {c} have comparable effects on {o}|
patients given {i} and patients given {c} had comparable {o}|
whether {i} or {c} is given does not matter for {o}
"""

_DOES_NOT_RAISE: Final = """
{i} does not increase {o}|{i} does not drive up {o}|{o} is not higher with {i} than with {c}|
{o} was no greater with {i} than with {c}|{i} is not linked to higher {o}
"""

_DOES_NOT_LOWER: Final = """
{i} does not reduce {o}|{i} does not bring down {o}|{o} is not lower with {i} than with {c}|
{o} was no smaller with {i} than with {c}|{i} is not linked to lower {o}
"""

_MATTERS: Final = """
{i} affects {o}|{o} depends on whether {i} or {c} is given|{i} and {c} differ in {o}|
{i} makes a difference to {o}|{o} was not the same with {i} and {c}
"""

_TRUE_OF: Final = (
    (_RAISES, {_UP}),
    (_LOWERS, {_DOWN}),
    (_MOVES_NOTHING, {_SAME}),
    (_DOES_NOT_RAISE, {_DOWN, _SAME}),
    (_DOES_NOT_LOWER, {_UP, _SAME}),
    (_MATTERS, {_UP, _DOWN}),
)
_FORMS: Final = tuple(
    (form.strip(), true_of)
    for forms, true_of in _TRUE_OF
    for form in forms.replace("\n", "").split("|")
)
"""Forms of a claim, and the findings of which they are true; of the others they are false."""


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What was compared: intervention, comparison, outcome."""

    i: str
    c: str
    o: str


def claims(rows: Iterable[dict[str, Any]], rng: random.Random) -> Iterator[Pair]:
    """The findings of Evidence Inference 2 beside claims about them in other forms."""
    others: list[tuple[str, _Question]] = []
    found: dict[tuple[str, _Question], str] = {}
    for row in rows:
        question = _question_of(row["hypothesis"])
        if not question:
            continue
        if finding := _FOUND.get(row["kind"]):
            found[row["premise"], question] = finding
        elif row["kind"] == _OTHER_OUTCOME:
            others.append((row["premise"], question))
    for (premise, question), finding in found.items():
        for true in (True, False):
            forms = [form for form, true_of in _FORMS if (finding in true_of) == true]
            for form in rng.sample(forms, _N_FORMS):
                label = SUPPORTS if true else CONTRADICTS
                yield _pair(premise, _put(form, question), label)
    for premise, question in others:
        form, _ = rng.choice(_FORMS)
        yield _pair(premise, _put(form, question), NO_BEARING)


def _question_of(hypothesis: str) -> _Question | None:
    """What was compared; None where the parts cannot be told apart for sure."""
    for form in _GIVEN:
        if match := form.match(hypothesis):
            parts = {name: _inside(match, name) for name in ("i", "c", "o")}
            is_whole = all(text.count("(") == text.count(")") for text in parts.values())
            is_clear = not form.pattern.startswith("^compared") or ", " not in parts["i"]
            return _Question(**parts) if is_whole and is_clear else None
    return None


def _inside(match: re.Match[str], part: str) -> str:
    """A part as it stands inside a sentence: the first loses the capital that this gave it."""
    text = match[part]
    is_first = match.start(part) == 0 and text[1:2].islower()
    return text[:1].lower() + text[1:] if is_first else text


def _put(form: str, question: _Question) -> str:
    text = form.format(i=question.i, c=question.c, o=question.o)
    return text[:1].upper() + text[1:] + "."


def _pair(premise: str, claim: str, label: int) -> Pair:
    return Pair(evidence=excerpt(premise, claim), claim=claim, label=label, source=SOURCE)
