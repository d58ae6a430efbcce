"""What may go wrong without being a fault of the program."""

from banking.adapters.db.embedded import PostgresFailed
from banking.domain.staff import StaffRefusal
from banking.policy import PolicyRefused
from banking.settings import SettingsRefused
from banking.supervisor.house import DidNotStart
from banking.supervisor.ports import PortTaken
from banking.supervisor.programs import NoModel
from banking.supervisor.running import AlreadyRuns
from banking.supervisor.up import NotInProduction, NotSeeded

REFUSALS = (
    AlreadyRuns,
    DidNotStart,
    NoModel,
    NotInProduction,
    NotSeeded,
    PolicyRefused,
    PortTaken,
    PostgresFailed,
    SettingsRefused,
    StaffRefusal,
)
