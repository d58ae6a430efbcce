"""Statements: asked for in the chat, made by a job, sent as a locked document."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Final

from banking.domain import masking
from banking.domain.bubbles import DocumentBubble
from banking.domain.dates import Period
from banking.domain.money import Money
from banking.domain.refusals import PeriodTooLong, PeriodUnreadable
from banking.ports.core_banking import Account, CoreBanking, Movement
from banking.ports.documents import DocumentPress, Statement
from banking.ports.gateway import Words
from banking.ports.identity import Clock
from banking.ports.money import Document, StatementRequest
from banking.ports.unit_of_work import UnitOfWork
from banking.services.accounts import Accounts, shown_account
from banking.services.kyc import Caller
from banking.services.notices import tell_owner
from banking.services.outcomes import Outcome, Say, StatementFor

LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    uow: UnitOfWork
    clock: Clock
    core: CoreBanking
    accounts: Accounts
    press: DocumentPress
    words: Words
    zone: tzinfo

    def request(self, caller: Caller, asked: StatementFor) -> Outcome:
        """Queue the making of a statement. Without a period it is the last month."""
        account = self.accounts.one(caller, asked.account)
        since = asked.since or asked.until or "last month"
        until = asked.until if asked.since else None
        period = self.accounts.period(since, until)
        today = self.clock.now().astimezone(self.zone).date()
        if period is None or period.since > today:
            raise PeriodUnreadable
        if period.until - period.since > LONGEST:
            raise PeriodTooLong
        start, end = period.instants(self.zone)
        request = StatementRequest(
            id=uuid.uuid4().hex,
            enrolment_id=caller.id,
            conversation_id=caller.conversation_id,
            customer_number=caller.customer_number,
            account=account.number,
            since=start,
            until=end,
            requested_at=self.clock.now(),
        )
        with self.uow() as tx:
            tx.documents.request(request)
            tx.defer("statement", lock=f"statement:{request.id}", request_id=request.id)
            tx.commit()
        facts = {"account": shown_account(account), "period": str(period)}
        return Say("utter_statement_coming", facts)

    def produce(self, request_id: str) -> None:
        """Make the statement and send it, once. May raise CoreUnreachable."""
        with self.uow() as tx:
            request = tx.documents.lock_request(request_id)
            if request is None or request.document_id is not None:
                return
            enrolment = tx.enrolments.get(request.enrolment_id)
            passphrase = tx.enrolments.passphrase(request.enrolment_id)
        own = self.core.accounts(request.customer_number)
        account = next((a for a in own if a.number == request.account), None)
        if enrolment is None or not enrolment.active or account is None:
            return
        statement = self._statement(request, account, masking.name(enrolment.name))
        document = Document(
            id=uuid.uuid4().hex,
            enrolment_id=request.enrolment_id,
            kind="statement",
            filename=f"statement-{statement.since:%Y-%m-%d}-{statement.until:%Y-%m-%d}.pdf",
            content=self.press.statement(statement, passphrase),
            created_at=self.clock.now(),
        )
        facts = {
            "account": shown_account(account),
            "period": str(Period(statement.since, statement.until + timedelta(days=1))),
        }
        with self.uow() as tx:
            locked = tx.documents.lock_request(request_id)
            if locked is None or locked.document_id is not None:
                return
            tx.documents.add(document)
            tx.documents.answer_request(request_id, document.id)
            bubbles = self.words.say("utter_statement_ready", **facts)
            paper = DocumentBubble(document.id, document.filename)
            tell_owner(
                tx, request.enrolment_id, request.conversation_id, [*bubbles, paper]
            )
            tx.commit()

    def _statement(
        self, request: StatementRequest, account: Account, holder: str
    ) -> Statement:
        lines = self.core.movements(account.number, request.since, request.until)
        oldest_first = tuple(reversed(lines))
        opening = self._opening(request, account, oldest_first)
        closing = lines[0].balance_after if lines else opening
        return Statement(
            holder=holder,
            account=shown_account(account),
            since=request.since.astimezone(self.zone).date(),
            until=(request.until - timedelta(seconds=1)).astimezone(self.zone).date(),
            made_at=self.clock.now().astimezone(self.zone),
            opening=opening,
            closing=closing,
            movements=oldest_first,
        )

    def _opening(
        self, request: StatementRequest, account: Account, lines: tuple[Movement, ...]
    ) -> Money:
        if lines:
            return lines[0].balance_after - lines[0].amount
        before = self.core.movements(account.number, until=request.since, limit=1)
        return before[0].balance_after if before else Money.zero(account.currency)
