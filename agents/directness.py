"""How far words speak of what is asked: by the telling stems that they share."""

from agents.words import FUNCTION_WORDS, WORD, stem, weight


def directness(asked: str, told: str) -> float:
    """Share of the weight of the telling words of `asked` that `told` has, from 0 to 1."""
    wanted, found = stems(asked), stems(told)
    mass = sum(map(weight, wanted))
    return sum(map(weight, wanted & found)) / mass if mass else 0.0


def stems(text: str) -> set[str]:
    """The stems of the telling words of `text`."""
    words = (match[0].lower() for match in WORD.finditer(text))
    return {stem(word) for word in words if word not in FUNCTION_WORDS}
