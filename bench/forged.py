"""How many hashes of their own choice a forger can hang on one picture: a search, so there may be better forgeries than it finds.

Each link of `variants.NEIGHBOURS` allows so many bits. A forger wishes for hashes of pictures they have nothing to do with, gives
up some places, fills these with what lies between their neighbours, and bends each wished one by as many bits as still match.
"""
import numpy as np
from numpy.typing import NDArray

from cases.hashing.pdq import MATCH_DISTANCE
from cases.hashing.variants import NEIGHBOURS

PLACES = ["whole", *NEIGHBOURS]
LINKS = [(PLACES.index(name), PLACES.index(neighbour), most) for name, (neighbour, most) in NEIGHBOURS.items()]
ROUNDS, ORDERS = 60, 8
Signs = NDArray[np.int64]                   # a bit as -1 or 1


def possible(wished: Signs, kept: set[int]) -> bool:
    """Whether the wished hashes at these places can stand together. Links that are too long weigh more in the next round."""
    rng, found, weights = np.random.default_rng(1), wished.copy(), np.ones(len(LINKS))
    for _ in range(ROUNDS):
        for place in range(len(PLACES)):
            pull = np.zeros(256)
            for weight, (a, b, _) in zip(weights, LINKS, strict=True):
                if place in (a, b):
                    pull += weight * found[a + b - place]
            found[place] = bent(wished[place], pull, rng) if place in kept else np.where(pull + rng.normal(0, .3, 256) > 0, 1, -1)
        over = np.array([(found[a] != found[b]).sum() - most for a, b, most in LINKS])
        if over.max() <= 0:
            return True
        weights = np.clip(weights * np.exp(over / 60), .05, 30)
    return False


def bent(wished: Signs, pull: NDArray[np.float64], rng: np.random.Generator) -> Signs:
    """The bits that its neighbours want otherwise most, as many as still match."""
    found, gain = wished.copy(), -pull * wished
    worst = np.argsort(-(gain + rng.random(256) * .1))[:MATCH_DISTANCE]
    found[worst[gain[worst] > 0]] *= -1
    return found


def most_hit() -> int:
    """Of the fifteen variants, those that can meet pictures of the forger's choice; the picture's own hash always can."""
    best = 0
    for seed in range(ORDERS):
        rng = np.random.default_rng(seed)
        wished = rng.choice([-1, 1], (len(PLACES), 256))
        ends = [sum(place in link[:2] for link in LINKS) + 1.5 * rng.random() for place in range(len(PLACES))]
        kept: set[int] = set()
        for place in np.argsort(ends):              # leaves of the tree first
            if possible(wished, kept | {int(place)}):
                kept.add(int(place))
        best = max(best, len(kept))
    return best
