"""A shelf in a folder, with models that are a few bytes each."""

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from banking.adapters.language.shelf import Shelf
from banking.adapters.language.shelf_files import card_of
from banking.domain.nlu_scores import Evaluation, Scores
from banking.domain.verdict import Verdict
from banking.ports.models import ModelCard

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time

    def passes(self, **more: float) -> None:
        self.time += timedelta(**more)


def trained(folder: Path, name: str, clock: Clock, data: str = "") -> ModelCard:
    """A model as a training leaves it: the file, and its manifest beside it."""
    clock.passes(minutes=1)
    folder.mkdir(exist_ok=True)
    content = f"model {name}".encode()
    (folder / f"teller-{name}.tar.gz").write_bytes(content)
    told = {
        "file": f"teller-{name}.tar.gz",
        "sha256": hashlib.sha256(content).hexdigest(),
        "data_sha256": data or f"data {name}",
        "trained_at": clock.now().isoformat(),
        "seconds": 55.5,
        "examples": 9000,
        "trained_by": "ann",
        "versions": {"rasa": "3.6.21"},
    }
    (folder / f"teller-{name}.json").write_text(json.dumps(told))
    return card_of(told)


def told_of(card: ModelCard) -> dict:
    """The manifest of a model, as a training prints it."""
    return {**asdict(card), "trained_at": card.trained_at.isoformat()}


def shelf_in(folder: Path, clock: Clock) -> Shelf:
    return Shelf(folder / "models", clock)


def serving(shelf: Shelf, clock: Clock, *names: str) -> list[ModelCard]:
    """Put models into service, one after the other."""
    cards = []
    for name in names:
        cards.append(trained(shelf.folder, name, clock))
        shelf.offer(cards[-1])
        shelf.promote(cards[-1].sha256, by="ann", at=clock.now(), verdict="passed")
    return cards


def no_scores(card: ModelCard, name: str = "ours") -> Scores:
    return Scores(
        name=name,
        texts=10,
        right=9,
        guessed_right=9,
        foreign=0,
        caught=0,
        lost=0,
        topics=0,
        topics_right=0,
        intents=(),
        confusions=(),
        bins=(),
        trade_off=(),
        entities=(),
        mistakes=(),
        entity_mistakes=(),
        p50_ms=None,
        p95_ms=None,
    )


def evaluation(card: ModelCard, *, drawn: bool = True) -> Evaluation:
    scores = no_scores(card)
    return Evaluation(
        model=card.file,
        model_sha256=card.sha256,
        measured_at=NOON.isoformat(),
        threshold=0.3,
        sets=(scores,),
        overall=scores,
        cross_validation=scores if drawn else None,
    )


def verdict_on(card: ModelCard, against: ModelCard | None, **other) -> Verdict:
    told = {
        "passed": True,
        "reasons": (),
        "not_run": (),
        "better": (),
        "worse": (),
        "lines": (),
    }
    return Verdict(
        sha256=card.sha256,
        against=against.sha256 if against else None,
        by="ann",
        at=NOON.isoformat(),
        **{**told, **other},
    )


def events(uow, prefix="model_") -> list:
    with uow() as tx:
        return [row.event for row in tx.audit.rows() if row.event.startswith(prefix)]
