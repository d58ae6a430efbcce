"""Compares examples with each other: contradictions, doubles, and too few of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from banking.adapters.language.lint_examples import Written
from banking.domain.data_findings import Fault, Finding, Severity
from banking.domain.examples import key

FEWEST: Final = 40
# All topics together make one intent.
FEWEST_OF_A_TOPIC: Final = 25
# The bank itself says it after a page is done; there is nothing to type.
SAID_BY_THE_BANK: Final = frozenset({"resume"})

# Words of manners, which change no meaning.
_MANNERS: Final = frozenset(
    "please pls plz kindly abeg hi hello hey good morning afternoon evening sir madam"
    " the a an so just".split()
)
# Shorter ones differ in a word because they have hardly any.
_ENOUGH_WORDS: Final = 3
# A letter more or less makes another word of a short one: "lost" and "last".
_LONG_WORD: Final = 6


@dataclass(frozen=True, slots=True)
class _Seen:
    """An example and its words as they are compared."""

    written: Written
    words: tuple[str, ...]


def compare(written: Sequence[Written]) -> Iterator[Finding]:
    """Find what contradicts, repeats or nearly repeats something written before."""
    by_key: dict[str, dict[str, Written]] = defaultdict(dict)
    for example in written:
        meanings = by_key[key(example.plain)]
        same = meanings.get(example.intent)
        if same is not None:
            yield _twice(example, same)
        elif meanings:
            yield _contradicts(example, list(meanings.values()))
        meanings.setdefault(example.intent, example)
    alone = [next(iter(found.values())) for found in by_key.values() if len(found) == 1]
    yield from _alike(alone)


def _twice(example: Written, first: Written) -> Finding:
    other = (
        ", with other values marked" if key(example.shape) != key(first.shape) else ""
    )
    reason = f"the same as {first.place}{other}"
    return example.at(0, Fault.TWICE, reason, Severity.WARNING)


def _contradicts(example: Written, others: Sequence[Written]) -> Finding:
    places = " and ".join(f"`{o.intent}` at {o.place}" for o in others)
    reason = f"`{example.intent}` here, but {places}: one sentence, one meaning"
    return example.at(0, Fault.CONTRADICTION, reason)


def _alike(written: Sequence[Written]) -> Iterator[Finding]:
    """Find examples that only manners, values or a slip of a letter set apart."""
    kept: dict[tuple[str, ...], list[Written]] = defaultdict(list)
    # Words but one: two that meet here differ in that one at most.
    near: dict[tuple[int, tuple[str, ...]], list[_Seen]] = defaultdict(list)
    for example in written:
        words = tuple(w for w in key(example.shape).split() if w not in _MANNERS)
        if len(words) < _ENOUGH_WORDS:
            continue
        kept[words].append(example)
        for at, word in enumerate(words):
            if len(word) >= _LONG_WORD:
                rest = (at, words[:at] + words[at + 1 :])
                near[rest].append(_Seen(example, words))
    for same in kept.values():
        yield from _warn(same, "only in manners or values")
    for (at, _), found in near.items():
        for one, other in combinations(found, 2):
            if one.words != other.words and _slip(one.words[at], other.words[at]):
                yield from _warn([one.written, other.written], "in a letter")


def _warn(alike: Sequence[Written], how: str) -> Iterator[Finding]:
    for at, example in enumerate(alike):
        other = next((o for o in alike[:at] if o.intent != example.intent), None)
        if other is not None:
            reason = (
                f"`{example.intent}` here differs {how} from `{other.intent}` at "
                f"{other.place}: {other.plain}"
            )
            yield example.at(0, Fault.ALIKE, reason, Severity.WARNING)


def _slip(one: str, other: str) -> bool:
    """Whether a letter was left out, added, changed, or two were swapped."""
    if one == other or one.isdigit() or other.isdigit():
        return False
    longer, shorter = sorted((one, other), key=len, reverse=True)
    if len(longer) - len(shorter) > 1:
        return False
    start = 0
    while start < len(shorter) and longer[start] == shorter[start]:
        start += 1
    if len(longer) > len(shorter):
        return longer[start + 1 :] == shorter[start:]
    swapped = shorter[start : start + 2][::-1]
    return (
        longer[start + 1 :] == shorter[start + 1 :]
        or longer[start:] == swapped + shorter[start + 2 :]
    )


def too_few(
    written: Sequence[Written],
    sections: Mapping[str, tuple[str, int]],
    intents: frozenset[str] | None,
) -> Iterator[Finding]:
    """Find intents with too few examples, or none at all."""
    many = Counter(example.intent for example in written)
    for intent, (file, line) in sections.items():
        fewest = FEWEST_OF_A_TOPIC if "/" in intent else FEWEST
        if many[intent] < fewest:
            reason = f"`{intent}` has {many[intent]} of at least {fewest} examples"
            yield Finding(file, line, 1, Severity.WARNING, Fault.TOO_FEW, reason)
    taught = {intent.partition("/")[0] for intent in sections}
    for intent in sorted((intents or frozenset()) - taught - SAID_BY_THE_BANK):
        reason = f"`{intent}` is an intent of domain.yml without any example"
        yield Finding("domain.yml", 1, 1, Severity.WARNING, Fault.TOO_FEW, reason)
