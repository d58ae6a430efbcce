"""What the teller is asked, and everything it can answer.

Requests carry what the customer typed, as text: the teller reads it strictly. An
outcome names a response of `domain.yml` and the facts that fill it; facts are already
formatted, and no sentence for a customer is in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# --- requests ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Balance:
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Movements:
    account: str | None = None
    text: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int = 5


@dataclass(frozen=True, slots=True)
class Spending:
    text: str | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True)
class StatementFor:
    """`since` alone may name a whole period: "October"."""

    since: str | None = None
    until: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptAgain:
    """Of the latest payment that went through, or the latest that fits `which`."""

    which: str | None = None


@dataclass(frozen=True, slots=True)
class Details:
    account: str | None = None


@dataclass(frozen=True, slots=True)
class LimitsLeft:
    pass


@dataclass(frozen=True, slots=True)
class Payees:
    pass


@dataclass(frozen=True, slots=True)
class TransferStatus:
    which: str | None = None


@dataclass(frozen=True, slots=True)
class Sessions:
    pass


@dataclass(frozen=True, slots=True)
class SignIn:
    """Nothing but to be signed in, or to have registered."""


type Query = (
    Balance
    | Movements
    | Spending
    | StatementFor
    | ReceiptAgain
    | Details
    | LimitsLeft
    | Payees
    | TransferStatus
    | Sessions
    | SignIn
)


@dataclass(frozen=True, slots=True)
class Logout:
    pass


@dataclass(frozen=True, slots=True)
class RevokeSessions:
    pass


@dataclass(frozen=True, slots=True)
class AddPayee:
    name: str
    account_or_phone: str


@dataclass(frozen=True, slots=True)
class RemovePayee:
    name: str


@dataclass(frozen=True, slots=True)
class CancelTransfer:
    which: str | None = None


@dataclass(frozen=True, slots=True)
class Freeze:
    pass


@dataclass(frozen=True, slots=True)
class ChangePin:
    pass


@dataclass(frozen=True, slots=True)
class ChangeAuthenticator:
    """An authenticator added, or another in place of the one there is."""


type Command = (
    Logout
    | RevokeSessions
    | AddPayee
    | RemovePayee
    | CancelTransfer
    | Freeze
    | ChangePin
    | ChangeAuthenticator
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMoneyDraft:
    """A payment as far as the customer has said it. `own`: between own accounts."""

    payee: str | None = None
    payee_choice: str | None = None
    amount: str | None = None
    source: str | None = None
    reference: str | None = None
    payee_account: str | None = None
    own: bool = False


type Request = Query | Command | SendMoneyDraft

# --- answers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tap; its payload is an intent with entities, never a command."""

    title: str
    payload: str = field(repr=False)
    description: str = ""


@dataclass(frozen=True, slots=True)
class SignInNeeded:
    """Signed out: the request is parked and goes on after signing in."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegistrationNeeded:
    """Not registered: the request is parked and goes on after registering."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Say:
    """A finished answer."""

    response: str
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about one field of the draft."""

    slot: str
    response: str
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmNeeded:
    """Everything is known: the customer goes on at the page behind the link."""

    url: str = field(repr=False)
    response: str
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """No; `utter_refused_<code>` has the words."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    choices: tuple[Choice, ...] = ()

    @property
    def response(self) -> str:
        return f"utter_refused_{self.code}"


@dataclass(frozen=True, slots=True)
class Resumed:
    """The customer is back from the bank's page; `name` is their first name."""

    outcome: Outcome
    name: str = field(default="", repr=False)
    registered: bool = False
    # Whether something had been asked before, which `outcome` now answers.
    asked: bool = False


type Outcome = SignInNeeded | RegistrationNeeded | Say | Ask | ConfirmNeeded | Refused
