"""Whom a customer pays: the saved ones, and finding who is meant."""

from __future__ import annotations

import difflib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import phonenumbers

from banking.domain import masking
from banking.domain.refusals import CardUnknown, PayeeLimit, PayeeUnknown, SameAccount
from banking.ports.core_banking import CoreBanking, Holder
from banking.ports.identity import Clock
from banking.ports.money import Payee
from banking.ports.unit_of_work import UnitOfWork
from banking.services.kyc import Caller
from banking.services.outcomes import AddPayee, Ask, Choice, Outcome, RemovePayee, Say

MOST_PAYEES: Final = 100
MOST_CHOICES: Final = 9
LONGEST_NAME: Final = 40
# A payee in a button's payload; what a customer types never looks like it.
HANDLE: Final = "p_"
_LONGEST_TITLE: Final = 20
_CLOSE: Final = 0.75
_CARD: Final = re.compile(r"\[card (?P<tail>[0-9]{4}) #(?P<ref>[0-9a-f]{4,32})\]")
_NUMBER: Final = re.compile(r"[+(0-9][0-9 ().-]{5,24}[0-9]")
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")
# Before a core's own beneficiaries were taken over they have long been known.
_LONG_KNOWN: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FAMILY: Final = {
    **dict.fromkeys(("mom", "mother", "mummy", "mommy", "mama", "mam", "mamma"), "mum"),
    **dict.fromkeys(("father", "daddy", "papa", "pa"), "dad"),
    **dict.fromkeys(("grandma", "granny", "nana"), "gran"),
}
_EMPTY_WORDS: Final = frozenset({"my", "our", "the", "to", "for", "dear", "please"})


@dataclass(frozen=True, slots=True)
class Target:
    """A payee that has been found. `known_since` is None for a new one."""

    account: str
    name: str
    shown: str
    known_since: datetime | None = None
    own: bool = False

    def __str__(self) -> str:
        return f"{self.shown} {masking.account(self.account)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeBook:
    """Saved payees. The core's own beneficiaries are taken over at first use."""

    uow: UnitOfWork
    core: CoreBanking
    clock: Clock
    country: str

    def of(self, caller: Caller) -> list[Payee]:
        with self.uow() as tx:
            imported = tx.payees.imported(caller.id)
            saved = tx.payees.of(caller.id)
        return saved if imported else self._import(caller)

    def listing(self, caller: Caller) -> Outcome:
        saved = self.of(caller)
        if not saved:
            return Say("utter_payees_none")
        lines = (f"{_title(p)} {masking.account(p.account)}" for p in saved)
        return Say(
            "utter_payees", {"lines": "\n".join(lines), "count": str(len(saved))}
        )

    def add(self, caller: Caller, asked: AddPayee) -> Outcome:
        """Save a payee under the name the customer gives."""
        holder = self.holder(caller, asked.account_or_phone)
        if holder is None:
            return Ask("payee_number", "utter_ask_payee_number_not_found")
        if self._is_own(caller, holder.account):
            raise SameAccount
        alias = _alias(asked.name) or masking.name(holder.name)
        target = Target(holder.account, holder.name, masking.name(holder.name))
        facts = {"name": alias, "payee": str(target)}
        saved = self.of(caller)
        if len(saved) >= MOST_PAYEES:
            raise PayeeLimit
        payee = Payee(
            uuid.uuid4().hex[:16],
            caller.id,
            alias,
            holder.name,
            holder.account,
            self.clock.now(),
        )
        with self.uow() as tx:
            added = tx.payees.add(payee)
            if added:
                tx.audit.record(
                    "payee_added",
                    enrolment_id=caller.id,
                    conversation_id=caller.conversation_id,
                    payee=payee.id,
                )
                tx.commit()
        return Say("utter_payee_added" if added else "utter_payee_known", facts)

    def remove(self, caller: Caller, asked: RemovePayee) -> Outcome:
        found = self._chosen(caller, asked.name) or named(self.of(caller), asked.name)
        if not found:
            raise PayeeUnknown(payee=_alias(asked.name))
        if len(found) > 1:
            choices = tuple(
                Choice(
                    choice_title(p.name, p.account),
                    _payload("inform", payee_to_remove=f"p_{p.id}"),
                    p.alias,
                )
                for p in found[:MOST_CHOICES]
            )
            facts = {"name": _alias(asked.name), "count": str(len(found))}
            return Ask(
                "payee_to_remove", "utter_ask_payee_to_remove_choice", facts, choices
            )
        with self.uow() as tx:
            tx.payees.remove(caller.id, found[0].id)
            tx.audit.record(
                "payee_removed",
                enrolment_id=caller.id,
                conversation_id=caller.conversation_id,
                payee=found[0].id,
            )
            tx.commit()
        return Say("utter_payee_removed", {"payee": _title(found[0])})

    def chosen(self, caller: Caller, choice: str) -> Payee | None:
        """The payee behind a tapped choice, if it is this customer's."""
        if not choice.startswith(HANDLE):
            return None
        with self.uow() as tx:
            return tx.payees.get(caller.id, choice.removeprefix(HANDLE))

    def holder(self, caller: Caller, said: str) -> Holder | None:
        """Who is behind a phone number, an account number or a card handle.

        None where nobody is; raises CardUnknown for a card of another bank.
        """
        card = _CARD.search(said)
        if card is not None:
            return self._card_holder(caller, card["ref"])
        number = self._number(said)
        return None if number is None else self.core.holder(number)

    def looks_like_number(self, said: str) -> bool:
        """Whether it is meant as a number or a card rather than as a name."""
        return _CARD.search(said) is not None or self._number(said) is not None

    def _number(self, said: str) -> str | None:
        """A number as the core knows it: E.164, or an account number or IBAN."""
        stripped = said.strip()
        compact = re.sub(r"[ .()-]", "", stripped)
        if _IBAN.fullmatch(compact.upper()) and not compact.isdigit():
            return compact.upper()
        if not _NUMBER.fullmatch(stripped) or not compact.isascii():
            return None
        if compact.startswith("+"):
            return _e164(compact, None)
        # A number that is an account here is that account, else perhaps a phone.
        if self.core.holder(compact) is not None:
            return compact
        return _e164(compact, self.country) or compact

    def _card_holder(self, caller: Caller, ref: str) -> Holder:
        with self.uow() as tx:
            digits = tx.vault.open(caller.conversation_id, ref, self.clock.now())
        holder = self.core.holder_by_card(digits) if digits else None
        if holder is None:
            raise CardUnknown
        return holder

    def _chosen(self, caller: Caller, said: str) -> list[Payee]:
        found = self.chosen(caller, said)
        return [found] if found else []

    def _is_own(self, caller: Caller, account: str) -> bool:
        own = self.core.accounts(caller.customer_number)
        return any(a.number == account for a in own)

    def _import(self, caller: Caller) -> list[Payee]:
        known = self.core.beneficiaries(caller.customer_number)
        with self.uow() as tx:
            if tx.payees.mark_imported(caller.id, self.clock.now()):
                for beneficiary in known:
                    tx.payees.add(
                        Payee(
                            uuid.uuid4().hex[:16],
                            caller.id,
                            beneficiary.alias,
                            beneficiary.name,
                            beneficiary.account,
                            _LONG_KNOWN,
                        )
                    )
            saved = tx.payees.of(caller.id)
            tx.commit()
        return saved


