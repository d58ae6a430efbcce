"""The teller: the one door to everything a customer can have done.

It calls the operations; no operation calls it. Who may go on is a table, and every
refusal is caught here, in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import Any, Final

from banking.domain import masking
from banking.domain.envelope import Envelope, ForgedEnvelope, unseal
from banking.domain.link import LinkPurpose
from banking.domain.refusals import CoreAway, CustomerBlocked, NotVerified, Refusal
from banking.domain.session import TokenStatus
from banking.ports.core_banking import CoreUnreachable
from banking.ports.gateway import Conversation
from banking.ports.identity import Clock
from banking.ports.unit_of_work import Tx, UnitOfWork
from banking.services.accounts import Accounts
from banking.services.kyc import Allowance, Caller
from banking.services.links import Links
from banking.services.outcomes import (
    AddPayee,
    Balance,
    CancelTransfer,
    ChangeAuthenticator,
    ChangePin,
    Command,
    ConfirmNeeded,
    Details,
    Freeze,
    LimitsLeft,
    Logout,
    Movements,
    Outcome,
    Payees,
    Query,
    ReceiptAgain,
    Refused,
    RegistrationNeeded,
    RemovePayee,
    Request,
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
from banking.services.own_pages import own_page
from banking.services.parking import parked, unparked
from banking.services.payees import PayeeBook
from banking.services.payments import Payments
from banking.services.people import People
from banking.services.receipts import Receipts
from banking.services.send_money import SendMoney
from banking.services.statements import Statements
from banking.services.token_validity import Ended, TokenValidity, Validity
from banking.services.token_validity import Sessions as OpenSessions
from banking.services.transfer_facts import TransferView


class Step(Enum):
    """What comes next for somebody who asks for something."""

    REGISTER = auto()
    SIGN_IN = auto()
    PROCEED = auto()


# As their makers write them.
_CHANNELS: Final[Mapping[str, str]] = {"whatsapp": "WhatsApp"}
GATE: Final[Mapping[TokenStatus, Step]] = {
    TokenStatus.MISSING: Step.REGISTER,
    TokenStatus.EXPIRED: Step.SIGN_IN,
    TokenStatus.VALID: Step.PROCEED,
}

type Operation = Callable[[Caller, Any], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    uow: UnitOfWork
    clock: Clock
    envelope_key: bytes = field(repr=False)
    validity: TokenValidity
    sessions: OpenSessions
    links: Links
    accounts: Accounts
    allowance: Allowance
    book: PayeeBook
    send_money: SendMoney
    payments: Payments
    statements: Statements
    receipts: Receipts
    people: People

    # --- what the chat asks -------------------------------------------------------

    def ask(self, envelope_token: str, query: Query) -> Outcome:
        """Answer something that moves nothing."""
        return self._serve(envelope_token, query)

    def draft(self, envelope_token: str, draft: SendMoneyDraft) -> Outcome:
        """Take a payment one step further."""
        return self._serve(envelope_token, draft)

    def do(self, envelope_token: str, command: Command) -> Outcome:
        """Have something done."""
        return self._serve(envelope_token, command)

    def resume(self, envelope_token: str) -> Resumed:
        """Go on with what was parked before registration or sign-in."""
        try:
            envelope = self._verified(envelope_token)
            with self.uow() as tx:
                waiting = tx.parked.take(envelope.conversation_id)
                conversation = tx.conversations.get(envelope.conversation_id)
                bound = conversation.enrolment_id if conversation else None
                enrolment = tx.enrolments.get(bound) if bound else None
                tx.commit()
        except Refusal as refusal:
            return Resumed(Refused(refusal.code, refusal.facts()))
        name = masking.first_name(enrolment.name) if enrolment else ""
        # Who asked before there was an enrolment has registered since.
        registered = bool(
            waiting and enrolment and enrolment.created_at >= waiting.parked_at
        )
        request = unparked(waiting)
        if request is None or isinstance(request, SignIn):
            done = "utter_registered" if registered else "utter_signed_in"
            return Resumed(Say(done, {"name": name}), name, registered)
        outcome = self._serve(envelope_token, request)
        return Resumed(outcome, name, registered, asked=True)

    # --- what the pages ask -------------------------------------------------------

    def confirmation(self, transfer_id: str, enrolment_id: str) -> TransferView | None:
        return self.payments.confirmation(transfer_id, enrolment_id)

    def authorise(self, tx: Tx, transfer_id: str, enrolment_id: str) -> TransferView:
        return self.payments.authorise(tx, transfer_id, enrolment_id)

    def cancel(self, transfer_id: str, enrolment_id: str) -> TransferView:
        return self.payments.cancel(transfer_id, enrolment_id)

    # --- the door -----------------------------------------------------------------

    def _serve(self, token: str, request: Request) -> Outcome:
        try:
            envelope = self._verified(token)
            caller = self._admit(envelope, request)
            if not isinstance(caller, Caller):
                return caller
            return self._operations[type(request)](caller, request)
        except Refusal as refusal:
            return Refused(refusal.code, refusal.facts())
        except CoreUnreachable:
            return Refused(CoreAway.code)

    def _verified(self, token: str) -> Envelope:
        try:
            return unseal(token, self.envelope_key, now=self.clock.now())
        except ForgedEnvelope:
            with self.uow() as tx:
                tx.audit.record("envelope_refused")
                tx.commit()
            raise NotVerified from None

    def _admit(self, envelope: Envelope, request: Request) -> Caller | Outcome:
        """The caller, if the gate lets them through; else where to go instead."""
        with self.uow() as tx:
            conversation = tx.conversations.get(envelope.conversation_id)
            if conversation is None:
                raise NotVerified
            # Resuming is the bank's doing, everything else the customer's.
            own_act = envelope.command != "/resume"
            validity = self.validity.check(tx, conversation, extend=own_act)
            step = GATE[validity.status]
            enrolment = None
            if step is Step.PROCEED and validity.enrolment_id:
                enrolment = tx.enrolments.get(validity.enrolment_id)
            if enrolment is not None:
                tx.commit()
                return Caller(conversation.id, enrolment)
            if validity.enrolment_id and self._stopped(tx, validity.enrolment_id):
                # Signing in would not help: a branch opens it again.
                return Refused(CustomerBlocked.code)
            outcome = self._turned_away(tx, conversation, validity, request)
            tx.commit()
            return outcome

    @staticmethod
    def _stopped(tx: Tx, enrolment_id: str) -> bool:
        enrolment = tx.enrolments.get(enrolment_id)
        return enrolment is not None and not enrolment.active

    def _turned_away(
        self, tx: Tx, conversation: Conversation, validity: Validity, request: Request
    ) -> Outcome:
        if isinstance(request, ChangePin) and validity.enrolment_id:
            return self._forgotten(tx, conversation, validity.enrolment_id)
        waiting = parked(request, conversation.id, self.clock.now())
        if waiting is None:
            return Say("utter_signed_out_already")
        tx.parked.put(waiting)
        if GATE[validity.status] is Step.REGISTER:
            url = self.links.issue(tx, LinkPurpose.REGISTER, conversation.id)
            return RegistrationNeeded(url)
        known = validity.enrolment_id
        return SignInNeeded(
            self.links.issue(
                tx, LinkPurpose.SIGN_IN, conversation.id, enrolment_id=known
            )
        )

    def _forgotten(
        self, tx: Tx, conversation: Conversation, enrolment_id: str
    ) -> Outcome:
        """Who has forgotten the PIN cannot sign in to change it: prove it anew."""
        url = self.links.issue(
            tx, LinkPurpose.RESET_PIN, conversation.id, enrolment_id=enrolment_id
        )
        tx.audit.record(
            "reset_pin_asked",
            enrolment_id=enrolment_id,
            conversation_id=conversation.id,
        )
        return ConfirmNeeded(url, "utter_reset_pin_link")

    @property
    def _operations(self) -> Mapping[type[Any], Operation]:
        own_page_link = partial(own_page, self.uow, self.links)
        return {
            Balance: self.accounts.balance,
            Movements: self.accounts.movements,
            Spending: self.accounts.spending,
            Details: self.accounts.details,
            StatementFor: self.statements.request,
            ReceiptAgain: self.receipts.again,
            LimitsLeft: lambda caller, _: self.allowance.overview(caller),
            Payees: lambda caller, _: self.book.listing(caller),
            AddPayee: self.book.add,
            RemovePayee: self.book.remove,
            SendMoneyDraft: self.send_money.step,
            TransferStatus: self.payments.status,
            CancelTransfer: self.payments.cancel_by_customer,
            Sessions: self._sessions,
            SignIn: self._signed_in_already,
            Logout: lambda caller, _: self._end(caller, Ended.LOGOUT),
            RevokeSessions: lambda caller, _: self._end(caller, Ended.REVOKED),
            Freeze: self._freeze,
            ChangePin: own_page_link,
            ChangeAuthenticator: own_page_link,
        }

    # --- sessions -----------------------------------------------------------------

    def _sessions(self, caller: Caller, _: Sessions) -> Outcome:
        with self.uow() as tx:
            live = self.sessions.open_ones(tx, caller.id)
        zone = self.accounts.zone
        lines = (
            f"{_CHANNELS.get(s.channel, s.channel)}  "
            f"{s.started_at.astimezone(zone):%H:%M} \N{EN DASH} "
            f"{s.expires_at.astimezone(zone):%H:%M}"
            for s in live
        )
        facts = {"lines": "\n".join(lines), "count": str(len(live))}
        return Say("utter_sessions", facts)

    def _signed_in_already(self, caller: Caller, _: SignIn) -> Outcome:
        name = masking.first_name(caller.enrolment.name)
        return Say("utter_signed_in_already", {"name": name})

    def _end(self, caller: Caller, why: Ended) -> Outcome:
        with self.uow() as tx:
            self.sessions.kill(tx, caller.id, why)
            tx.commit()
        if why is Ended.LOGOUT:
            return Say("utter_logged_out")
        return Say("utter_sessions_ended")

    def _freeze(self, caller: Caller, _: Freeze) -> Outcome:
        with self.uow() as tx:
            self.sessions.freeze(tx, caller.id, by="customer")
            tx.commit()
        return Say("utter_frozen")
