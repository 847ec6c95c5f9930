"""Sentences changed in one place, so that a model must read what was said and not what about.

`turned` makes the opposite, `moved` another subject, `retold` the same in other words. They know
English only. A sentence in which nothing can be changed gives None, never itself.
"""

import random
import re
from collections.abc import Callable
from typing import Final

_OPPOSITES: Final = """
increase decrease|increases decreases|increased decreased|increasing decreasing|rise fall|
rises falls|rising falling|grows shrinks|grow shrink|higher lower|more less|greater smaller|
larger smaller|longer shorter|faster slower|better worse|best worst|improve worsen|
improves worsens|improved worsened|improving worsening|improves degrades|improve degrade|
improvement degradation|improvements losses|strong weak|stronger weaker|strongest weakest|
enhance impair|enhances impairs|enhanced impaired|enhancing impairing|boosts reduces|
reduce increase|reduces increases|reduced increased|reducing increasing|reduction increase|
outperform underperform|outperforms underperforms|outperformed underperformed|
outperforming underperforming|surpasses trails|surpass trail|exceeds stays below|superior inferior|
effective ineffective|effectively ineffectively|efficient inefficient|robust brittle|
stable unstable|stability instability|consistent inconsistent|consistently inconsistently|
reliable unreliable|reliably unreliably|accurate inaccurate|accurately inaccurately|
positive negative|positively negatively|similar different|same opposite|common rare|
commonly rarely|frequently rarely|often seldom|always never|most few|all none of the|many few|
majority minority|succeed fail|succeeds fails|success failure|successful unsuccessful|
possible impossible|able unable|necessary unnecessary|sufficient insufficient|safe unsafe|
early late|earlier later|present absent|presence absence|with without|both neither of|
easy hard|easier harder|simple complex|deep shallow|high low|large small|maximum minimum|
above below|before after|benefits harms|benefit harm|beneficial harmful|promotes prevents|
promote prevent|prevents causes|prevent cause|activates inhibits|activation inhibition|
upregulated downregulated|inhibits activates|inhibit activate|helps hurts|help hurt|
sensitive insensitive|linear nonlinear|supports contradicts|support contradict|
preserves destroys|preserve destroy|maintains loses|maintain lose|retains loses|
mitigates aggravates|mitigate aggravate|alleviates aggravates|overestimate underestimate|
overestimates underestimates|significant negligible|significantly hardly|substantially hardly|
substantial negligible|susceptible resistant|vulnerable resistant|correct incorrect|
correctly incorrectly|gains losses|gain loss|feasible infeasible|aligned misaligned
"""

_LIKE: Final = """
show demonstrate|shows demonstrates|shown demonstrated|use employ|uses employs|used employed|
method approach|methods approaches|people humans|performance results|improve enhance|
improves enhances|increase raise|increases raises|reduce lower|reduces lowers|large big|
significantly substantially|significant substantial|however nevertheless|help assist|
helps assists|often frequently|many numerous|important crucial|because since|task problem|
tasks problems|novel new|achieve reach|achieves reaches|obtain get|investigate study|
find observe|finds observes|suggest indicate|suggests indicates|reveal show|reveals shows|
ability capability|abilities capabilities|accuracy correctness|require need|requires needs|
produce generate|produces generates|error mistake|errors mistakes|consistently reliably|
patients subjects|children kids|cause produce|causes produces|associated linked|risk danger
"""

_SUBJECTS: Final = """
models people|humans machines|children adults|mice humans|patients volunteers|women men|
text images|images audio|English Chinese|small large|open-source proprietary|training inference|
encoders decoders|students teachers|users developers|speech handwriting|accuracy latency|
reasoning translation|mathematics poetry|coding dialogue|graphs tables|videos documents|
agents encoders|cancer diabetes|virus bacterium|infection allergy|mortality cost|
retrieval summarization|robots drones|language vision|multilingual monolingual
"""

