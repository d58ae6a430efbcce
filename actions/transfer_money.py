"""A payment, from the first words to the confirmation page.

What is asked next is the teller's to say: it knows whether two payees share a name,
whether the amount can be read, what the account holds. After the link was shown the
form stays open, so that "make it 45" still works; the first link dies with the change.
"""

import re
from collections.abc import Mapping
from typing import Final

from rasa_sdk.events import EventType

from actions.forms import FormCheck
from actions.heard import (
    Found,
    Heard,
    named_after,
    number_meant,
    person_meant,
)
from actions.secured import speak
from actions.sums import amount_meant, number_as_sum, share_meant
from actions.talk import AWAITING, CONFIRMATION, SIGN_IN, SIGN_IN_ASIDE, Talk
from banking.services.outcomes import (
    CancelTransfer,
    Outcome,
    RegistrationNeeded,
    Say,
    SendMoneyDraft,
    SignInNeeded,
    TransferStatus,
)

# What marks a change of the payment on the table rather than a new one.
CHANGES: Final = re.compile(
    r"\b(?:actually|change|changed|instead|make (?:it|that)|mean|meant|no|not|nope|"
    r"rather|sorry|wait|wrong)\b",
    re.IGNORECASE,
)
# Whom, where no name was recognised: "to mum for the pizza", "pay peter".
TO_WHOM: Final = ("to", "2")
PAY_WHOM: Final = ("pay", "send", "give", "transfer")
# "sorry, i meant mum", but not "i meant from savings" or "i meant fifty".
MEANT: Final = ("mean", "meant")
NO_NAME: Final = re.compile(
    r"(?:all|from|half|in|into|out|that|this|to|[a-z]*(?:teen|ty|one|two|three|four|"
    r"five|six|seven|eight|nine|ten|hundred|thousand))\b",
    re.IGNORECASE,
)
TOWARDS: Final = re.compile(r"\b(?:to|2|pay|send|give|instead)\b", re.IGNORECASE)
WHAT_FOR: Final = re.compile(
    r"\b(?:for|ref|reference|note|message|saying)\b:?\s+(?P<what>[^\n]{1,60}?)\s*"
    r"(?:\b(?:please|pls|thanks|from\b.*))?[.!?]*\s*$",
    re.IGNORECASE,
)
# Of the payment that is shown, where nothing else is named.
SEND_IT: Final = re.compile(r"\b(?:send|pay|transfer) (?:am|it|that)\b", re.IGNORECASE)
# "what remains for my account" tells no payee anything.
NO_REFERENCE: Final = re.compile(r"(?:my|the|this) (?:acc|acct|account)\b", re.I)
MAKE_IT: Final = re.compile(
    r"\b(?:make (?:it|that|am)|change (?:it|that|the amount) to|amount (?:to|is))\s+"
    r"(?P<amount>.{1,60})$",
    re.IGNORECASE,
)
DATES: Final = frozenset({"date", "period"})
QUOTED: Final = re.compile('["“«](?P<what>[^"”»\n]{1,60})["”»]')
OWN_ACCOUNT: Final = re.compile(
    r"\b(?P<way>from|out of|to|into|in)\s+(?:my\s+|the\s+)?(?:own\s+)?"
    r"(?P<account>savings?|current|checking|main|joint|wallet)\b",
    re.IGNORECASE,
)
# An answer to "to whom?" may begin like this.
LEAD_IN: Final = re.compile(
    r"^(?:no,?\s+)?(?:please\s+)?(?:send\s+(?:it\s+)?|pay\s+|it'?s\s+)?(?:to|for)?\s+",
    re.IGNORECASE,
)

# Figures in an answer to these are part of a number, not an amount.
PAYEE_QUESTIONS: Final = frozenset({"payee", "payee_choice", "payee_account"})


class ValidateTransferForm(FormCheck):
    form = "transfer_form"
    intent = "transfer_money"
    fields = (
        "payee",
        "payee_choice",
        "payee_account",
        "own",
        "amount",
        "source",
        "reference",
    )
    depends = {"payee": ("payee_choice", "payee_account", "own")}  # noqa: RUF012
    mended_by = {  # noqa: RUF012
        "account_unknown": "source",
        "card_unknown": "payee",
        "cooling_off": "amount",
        "limit_exceeded": "amount",
        "not_enough_money": "amount",
        "payee_unknown": "payee",
        "same_account": "source",
    }

    def read(
        self, heard: Heard, asked: str | None, *, freely: bool = False
    ) -> Mapping[str, str]:
        if heard.tapped:
            return {v.kind: v.text for v in heard.found if v.kind in self.fields}
        return _Reading(heard, asked, freely=freely).fields()

    def step(self, heard: Heard, values: Mapping[str, str]) -> Outcome:
        return self.teller.draft(
            heard.token,
            SendMoneyDraft(
                payee=values.get("payee"),
                payee_choice=values.get("payee_choice"),
                amount=values.get("amount"),
                source=values.get("source"),
                reference=values.get("reference"),
                payee_account=values.get("payee_account"),
                own="own" in values,
            ),
        )

    def begins_anew(self, talk: Talk) -> bool:
        if talk.heard.intent != self.intent:
            return False
        if talk.heard.tapped:
            return True
        said = talk.heard.text
        if CHANGES.search(said) or (SEND_IT.search(said) and not talk.new):
            return False
        return talk.asked == CONFIRMATION or talk.new.keys() >= {"payee", "amount"}

    def changes(self, talk: Talk) -> bool:
        made = talk.asked == CONFIRMATION and MAKE_IT.search(talk.heard.text)
        return bool(made and "amount" in self.read(talk.heard, talk.asked))

    def dropped(self, talk: Talk) -> None:
        if talk.asked == CONFIRMATION:
            # The link that was shown dies.
            speak(talk.dispatcher, self.teller.do(talk.heard.token, CancelTransfer()))
        elif talk.asked not in (SIGN_IN, SIGN_IN_ASIDE) and self.still_open(talk):
            # A change was begun and not finished; what it was to change goes too.
            speak(talk.dispatcher, self.teller.do(talk.heard.token, CancelTransfer()))
        else:
            super().dropped(talk)

    def still_open(self, talk: Talk) -> bool:
        outcome = self.teller.ask(talk.heard.token, TransferStatus())
        return outcome_is_waiting(outcome)

    def confirming(self, talk: Talk) -> list[EventType] | None:
        """Ask the bank whether the payment still waits; the page does not tell us."""
        outcome = self.teller.ask(talk.heard.token, TransferStatus())
        match outcome:
            case Say() if outcome_is_waiting(outcome):
                return None
            case SignInNeeded() | RegistrationNeeded():
                speak(talk.dispatcher, outcome)
                talk.keep_new(self.depends)
                return self.asking(talk, SIGN_IN)
            case _:
                return self.released()


