"""A receipt that a customer asks for once more."""

import io
from datetime import timedelta

import pikepdf
import pytest

from banking.services.outcomes import ReceiptAgain

NEW_PASSPHRASE = "a passphrase chosen since"


def papers(world):
    return world.rows("SELECT * FROM documents ORDER BY created_at, id")


def carry_out(world, number=-1):
    world.bank.jobs["receipt"](**world.jobs("receipt")[number])


def test_the_latest_receipt_comes_again_behind_the_words(world):
    ama = world.person()
    ama.pay(payee="mum", amount="20")
    world.clock.moment += timedelta(minutes=1)
    latest = ama.pay(payee="mum", amount="30")
    ama.propose(payee="mum", amount="40")
    before = len(ama.heard())

    said = ama.ask(ReceiptAgain())
    carry_out(world)
    carry_out(world)

    assert "utter_receipt_again" == said.response
    assert "USD 30.00" == said.facts["amount"]
    (paper,) = ama.heard()[before:]
    (again,) = [made for made in papers(world) if made.transfer_id is None]
    assert again.id in paper
    assert world.transfer(latest).core_reference.lower() in again.filename
    ((lock,),) = world.rows(
        "SELECT lock FROM procrastinate_jobs WHERE task_name = 'receipt'"
    )
    assert f"turn:{ama.conversation_id}" == lock


def test_it_opens_with_the_passphrase_of_today_and_says_when_it_was(world):
    ama = world.person()
    ama.pay(payee="mum", amount="20")
    with world.bank.uow() as tx:
        tx.enrolments.set_passphrase(ama.enrolment_id, NEW_PASSPHRASE)
        tx.commit()
    world.clock.moment += timedelta(days=3)
    world.sign_in(ama)

    ama.ask(ReceiptAgain())
    carry_out(world)

    first, again = papers(world)  # in the order of their making
    with pikepdf.open(io.BytesIO(again.content), password=NEW_PASSPHRASE):
        pass
    assert first.filename == again.filename


def test_a_payment_is_named_by_payee_or_sum(world):
    ama = world.person()
    ama.pay(payee="mum", amount="20")
    ama.pay(payee="mum", amount="30")

    for which in ("20", "$20", "twenty dollars", "20.00"):
        assert "USD 20.00" == ama.ask(ReceiptAgain(which)).facts["amount"]
    for which in ("Nobody", "2", "120", "20 euros"):
        assert "utter_receipt_none" == ama.ask(ReceiptAgain(which)).response


@pytest.mark.parametrize("stopped", ["frozen", "another chat"])
def test_it_goes_to_its_own_customer_and_to_nobody_else(world, stopped):
    ama, ben = world.people(2)
    ama.pay(payee="mum", amount="20")
    assert "utter_receipt_none" == ben.ask(ReceiptAgain()).response
    ama.ask(ReceiptAgain())
    before = len(ben.heard())
    with world.bank.uow() as tx:
        if stopped == "frozen":
            world.bank.identity.sessions.freeze(tx, ama.enrolment_id, by="customer")
        else:
            # Whatever became of the chat meanwhile: it is Ben's now.
            conversation = tx.conversations.get(ama.conversation_id)
            tx.conversations.unbind(conversation.id)
        tx.commit()
    kept = len(ama.heard())

    carry_out(world)

    assert before == len(ben.heard())
    assert kept == len(ama.heard())
