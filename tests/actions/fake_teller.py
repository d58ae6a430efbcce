"""A teller that keeps a small bank in memory and remembers what it was asked."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from banking.domain.opening import OpeningHours
from banking.services.outcomes import (
    AddPayee,
    Ask,
    Balance,
    CancelTransfer,
    ChangeAuthenticator,
    ChangePin,
    Choice,
    ConfirmNeeded,
    Freeze,
    LimitsLeft,
    Logout,
    Movements,
    Outcome,
    Payees,
    ReceiptAgain,
    Refused,
    RegistrationNeeded,
    RemovePayee,
    Resumed,
    RevokeSessions,
    Say,
    SendMoneyDraft,
    Sessions,
    SignIn,
    SignInNeeded,
    Spending,
    StatementFor,
    TransferStatus,
)
from banking.services.people import People

PEOPLE = {
    "ama": "Ama M. •••• 4321",
    "grace": "Grace T. •••• 3344",
    "kofi": "Kofi B. •••• 5566",
}
PETERS = {"p_1": "Peter O. •••• 1122", "p_2": "Peter K. •••• 7788"}
LIMIT = 500
CURRENT = "Current •••• 4321"


@dataclass
class FakeTeller:
    """Signed in unless told otherwise; the current account holds USD 1,000.00."""

    session: str = "valid"
    asked: list[Any] = field(default_factory=list)
    parked: Any = None
    awaiting: SendMoneyDraft | None = None
    sent: list[SendMoneyDraft] = field(default_factory=list)
    links: int = 0
    breaks: bool = False
    registers: bool = False
    # A Friday noon.
    moment: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def ask(self, token: str, query: Any) -> Outcome:
        return self._serve(token, query)

    def do(self, token: str, command: Any) -> Outcome:
        return self._serve(token, command)

    def draft(self, token: str, draft: SendMoneyDraft) -> Outcome:
        return self._serve(token, draft)

    def resume(self, token: str) -> Resumed:
        request, self.parked = self.parked, None
        if request is None or isinstance(request, SignIn):
            return Resumed(Say("utter_signed_in", {"name": "Ama"}), "Ama")
        outcome = self._serve(token, request)
        return Resumed(outcome, "Ama", self.registers, asked=True)

    @property
    def drafts(self) -> list[SendMoneyDraft]:
        """What it was told of payments, each time with all that was known by then."""
        return [
            request for request in self.asked if isinstance(request, SendMoneyDraft)
        ]

    @property
    def people(self) -> People:
        hours = OpeningHours(((480, 1080),) * 5 + (None, None))
        return People(hours=hours, clock=self, zone=UTC)

    def now(self) -> datetime:
        return self.moment

    def confirm(self) -> None:
        """The customer does it on the page."""
        assert self.awaiting is not None
        self.sent.append(self.awaiting)
        self.awaiting = None

    def _serve(self, token: str, request: Any) -> Outcome:
        self.asked.append(request)
        if self.breaks:
            raise RuntimeError("card 4111 1111 1111 1111")
        if not token:
            return Refused("not_verified")
        if self.session != "valid":
            self.parked = request
            self.links += 1
            url = f"https://bank.test/s/{self.links}"
            if self.session == "missing":
                return RegistrationNeeded(url)
            return SignInNeeded(url)
        return self._answer(request)

    def _answer(  # noqa: C901, PLR0911, PLR0912 - one case for each request.
        self, request: Any
    ) -> Outcome:
        match request:
            case Balance():
                return Say("utter_balance", {"lines": f"{CURRENT}  USD 1,000.00"})
            case LimitsLeft():
                names = ("now", "single", "today", "daily", "month", "monthly")
                return Say("utter_limits_left", dict.fromkeys(names, "USD 455.00"))
            case Movements(text=text):
                facts = {
                    "account": CURRENT,
                    "lines": "1 Nov  Shop  −USD 3.00",
                }
                facts |= {"text": text or "", "period": ""}
                return Say(
                    "utter_movements_found" if text else "utter_movements", facts
                )
            case Spending(text=text):
                facts = {
                    "total": "USD 3.00",
                    "text": text or "",
                    "period": "this month",
                }
                return Say("utter_spending_on", {**facts, "lines": "1 Nov  Shop"})
            case StatementFor(since="gibberish"):
                return Refused("period_unreadable")
            case StatementFor(since=since):
                facts = {"account": CURRENT, "period": str(since)}
                return Say("utter_statement_coming", facts)
            case ReceiptAgain(which="Nobody"):
                return Say("utter_receipt_none")
            case ReceiptAgain():
                facts = {"amount": "USD 20.00", "payee": PEOPLE["ama"], "quoted": ""}
                return Say("utter_receipt_again", facts)
            case Payees():
                return Say("utter_payees", {"lines": "\n".join(PEOPLE.values())})
            case AddPayee(name, number) if number.startswith("0"):
                return Ask("account_or_phone", "utter_ask_payee_account_not_found")
            case AddPayee(name, number):
                return Say("utter_payee_added", {"name": name, "payee": number})
            case RemovePayee(name) if name.lower() not in PEOPLE:
                return Refused("payee_unknown", {"payee": name})
            case RemovePayee(name):
                return Say("utter_payee_removed", {"payee": name})
            case Sessions():
                return Say("utter_sessions", {"lines": "whatsapp  09:00 - 09:05"})
            case SignIn():
                return Say("utter_signed_in_already", {"name": "Ama"})
            case RevokeSessions():
                return Say("utter_sessions_ended")
            case Logout():
                return Say("utter_logged_out")
            case Freeze():
                return Say("utter_frozen")
            case ChangePin():
                return ConfirmNeeded("https://bank.test/s/pin", "utter_change_pin")
            case ChangeAuthenticator():
                return ConfirmNeeded(
                    "https://bank.test/s/app", "utter_change_authenticator"
                )
            case TransferStatus():
                return self._status()
            case CancelTransfer():
                return self._cancel()
            case SendMoneyDraft():
                return self._draft(request)
            case other:
                raise AssertionError(other)

    def _status(self) -> Outcome:
        if self.awaiting:
            return Say("utter_transfer_status_awaiting", self._facts(self.awaiting))
        if self.sent:
            return Say("utter_transfer_status_posted", self._facts(self.sent[-1]))
        return Say("utter_transfer_status_none")

    def _cancel(self) -> Outcome:
        if self.awaiting is None:
            return Refused("nothing_to_cancel")
        facts = self._facts(self.awaiting)
        self.awaiting = None
        return Say("utter_transfer_cancelled", facts)

    def _draft(  # noqa: PLR0911 - one return for each outcome.
        self, draft: SendMoneyDraft
    ) -> Outcome:
        payee = self._payee(draft)
        if isinstance(payee, Ask):
            return payee
        facts = {"payee": payee, "currency": "USD"}
        if draft.amount is None:
            return Ask("amount", "utter_ask_amount", facts)
        digits = "".join(c for c in draft.amount if c.isdigit() or c == ".")
        if "-" in draft.amount or not digits:
            return Ask("amount", "utter_ask_amount_unreadable", facts)
        if float(digits) == LIMIT and draft.source is None:
            choice = Choice("Savings", '/inform{"source": "own_2"}')
            facts = {"source": CURRENT, "balance": "USD 499.00"}
            return Ask("amount", "utter_ask_amount_not_enough", facts, (choice,))
        if float(digits) > LIMIT:
            choice = Choice("USD 400.00", '/inform{"amount": "400.00 USD"}')
            facts = {"allowed": "USD 400.00"}
            return Ask("amount", "utter_ask_amount_over_day_limit", facts, (choice,))
        if self.awaiting == replace(draft, amount=digits):
            return self._confirm("utter_confirm_transfer")
        changed = self.awaiting is not None
        self.awaiting = replace(draft, amount=digits)
        return self._confirm(
            "utter_confirm_transfer_changed" if changed else "utter_confirm_transfer"
        )

    def _confirm(self, response: str) -> ConfirmNeeded:
        self.links += 1
        url = f"https://bank.test/s/{self.links}"
        return ConfirmNeeded(url, response, self._facts(self.awaiting))

    def _payee(self, draft: SendMoneyDraft) -> str | Ask:  # noqa: PLR0911
        if draft.payee_choice in PETERS:
            return PETERS[draft.payee_choice]
        if draft.payee_account:
            return f"{draft.payee or 'Somebody'} •••• {draft.payee_account[-4:]}"
        if draft.own:
            return "Savings •••• 9876"
        if draft.payee is None:
            return Ask("payee", "utter_ask_payee")
        name = draft.payee.lower().split()[0]
        if name == "peter":
            choices = tuple(
                Choice(title, f'/inform{{"payee_choice": "{key}"}}')
                for key, title in PETERS.items()
            )
            facts = {"payee": draft.payee, "count": "2"}
            return Ask("payee_choice", "utter_ask_payee_choice", facts, choices)
        if name not in PEOPLE:
            return Ask(
                "payee_account", "utter_ask_payee_account", {"payee": draft.payee}
            )
        return PEOPLE[name]

    def _facts(self, draft: SendMoneyDraft) -> dict[str, str]:
        payee = self._payee(draft)
        return {
            "amount": f"USD {float(draft.amount or 0):,.2f}",
            "payee": payee if isinstance(payee, str) else "?",
            "fee": "USD 0.00",
            "source": CURRENT,
            "reference": draft.reference or "",
            "quoted": f", “{draft.reference}”" if draft.reference else "",
        }
