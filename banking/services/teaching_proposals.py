"""Lessons as they would stand in the data, and what a trainer should know of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from rapidfuzz import fuzz, process

from banking.domain.examples import (
    ASKING,
    BLOCKING,
    LONGEST,
    Concern,
    Example,
    Lesson,
    Warned,
    key,
    markup,
    reads_back,
    well_placed,
)
from banking.domain.pseudonyms import one_line, pseudonymous
from banking.domain.redaction import redact
from banking.ports.inbox import InboxItem
from banking.ports.language_files import Corpus
from banking.ports.lessons import Proposal

# Of a hundred, on sentences without case and signs.
RIVAL: Final = 90
_NUMBER: Final = re.compile(r"\d+")
SHOWN: Final = 120


@dataclass(frozen=True, slots=True)
class _Draft:
    """One example-to-be, and the items that it comes from."""

    lesson: Lesson
    items: tuple[int, ...]
    changed: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What stands in the data, by its key, to be compared with."""

    by_intent: Mapping[str, Mapping[int, str]] = field(repr=False)
    by_key: Mapping[str, Sequence[Example]] = field(repr=False)
    doubles: Mapping[tuple[str, str], Example] = field(repr=False)
    examples: Sequence[Example] = field(repr=False)

    @classmethod
    def of(cls, examples: Sequence[Example]) -> _Likeness:
        """Index the examples of a corpus."""
        keys: dict[str, dict[int, str]] = {}
        same: dict[str, list[Example]] = {}
        doubles: dict[tuple[str, str], Example] = {}
        for place, example in enumerate(examples):
            told = key(example.lesson.text)
            keys.setdefault(example.lesson.intent, {})[place] = told
            same.setdefault(told, []).append(example)
            for form in _forms(told):
                doubles.setdefault((example.lesson.intent, form), example)
        return cls(keys, same, doubles, examples)

    def same(self, lesson: Lesson) -> Example | None:
        """The double of a lesson within its intent."""
        forms = _forms(key(lesson.text))
        found = (self.doubles.get((lesson.intent, form)) for form in forms)
        return next(filter(None, found), None)

    def against(self, lesson: Lesson) -> Iterator[Example]:
        """Yield every example of another intent that has the very same words."""
        for example in self.by_key.get(key(lesson.text), ()):
            if example.lesson.intent != lesson.intent:
                yield example

    def rivals(self, lesson: Lesson) -> Iterator[Example]:
        """Yield the nearest example of each other intent that is nearly the same."""
        told = key(lesson.text)
        found = []
        for intent, keys in self.by_intent.items():
            if intent == lesson.intent:
                continue
            near = self._nearest(told, keys)
            if near and key(near[0].lesson.text) == told:
                others = {place: k for place, k in keys.items() if k != told}
                near = self._nearest(told, others)
            if near:
                found.append(near)
        for example, _ in sorted(found, key=lambda near: -near[1]):
            yield example

    def _nearest(
        self, told: str, keys: Mapping[int, str]
    ) -> tuple[Example, float] | None:
        found = process.extractOne(told, keys, scorer=fuzz.ratio, score_cutoff=RIVAL)
        return None if found is None else (self.examples[found[2]], found[1])


def _forms(told: str) -> tuple[str, str]:
    """What doubles have in common: their letters, or their words in any order.

    Other numbers teach nothing new. A slip of the finger does: it is how people write.
    """
    counted = _NUMBER.sub("0", told)
    return counted.replace(" ", ""), " ".join(sorted(counted.split()))


def proposals(
    corpus: Corpus, items: Iterable[InboxItem], *, names: bool
) -> tuple[Proposal, ...]:
    """What would be written of these items' lessons, in their order."""
    drafts = _merged(_draft(item, names=names) for item in items)
    likeness = _Likeness.of(corpus.examples)
    meanings: dict[str, set[str]] = {}
    for draft in drafts:
        told = key(draft.lesson.text)
        meanings.setdefault(told, set()).add(draft.lesson.intent)
    return tuple(
        _proposal(
            draft,
            corpus,
            (
                *_faults(draft.lesson, corpus),
                *_doubles(draft.lesson, likeness, meanings),
                *draft.changed,
            ),
        )
        for draft in drafts
    )


