"""Every way a secure page says no.

PageRefusal
├── LinkDead              used, expired, killed, unknown or another browser's
│   ├── OpenElsewhere     the payment is open in another browser
│   └── ConfirmedElsewhere  the payment has been confirmed with this link
├── BankAway              the core did not answer; nothing has happened
├── ProofUnreadable       not a date, or not four digits; no try spent
├── ProofWrong            date of birth and account digits do not match
├── ProofPaused           too many tries with them
├── SignInWrong           id and PIN do not match, or signing in is paused
├── TooManyFromHere       too many wrong PINs from one place
├── SignInNeeded          the page needs a session
├── CodeUnreadable        not six digits; no try spent
├── WrongCode             tries remain
├── CodePaused            too many wrong codes; wait
├── CodeClosed            far too many; only a person can help
├── CodeExpired           no live code
├── CodeTooSoon           wait before asking for another
├── CodeTooOften          no more codes for now
├── SmsDown               the text message could not be handed over
├── SimChanged            no codes by SMS to this number for now
├── ConfirmationChanged   what was shown is not what would happen
├── ChatIdRefused         not a chat-banking id
├── PinRefused            with the reason
├── PinsDiffer            the two do not match
├── PassphraseRefused     too short or too plain
├── AuthenticatorWrong    the first code of an authenticator is wrong; may be left out
└── NewCodeWrong          the same where a new authenticator is all it is about

Their words are in banking/web/templates/_refusals.html, one entry per code;
they never enter the chat.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any, ClassVar


class PageRefusal(Exception):
    code: ClassVar[str] = "page_refusal"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def facts(self) -> dict[str, object]:
        """What the words may name."""
        told: Any = self
        if not is_dataclass(told):
            return {}
        return {f.name: getattr(told, f.name) for f in fields(told)}


class LinkDead(PageRefusal):
    pass


class OpenElsewhere(LinkDead):
    pass


class ConfirmedElsewhere(LinkDead):
    pass


class BankAway(PageRefusal):
    pass


class ProofUnreadable(PageRefusal):
    pass


@dataclass(eq=False)
class ProofWrong(PageRefusal):
    tries_left: int


class ProofPaused(PageRefusal):
    pass


class SignInWrong(PageRefusal):
    pass


class TooManyFromHere(PageRefusal):
    pass


class SignInNeeded(PageRefusal):
    pass


class CodeUnreadable(PageRefusal):
    pass


@dataclass(eq=False)
class WrongCode(PageRefusal):
    tries_left: int


@dataclass(eq=False)
class CodePaused(PageRefusal):
    until: datetime


class CodeClosed(PageRefusal):
    pass


class CodeExpired(PageRefusal):
    pass


@dataclass(eq=False)
class CodeTooSoon(PageRefusal):
    wait_seconds: int


class CodeTooOften(PageRefusal):
    pass


@dataclass(eq=False)
class SmsDown(PageRefusal):
    authenticator: bool


@dataclass(eq=False)
class SimChanged(PageRefusal):
    authenticator: bool


class ConfirmationChanged(PageRefusal):
    pass


class ChatIdRefused(PageRefusal):
    pass


@dataclass(eq=False)
class PinRefused(PageRefusal):
    reason: str


class PinsDiffer(PageRefusal):
    pass


class PassphraseRefused(PageRefusal):
    pass


class AuthenticatorWrong(PageRefusal):
    pass


class NewCodeWrong(PageRefusal):
    pass
