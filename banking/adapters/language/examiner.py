"""Finds out what a model can do, and writes it down for people."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from banking.adapters.language import gate_report, learned_from, story_tests
from banking.adapters.language.conversation_tests import KIND as CONVERSATION
from banking.adapters.language.conversation_tests import Conversations
from banking.adapters.language.evaluation import NoModelToEvaluate, evaluate
from banking.adapters.language.rasa_run import RunFailed
from banking.adapters.language.sets import BadSets
from banking.domain.nlu_scores import Evaluation
from banking.domain.verdict import Trial, Verdict
from banking.ports.models import ModelCard, ModelShelf, Progress, TrainingFailed

SETS = "tests/held_out*"
# Of the steps of all tests, how many the stories take.
STORIES, ALL = 15, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RasaExaminer:
    """Keeps the promise of ``ports.models.Examiner``; ``home`` is LANGUAGE_HOME."""

    home: Path
    shelf: ModelShelf
    conversations: Conversations

    def scores(
        self, card: ModelCard, progress: Progress, *, cross_validate: bool
    ) -> Evaluation:
        """Scores on every folder of held-out sentences, each beside the others.

        Cross-validated are the data that the model learned from, where they are kept,
        and today's otherwise.
        """
        sets = sorted(folder for folder in self.home.glob(SETS) if folder.is_dir())
        model = self.shelf.file_of(card)
        try:
            with self._data(model, wanted=cross_validate) as data:
                return evaluate(
                    self.home,
                    model,
                    sets,
                    cross_validate=cross_validate,
                    progress=progress,
                    learned_from=data,
                )
        except (BadSets, NoModelToEvaluate, RunFailed) as failed:
            raise TrainingFailed(str(failed)) from None

    def has_data(self, card: ModelCard) -> bool:
        """Whether the data that the model learned from are beside it."""
        return learned_from.is_kept(self.shelf.file_of(card))

    @contextmanager
    def _data(self, model: Path, *, wanted: bool) -> Iterator[Path | None]:
        if not (wanted and learned_from.is_kept(model)):
            yield None
            return
        with learned_from.unpacked(model) as data:
            yield data

    def tests(
        self, card: ModelCard, progress: Progress, *, only: Sequence[Trial] = ()
    ) -> list[Trial]:
        """Play stories and conversations; of ``only`` the ones that it names."""
        model = self.shelf.file_of(card)
        found: list[Trial] = []
        stories = [test.name for test in only if test.kind == story_tests.KIND]
        told = [test.name for test in only if test.kind == CONVERSATION]
        if stories or not only:
            progress("playing the test stories", 0, ALL)
            found += story_tests.play(self.home, model, stories)
        if told or not only:

            def rest(stage: str, done: int, of: int) -> None:
                progress(stage, STORIES + (ALL - STORIES) * done // of, ALL)

            rest("starting a bank for the conversations", 0, ALL)
            found += self.conversations.play(card, model, rest, told)
        return found

    def report(
        self, before: Evaluation | None, after: Evaluation, verdict: Verdict
    ) -> str:
        """Write the page that shows a verdict and both models' figures."""
        folder = self.home / "models"
        return gate_report.write(before, after, verdict, folder)
