"""Evaluates a trained model on sets of texts, and its data by cross-validation."""

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from banking.adapters.language import rasa_run
from banking.adapters.language.rasa_run import Progress
from banking.adapters.language.sets import BadSets, read_sets
from banking.domain.nlu_scores import OUT_OF_SCOPE, Evaluation, Scores
from banking.domain.nlu_scoring import score, score_together
from banking.domain.nlu_sets import (
    EvaluationSet,
    Example,
    Prediction,
    Span,
    label,
)

OWN_SETS = Path("tests/held_out")
MANIFEST = Path("models/manifest.json")
MODEL = ".tar.gz"
TOGETHER = "together"
CROSS_VALIDATION = "cross-validation"


class NoModelToEvaluate(Exception):
    """There is no model, or it is not the file that was trained."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """What the run of one model has found."""

    predictions: tuple[Prediction, ...]
    folds: tuple[tuple[str, Prediction], ...]
    threshold: float
    intents: frozenset[str]
    kinds: frozenset[str]
    sha256: str
    at: str


def evaluate(
    home: Path,
    model: Path | None,
    sets: Sequence[Path],
    *,
    cross_validate: bool,
    progress: Progress,
    threshold: float | None = None,
    learned_from: Path | None = None,
) -> Evaluation:
    """Evaluate ``model``, or the one in service in ``home``, on these sets.

    Without sets the project's own are taken, and ``threshold`` is the one the model
    was trained with. ``learned_from`` is the folder with the data that are
    cross-validated, which are those of ``home`` by default. Raises ``BadSets``,
    ``NoModelToEvaluate``, ``RunFailed``.
    """
    read = read_sets(list(sets) or _own_sets(home))
    file = in_service(home) if model is None else trained(model.resolve())
    folds_of = (learned_from or home) if cross_validate else None
    measured = _measure(home, file, read, folds_of, progress)
    known = [_of_known_kinds(each, measured.kinds) for each in read]
    least = measured.threshold if threshold is None else threshold
    return Evaluation(
        model=file.name,
        model_sha256=measured.sha256,
        measured_at=measured.at,
        threshold=least,
        sets=tuple(score(each, measured.predictions, least) for each in known),
        overall=score_together(TOGETHER, known, measured.predictions, least),
        cross_validation=_cross_validation(measured, least),
        remarks=tuple(_remarks(read, measured)),
    )


def in_service(home: Path) -> Path:
    """The model that serves; raise ``NoModelToEvaluate`` unless it is as trained."""
    manifest = home / MANIFEST
    try:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        file, sha256 = manifest.parent / str(told["file"]), str(told["sha256"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NoModelToEvaluate(
            f"no model in {manifest.parent} ({error}): run `bank nlu train`"
        ) from None
    return _unchanged(file, sha256)


def trained(file: Path) -> Path:
    """A model by its file; where a manifest lies beside it, it must be as trained."""
    beside = file.with_name(file.name.removesuffix(MODEL) + ".json")
    if not beside.is_file():
        return _unchanged(file, None)
    try:
        sha256 = str(json.loads(beside.read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NoModelToEvaluate(f"{beside} is no manifest ({error})") from None
    return _unchanged(file, sha256)


def _unchanged(file: Path, sha256: str | None) -> Path:
    if not file.is_file():
        raise NoModelToEvaluate(f"{file}: there is no such model")
    if sha256 not in (None, hashlib.sha256(file.read_bytes()).hexdigest()):
        raise NoModelToEvaluate(f"{file} was changed after the training")
    return file


def _own_sets(home: Path) -> list[Path]:
    folder = home / OWN_SETS
    if not folder.is_dir():
        raise BadSets([f"{folder} does not exist: name a folder with --sets"])
    return [folder]


def _measure(
    home: Path,
    model: Path,
    sets: Sequence[EvaluationSet],
    folds_of: Path | None,
    progress: Progress,
) -> _Measured:
    with tempfile.TemporaryDirectory(prefix="nlu-") as name:
        folder = Path(name)
        source, out = folder / "texts.jsonl", folder / "said.jsonl"
        folds = folder / "folds.jsonl"
        texts = dict.fromkeys(text for each in sets for text in each.texts)
        lines = (json.dumps({"text": text}) + "\n" for text in texts)
        source.write_text("".join(lines), encoding="utf-8")
        arguments = ["--with-parent", "--model", str(model)]
        arguments += ["--in", str(source), "--out", str(out)]
        if folds_of is not None:
            arguments += ["--folds-out", str(folds), "--data", str(folds_of / "data")]
            arguments += ["--config", str(folds_of / "config.yml")]
        ran = rasa_run.run(
            "rasa_addons.measure", arguments, home=home, progress=progress
        )
        told = ran["measured"]
        parted = list(_lines(folds)) if folds_of is not None else []
        return _Measured(
            predictions=tuple(prediction(line) for line in _lines(out)),
            folds=tuple((line["wanted"], prediction(line)) for line in parted),
            threshold=told["threshold"],
            intents=frozenset(told["intents"]),
            kinds=frozenset(told["entities"]),
            sha256=told["model_sha256"],
            at=told["measured_at"],
        )


def prediction(line: Mapping[str, Any]) -> Prediction:
    """Read one line of what a model has said; the guess comes from the ranking."""
    ranking = line.get("ranking") or [[line["intent"], line["confidence"]]]
    (guess, sure), *others = ranking
    return Prediction(
        text=line["text"],
        intent=line["intent"] or "",
        confidence=line["confidence"],
        guess=guess or "",
        guess_confidence=sure,
        spans=tuple(
            Span(each["entity"], each["start"], each["end"])
            for each in line.get("entities", ())
        ),
        ms=line.get("ms"),
        others=tuple((name or "", chance) for name, chance in others),
    )


def _lines(file: Path) -> Iterator[Mapping[str, Any]]:
    for line in file.read_text(encoding="utf-8").split("\n"):
        if line:
            yield json.loads(line)


def _of_known_kinds(each: EvaluationSet, kinds: frozenset[str]) -> EvaluationSet:
    """Leave out kinds of entity of which the assistant makes no use."""
    annotated = tuple(
        replace(one, spans=tuple(span for span in one.spans if span.kind in kinds))
        for one in each.annotated
    )
    return replace(each, annotated=annotated)


def _cross_validation(measured: _Measured, threshold: float) -> Scores | None:
    if not measured.folds:
        return None
    tested = EvaluationSet(
        CROSS_VALIDATION,
        examples=tuple(
            Example(said.text, wanted)
            for wanted, said in measured.folds
            if wanted != OUT_OF_SCOPE
        ),
        foreign=tuple(
            said.text for wanted, said in measured.folds if wanted == OUT_OF_SCOPE
        ),
    )
    return score(tested, [said for _, said in measured.folds], threshold)


def _remarks(sets: Sequence[EvaluationSet], measured: _Measured) -> Iterator[str]:
    """What about the sets a reader of the scores should know."""
    for each in sets:
        unknown = Counter(
            name
            for example in each.examples
            if (name := label(example.intent)) not in measured.intents
        )
        for name, n in sorted(unknown.items()):
            yield f"{each.name}: the assistant has no intent {name} ({n} texts)"
        for kind in sorted(set(each.kinds) - measured.kinds):
            yield f"{each.name}: the assistant has no entity {kind}; left out"
        yield from _contradictions(each)


def _contradictions(each: EvaluationSet) -> Iterator[str]:
    meanings: dict[str, set[str]] = {}
    for example in each.examples:
        meanings.setdefault(example.text, set()).add(label(example.intent))
    for text in each.foreign:
        meanings.setdefault(text, set()).add(OUT_OF_SCOPE)
    for text, names in meanings.items():
        if len(names) > 1:
            yield f"{each.name}: {text!r} means {' and '.join(sorted(names))}"
