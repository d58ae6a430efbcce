"""What the bank says of itself in the chat: security notices."""

from collections.abc import Sequence

from banking.domain.bubbles import Bubble
from banking.ports.gateway import Words
from banking.ports.unit_of_work import Tx


def tell(tx: Tx, words: Words, enrolment_id: str, response: str, **facts: str) -> None:
    """Say it in every chat of a customer, in the commit of what it is about."""
    for conversation in tx.conversations.of_enrolment(enrolment_id):
        tx.outbox.say(conversation.id, words.say(response, **facts))


def tell_owner(
    tx: Tx, enrolment_id: str, conversation_id: str, bubbles: Sequence[Bubble]
) -> None:
    """Say it where the customer asked for it, if that chat is still theirs.

    A chat that has changed hands since hears nothing; the customer's own do.
    """
    chats = [chat.id for chat in tx.conversations.of_enrolment(enrolment_id)]
    for chat in [conversation_id] if conversation_id in chats else chats:
        tx.outbox.say(chat, bubbles)