def _proposal(draft: _Draft, corpus: Corpus, warnings: tuple[Warned, ...]) -> Proposal:
    concerns = {warned.concern for warned in warnings}
    against = [w for w in warnings if w.concern is Concern.CONTRADICTION]
    # Two lessons that contradict each other wait, whatever stands in the files.
    can_move = concerns & BLOCKING == {Concern.CONTRADICTION} and all(
        warned.other for warned in against
    )
    return Proposal(
        items=draft.items,
        lesson=draft.lesson,
        markup=markup(draft.lesson),
        file=corpus.intents.get(draft.lesson.intent, ""),
        warnings=warnings,
        blocked=bool(concerns & BLOCKING),
        asks=bool(concerns & ASKING),
        instead_of=tuple(w.other for w in against if w.other) if can_move else (),
    )


def _draft(item: InboxItem, *, names: bool) -> _Draft:
    lesson = item.lesson
    if lesson is None:
        raise ValueError(f"item {item.id} has no lesson")
    hidden = pseudonymous(lesson, names=names)
    clean = one_line(hidden)
    changed = []
    if hidden.text != lesson.text:
        changed.append(Warned(Concern.REPLACED, _short(hidden.text)))
    if clean.text != hidden.text:
        changed.append(Warned(Concern.CLEANED, _short(clean.text)))
    return _Draft(clean, (item.id,), tuple(changed))


def _merged(drafts: Iterable[_Draft]) -> list[_Draft]:
    """Lessons of one intent that differ in case and signs are one."""
    merged: dict[tuple[str, str], _Draft] = {}
    for draft in drafts:
        place = (draft.lesson.intent, key(draft.lesson.text))
        first = merged.setdefault(place, draft)
        if first is not draft:
            best = max(first, draft, key=lambda one: len(one.lesson.spans))
            merged[place] = replace(best, items=first.items + draft.items)
    return list(merged.values())


def _faults(lesson: Lesson, corpus: Corpus) -> Iterator[Warned]:
    if not key(lesson.text):
        yield Warned(Concern.EMPTY, "there is nothing to learn from")
    if lesson.intent not in corpus.intents:
        yield Warned(Concern.UNKNOWN_INTENT, lesson.intent)
    unknown = sorted({span.entity for span in lesson.spans} - corpus.entities)
    if unknown:
        yield Warned(Concern.UNKNOWN_ENTITY, ", ".join(unknown))
    if len(lesson.text) > LONGEST:
        about = f"{len(lesson.text)} characters; {LONGEST} at most"
        yield Warned(Concern.NOT_WRITABLE, about)
    elif not well_placed(lesson.text, lesson.spans) or not reads_back(lesson):
        yield Warned(Concern.NOT_WRITABLE, "it would read as something else")
    removed = redact(lesson.text, lambda _: "[card]").removed
    if removed:
        yield Warned(Concern.SECRET, ", ".join(sorted(removed)))


def _doubles(
    lesson: Lesson, likeness: _Likeness, meanings: Mapping[str, set[str]]
) -> Iterator[Warned]:
    same = likeness.same(lesson)
    if same is not None:
        yield Warned(Concern.TAUGHT_ALREADY, _short(markup(same.lesson)), same)
    for other in likeness.against(lesson):
        yield Warned(Concern.CONTRADICTION, other.lesson.intent, other)
    for rival in likeness.rivals(lesson):
        yield Warned(Concern.CONFLICT, rival.lesson.intent, rival)
    for intent in sorted(meanings[key(lesson.text)] - {lesson.intent}):
        yield Warned(Concern.CONTRADICTION, intent)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
