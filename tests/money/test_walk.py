"""The whole walk of a payment: asked, confirmed, sent, told about, once."""

import io

import pikepdf

from banking.domain.transfer import TransferState
from banking.services.outcomes import Balance, ConfirmNeeded, Say


def test_a_customer_sees_what_they_have(world):
    ama = world.person()

    said = ama.ask(Balance())

    assert isinstance(said, Say)
    assert "utter_balance" == said.response
    lines = said.facts["lines"].splitlines()
    account = f"Current ••••\N{NO-BREAK SPACE}{ama.account[-4:]}"
    assert [f"{account}  {ama.balance()}"] == lines[:1]


def test_money_sent_to_mum_arrives_once_with_a_receipt(world):
    ama = world.person()
    before, total = ama.balance(), world.check()["total_minor"]

    outcome = ama.draft(payee="mum", amount="50", reference="flowers")
    assert isinstance(outcome, ConfirmNeeded)
    assert "utter_confirm_transfer" == outcome.response
    assert "USD 50.00" == outcome.facts["amount"]

    transfer_id = world.waiting(ama)
    ama.authorise(transfer_id)
    assert [{"transfer_id": transfer_id}] == world.jobs("transfer")
    for _ in range(3):
        world.bank.settlement.execute(transfer_id)

    transfer = world.transfer(transfer_id)
    assert TransferState.POSTED is transfer.state
    assert 5000 == before.minor - ama.balance().minor
    assert total == world.check()["total_minor"]
    assert 0 == world.check()["unbalanced"]
    papers = world.rows("SELECT content FROM documents")
    assert 1 == len(papers)
    with world.bank.uow() as tx:
        passphrase = tx.enrolments.passphrase(ama.enrolment_id)
    with pikepdf.open(io.BytesIO(papers[0].content), password=passphrase) as pdf:
        assert 6 == pdf.encryption.R
