"""What the report shows of each set, as places, lengths and words on a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from banking.adapters.language.report_plots import (
    Dot,
    HeatMap,
    TradeOffPlot,
    dots,
    heat_map,
    percent,
    trade_off,
)
from banking.domain.nlu_changes import Changes, changes
from banking.domain.nlu_scores import (
    Confusion,
    EntityScore,
    Evaluation,
    IntentScore,
    Mistake,
    Scores,
)

SHOWN_MISTAKES = 20
MOST_MISTAKES = 300
SHOWN_PAIRS = 12
# Smaller changes are not shown as better or worse.
STILL = 0.0005


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure, and how it changed; ``mood`` is better, worse, same or none."""

    title: str
    value: str
    delta: str
    mood: str
    note: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of bars; lengths from 0 to 100, ``None`` where there is no rate."""

    name: str
    n: int
    precision: float | None
    recall: float | None
    f1: float | None
    delta: str
    mood: str
    note: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything about one set."""

    key: str
    title: str
    scores: Scores
    tiles: tuple[Tile, ...]
    intents: tuple[Bar, ...]
    entities: tuple[Bar, ...]
    heat: HeatMap
    pairs: tuple[Confusion, ...]
    most_pairs: int
    dots: tuple[Dot, ...]
    trade_off: TradeOffPlot | None
    worst: tuple[Mistake, ...]
    more: tuple[Mistake, ...]
    left_out: int
    changes: Changes


def views(evaluation: Evaluation, before: Evaluation | None) -> list[View]:
    """One view for all sets together, each set where there are more, and the data."""
    shown = [("All sets together", evaluation.overall)]
    if len(evaluation.sets) == 1:
        shown = [(evaluation.sets[0].name, evaluation.sets[0])]
    else:
        shown += [(scores.name, scores) for scores in evaluation.sets]
    if evaluation.cross_validation is not None:
        shown.append(("Training data, cross-validated", evaluation.cross_validation))
    return [
        _view(f"v{number}", title, scores, changes(before, scores), evaluation)
        for number, (title, scores) in enumerate(shown)
    ]


def _view(
    key: str, title: str, scores: Scores, found: Changes, evaluation: Evaluation
) -> View:
    mistakes = [m for m in scores.mistakes if not m.refused]
    asked = [m for m in scores.mistakes if m.refused]
    ordered = [*mistakes, *asked]
    return View(
        key=key,
        title=title,
        scores=scores,
        tiles=tuple(_tiles(scores, found.before)),
        intents=tuple(_intents(scores, found.before)),
        entities=tuple(_entities(scores, found.before)),
        heat=heat_map(scores.confusions, scores),
        pairs=scores.confusions[:SHOWN_PAIRS],
        most_pairs=max((each.n for each in scores.confusions), default=1),
        dots=tuple(dots(scores)),
        trade_off=trade_off(scores, evaluation.threshold),
        worst=tuple(ordered[:SHOWN_MISTAKES]),
        more=tuple(ordered[SHOWN_MISTAKES:MOST_MISTAKES]),
        left_out=max(len(ordered) - MOST_MISTAKES, 0),
        changes=found,
    )


def _tiles(scores: Scores, before: Scores | None) -> Iterator[Tile]:
    def tile(title: str, name: str, note: str, *, less: bool = False) -> Tile:
        now = getattr(scores, name)
        delta, mood = _change(now, getattr(before, name) if before else None, less=less)
        return Tile(title, percent(now), delta, mood, note)

    if scores.texts:
        yield tile("Understood", "accuracy", f"{scores.right} of {scores.texts} texts")
        n = len(scores.intents)
        yield tile("Intents, each alike", "macro_recall", f"mean recall of {n} intents")
        yield tile(
            "Without asking back",
            "guess_accuracy",
            "if the likeliest were always taken",
        )
    if scores.topics:
        note = f"{scores.topics_right} of {scores.topics} general questions"
        yield tile("Right answer", "topic_accuracy", note)
    if scores.foreign:
        note = f"{scores.caught} of {scores.foreign} texts out of scope"
        yield tile("Out of scope caught", "caught_rate", note)
    if scores.texts:
        note = f"{scores.lost} texts in scope were refused"
        yield tile("In scope lost", "lost_rate", note, less=True)
        yield tile(
            "Calibration error",
            "calibration_error",
            "confidence against truth",
            less=True,
        )
    if scores.p50_ms is not None and scores.p95_ms is not None:
        was = before.p50_ms if before else None
        delta, mood = _change_of_ms(scores.p50_ms, was)
        note = f"95 % within {scores.p95_ms:.0f} ms"
        yield Tile("A message", f"{scores.p50_ms:.1f} ms", delta, mood, note)


def _change(
    now: float | None, was: float | None, *, less: bool = False
) -> tuple[str, str]:
    """A change in percentage points, and whether it is for the better."""
    if now is None or was is None:
        return "", "none"
    by = now - was
    if abs(by) < STILL:
        return "±0", "same"
    return f"{by * 100:+.1f}".replace("-", "−"), "better" if (
        by < 0
    ) == less else "worse"


def _change_of_ms(now: float, was: float | None) -> tuple[str, str]:
    if was is None:
        return "", "none"
    by = round(now - was, 1)
    # How fast a machine is at the moment is not the model's merit.
    return (f"{by:+.1f}".replace("-", "−") if by else "±0"), "same"


def _intents(scores: Scores, before: Scores | None) -> Iterator[Bar]:
    ordered = sorted(scores.intents, key=lambda each: (each.f1 or 0.0, each.intent))
    for each in ordered:
        was = before.intent(each.intent) if before else None
        note = f"{each.right} of {each.n} right, {each.predicted} taken for it"
        yield _bar(each.intent, each.n, each, was, note)


def _entities(scores: Scores, before: Scores | None) -> Iterator[Bar]:
    for each in sorted(scores.entities, key=lambda one: -(one.found + one.missed)):
        was = before.entity(each.kind) if before else None
        note = f"{each.found} found, {each.missed} missed, {each.spurious} spurious"
        yield _bar(each.kind, each.found + each.missed, each, was, note)


def _bar(
    name: str,
    n: int,
    now: IntentScore | EntityScore,
    was: IntentScore | EntityScore | None,
    note: str,
) -> Bar:
    delta, mood = _change(now.f1, was.f1 if was else None)
    rates = (now.precision, now.recall, now.f1)
    precision, recall, f1 = (None if r is None else round(r * 100, 1) for r in rates)
    return Bar(name, n, precision, recall, f1, delta, mood, note)
