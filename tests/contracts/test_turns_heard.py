"""What trainers may read of the chats, in memory and in PostgreSQL."""

import pytest

from banking.domain.bubbles import Text
from banking.domain.examples import Span
from tests.contracts.conftest import NOON
from tests.contracts.said import MINUTE, says


@pytest.fixture
def talks(tx):
    """Two chats whose turns alternate: a0 b0 a1 b1 … a4 b4."""
    for number in range(5):
        for chat in "ab":
            says(tx, chat, f"{chat}{number}", at=NOON + number * MINUTE)
    return tx


def texts(heard):
    return [one.text for one in heard]


def number_of(tx, text):
    return next(h.number for h in tx.inbox.heard(0, 100, 0) if h.text == text)


def test_nobody_hears_the_name_of_who_wrote(ama):
    mine, other = (
        ama.conversations.open("whatsapp", phone=phone, user_id=None, now=NOON).id
        for phone in ("+15550101567", "+15550101568")
    )
    number, _ = says(ama, mine, "it's Ama Mensah, ama!", at=NOON)
    told, _ = says(ama, other, "it's Ama Mensah", at=NOON)
    assert "it's Ama Mensah, ama!" == ama.inbox.turn(number).text
    ama.conversations.bind(mine, "e1")

    hidden = "it's ○○○ ○○○○○○, ○○○!"
    assert {hidden} == {
        ama.inbox.turn(number).text,
        *texts(ama.inbox.around(number, 3, 3)),
        *texts(ama.inbox.between(number, number)),
        *texts(h for h in ama.inbox.heard(0, 9, 0) if h.number == number),
        *texts(h for h in ama.inbox.search(["it's"], "", 0, 9) if h.number == number),
    }
    assert "it's Ama Mensah" == ama.inbox.turn(told).text


def test_a_turn_is_heard_as_it_was_kept(tx):
    number, message_id = says(
        tx,
        "c1",
        "  send 50 ",
        "transfer_money",
        at=NOON + MINUTE,
        # Places are Rasa's: it is given the text as typed.
        entities=[
            {"entity": "amount", "value": "50", "start": 5, "end": 7},
            {"entity": "payee", "value": "p1"},
        ],
    )

    turn = tx.inbox.turn(number)
    assert (number, "c1", NOON + MINUTE, "text", "send 50") == (
        turn.number,
        turn.conversation_id,
        turn.at,
        turn.kind,
        turn.text,
    )
    assert ("transfer_money", 0.75, message_id) == (
        turn.intent,
        turn.confidence,
        turn.message_id,
    )
    assert (("transfer_money", 0.75), ("greet", 0.2)) == turn.ranking
    assert (Span(5, 7, "amount"),) == turn.spans
    assert ("action_some",) == turn.actions
    assert tx.inbox.turn(number + 1) is None


def test_a_tap_tells_what_stood_on_the_button(tx):
    tap, _ = says(tx, "c1", "/check_balance", kind="tap", title="How much I have")
    text, _ = says(tx, "c1", "hello")

    heard = [tx.inbox.turn(number) for number in (tap, text)]
    assert [("tap", "/check_balance", "How much I have"), ("text", "hello", "")] == [
        (turn.kind, turn.text, turn.title) for turn in heard
    ]


def test_a_turn_without_a_message_is_the_banks_own(tx):
    number, _ = says(tx, "c1", "/resume", message_id="nowhere")

    assert "" == tx.inbox.turn(number).kind


def test_only_a_turn_that_is_looked_at_tells_what_was_answered(tx):
    number, message_id = says(tx, "c1", "hello")
    said = [Text("Hi", "utter_greet"), Text("plain"), Text("So?", "utter_ask")]
    tx.outbox.say("c1", said, reply_to=message_id)
    tx.outbox.say("c1", [Text("later", "utter_later")])

    answered = ("utter_greet", "utter_ask")
    assert answered == tx.inbox.turn(number).responses
    assert [answered] == [one.responses for one in tx.inbox.around(number, 1, 1)]
    assert [answered] == [one.responses for one in tx.inbox.between(number, number)]
    assert [()] == [one.responses for one in tx.inbox.heard(0, 1, 0)]
    assert [()] == [one.responses for one in tx.inbox.search((), "", 0, 1)]


def test_new_turns_come_by_chat_with_a_few_before_them(talks):
    after = number_of(talks, "b2")

    assert texts(talks.inbox.heard(after, 3, 2)) == [
        *("a1", "a2", "a3", "a4"),
        *("b1", "b2", "b3"),
    ]
    assert ["a3", "b3"] == texts(talks.inbox.heard(after, 2, 0))
    assert ["a2", "a3"] == texts(talks.inbox.heard(after, 1, 1))
    assert [] == talks.inbox.heard(number_of(talks, "b4"), 9, 9)


def test_a_turn_is_shown_among_its_neighbours(talks):
    here = number_of(talks, "a2")

    assert ["a1", "a2", "a3"] == texts(talks.inbox.around(here, 1, 1))
    assert ["a0", "a1", "a2"] == texts(talks.inbox.around(here, 9, 0))
    assert ["a2"] == texts(talks.inbox.around(here, 0, 0))
    assert [] == talks.inbox.around(10**12, 3, 3)


def test_a_piece_of_a_chat_is_of_one_chat(talks):
    first, last = number_of(talks, "a1"), number_of(talks, "b3")

    assert ["a1", "a2", "a3"] == texts(talks.inbox.between(first, last))
    assert [] == talks.inbox.between(last, first)
    assert [] == talks.inbox.between(10**12, 10**12 + 1)


def test_what_people_typed_is_searched(tx):
    first, _ = says(tx, "c1", "My 100% Balance")
    says(tx, "c1", "/check_balance", kind="tap")
    says(tx, "c2", "the balance of my card_two", "lock_card")
    says(tx, "c2", "nothing of the kind", "greet")

    def search(*words, intent="", below=0, limit=9):
        return texts(tx.inbox.search(words, intent, below, limit))

    assert ["the balance of my card_two", "My 100% Balance"] == search("BALANCE", "my")
    assert ["the balance of my card_two"] == search("balance", limit=1)
    assert ["nothing of the kind"] == search(intent="greet")
    assert [] == search("balance", "kind")
    assert [] == search("100_")
    assert [] == search("check_balance")
    assert ["the balance of my card_two"] == search("d_t")
    assert [] == search("my", below=first)
    assert ["My 100% Balance"] == search("my", below=first + 1)


def test_turns_go_with_their_time(talks):
    assert 4 == talks.turns.purge(NOON + 2 * MINUTE)

    assert ["a2", "a3", "a4"] == texts(talks.inbox.around(number_of(talks, "a3"), 9, 9))
