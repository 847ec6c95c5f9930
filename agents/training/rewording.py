"""The same said in other words, so that a model learns what a word means and not which word it is.

A line is a group of phrases that may stand for one another; those after ">" have other meanings,
too, and are only put, never exchanged. English only.
"""

import random
import re
from typing import Final

_ALIKE: Final = """
reduces|lowers|decreases|diminishes > cuts|brings down
reduced|lowered|decreased|diminished > cut|brought down
to reduce|to lower|to decrease|to cut|to diminish|to bring down
reducing|lowering|decreasing|cutting|diminishing
increases|raises|elevates|boosts|drives up
increased|elevated > raised|boosted
to increase|to raise|to elevate|to boost|to drive up
increasing|elevating > raising|boosting
increase in|rise in|growth in|climb in
reduction in|decrease in|drop in|decline in|fall in
declined|fell|dropped|went down
lower risk of|reduced risk of|smaller risk of|less risk of|lower odds of
higher risk of|increased risk of|greater risk of|elevated risk of|higher odds of
more likely to|more apt to|more prone to
less likely to|less apt to|less prone to|not as likely to
more susceptible to|more vulnerable to|easier prey to
less susceptible to|less vulnerable to|better protected from
is associated with|is linked to|is tied to|goes along with|correlates with
was associated with|was linked to|was tied to|went along with|correlated with
are associated with|are linked to|are tied to|go along with|correlate with
were associated with|were linked to|were tied to|went along with|correlated with
no significant difference in|no difference in|no meaningful difference in
did not differ in|were alike in|were no different in
had no effect on|did not affect|made no difference to|had no impact on|did not change
has no effect on|does not affect|makes no difference to|has no impact on|does not change
prevents|protects against|wards off|averts
prevent|protect against|ward off|avert
causes|leads to|results in|gives rise to|brings about
cause|lead to|result in|give rise to|bring about
caused|led to|resulted in|gave rise to|brought about
contributes to|plays a part in|has a share in
mortality|death rates > fatality
risk of death|risk of dying|chance of dying
deaths|fatalities > people dying
died > lost their lives|passed away
asymptomatic|without symptoms > free of symptoms
symptomatic > with symptoms|showing symptoms
hospitalized|admitted to hospital|hospitalised
intensive care unit|ICU > critical care
survival|staying alive
elderly > aged|older
children|kids|minors|young people
adolescents|teenagers|youths
pregnant women > expectant mothers|women who are pregnant
infants|babies|newborns
patients|individuals > people
physicians|doctors|clinicians
cancer|malignancy|tumours
infection with|being infected with
is transmitted > is passed on|spreads
transmission|spread|passing on
improves|enhances|makes better
improved|enhanced|made better
worsens|aggravates|makes worse
worsened|aggravated|made worse
effective in|successful in > good at
ineffective in|unsuccessful in|no good at
beneficial|helpful|of benefit
harmful|damaging|detrimental
harmless > safe|without danger
the majority of|most of > more than half of
a minority of > a small part of|less than half of
a few|a small number of|a handful of|only some
many|a large number of|numerous|plenty of
all of the|every one of the > each of the
none of the|not one of the|not any of the
rarely|seldom|hardly ever
often|frequently|commonly
approximately|roughly > about|around
greater than|more than > larger than|above
less than|fewer than > smaller than|below
at least|no less than|not under
at most|no more than|not over
inhibits|blocks|suppresses|represses
inhibited|blocked|suppressed|repressed
inhibition of|blocking of|suppression of|repression of
activates|stimulates|triggers|switches on
activated|stimulated|triggered|switched on
activation of|stimulation of|triggering of
promotes|fosters|encourages|furthers
impairs|harms|damages|hampers
impaired|harmed|damaged|hampered
is required for|is needed for|is essential for|is indispensable for
is necessary for|is needed for|cannot be spared for
is sufficient for|is enough for|suffices for
is dispensable for|is not needed for|is not required for
deficiency|lack|shortage
lack of|absence of > missing
presence of > existence of|occurrence of
severe|serious > grave
mild > light|slight
rapidly|quickly|swiftly
slowly|gradually|little by little
early > at an early stage|soon
similar to|comparable to|much like|close to that of
different from|unlike|distinct from|not the same as
does not|fails to
did not|failed to
remains > stays|continues to be
remained > stayed|continued to be
disappears|vanishes|is gone
exceeds > is above|goes beyond
exceeded > was above|went beyond
outperforms|beats|surpasses|does better than
outperformed|surpassed > beat|did better than
treatment with|therapy with|administration of|use of
treated with > given|receiving
vaccinated|immunized|inoculated
vaccine|jab|inoculation
showed that|found that|demonstrated that|revealed that
shows that|finds that|demonstrates that|reveals that
suggests that|indicates that|hints that
evidence that|proof that|grounds to think that
is unknown|is not known|is unclear|has not been settled
is controversial|is disputed|is under debate
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
        return put[:1].upper() + put[1:] if match[0].istitle() else put

    return _PHRASE.sub(other, text)
