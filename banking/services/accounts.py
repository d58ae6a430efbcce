"""A customer's own accounts: balances, details, movements, spending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from banking.domain import masking
from banking.domain.dates import Period, read_period, shown
from banking.domain.everyday_words import looked_for
from banking.domain.money import Money
from banking.domain.refusals import (
    AccountUnknown,
    NoAccounts,
    PeriodUnreadable,
)
from banking.ports.core_banking import Account, CoreBanking, Movement
from banking.ports.identity import Clock
from banking.services.kyc import Caller
from banking.services.outcomes import (
    Balance,
    Details,
    Movements,
    Outcome,
    Say,
    Spending,
)

MOST_LINES = 10
_SHORTEST_TAIL = 3
_SCANNED = 1000


def shown_account(account: Account) -> str:
    """ "Current •••• 4321"."""
    return f"{account.name} {masking.account(account.number)}"


def pick(accounts: list[Account], said: str) -> Account | None:
    """The account that the customer means: by kind, name, or last digits.

    None when it could be none or several.
    """
    words = said.casefold().replace(masking.DOTS, " ").split()
    digits = "".join(char for char in said if char.isascii() and char.isdigit())
    found = [
        account
        for account in accounts
        if account.kind.casefold() in words or account.name.casefold() in words
    ]
    if len(digits) >= _SHORTEST_TAIL:
        found = [a for a in found or accounts if a.number.endswith(digits)]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    core: CoreBanking
    clock: Clock
    zone: tzinfo

    def of(self, caller: Caller) -> list[Account]:
        """The customer's accounts, the main one first. Raises NoAccounts."""
        accounts = self.core.accounts(caller.customer_number)
        if not accounts:
            raise NoAccounts
        main = caller.enrolment.main_account
        return sorted(accounts, key=lambda account: account.number != main)

    def one(self, caller: Caller, said: str | None) -> Account:
        """The account that is meant; the main one where none is named."""
        accounts = self.of(caller)
        if said is None:
            return accounts[0]
        found = pick(accounts, said)
        if found is None:
            raise AccountUnknown
        return found

    def balance(self, caller: Caller, asked: Balance) -> Outcome:
        accounts = self.of(caller)
        named = pick(accounts, asked.account) if asked.account else None
        lines = [f"{shown_account(a)}  {a.available}" for a in accounts]
        if named is not None:
            return Say(
                "utter_balance_of",
                {"account": shown_account(named), "balance": str(named.available)},
            )
        return Say("utter_balance", {"lines": "\n".join(lines)})

    def details(self, caller: Caller, asked: Details) -> Outcome:
        account = self.one(caller, asked.account)
        facts = {
            "account": shown_account(account),
            "masked": masking.account(account.number),
            "holder": masking.name(caller.enrolment.name),
            "currency": account.currency,
            "phone": masking.phone(caller.enrolment.phone),
        }
        return Say("utter_account_details", facts)

    def movements(self, caller: Caller, asked: Movements) -> Outcome:
        account = self.one(caller, asked.account)
        period = self.period(asked.since, asked.until)
        since, until = period.instants(self.zone) if period else (None, None)
        limit = max(1, min(asked.limit, MOST_LINES))
        text = _searched(asked.text)
        lines = self._found(account, since, until, text)[:limit]
        facts = {
            "account": shown_account(account),
            "period": str(period) if period else "",
            "text": text or "",
        }
        if not lines:
            return Say("utter_movements_none", facts)
        facts["lines"] = "\n".join(self.line(line) for line in lines)
        return Say("utter_movements_found" if text else "utter_movements", facts)

    def spending(self, caller: Caller, asked: Spending) -> Outcome:
        """What went out in a period, over all accounts, own transfers apart."""
        period = self.period(asked.period, None) or self._this_month()
        text = _searched(asked.text)
        accounts = self.of(caller)
        since, until = period.instants(self.zone)
        out: list[Movement] = []
        for account in accounts:
            found = self._found(account, since, until, text)
            out += [line for line in found if line.amount.minor < 0]
        own = masking.name(caller.enrolment.name)
        out = [line for line in out if line.counterparty != own]
        total = Money.zero(accounts[0].currency)
        for line in out:
            total = total - line.amount
        facts = {
            "total": str(total),
            "count": str(len(out)),
            "period": str(period),
            "text": text or "",
        }
        if not out:
            return Say("utter_spending_none", facts)
        facts["lines"] = "\n".join(self.line(line) for line in out[:3])
        return Say("utter_spending_on" if text else "utter_spending", facts)

    def _found(
        self,
        account: Account,
        since: datetime | None,
        until: datetime | None,
        text: str | None,
    ) -> list[Movement]:
        """The lines that a word may mean, each once, newest first."""
        words = looked_for(text) if text else (None,)
        found = [
            line
            for word in words
            for line in self.core.movements(
                account.number, since, until, word, _SCANNED
            )
        ]
        unique = list(dict.fromkeys(found))
        if len(words) == 1:
            return unique
        return sorted(unique, key=lambda line: line.at, reverse=True)

    def period(self, since: str | None, until: str | None) -> Period | None:
        """What the two texts name together. Raises PeriodUnreadable."""
        if since is None and until is None:
            return None
        today = self.clock.now().astimezone(self.zone).date()
        first = read_period(since, today) if since else None
        last = read_period(until, today) if until else None
        if (since and first is None) or (until and last is None):
            raise PeriodUnreadable
        if first is None or last is None:
            found = first or last
            if found is None:
                raise PeriodUnreadable
            return found
        if first.since >= last.until:
            raise PeriodUnreadable
        return Period(first.since, last.until)

    def line(self, movement: Movement) -> str:
        """ "12 Nov  -USD 15.49  Netflix": a long name then breaks no amount."""
        day = shown(movement.at.astimezone(self.zone).date()).rsplit(" ", 1)[0]
        what = movement.counterparty or movement.description
        sign = "\N{MINUS SIGN}" if movement.amount.minor < 0 else "+"
        size = Money(abs(movement.amount.minor), movement.amount.currency)
        return f"{day}  {sign}{size}  {what}"

    def _this_month(self) -> Period:
        today = self.clock.now().astimezone(self.zone).date()
        return Period(today.replace(day=1), today + timedelta(days=1))


def _searched(text: str | None) -> str | None:
    cleaned = " ".join((text or "").split())[:40]
    return cleaned or None
