"""Tune the end of the sentence encoder to a set of labels, by contrast.

Sentences with the same label are drawn together and others pushed apart: the supervised
contrastive loss of Khosla et al., 2020 (arXiv:2004.11362, equation 2). What is tuned
are the layers after ``MIDDLE_LAYER``; those before it give what they always gave.
"""

from __future__ import annotations

from typing import Any, Container, Iterator, List, Sequence, Tuple

import numpy as np

from rasa_addons.eight_bits import EPSILON, HEADS, LAYERS, MIDDLE_LAYER, Weights

# A batch: so many labels, and so many sentences of each.
LABELS, EACH = 16, 4
# How often a sentence is seen.
PASSES = 5
RATE = 1e-4
TEMPERATURE = 0.1
# Of the steps, to begin gently in.
WARMING = 0.1
STEEPEST = 1.0
# What a sentence is marked with that is drawn to no other.
ALONE = -1
# Of a longer text the beginning is enough to tune on; and the tokens of a batch are
# filled up to one of few numbers, for each of these is compiled for some seconds.
MOST_TOKENS, ROW_STEP = 48, 512


def tuned(
    states: Sequence[np.ndarray],
    labels: Sequence[str],
    weights: Weights,
    apart: Container[str] = (),
) -> Weights:
    """The layers after the middle, tuned.

    ``states``: of each sentence its tokens' numbers after ``MIDDLE_LAYER``, one row a
    token; ``weights``: the published ones. Sentences with a label in ``apart`` have
    nothing in common: others are pushed away from them, and they from each other.
    """
    import jax
    from jax.example_libraries.optimizers import adam, clip_grads

    first = tuple(f"encoder.layer.{n}." for n in range(MIDDLE_LAYER, LAYERS))
    begin = {name: w for name, w in weights.items() if name.startswith(first)}
    total = max(1, PASSES * len(labels) // (LABELS * EACH))
    start, update, now = adam(_rate(total))

    @jax.jit
    def step(number: Any, known: Any, batch: Any) -> Any:
        slope = jax.grad(_loss)(now(known), *batch)
        return update(number, clip_grads(slope, STEEPEST), known)

    known = start(begin)
    numbers = np.unique(labels, return_inverse=True)[1]
    drawn = np.where([label in apart for label in labels], ALONE, numbers)
    batches = _batches(numbers, np.random.default_rng(0))
    for number in range(total):
        rows = next(batches)
        known = step(number, known, (*_packed([states[i] for i in rows]), drawn[rows]))
    return {name: np.asarray(w) for name, w in now(known).items()}


def _rate(total: int) -> Any:
    import jax.numpy as jnp

    warm = max(1, int(total * WARMING))

    def rate(step: Any) -> Any:
        return RATE * jnp.minimum((step + 1) / warm, (total - step) / total)

    return rate


def _batches(numbers: np.ndarray, draw: np.random.Generator) -> Iterator[np.ndarray]:
    """Some sentences of some labels, so that each comes as often as the others."""
    decks = [
        _deck(np.flatnonzero(numbers == n), draw) for n in range(numbers.max() + 1)
    ]
    order = _deck(np.arange(len(decks)), draw)
    while True:
        some = [decks[next(order)] for _ in range(min(LABELS, len(decks)))]
        yield np.array([next(deck) for deck in some for _ in range(EACH)])


def _deck(cards: np.ndarray, draw: np.random.Generator) -> Iterator[int]:
    while True:
        yield from draw.permutation(cards)


def _packed(states: List[np.ndarray]) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All tokens in one row, the place of each in a table of texts, and its mask.

    Most of a table is padding, and only attention needs one.
    """
    cut = [state[:MOST_TOKENS] for state in states]
    mask = np.zeros((len(cut), MOST_TOKENS), dtype=np.float32)
    for row, state in enumerate(cut):
        mask[row, : len(state)] = 1.0
    tokens = np.concatenate(cut)
    spare = -len(tokens) % ROW_STEP
    # Outside the table: what is there is neither written nor read.
    places = np.pad(np.flatnonzero(mask), (0, spare), constant_values=mask.size)
    return np.pad(tokens, ((0, spare), (0, 0))), places, mask


def _loss(w: Any, tokens: Any, places: Any, mask: Any, labels: Any) -> Any:
    import jax
    import jax.numpy as jnp

    z = _encoded(w, tokens, places, mask)
    others = 1.0 - jnp.eye(len(z))
    likeness = z @ z.T / TEMPERATURE - 1e9 * (1.0 - others)
    log_share = likeness - jax.nn.logsumexp(likeness, axis=1, keepdims=True)
    same = (labels[:, None] == labels[None]) * (labels != ALONE) * others
    drawn = same.sum(1)
    each = -(same * log_share).sum(1) / jnp.maximum(drawn, 1.0)
    return each.sum() / jnp.maximum((drawn > 0).sum(), 1.0)


def _encoded(w: Any, x: Any, places: Any, mask: Any) -> Any:
    import jax
    import jax.numpy as jnp

    texts, long = mask.shape
    hidden = (mask[:, None, None, :] - 1.0) * 1e9

    def table(rows: Any) -> Any:
        empty = jnp.zeros((texts * long, rows.shape[1]))
        return empty.at[places].set(rows, mode="drop").reshape(texts, long, -1)

    def dense(x: Any, name: str) -> Any:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(x: Any, name: str) -> Any:
        middle = x - x.mean(-1, keepdims=True)
        spread = jax.lax.rsqrt((middle * middle).mean(-1, keepdims=True) + EPSILON)
        return middle * spread * w[f"{name}.weight"] + w[f"{name}.bias"]

    def heads(x: Any, name: str) -> Any:
        split = table(dense(x, name)).reshape(texts, long, HEADS, -1)
        return split.swapaxes(1, 2)

    for number in range(MIDDLE_LAYER, LAYERS):
        at = f"encoder.layer.{number}."
        query, key, value = (
            heads(x, f"{at}attention.self.{part}") for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(2, 3) * query.shape[3] ** -0.5
        seen = (jax.nn.softmax(scores + hidden) @ value).swapaxes(1, 2)
        rows = seen.reshape(texts * long, -1).at[places].get(mode="fill", fill_value=0)
        attended = dense(rows, f"{at}attention.output.dense")
        x = norm(attended + x, f"{at}attention.output.LayerNorm")
        wide = jax.nn.gelu(dense(x, f"{at}intermediate.dense"), approximate=False)
        x = norm(dense(wide, f"{at}output.dense") + x, f"{at}output.LayerNorm")
    mean = table(x).sum(1) / mask.sum(1, keepdims=True)
    return mean / jnp.linalg.norm(mean, axis=1, keepdims=True)