def outcome_is_waiting(outcome: Outcome) -> bool:
    """Whether the latest payment waits for its confirmation."""
    return isinstance(outcome, Say) and outcome.response == AWAITING


class _Reading:
    """What one typed message says about a payment."""

    def __init__(self, heard: Heard, asked: str | None, *, freely: bool) -> None:
        self.heard = heard
        self.asked = asked
        self.freely = freely
        self.number = number_meant(heard)
        if asked == CONFIRMATION and not TOWARDS.search(heard.text):
            # "my card is …" is no wish to pay that card.
            self.number = None

    def fields(self) -> Mapping[str, str]:
        read = {
            **self._own_accounts(),
            "amount": self._amount(),
            "reference": self._reference(),
        }
        if "payee" not in read:
            read["payee"] = self._payee()
        read |= self._answer({k for k, v in read.items() if v})
        return {name: value for name, value in read.items() if value}

    def _own_accounts(self) -> dict[str, str | None]:
        """ "from savings", "to my current account"."""
        read: dict[str, str | None] = {}
        for found in OWN_ACCOUNT.finditer(self.heard.text):
            account = found["account"].lower()
            if found["way"].lower() in ("from", "out of"):
                read["source"] = account
            else:
                read |= {"payee": account, "own": "yes"}
        return read

    def _amount(self) -> str | None:
        amount = amount_meant(self.heard)
        if amount or self.number:
            return amount
        numbers = self.heard.all("number")
        if self.asked in PAYEE_QUESTIONS:
            return None
        if not numbers:
            return self._odd_amount()
        # "40 2 peter": a figure right before a name is the word "to".
        names = {f.start for f in self.heard.all("person", "company")}
        amounts = [n for n in numbers if n.end + 1 not in names] or numbers
        last = amounts[-1 if CHANGES.search(self.heard.text) else 0]
        return number_as_sum(self.heard, last)

    def _odd_amount(self) -> str | None:
        """Figures or words for a share: the teller asks back rather than guess."""
        if self.heard.intent != ValidateTransferForm.intent and self.asked != "amount":
            return None
        return share_meant(self.heard)

    def _payee(self) -> str | None:
        if named := person_meant(self.heard):
            return named
        if self.number is not None:
            # An answer to "what is their number?" belongs to the name already said.
            return None if self.asked == "payee_account" else self.number
        whom = named_after(self.heard, *TO_WHOM)
        if whom is None and self.heard.intent == ValidateTransferForm.intent:
            whom = named_after(self.heard, *PAY_WHOM)
        if whom is None and self.asked == CONFIRMATION:
            whom = named_after(self.heard, *MEANT)
            whom = None if whom and NO_NAME.match(whom) else whom
        return whom

    def _reference(self) -> str | None:
        if quoted := QUOTED.search(self.heard.text):
            return quoted["what"].strip()
        found = WHAT_FOR.search(self.heard.text)
        if found is None:
            return None
        place = Found("reference", found["what"], *found.span("what"))
        # "for the pizza last night" has a date in it; "for tomorrow" is one.
        taken = any(
            place.overlaps(other)
            and (other.kind not in DATES or other.start <= place.start)
            for other in self.heard.found
            if other.end
        )
        if taken or place.text[0].isdigit() or NO_REFERENCE.match(place.text):
            return None
        return place.text.strip()

    def _answer(self, found: set[str]) -> dict[str, str]:
        """What answers the question as such, where nothing else was recognised."""
        asked, typed = self.asked, self.heard.typed()
        if asked == "payee_account" and self.number is not None:
            return {"payee_account": self.number}
        if found or not self.freely or not typed or not any(map(str.isalnum, typed)):
            return {}
        match asked:
            case "payee" | "payee_choice" | "payee_account" if (
                asked != "payee_account" or not any(map(str.isdigit, typed))
            ):
                # Without a figure it is no number, but perhaps a name that is known;
                # of those offered perhaps one in other words, and nobody new.
                whom = "payee_choice" if asked == "payee_choice" else "payee"
                return {whom: LEAD_IN.sub("", typed)}
            case "amount" | "source" | "reference" | "payee_account":
                return {asked: typed}
            case "confirmation" if made := MAKE_IT.search(typed):
                return {"amount": made["amount"]}
            case _:
                return {}