_LEAD: Final = re.compile(
    r"^(?:(?:however|moreover|furthermore|additionally|finally|specifically|in particular|"
    r"notably|importantly|overall|in this paper|here|in addition|crucially|surprisingly|"
    r"interestingly|as a result|consequently|in contrast|conversely|first|second|third),?\s+)?"
    r"(?:(?:we|our (?:results|experiments|findings|analysis|study|work|evaluations?)|"
    r"(?:the |these )?(?:results|experiments|findings)|extensive experiments[^,]{0,40}|"
    r"experimental results[^,]{0,40}|it|this (?:work|paper|study))\s+"
    r"(?:also |further |then |thus )?(?:show|shows|find|finds|found|demonstrate|demonstrates|"
    r"demonstrated|reveal|reveals|observe|suggest|suggests|indicate|indicates|argue|prove|"
    r"report|confirm|confirms|conclude)\s+that\s+)?",
    re.IGNORECASE,
)
_ASIDE: Final = re.compile(r"\s*\([^()]{1,80}\)")
_TAIL: Final = re.compile(
    r",\s+(?:which|suggesting|indicating|while|whereas|thereby|thus|highlighting|demonstrating|"
    r"making|and we|with an?|providing|offering|leading to)\s.{5,}$"
)
_AUXILIARY: Final = re.compile(
    r"\b(is|are|was|were|can|could|does|do|did|has|have|had|will|would|should)\b(?! not\b|n't)"
)
_NOT: Final = re.compile(r"\b(is|are|was|were|can|could|has|have|had|will|would|should) not\b")
_CANNOT: Final = re.compile(r"\bcannot\b")
_DOES_NOT: Final = re.compile(r"\b(does|do|did) not\b")
_VERB: Final = re.compile(
    r"(?<![-\w])(?<!to )(?<!can )(?<!not )(?<!may )(?<!will )(?<!could )(?<!that )(?<!which )"
    r"(improve|increase|reduce|outperform|achieve|lead|affect|require|depend|transfer|"
    r"generalize|help|enable|yield|degrade|exceed|correlate|emerge|persist|provide|preserve|"
    r"decrease|induce|cause|predict|benefit|differ|contain|support|prevent|encode|reflect|"
    r"remain|exhibit|rely|scale|capture|protect|promote|inhibit|express|play|contribute)(s?)\b(?!-)"
)
_NUMBER: Final = re.compile(
    r"(?<![\w.-])(\d{1,3}(?:\.\d{1,2})?)(?=\s?(?:%|percent|-?fold|times|points|[a-z]))"
)
_CONTEST: Final = re.compile(
    r"^(?P<a>.{3,70}?) (?P<verb>outperforms?|surpass(?:es)?|exceeds?|beats?|"
    r"(?:is|are) (?:better|worse|faster|slower|higher|lower|larger|smaller|more \w+|less \w+) than)"
    r" (?P<b>.{3,70}?)(?P<rest>(?: by | on | in | across | at | for |,|\.|;).*)$",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"(?<![.!?] )(?<!^)\b([A-Z][A-Za-z]*[A-Z0-9][\w.-]*|[A-Z][a-z]{3,})\b")


def _pairs(lines: str) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for line in "".join(lines.split("\n")).split("|"):
        words = line.split()
        for ours, theirs in ((words[0], " ".join(words[1:])), (words[-1], words[0])):
            if " ".join(words[1:]) == theirs or len(words) == len(_TWO):
                table[ours] = (*table.get(ours, ()), theirs)
    return table


_TWO: Final = ("", "")
OPPOSITE: Final = _pairs(_OPPOSITES)
LIKE: Final = _pairs(_LIKE)
SUBJECT: Final = _pairs(_SUBJECTS)
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z-]*")
_VERBS: Final = (
    "improve", "reduce", "increase", "enhance", "outperform", "promote", "prevent", "activate",
    "inhibit", "help", "preserve", "maintain", "mitigate", "worsen", "decrease",
)  # fmt: skip
_DEEDS: Final = [form for verb in _VERBS for form in (verb, f"{verb}s") if form in OPPOSITE]
_ADJECTIVES: Final = [
    word for word in OPPOSITE if word.endswith(("le", "nt", "ve", "er", "st", "ed"))
]
_DENIABLE: Final = re.compile(
    rf"\b(?P<verb>is|are|was|were)\s+(?P<word>{'|'.join(_ADJECTIVES)})\b"
    rf"|(?<![-\w])(?<!to )(?<!can )(?<!not )(?<!may )(?<!will )(?<!and )(?<!that )"
    rf"(?P<deed>{'|'.join(_DEEDS)})\b(?!-)"
)
"""Where a denied opposite keeps the meaning: after "is", or a verb that stands alone."""


