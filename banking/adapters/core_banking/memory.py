"""A ledger in memory that keeps the promises of the core banking port; for tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock
from typing import Protocol

from banking.adapters.core_banking.rules import (
    HOLD_FOR,
    AccountState,
    Entry,
    entries_of,
    fees_account,
    fingerprint,
    reference_of,
    why_not_credit,
    why_not_hold,
)
from banking.domain.customer import CoreCustomer
from banking.domain.money import Money
from banking.ports.core_banking import (
    Account,
    Beneficiary,
    CoreOutcome,
    CoreRefused,
    CoreState,
    Holder,
    Movement,
    Order,
)


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of an id, for good."""

    order: Order | None
    state: CoreState
    expires_at: datetime
    reference: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    entry: Entry
    at: datetime
    reference: str


@dataclass(slots=True)
class MemoryLedger:
    """One lock around everything stands in for row locks."""

    clock: Clock
    _lock: RLock = field(default_factory=RLock)
    _customers: dict[str, CoreCustomer] = field(default_factory=dict)
    _accounts: dict[str, AccountState] = field(default_factory=dict)
    _kinds: dict[str, tuple[str, str]] = field(default_factory=dict)
    _cards: dict[str, str] = field(default_factory=dict)
    _beneficiaries: list[tuple[str, str, str]] = field(default_factory=list)
    _known: dict[str, _Known] = field(default_factory=dict)
    _lines: list[_Line] = field(default_factory=list)

    def add_customer(self, customer: CoreCustomer) -> None:
        self._customers[customer.customer_number] = customer

    def add_account(
        self,
        number: str,
        customer_number: str | None,
        *,
        currency: str,
        kind: str = "current",
        name: str = "Current",
        cap_minor: int | None = None,
    ) -> None:
        owner = self._customers.get(customer_number or "")
        self._accounts[number] = AccountState(
            number=number,
            customer_number=customer_number,
            holder=owner.name if owner else "",
            currency=currency,
            status="open",
            balance_minor=0,
            held_minor=0,
            balance_cap_minor=cap_minor,
        )
        self._kinds[number] = (kind, name)

    def add_card(self, digits: str, account: str) -> None:
        self._cards[digits] = account

    def add_beneficiary(self, customer_number: str, alias: str, account: str) -> None:
        self._beneficiaries.append((customer_number, alias, account))

    def put_in(self, number: str, minor: int, description: str = "Deposit") -> None:
        """Money from outside the bank."""
        entry = Entry(number, minor, description, description, "deposit")
        self._move(entry)
        self._lines.append(_Line(entry, self.clock.now(), ""))

    def close(self, number: str) -> None:
        self._accounts[number] = replace(self._accounts[number], status="closed")

    def customer_by_phone(self, phone: str) -> CoreCustomer | None:
        found = (c for c in self._customers.values() if c.phone == phone)
        return next(found, None)

    def customer(self, customer_number: str) -> CoreCustomer | None:
        return self._customers.get(customer_number)

    def accounts(self, customer_number: str) -> list[Account]:
        with self._lock:
            own = [a for a in self._accounts.values() if a.customer_number is not None]
            return [
                self._account(account)
                for account in own
                if account.customer_number == customer_number
                and account.status == "open"
            ]

    def holder(self, account_or_phone: str) -> Holder | None:
        number = account_or_phone
        if account_or_phone.startswith("+"):
            owner = self.customer_by_phone(account_or_phone)
            own = self.accounts(owner.customer_number) if owner else []
            number = own[0].number if own else ""
        account = self._accounts.get(number)
        if account is None or account.customer_number is None:
            return None
        return Holder(number, account.holder) if account.status == "open" else None

    def holder_by_card(self, digits: str) -> Holder | None:
        number = self._cards.get(digits)
        return self.holder(number) if number else None

    def beneficiaries(self, customer_number: str) -> list[Beneficiary]:
        found = []
        for owner, alias, number in sorted(self._beneficiaries):
            holder = self.holder(number)
            if owner == customer_number and holder is not None:
                found.append(Beneficiary(alias, holder.name, number))
        return found

    def movements(
        self,
        account: str,
        since: datetime | None = None,
        until: datetime | None = None,
        text: str | None = None,
        limit: int | None = None,
    ) -> list[Movement]:
        currency = self._accounts[account].currency
        wanted, balance, found = (text or "").casefold(), 0, []
        for line in self._lines:
            if line.entry.account != account:
                continue
            balance += line.entry.amount_minor
            entry = line.entry
            searched = f"{entry.description}\n{entry.counterparty}\n{entry.category}"
            if (
                (since is None or line.at >= since)
                and (until is None or line.at < until)
                and wanted in searched.casefold()
            ):
                found.append(
                    Movement(
                        line.reference,
                        line.at,
                        Money(entry.amount_minor, currency),
                        Money(balance, currency),
                        entry.description,
                        entry.counterparty,
                        entry.category,
                    )
                )
        return found[::-1][:limit]

    def hold(self, order: Order) -> None:
        with self._lock:
            known = self._known.get(order.id)
            if known is not None:
                self._require_same(known, order)
                return
            reason = why_not_hold(order, self._accounts)
            expires_at = self.clock.now() + HOLD_FOR
            if reason is not None:
                self._known[order.id] = _Known(
                    order, CoreState.VOID, expires_at, reason=reason
                )
                raise CoreRefused(reason)
            self._hold(order, 1)
            self._known[order.id] = _Known(order, CoreState.HELD, expires_at)

    def post(self, transfer_id: str) -> str:
        with self._lock:
            known = self._known.get(transfer_id)
            if known is None:
                raise CoreRefused("unknown_id")
            if known.reference is not None:
                return known.reference
            if known.state is not CoreState.HELD or known.order is None:
                raise CoreRefused(known.reason or "void")
            order, now = known.order, self.clock.now()
            credit = self._accounts[order.credit_account]
            reason = why_not_credit(credit, order.amount.minor)
            if reason is None and known.expires_at <= now:
                reason = "expired"
            self._hold(order, -1)
            if reason is not None:
                self._known[transfer_id] = replace(
                    known, state=CoreState.VOID, reason=reason
                )
                raise CoreRefused(reason)
            reference = reference_of(transfer_id, now)
            self._post(order, reference, now)
            self._known[transfer_id] = replace(
                known, state=CoreState.POSTED, reference=reference
            )
            return reference

    def void(self, transfer_id: str) -> None:
        self._void(transfer_id, "void")

    def outcome(self, transfer_id: str) -> CoreOutcome:
        known = self._known.get(transfer_id)
        if known is None:
            return CoreOutcome(CoreState.UNKNOWN)
        return CoreOutcome(known.state, known.reference, known.reason)

    def expire_holds(self) -> int:
        now = self.clock.now()
        due = [
            number
            for number, known in self._known.items()
            if known.state is CoreState.HELD and known.expires_at <= now
        ]
        for number in due:
            self._void(number, "expired")
        return len(due)

    def _void(self, transfer_id: str, reason: str) -> None:
        with self._lock:
            known = self._known.get(transfer_id)
            if known is None:
                known = _Known(None, CoreState.VOID, self.clock.now(), reason=reason)
            if known.state is CoreState.POSTED:
                raise CoreRefused("posted")
            if known.state is CoreState.HELD and known.order is not None:
                self._hold(known.order, -1)
                known = replace(known, state=CoreState.VOID, reason=reason)
            self._known[transfer_id] = known

    def _require_same(self, known: _Known, order: Order) -> None:
        if known.state is CoreState.VOID or known.order is None:
            raise CoreRefused(known.reason or "void")
        if fingerprint(known.order) != fingerprint(order):
            raise CoreRefused("different_parameters")

    def _post(self, order: Order, reference: str, now: datetime) -> None:
        debit = self._accounts[order.debit_account]
        credit = self._accounts[order.credit_account]
        house = fees_account(order.amount.currency)
        if order.fee and house not in self._accounts:
            self.add_account(house, None, currency=order.amount.currency)
        for entry in entries_of(order, debit, credit):
            self._move(entry)
            self._lines.append(_Line(entry, now, reference))

    def _hold(self, order: Order, sign: int) -> None:
        account = self._accounts[order.debit_account]
        total = sign * (order.amount.minor + order.fee.minor)
        self._accounts[account.number] = replace(
            account, held_minor=account.held_minor + total
        )

    def _move(self, entry: Entry) -> None:
        account = self._accounts[entry.account]
        self._accounts[account.number] = replace(
            account, balance_minor=account.balance_minor + entry.amount_minor
        )

    def _account(self, state: AccountState) -> Account:
        kind, name = self._kinds[state.number]
        return Account(
            state.number,
            kind,
            name,
            state.currency,
            Money(state.balance_minor, state.currency),
            Money(state.free_minor, state.currency),
        )
