"""What the bank says of itself in the chat: security notices."""

from banking.ports.gateway import Words
from banking.ports.unit_of_work import Tx


def tell(tx: Tx, words: Words, enrolment_id: str, response: str, **facts: str) -> None:
    """Say it in every chat of a customer, in the commit of what it is about."""
    for conversation in tx.conversations.of_enrolment(enrolment_id):
        tx.outbox.say(conversation.id, words.say(response, **facts))
