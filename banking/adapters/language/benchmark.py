"""Tries the pipeline on other people's data: labelled texts in two CSV files."""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from banking.adapters.language import rasa_run
from banking.adapters.language.evaluation import prediction
from banking.adapters.language.rasa_run import Progress
from banking.adapters.language.tables import BadLine, collected, rows
from banking.domain.kept import Kept
from banking.domain.nlu_scoring import score
from banking.domain.nlu_sets import EvaluationSet, Example

COLUMNS = (("text",), ("label", "category", "intent"))
FEWEST_LABELS = 2
MOST_PROBLEMS = 20
# A slash parts an intent from its topic; in other people's labels it means nothing.
SLASH, ITS_LIKENESS = "/", "\u2215"


class BadLabelledTexts(Exception):
    """The files cannot be used; every problem names its file, line and reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems[:MOST_PROBLEMS]))


@dataclass(frozen=True, slots=True)
class Benchmark(Kept):
    """What the pipeline made of other data.

    ``train_seconds`` include encoding; milliseconds are of one message asked alone.
    """

    labels: int
    trained_on: int
    tested_on: int
    shots: int | None
    seed: int
    accuracy: float
    macro_f1: float
    train_seconds: float
    p50_ms: float
    p95_ms: float
    remarks: tuple[str, ...]


def benchmark(
    home: Path,
    train: Path,
    test: Path,
    *,
    shots: int | None,
    seed: int,
    progress: Progress,
) -> Benchmark:
    """Train ``home``'s pipeline on one file and test it on the other.

    With ``shots``, so many examples of each label are drawn with the seed. Raises
    ``BadLabelledTexts``, ``RunFailed``.
    """
    problems: list[str] = []
    known = collected(train, _labelled, problems)
    asked = collected(test, _labelled, problems)
    labels = {example.intent for example in known}
    if not problems and len(labels) < FEWEST_LABELS:
        problems.append(f"{train}: all texts have one label; there is nothing to tell")
    if problems:
        raise BadLabelledTexts(problems)
    drawn = draw(known, shots, seed)
    said, told = _run(home, drawn, asked, progress)
    tested = EvaluationSet("benchmark", tuple(asked))
    # Other data has no fallback: what is held for likeliest is the answer.
    answers = (replace(each, intent=each.guess) for each in map(prediction, said))
    scores = score(tested, answers, 0.0)
    return Benchmark(
        labels=len(labels),
        trained_on=len(drawn),
        tested_on=len(asked),
        shots=shots,
        seed=seed,
        accuracy=scores.accuracy or 0.0,
        macro_f1=scores.macro_f1 or 0.0,
        train_seconds=told["seconds"],
        p50_ms=scores.p50_ms or 0.0,
        p95_ms=scores.p95_ms or 0.0,
        remarks=tuple(_remarks(known, drawn, asked, shots)),
    )


def draw(known: Sequence[Example], shots: int | None, seed: int) -> list[Example]:
    """So many examples of each label; the same for the same seed, in any order."""
    if shots is None:
        return list(known)
    dealt: dict[str, list[Example]] = {}
    for example in sorted(known, key=lambda each: _place(each, seed)):
        dealt.setdefault(example.intent, []).append(example)
    return [example for label in sorted(dealt) for example in dealt[label][:shots]]


def _place(example: Example, seed: int) -> tuple[bytes, str]:
    whole = f"{seed}\0{example.intent}\0{example.text}".encode()
    return hashlib.sha256(whole).digest(), example.text


def _labelled(file: Path) -> Iterator[Example | BadLine]:
    for row in rows(file, COLUMNS):
        if isinstance(row, BadLine):
            yield row
        else:
            yield Example(row[0], row[1].replace(SLASH, ITS_LIKENESS))


def _run(
    home: Path,
    drawn: Sequence[Example],
    asked: Sequence[Example],
    progress: Progress,
) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="nlu-") as name:
        folder = Path(name)
        train, test = folder / "train.jsonl", folder / "test.jsonl"
        out = folder / "said.jsonl"
        _write(train, ({"text": e.text, "label": e.intent} for e in drawn))
        texts = dict.fromkeys(example.text for example in asked)
        _write(test, ({"text": text} for text in texts))
        places = ("--train", str(train), "--test", str(test), "--out", str(out))
        told = rasa_run.run(
            "rasa_addons.benchmark",
            ("--with-parent", *places),
            home=home,
            progress=progress,
        )
        lines = out.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines], told["measured"]


def _write(file: Path, lines: Iterable[Mapping[str, str]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    file.write_text(text, encoding="utf-8")


def _remarks(
    known: Sequence[Example],
    drawn: Sequence[Example],
    asked: Sequence[Example],
    shots: int | None,
) -> Iterator[str]:
    labels = {example.intent for example in known}
    unknown = sorted({example.intent for example in asked} - labels)
    if unknown:
        named = ", ".join(unknown[:5]).replace(ITS_LIKENESS, SLASH)
        yield f"{len(unknown)} labels are tested but never trained: {named}"
    if shots is not None and len(drawn) < shots * len(labels):
        yield f"some labels have fewer than {shots} examples"
    both = {e.text for e in drawn} & {e.text for e in asked}
    if both:
        yield f"{len(both)} texts of the test are in the training as well"