def named(payees: list[Payee], said: str) -> list[Payee]:
    """The saved payees that a name may mean: every word begins one of theirs."""
    wanted = _words(said)
    if not wanted:
        return []
    return [p for p in payees if _fits(wanted, _words(f"{p.alias} {p.name}"))]


def nearly(payees: list[Payee], said: str) -> list[Payee]:
    """Saved payees whose name is written almost like this."""
    wanted = " ".join(_words(said))
    found = []
    for payee in payees:
        words = _words(f"{payee.alias} {payee.name}")
        if wanted and difflib.get_close_matches(wanted, words, n=1, cutoff=_CLOSE):
            found.append(payee)
    return found


def choices_of(payees: list[Payee]) -> tuple[Choice, ...]:
    """Payees to tap, told apart by name and the end of their account."""
    return tuple(
        Choice(
            choice_title(payee.name, payee.account),
            _payload("inform", payee_choice=f"p_{payee.id}"),
            payee.alias,
        )
        for payee in payees[:MOST_CHOICES]
    )


def target_of(payee: Payee) -> Target:
    return Target(
        payee.account, payee.name, masking.name(payee.name), known_since=payee.added_at
    )


def choice_title(name: str, account: str) -> str:
    """ "Peter O. •••• 1122", shortened to what fits on a button."""
    tail = f" {masking.account(account)}"
    return masking.name(name)[: _LONGEST_TITLE - len(tail)] + tail


def _payload(intent: str, **entities: str) -> str:
    return f"/{intent}{json.dumps(entities, ensure_ascii=False)}"


def _title(payee: Payee) -> str:
    masked = masking.name(payee.name)
    return masked if payee.alias == payee.name else f"{payee.alias} ({masked})"


def _alias(said: str) -> str:
    """A name as the customer gave it, without what could mislead on a page."""
    kept = "".join(char for char in said if char.isprintable())
    return " ".join(kept.split())[:LONGEST_NAME]


def _words(text: str) -> list[str]:
    found = re.findall(r"[^\W\d_]+", text.casefold())
    return [_FAMILY.get(word, word) for word in found if word not in _EMPTY_WORDS]


def _fits(wanted: list[str], words: list[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _e164(number: str, country: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
