"""A payment as it is being said: what is missing, unclear or not possible yet.

Each step reads everything that the customer has said so far and ends in one question,
in a refusal, or in a transfer that waits for its confirmation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from banking.domain import masking
from banking.domain.amounts import Exactly, NumberStyle, Relative, read_amount
from banking.domain.limits import MoneyRules
from banking.domain.money import Money, least
from banking.domain.refusals import (
    CoolingOff,
    CustomerBlocked,
    LimitExceeded,
    NotEnoughMoney,
    SameAccount,
)
from banking.ports.core_banking import Account
from banking.ports.gateway import Words
from banking.ports.identity import Clock
from banking.ports.money import Payee
from banking.ports.unit_of_work import UnitOfWork
from banking.services.accounts import Accounts, pick, shown_account
from banking.services.kyc import OWN, TRANSFER, Allowance, Caller
from banking.services.new_payees import check_new_payee
from banking.services.offers import (
    amount_choice,
    ask_again,
    ask_amount,
    clean_reference,
    inform,
    own_choice,
    own_target,
    send_choice,
    spoken,
    tapped,
    title,
)
from banking.services.outcomes import Ask, Choice, Outcome, SendMoneyDraft
from banking.services.payees import (
    HANDLE,
    PayeeBook,
    Target,
    choices_of,
    named,
    nearly,
    target_of,
)
from banking.services.payments import Payments
from banking.services.relative_amounts import RelativeAmounts, account_of_share

_RECENT: Final = 3
_OVER_LIMIT: Final = {
    "transaction": "utter_ask_amount_over_transaction_limit",
    "day": "utter_ask_amount_over_day_limit",
    "month": "utter_ask_amount_over_month_limit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMoney:
    uow: UnitOfWork
    clock: Clock
    rules: MoneyRules
    allowance: Allowance
    accounts: Accounts
    book: PayeeBook
    payments: Payments
    words: Words
    currency: str
    style: NumberStyle

    def step(self, caller: Caller, draft: SendMoneyDraft) -> Outcome:
        """Go as far as the draft allows. May raise any Refusal."""
        accounts = self.accounts.of(caller)
        service = OWN if draft.own else TRANSFER
        # A closed service says so before it asks anything.
        self.allowance.limit(caller.enrolment, service)
        target = self._own(accounts, draft) if draft.own else self._payee(caller, draft)
        if isinstance(target, Ask):
            return target
        source = self._source(accounts, draft, target)
        if isinstance(source, Ask):
            return source
        if source.number == target.account:
            raise SameAccount
        service = OWN if target.own else TRANSFER
        fee = self.rules.fee(service)
        amount = self._amount(caller, draft, target, accounts, source, fee)
        if isinstance(amount, Ask):
            return amount
        customer = self.accounts.core.customer(caller.customer_number)
        if customer is None:
            raise CustomerBlocked
        caller = self.allowance.at_level(caller, customer.kyc_level)
        question = self._possible(caller, service, target, amount) or self._affordable(
            accounts, source, target, amount, fee
        )
        if question is not None:
            return question
        return self.payments.propose(
            caller,
            service=service,
            source=source,
            target=target,
            amount=amount,
            fee=fee,
            reference=clean_reference(draft.reference),
        )

    # --- to whom ------------------------------------------------------------------

    def _own(self, accounts: list[Account], draft: SendMoneyDraft) -> Target | Ask:
        """Another account of the customer's own."""
        said = draft.payee_choice or draft.payee_account or draft.payee
        source = pick(accounts, draft.source) if draft.source else None
        others = [a for a in accounts if source is None or a.number != source.number]
        found = tapped(accounts, said) or (pick(accounts, said) if said else None)
        if found is None and source is not None and len(others) == 1:
            found = others[0]
        if found is not None:
            return own_target(found)
        choices = tuple(
            Choice(shown_account(a), inform(payee_choice=own_choice(accounts, a)))
            for a in others
        )
        return Ask("payee", "utter_ask_payee_own", choices=choices)

    def _payee(self, caller: Caller, draft: SendMoneyDraft) -> Target | Ask:
        """Somebody else, by what was tapped, typed as a number, or said as a name."""
        chosen = self._chosen(caller, draft)
        if chosen is not None:
            return target_of(chosen)
        if draft.payee_account:
            return self._numbered(caller, draft.payee_account, draft)
        if draft.payee is None:
            recent = choices_of(self.book.of(caller)[:_RECENT])
            return Ask("payee", "utter_ask_payee", choices=recent)
        if self.book.looks_like_number(draft.payee):
            return self._numbered(caller, draft.payee, draft)
        return self._named(caller, draft.payee)

    def _chosen(self, caller: Caller, draft: SendMoneyDraft) -> Payee | None:
        """The tapped payee, unless the customer has named another one since.

        A choice in words is looked for among those that were offered, then among all.
        """
        said = draft.payee_choice
        if said is None:
            return None
        saved = self.book.of(caller)
        fitting = named(saved, draft.payee or "")
        if not said.startswith(HANDLE):
            meant = named(fitting, said) or named(saved, said)
            return meant[0] if len(meant) == 1 else None
        chosen = self.book.chosen(caller, said)
        return None if fitting and chosen not in fitting else chosen

    def _named(self, caller: Caller, said: str) -> Target | Ask:
        accounts = self.accounts.of(caller)
        own = pick(accounts, said)
        if own is not None:
            return own_target(own)
        saved = self.book.of(caller)
        found = named(saved, said)
        if len(found) == 1:
            return target_of(found[0])
        facts = {"payee": spoken(said), "count": str(len(found))}
        if found:
            return Ask(
                "payee_choice", "utter_ask_payee_choice", facts, choices_of(found)
            )
        close = nearly(saved, said)
        if close:
            return Ask(
                "payee_choice", "utter_ask_payee_close", facts, choices_of(close)
            )
        return Ask("payee_account", "utter_ask_payee_account", facts)

    def _numbered(
        self, caller: Caller, said: str, draft: SendMoneyDraft
    ) -> Target | Ask:
        holder = self.book.holder(caller, said)
        if holder is None:
            facts = {"payee": spoken(draft.payee or "")}
            return Ask("payee_account", "utter_ask_payee_account_not_found", facts)
        accounts = self.accounts.of(caller)
        own = next((a for a in accounts if a.number == holder.account), None)
        if own is not None:
            return own_target(own)
        saved = [p for p in self.book.of(caller) if p.account == holder.account]
        if saved:
            return target_of(saved[0])
        with self.uow() as tx:
            since = tx.transfers.first_paid(caller.customer_number, holder.account)
        return Target(holder.account, holder.name, masking.name(holder.name), since)

    # --- from where ---------------------------------------------------------------

    def _source(
        self, accounts: list[Account], draft: SendMoneyDraft, target: Target
    ) -> Account | Ask:
        if draft.source is None:
            others = [a for a in accounts if a.number != target.account]
            return others[0] if others else accounts[0]
        found = tapped(accounts, draft.source) or pick(accounts, draft.source)
        if found is not None:
            return found
        choices = tuple(
            Choice(shown_account(a), inform(source=own_choice(accounts, a)))
            for a in accounts
        )
        return Ask("source", "utter_ask_source", choices=choices)

    # --- how much -----------------------------------------------------------------

    def _amount(
        self,
        caller: Caller,
        draft: SendMoneyDraft,
        target: Target,
        accounts: list[Account],
        source: Account,
        fee: Money,
    ) -> Money | Ask:
        facts = {"payee": str(target), "currency": self.currency}
        if draft.amount is None:
            return Ask("amount", "utter_ask_amount", facts)
        reading = read_amount(draft.amount, self.currency, self.style)
        if isinstance(reading, Exactly):
            return reading.amount
        if not isinstance(reading, Relative):
            return ask_again(reading, facts)
        chosen = draft.source is not None
        account = account_of_share(reading, accounts, source, chosen=chosen)
        if account is not None and account.number != target.account:
            meant = RelativeAmounts(self.uow).come_to(
                caller, reading, target, account, fee
            )
            if meant is not None:
                facts |= {"amount": str(meant), "source": shown_account(account)}
                offer = amount_choice(meant, own_choice(accounts, account))
                return Ask("amount", "utter_ask_amount_relative", facts, (offer,))
        return Ask("amount", "utter_ask_amount_unknown", facts)

    # --- whether ------------------------------------------------------------------

    def _possible(
        self, caller: Caller, service: str, target: Target, amount: Money
    ) -> Ask | None:
        """A question where the limits allow a smaller amount; else a refusal."""
        number, now = caller.customer_number, self.clock.now()
        try:
            with self.uow() as tx:
                self.allowance.check(tx, caller.enrolment, service, amount)
                check_new_payee(tx, self.rules, number, target, amount, now)
        except LimitExceeded as refusal:
            if not refusal.allowed:
                raise
            response = _OVER_LIMIT[refusal.window]
            return ask_amount(response, refusal.facts(), refusal.allowed)
        except CoolingOff as refusal:
            if not refusal.allowed:
                raise
            facts = refusal.facts()
            return ask_amount("utter_ask_amount_new_payee", facts, refusal.allowed)
        return None

    def _affordable(
        self,
        accounts: list[Account],
        source: Account,
        target: Target,
        amount: Money,
        fee: Money,
    ) -> Ask | None:
        if amount + fee <= source.available:
            return None
        possible = least(source.available - fee, amount)
        choices = [send_choice(self.words, possible)] if possible.minor > 0 else []
        choices += [
            Choice(
                title(self.words, "utter_choice_from", account=account.name),
                inform(source=own_choice(accounts, account)),
            )
            for account in accounts
            if account.number not in {source.number, target.account}
            and amount + fee <= account.available
        ]
        facts = {"source": shown_account(source), "balance": str(source.available)}
        if not choices:
            raise NotEnoughMoney(facts["source"], source.available)
        drop = Choice(title(self.words, "utter_choice_cancel"), "/cancel")
        return Ask("amount", "utter_ask_amount_not_enough", facts, (*choices[:2], drop))
