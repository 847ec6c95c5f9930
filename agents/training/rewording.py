"""The same said in other words, so that a model learns what a word means and not which word it is.

A line is a group of phrases that may stand for one another; those after ">" have other meanings,
too, and are only put, never exchanged. English only.
"""

import random
import re
from typing import Final

_ALIKE: Final = """
reduces|lowers|decreases|diminishes > cuts|brings down
reduced the|lowered the|decreased the|diminished the > cut the|brought down the
to reduce|to lower|to decrease|to diminish > to cut|to bring down
increases the|raises the|elevates the > drives up the|pushes up the
increased the|raised the|elevated the > drove up the|pushed up the
to increase the|to raise the|to elevate the > to drive up the|to push up the
an increase in|a rise in > a growth in|an upturn in
a reduction in|a decrease in|a decline in > a drop in|a fall in
lower risk of|reduced risk of|smaller risk of|lower odds of > less risk of
higher risk of|increased risk of|greater risk of|elevated risk of|higher odds of
more likely to|more apt to|more prone to
less likely to|less apt to|less prone to > not as likely to
more susceptible to|more vulnerable to
less susceptible to|less vulnerable to > better protected from
is associated with|is linked to|is tied to > goes along with|correlates with
was associated with|was linked to|was tied to > went along with|correlated with
are associated with|are linked to|are tied to > go along with|correlate with
were associated with|were linked to|were tied to > went along with|correlated with
no significant difference in > no difference in|no meaningful difference in
did not differ in > were alike in|were no different in
had no effect on|did not affect|had no impact on > made no difference to|did nothing to
has no effect on|does not affect|has no impact on > makes no difference to|does nothing to
have no effect on|do not affect|have no impact on > make no difference to|do nothing to
prevents|protects against|wards off > averts
leads to|gives rise to|brings about > causes|results in
led to|gave rise to|brought about > caused|resulted in
plays a role in|plays a part in > has a hand in
mortality > death rates|deaths
risk of death > risk of dying|chance of dying
asymptomatic > symptom-free
intensive care unit|ICU > critical care
children > kids|minors|young people
pregnant women > expectant mothers|women who are pregnant
newborns > newborn babies
patients > people
physicians|clinicians > doctors
improves|makes better
worsens|aggravates > makes worse
beneficial|helpful > of benefit
harmful|damaging|detrimental
the majority of > most of|more than half of
a minority of > a small part of|less than half of
a small number of|a handful of > a few
a large number of > many
rarely|seldom > hardly ever
frequently > often|commonly
approximately|roughly > about|around
greater than|more than > larger than|above
less than|fewer than > smaller than|below
at least > no less than|not under
at most > no more than|not over
is inhibited by|is suppressed by > is blocked by|is held back by
inhibits|suppresses|represses > blocks|holds back
activates|stimulates > triggers|switches on
promotes|fosters > encourages|furthers
impairs|hampers > harms|damages
is required for|is needed for|is essential for|is indispensable for
is sufficient for > is enough for|suffices for
is dispensable for|is not needed for|is not required for
deficiency in > shortage of|lack of
the lack of|the absence of
the presence of > the existence of
severe > serious|grave
rapidly|quickly|swiftly
slowly|gradually
similar to|comparable to > much like|close to that of
different from|unlike|distinct from > not the same as
does not|fails to
did not|failed to
exceeds > is above|goes beyond
exceeded > was above|went beyond
outperforms|surpasses > beats|does better than
outperformed|surpassed > beat|did better than
treatment with|therapy with > being given
vaccinated|immunized > given the vaccine
showed that|found that|demonstrated that|revealed that
shows that|finds that|demonstrates that|reveals that
suggests that|indicates that > hints that
evidence that > proof that|grounds to think that
is unknown|is not known|is unclear > has not been settled
is controversial|is disputed > is under debate
"""


def _others() -> dict[str, list[str]]:
    """Each phrase that may be exchanged, in small letters, and what may take its place."""
    found: dict[str, list[str]] = {}
    for line in _ALIKE.strip().splitlines():
        exchanged, _, only_put = line.partition(" > ")
        group = exchanged.split("|")
        put = [*group, *(only_put.split("|") if only_put else ())]
        found |= {one.lower(): [other for other in put if other != one] for one in group}
    return found


_OTHERS: Final = _others()
_PHRASE: Final = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(re.escape(phrase) for phrase in sorted(_OTHERS, key=len, reverse=True))
    + r")(?![\w-])",
    re.IGNORECASE,
)


def reworded(text: str, rng: random.Random) -> str:
    """The text with about two thirds of the phrases that can be exchanged exchanged."""

    def other(match: re.Match[str]) -> str:
        if rng.random() < 1 / 3:
            return match[0]
        put = rng.choice(_OTHERS[match[0].lower()])
        is_first = match[0][0].isupper() and not match[0].isupper()
        return put[:1].upper() + put[1:] if is_first else put

    return _PHRASE.sub(other, text)
