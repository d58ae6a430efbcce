"""Registering made-up customers for chat banking, with secrets a test can know."""

from __future__ import annotations

import base64
import re
import unicodedata
import uuid
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

from banking.bootstrap import Bank
from banking.ports.identity import Enrolment, EnrolmentStatus
from banking.seeding.people import Person


@dataclass(frozen=True, slots=True)
class Enroller:
    """Gives customers an id, a PIN and an authenticator that follow from the seed."""

    bank: Bank
    seed: int

    def __post_init__(self) -> None:
        if self.bank.settings.is_production:
            raise ValueError("made-up customers with known PINs are not for production")

    def enrol(self, person: Person) -> dict[str, Any]:
        """Register the customer unless they are; returns what they sign in with."""
        # Known on purpose: these open accounts of a demo or a test, of nobody else.
        dice = Random(f"{self.seed}:{person.index}:secrets")
        chat_id = _chat_id(person)
        pin = _pin(dice)
        totp = base64.b32encode(dice.randbytes(20)).decode()
        passphrase = base64.b32encode(dice.randbytes(10)).decode().lower()[:12]
        customer = person.customer
        with self.bank.uow() as tx:
            if tx.enrolments.by_customer(customer.number) is None:
                enrolment = Enrolment(
                    id=uuid.uuid4().hex,
                    customer_number=customer.number,
                    name=customer.name,
                    chat_id=chat_id,
                    phone=customer.phone,
                    kyc_level=customer.kyc_level,
                    status=EnrolmentStatus.ACTIVE,
                    main_account=person.current,
                    created_at=self.bank.clock.now(),
                )
                pin_hash = self.bank.hasher.hash_pin(pin)
                tx.enrolments.add(enrolment, pin_hash=pin_hash, passphrase=passphrase)
                tx.enrolments.set_totp(enrolment.id, totp)
                self._bind(tx, enrolment)
                tx.commit()
        return {
            "chat_id": chat_id,
            "pin": pin,
            "totp_secret": totp,
            "document_passphrase": passphrase,
        }

    def _bind(self, tx: Any, enrolment: Enrolment) -> None:
        """The customer's WhatsApp chat, so that they are known at the first "hi"."""
        now = self.bank.clock.now()
        conversation = tx.conversations.open(
            "whatsapp", phone=enrolment.phone, user_id=None, now=now
        )
        tx.conversations.bind(conversation.id, enrolment.id)


def _chat_id(person: Person) -> str:
    plain = unicodedata.normalize("NFKD", person.customer.name)
    letters = re.sub(r"[^a-z]", "", plain.encode("ascii", "ignore").decode().lower())
    return f"{letters[:12]}{person.index:04d}"


def _pin(dice: Random) -> str:
    """Six different digits that neither rise nor fall: no list of bad PINs has them."""
    while True:
        digits = dice.sample("0123456789", 6)
        steps = {int(b) - int(a) for a, b in pairwise(digits)}
        if len(steps) > 3 and digits[:2] not in (["1", "9"], ["2", "0"]):
            return "".join(digits)
