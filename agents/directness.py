"""How far words speak of what is asked: by the telling stems that they share."""

from agents.excerpt import shared, stems
from agents.words import weight


def directness(asked: str, told: str) -> float:
    """Share of the weight of the telling words of `asked` that `told` has, from 0 to 1."""
    mass = sum(map(weight, stems(asked)))
    return shared(asked, told) / mass if mass else 0.0
