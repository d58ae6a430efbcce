"""Trains in Rasa's own environment, on data that have been looked through first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from banking.adapters.language import learned_from, rasa_run
from banking.adapters.language.lint import lint
from banking.adapters.language.shelf_files import card_of
from banking.ports.models import ModelCard, Progress, TrainingFailed

MODULE = "rasa_addons.train"
MODELS = "models"


class RunModule(Protocol):
    def __call__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        home: Path,
        progress: Progress,
    ) -> Mapping[str, Any]:
        """See ``rasa_run.run``."""


@dataclass(frozen=True, slots=True)
class RasaTrainer:
    """Keeps the promise of ``ports.models.Trainer``; ``home`` is LANGUAGE_HOME."""

    home: Path
    run: RunModule = rasa_run.run

    def train(self, by: str, progress: Progress, *, force: bool = False) -> ModelCard:
        """Train on today's data; the model lies on the shelf, and serves nobody yet."""
        progress("checking the data", 0, 1)
        faults = [str(found) for found in lint(self.home) if found.stops_training]
        if faults:
            raise TrainingFailed("\n".join(faults))
        arguments = ["--home", str(self.home), "--by", by, "--with-parent"]
        if force:
            arguments.append("--force")
        data = learned_from.data_of(self.home)
        try:
            told = self.run(MODULE, arguments, home=self.home, progress=progress)
            card = card_of(told["model"])
        except (rasa_run.RunFailed, KeyError) as failed:
            raise TrainingFailed(str(failed)) from None
        # Whoever wrote meanwhile: nobody knows what the model has seen of it.
        if data == learned_from.data_of(self.home):
            learned_from.keep(self.home / MODELS / card.file, data)
        return card
