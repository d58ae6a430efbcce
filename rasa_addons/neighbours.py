"""The vote of the most similar training sentences.

A linear fit knows what sentences of an intent have in common; an odd one among them it
smooths away. The neighbours remember it, which counts most where there are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence, Tuple

import numpy as np

VOTERS = 5
# How fast a vote fades with distance: exp(SHARPNESS * (cosine - 1)).
SHARPNESS = np.float32(10.0)
# Enough of the sentence vectors to tell who is near, and a sixth of the reading.
DIMENSIONS = 128


@dataclass(frozen=True)
class Neighbours:
    """``rows`` are unit vectors of the sentences, ``labels`` their place in classes."""

    classes: Tuple[str, ...]
    projection: np.ndarray
    rows: np.ndarray
    labels: np.ndarray

    @classmethod
    def learned(
        cls, dense: np.ndarray, labels: Sequence[str], classes: Tuple[str, ...]
    ) -> "Neighbours":
        """Keep the sentences, seen along the directions in which they differ most."""
        _, directions = np.linalg.eigh(dense.T @ dense)
        projection = np.ascontiguousarray(directions[:, -DIMENSIONS:], np.float32)
        places = {name: place for place, name in enumerate(classes)}
        # Half precision is all that likeness needs, and half the model's size.
        rows = _unit(dense @ projection).astype(np.float16).astype(np.float32)
        return cls(classes, projection, rows, np.array([places[x] for x in labels]))

    def chances(self, dense: np.ndarray) -> np.ndarray:
        """Each row sums to one over the classes; zero for who has no vote."""
        nearness = _unit(dense @ self.projection) @ self.rows.T
        voters = min(VOTERS, len(self.rows))
        found = np.argpartition(-nearness, voters - 1, axis=1)[:, :voters]
        votes = np.exp(SHARPNESS * (np.take_along_axis(nearness, found, 1) - 1))
        chances = np.zeros((len(dense), len(self.classes)), dtype=np.float32)
        for row, (places, weights) in enumerate(zip(found, votes, strict=True)):
            np.add.at(chances[row], self.labels[places], weights)
        return chances / chances.sum(1, keepdims=True)

    def save(self, file: Path) -> None:
        """Write arrays only."""
        np.savez(
            file,
            classes=np.array(self.classes),
            projection=self.projection,
            rows=self.rows.astype(np.float16),
            labels=self.labels,
        )

    @classmethod
    def read(cls, file: Path) -> "Neighbours":
        """Read arrays only; a pickle in the file is refused."""
        with np.load(file, allow_pickle=False) as saved:
            return cls(
                classes=tuple(str(name) for name in saved["classes"]),
                projection=saved["projection"],
                rows=saved["rows"].astype(np.float32),
                labels=saved["labels"],
            )


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
