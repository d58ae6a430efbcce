"""What may go wrong without being a fault of the program."""

from banking.adapters.db.embedded import PostgresFailed
from banking.adapters.language.benchmark import BadLabelledTexts
from banking.adapters.language.evaluation import NoModelToEvaluate
from banking.adapters.language.rasa_run import RunFailed
from banking.adapters.language.sets import BadSets
from banking.domain.staff import StaffRefusal
from banking.policy import PolicyRefused
from banking.services.code_unlocking import UnlockRefused
from banking.services.leaving import LeavingRefused
from banking.settings import SettingsRefused
from banking.supervisor.house import DidNotStart
from banking.supervisor.ports import PortTaken
from banking.supervisor.programs import NoModel
from banking.supervisor.running import AlreadyRuns
from banking.supervisor.up import NotInProduction, NotSeeded

REFUSALS = (
    AlreadyRuns,
    BadLabelledTexts,
    BadSets,
    DidNotStart,
    LeavingRefused,
    NoModel,
    NoModelToEvaluate,
    NotInProduction,
    NotSeeded,
    PolicyRefused,
    PortTaken,
    PostgresFailed,
    RunFailed,
    SettingsRefused,
    StaffRefusal,
    UnlockRefused,
)
