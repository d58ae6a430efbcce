"""What stands behind the trainers' desk, put together."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from banking.adapters.db.engine import engine as connect
from banking.adapters.language.example_files import YamlExamples
from banking.adapters.language.lint import lint
from banking.adapters.language.story_files import YamlStories
from banking.adapters.rasa_tracker import RasaTracker
from banking.domain.inbox import InboxRules
from banking.ports.identity import Clock
from banking.ports.unit_of_work import UnitOfWork
from banking.services.teaching import Teaching
from banking.settings import Settings


def open_teaching(
    settings: Settings,
    uow: UnitOfWork,
    clock: Clock,
    engine: Engine,
    *,
    rules: InboxRules,
    keep: timedelta,
) -> Teaching:
    """Build the service; opens no connection and reads no file yet."""
    home = settings.language_home
    tracker = settings.rasa_tracker_url
    own = tracker and connect(tracker.get_secret_value(), pool_size=1)
    return Teaching(
        uow=uow,
        clock=clock,
        files=YamlExamples(home, partial(_faults, home)),
        stories=YamlStories(home),
        trackers=RasaTracker(own or engine),
        rules=rules,
        keep=keep,
    )


def _faults(home: Path) -> Iterable[str]:
    """What training would stop at, a line each."""
    return (
        f"{found.file}:{found.line}: {found.reason}"
        for found in lint(home)
        if found.stops_training
    )
