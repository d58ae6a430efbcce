"""Trains in Rasa's own environment, on data that have been looked through first."""

from dataclasses import dataclass
from pathlib import Path

from banking.adapters.language import rasa_run
from banking.adapters.language.lint import lint
from banking.adapters.language.shelf_files import card_of
from banking.ports.models import ModelCard, Progress, TrainingFailed

MODULE = "rasa_addons.train"


@dataclass(frozen=True, slots=True)
class RasaTrainer:
    """Keeps the promise of ``ports.models.Trainer``; ``home`` is LANGUAGE_HOME."""

    home: Path

    def train(self, by: str, progress: Progress, *, force: bool = False) -> ModelCard:
        """Train on today's data; the model lies on the shelf, and serves nobody yet."""
        progress("checking the data", 0, 1)
        faults = [str(found) for found in lint(self.home) if found.stops_training]
        if faults:
            raise TrainingFailed("\n".join(faults))
        arguments = ["--home", str(self.home), "--by", by, "--with-parent"]
        if force:
            arguments.append("--force")
        try:
            told = rasa_run.run(MODULE, arguments, home=self.home, progress=progress)
            return card_of(told["model"])
        except (rasa_run.RunFailed, KeyError) as failed:
            raise TrainingFailed(str(failed)) from None
