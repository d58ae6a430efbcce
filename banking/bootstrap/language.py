"""The gate between training data and customers, put together."""

from pathlib import Path

from banking.adapters.language.conversation_tests import Conversations
from banking.adapters.language.examiner import RasaExaminer
from banking.adapters.language.serving import RasaServing
from banking.adapters.language.shelf import Shelf
from banking.adapters.language.trainer import MODELS, RasaTrainer
from banking.policy import Policy
from banking.ports.identity import Clock
from banking.ports.unit_of_work import UnitOfWork
from banking.services.model_gate import ModelGate


def open_gate(
    home: Path,
    policy: Policy,
    clock: Clock,
    *,
    rasa_url: str,
    uow: UnitOfWork | None = None,
    has_customers: bool = False,
) -> ModelGate:
    """Build the gate of a LANGUAGE_HOME; without ``uow`` nothing but it is written."""
    shelf = Shelf(home / MODELS, clock)
    return ModelGate(
        shelf=shelf,
        trainer=RasaTrainer(home),
        examiner=RasaExaminer(
            home=home,
            shelf=shelf,
            conversations=Conversations(home, has_customers=has_customers),
        ),
        serving=RasaServing(rasa_url),
        clock=clock,
        rules=policy.language.gate,
        uow=uow,
    )