def retold(sentence: str, rng: random.Random) -> str:
    """The main statement in slightly other words; may be the sentence itself."""
    text = _LEAD.sub("", sentence, count=1)
    text = _ASIDE.sub("", text)
    if rng.random() < 0.6:  # noqa: PLR2004 - a coin
        text = _TAIL.sub(".", text)
    places = [m for m in _WORD.finditer(text) if m[0] in LIKE]
    for match in sorted(rng.sample(places, len(places) // 2), key=lambda m: -m.start()):
        text = _put(text, match, rng.choice(LIKE[match[0]]))
    return text[:1].upper() + text[1:]


def turned(sentence: str, rng: random.Random) -> str | None:
    """The sentence with its meaning reversed in one place."""
    ways: list[Callable[[str, random.Random], str | None]] = [
        _other_direction, _other_direction, _negated, _negated, _other_number, _other_winner,
    ]  # fmt: skip
    rng.shuffle(ways)
    for way in ways:
        if (text := way(sentence, rng)) and text != sentence:
            return text
    return None


def turned_twice(sentence: str, rng: random.Random) -> str | None:
    """The same meaning by an opposite and a denial: "improves" and "does not worsen"."""
    places = list(_DENIABLE.finditer(sentence))
    if not places:
        return None
    match = rng.choice(places)
    verb, word = match["verb"] or "", match["word"] or match["deed"]
    opposite = OPPOSITE[word][0]
    if verb:
        return _put(sentence, match, f"{verb} not {opposite}")
    if word.endswith("s"):
        return _put(sentence, match, f"does not {opposite.removesuffix('s')}")
    return _put(sentence, match, f"do not {opposite}")


def moved(sentence: str, names: tuple[str, ...], rng: random.Random) -> str | None:
    """The sentence said of something else: another name, or another kind of subject."""
    places = [m for m in _WORD.finditer(sentence) if m[0] in SUBJECT]
    named = list(_NAME.finditer(sentence))
    if named and names and (not places or rng.random() < 0.5):  # noqa: PLR2004 - a coin
        match = rng.choice(named)
        other = rng.choice(names)
        return None if other == match[0] else sentence.replace(match[0], other)
    if not places:
        return None
    match = rng.choice(places)
    return _put(sentence, match, rng.choice(SUBJECT[match[0]]))


def names_in(sentence: str) -> tuple[str, ...]:
    """Names of methods, models and places: words with an inner capital or digit."""
    return tuple(m[0] for m in _NAME.finditer(sentence))


def _other_direction(text: str, rng: random.Random) -> str | None:
    places = [m for m in _WORD.finditer(text) if m[0].lower() in OPPOSITE]
    if not places:
        return None
    match = rng.choice(places)
    return _put(text, match, rng.choice(OPPOSITE[match[0].lower()]))


def _negated(text: str, rng: random.Random) -> str | None:
    for pattern, positive in ((_DOES_NOT, r"\1"), (_NOT, r"\1"), (_CANNOT, "can")):
        if pattern.search(text):
            return pattern.sub(positive, text, count=1)
    if (match := _VERB.search(text)) and rng.random() < 0.5:  # noqa: PLR2004 - a coin
        return _put(text, match, f"{'does' if match[2] else 'do'} not {match[1]}")
    if match := _AUXILIARY.search(text):
        return _put(text, match, f"{match[0]} not")
    return None


def _other_number(text: str, rng: random.Random) -> str | None:
    places = list(_NUMBER.finditer(text))
    if not places:
        return None
    match = rng.choice(places)
    value = float(match[1]) * rng.choice((0.2, 0.35, 0.5, 1.8, 2.5, 4.0))
    decimals = len(match[1].partition(".")[2])
    return _put(text, match, f"{value:.{decimals}f}")


def _other_winner(text: str, rng: random.Random) -> str | None:
    del rng
    match = _CONTEST.match(text)
    if not match:
        return None
    winner, loser = match["a"], match["b"]
    return f"{loser[:1].upper()}{loser[1:]} {match['verb']} {winner}{match['rest']}"


def _put(text: str, match: re.Match[str], word: str) -> str:
    if match[0][:1].isupper():
        word = word[:1].upper() + word[1:]
    return text[: match.start()] + word + text[match.end() :]
