"""Keeps what a customer should not have typed out of everything that is stored."""

from dataclasses import dataclass, field
from datetime import datetime

from banking.domain.inbound import LONGEST_TEXT, ChatRules, HeardText, Inbound
from banking.domain.redaction import (
    CODE,
    Redacted,
    digits_at_end,
    forget_tail,
    is_bare_code,
    redact,
)
from banking.ports.gateway import Conversation, Sealed, VaultCipher
from banking.ports.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Discretion:
    """Redacts a message with what is known of its conversation."""

    cipher: VaultCipher = field(repr=False)
    rules: ChatRules
    national_ids: tuple[str, ...]

    def redacted(
        self, tx: Tx, conversation: Conversation, message: Inbound, now: datetime
    ) -> Redacted:
        """A message's text as it may be kept; cards go to the vault."""
        if not isinstance(message.heard, HeardText) or message.in_group:
            return Redacted("")

        phone = conversation.phone
        # Six digits alone may be an amount, unless a code is on its way.
        if (
            phone
            and is_bare_code(message.heard.body)
            and tx.conversations.awaits_code(phone, now)
        ):
            return Redacted("[removed]", frozenset({CODE}))

        def name_card(digits: str) -> str:
            ref = tx.vault.put(conversation.id, digits, now)
            return f"[card {digits[-4:]} #{ref}]"

        return redact(
            # What is longer did not come from the platform; a secret that begins
            # before the end is seen whole.
            message.heard.body[: LONGEST_TEXT + 256],
            name_card,
            before=self._digits_before(conversation, now),
            national_ids=self.national_ids,
        )

    def _digits_before(self, conversation: Conversation, now: datetime) -> str:
        blob, at = conversation.digit_tail, conversation.digit_tail_at
        if blob is None or at is None or now - at > self.rules.split_card_within:
            return ""
        try:
            plain = self.cipher.unseal(
                Sealed.unpacked(blob), bound_to=f"tail:{conversation.id}"
            )
        except ValueError:
            return ""
        return plain.decode()

    def sealed_tail(
        self, conversation: Conversation, redacted: Redacted, message: Inbound
    ) -> bytes | None:
        """The digits to remember for the next message, encrypted; None for none."""
        if not isinstance(message.heard, HeardText):
            # A photo between two halves does not make them less of a card number.
            return conversation.digit_tail
        if not redacted.tail:
            return None
        sealed = self.cipher.seal(
            redacted.tail.encode(), bound_to=f"tail:{conversation.id}"
        )
        return sealed.packed()

    def mend_earlier(
        self,
        tx: Tx,
        conversation: Conversation,
        digits: int,
        received_at: datetime,
    ) -> None:
        """Take the first part of a card number out of the messages before this one."""
        since = received_at - 10 * self.rules.split_card_within
        for earlier in tx.messages.latest_texts(conversation.id, since):
            if earlier.received_at >= received_at or not digits:
                continue
            count = min(digits, len(digits_at_end(earlier.text)))
            if not count:
                return
            tx.messages.rewrite(earlier.id, forget_tail(earlier.text, count))
            digits -= count
