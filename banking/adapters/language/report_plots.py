"""The report's plots: a heat map of confusions, and two squares with axes."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from banking.domain.nlu_scores import REFUSALS, Confusion, IntentScore, Scores

NOTHING = "–"
# Plots are drawn on a square of this side, y downwards.
SIDE = 240
MOST_RADIUS = 11
HISTOGRAM_HEIGHT = 36


@dataclass(frozen=True, slots=True)
class Cell:
    """One square of the heat map; ``heat`` from 0 to 100."""

    n: int
    heat: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """What was wanted (rows) and what was taken for it (columns)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the reliability plot, with the bar of its share below."""

    x: float
    y: float
    radius: float
    left: float
    width: float
    share: float
    n: int
    title: str


@dataclass(frozen=True, slots=True)
class TradeOffPlot:
    """Two lines over the threshold, as SVG points, and where the threshold stands."""

    caught: str
    lost: str
    at: float
    caught_start: float


def percent(share: float | None, digits: int = 1) -> str:
    """A share of one as people write it."""
    return NOTHING if share is None else f"{share * 100:.{digits}f} %"


def heat_map(confusions: Sequence[Confusion], scores: Scores) -> HeatMap:
    """Only intents with confusions, those with the most of them first."""
    involved: Counter[str] = Counter()
    for each in confusions:
        involved[each.wanted] += each.n
        involved[each.got] += each.n
    # Refusals stand first: asking back is the lesser mistake.
    order = sorted(
        involved, key=lambda name: (name not in REFUSALS, -involved[name], name)
    )
    wanted = {each.wanted for each in confusions}
    got = {each.got for each in confusions}
    counts = {(each.wanted, each.got): each.n for each in confusions}
    most = max(counts.values(), default=1)
    right = {each.intent: each for each in scores.intents}
    columns = tuple(name for name in order if name in got)
    return HeatMap(
        columns,
        tuple(
            (row, tuple(_cell(row, name, counts, most, right) for name in columns))
            for row in order
            if row in wanted
        ),
    )


def _cell(
    row: str,
    column: str,
    counts: dict[tuple[str, str], int],
    most: int,
    right: dict[str, IntentScore],
) -> Cell:
    if row == column:
        known = right.get(row)
        told = f"{row}: {known.right} of {known.n} right" if known else ""
        return Cell(0, 0, "own", told)
    n = counts.get((row, column), 0)
    if not n:
        return Cell(0, 0, "", "")
    kind = "asked" if column in REFUSALS else "wrong"
    heat = round(25 + 75 * math.sqrt(n / most))
    return Cell(n, heat, kind, f"{row} → {column}: {n}")


def dots(scores: Scores) -> Iterator[Dot]:
    """How often guesses of each confidence were right."""
    most = max((each.n for each in scores.bins), default=1)
    for each in scores.bins:
        truth = each.right / each.n
        said = f"said {percent(each.confidence, 0)}, {percent(truth, 0)} right"
        yield Dot(
            x=round(each.confidence * SIDE, 1),
            y=round((1 - truth) * SIDE, 1),
            radius=round(max(3.0, MOST_RADIUS * math.sqrt(each.n / most)), 1),
            left=round(each.low * SIDE + 1.5, 1),
            width=round((each.high - each.low) * SIDE - 3, 1),
            share=round(HISTOGRAM_HEIGHT * each.n / most, 1),
            n=each.n,
            title=f"{said} ({each.n} texts)",
        )


def trade_off(scores: Scores, threshold: float) -> TradeOffPlot | None:
    """What other thresholds would catch and lose, if the set can tell."""
    if not scores.foreign or not scores.texts or not scores.trade_off:
        return None

    def line(shares: Sequence[float]) -> str:
        points = zip(scores.trade_off, shares, strict=True)
        return " ".join(
            f"{p.threshold * SIDE:.1f},{(1 - s) * SIDE:.1f}" for p, s in points
        )

    caught = [point.caught / scores.foreign for point in scores.trade_off]
    lost = [point.lost / scores.texts for point in scores.trade_off]
    return TradeOffPlot(
        line(caught),
        line(lost),
        at=round(threshold * SIDE, 1),
        caught_start=round((1 - caught[0]) * SIDE, 1),
    )
