"""What a customer can look up, and the documents they get."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest
from pikepdf import PasswordError

from banking.ports.core_banking import CoreUnreachable
from banking.services.outcomes import (
    Balance,
    ChangePin,
    ConfirmNeeded,
    Details,
    Freeze,
    LimitsLeft,
    Logout,
    Movements,
    Refused,
    RevokeSessions,
    Say,
    Sessions,
    SignInNeeded,
    Spending,
    StatementFor,
)


def test_one_account_can_be_asked_for(world):
    ama = world.person()

    said = ama.ask(Balance("savings"))

    assert "utter_balance_of" == said.response
    assert said.facts["account"].startswith("Savings ••••\N{NO-BREAK SPACE}")
    assert str(ama.balance(1)) == said.facts["balance"]
    assert "utter_balance" == ama.ask(Balance("moon base")).response


def test_balances_are_what_can_be_spent(world):
    ama = world.person()
    before = ama.balance()
    transfer_id = ama.confirm(payee="mum", amount="50")
    begun = world.bank.settlement._begin(transfer_id)
    from banking.services.settlement import _order

    world.core.ledger.hold(_order(begun))

    assert 5000 == before.minor - ama.balance().minor
    assert str(ama.balance()) in ama.ask(Balance()).facts["lines"]


def test_nobody_sees_another_customers_account(world):
    ama, kofi = world.people(2)

    for query in (Details(kofi.account), Movements(kofi.account)):
        assert Refused("account_unknown") == ama.ask(query)
    said = ama.ask(Balance(kofi.account))
    assert kofi.account[-4:] not in said.facts["lines"]


def test_the_last_movements_are_masked_lines(world):
    ama = world.person()
    ama.pay(payee="grace", amount="12.34", reference="lunch")

    said = ama.ask(Movements(limit=3))

    lines = said.facts["lines"].splitlines()
    assert ("utter_movements", 3) == (said.response, len(lines))
    assert "18 Nov  \N{MINUS SIGN}USD 12.34  Grace M." == lines[0]


def test_a_shop_in_a_month_is_found(world):
    ama = world.person()

    said = ama.ask(Movements(text="netflix", since="October"))
    spent = ama.ask(Spending("Netflix", "in October"))

    assert ["14 Oct  \N{MINUS SIGN}USD 15.49  Netflix"] == said.facts[
        "lines"
    ].splitlines()
    assert ("utter_spending_on", "USD 15.49", "1") == (
        spent.response,
        spent.facts["total"],
        spent.facts["count"],
    )
    assert "1 Oct 2026 – 31 Oct 2026" == spent.facts["period"]


def test_nothing_found_is_said(world):
    ama = world.person()

    assert "utter_movements_none" == ama.ask(Movements(text="yacht")).response
    assert "utter_spending_none" == ama.ask(Spending("yacht")).response


@pytest.mark.parametrize("since", ["03/04/2026", "someday", "x" * 500])
def test_an_unclear_period_is_refused(world, since):
    ama = world.person()

    assert Refused("period_unreadable") == ama.ask(Movements(since=since))
    assert Refused("period_unreadable") == ama.ask(StatementFor(since))


def test_food_is_what_was_eaten_at_home_and_out(world):
    ama = world.person()
    food = ama.ask(Spending("food", "last 3 months"))
    home = ama.ask(Spending("groceries", "last 3 months"))
    out = ama.ask(Spending("eating out", "last 3 months"))

    assert "utter_spending_on" == food.response
    assert int(food.facts["count"]) == sum(int(s.facts["count"]) for s in (home, out))


def test_saving_is_not_spending(world):
    ama = world.person()
    before = ama.ask(Spending(None, "this month")).facts["total"]

    ama.pay(own=True, payee="savings", amount="10")

    assert before == ama.ask(Spending(None, "this month")).facts["total"]


def test_details_show_ends_only(world):
    ama = world.person()

    said = ama.ask(Details())

    assert f"••••\N{NO-BREAK SPACE}{ama.account[-4:]}" == said.facts["masked"]
    assert ama.account not in str(said.facts)


def test_what_can_still_be_sent_goes_down_with_every_payment(world):
    ama = world.person()
    before = ama.ask(LimitsLeft())
    ama.pay(payee="mum", amount="100")

    after = ama.ask(LimitsLeft())

    assert ("USD 25,000.00", "USD 24,900.00") == (
        before.facts["today"],
        after.facts["today"],
    )
    assert "USD 10,000.00" == after.facts["now"]


def test_a_dead_core_is_owned_up_to(world):
    ama = world.person()

    class Dead:
        def __getattr__(self, name):
            raise CoreUnreachable

    teller = world.bank.teller
    accounts = replace(teller.accounts, core=Dead())
    teller = replace(teller, accounts=accounts)

    assert Refused("core_away") == teller.ask(ama.token(), Balance())


# --- sessions ---------------------------------------------------------------------


def test_signing_out_ends_the_session_here(world):
    ama = world.person()
    assert "1" == ama.ask(Sessions()).facts["count"]

    assert Say("utter_logged_out") == ama.do(Logout())
    assert isinstance(ama.ask(Balance()), SignInNeeded)
    assert Say("utter_signed_out_already") == ama.do(Logout())


def test_ending_sessions_cancels_what_waits(world):
    ama = world.person()
    ama.propose(payee="mum", amount="5")

    assert Say("utter_sessions_ended") == ama.do(RevokeSessions())
    states = world.rows("SELECT DISTINCT state FROM transfers")
    assert ["cancelled"] == [row.state for row in states]


def test_freezing_stops_everything(world):
    ama = world.person()

    assert Say("utter_frozen") == ama.do(Freeze())
    # No link to sign in: it would not help.
    assert Refused("customer_blocked") == ama.ask(Balance())


def test_the_pin_is_changed_on_a_page(world):
    ama = world.person()

    assert isinstance(ama.do(ChangePin()), ConfirmNeeded)


# --- documents --------------------------------------------------------------------


def paper(world, person):
    (row,) = world.rows("SELECT * FROM documents")
    with world.bank.uow() as tx:
        passphrase = tx.enrolments.passphrase(person.enrolment_id)
    return row, pikepdf.open(io.BytesIO(row.content), password=passphrase)


def test_a_statement_is_made_once_and_sent(world):
    ama = world.person()

    said = ama.ask(StatementFor("last month"))
    ((job),) = world.jobs("statement")
    for _ in range(2):
        world.bank.jobs["statement"](**job)

    assert "utter_statement_coming" == said.response
    assert "1 Oct 2026 – 31 Oct 2026" == said.facts["period"]
    row, pdf = paper(world, ama)
    assert "statement-2026-10-01-2026-10-31.pdf" == row.filename
    assert 1 <= len(pdf.pages)
    assert 1 == "".join(ama.heard()).count(row.filename)


def test_a_statement_asked_for_twice_is_two_requests(world):
    ama = world.person()
    ama.ask(StatementFor())
    ama.ask(StatementFor("September", None, "savings"))

    assert 2 == len(world.jobs("statement"))
    assert Refused("period_too_long") == ama.ask(StatementFor("2020", "2026"))
    assert Refused("account_unknown") == ama.ask(StatementFor("May", None, "moon"))


def test_a_document_opens_with_the_passphrase_only(world):
    ama = world.person()
    ama.pay(payee="mum", amount="50", reference="flowers")
    row, pdf = paper(world, ama)

    assert (6, 5, 256) == (pdf.encryption.R, pdf.encryption.V, pdf.encryption.bits)
    assert pikepdf.models.EncryptionMethod.aesv3 == pdf.encryption.stream_method
    assert pikepdf.models.EncryptionMethod.aesv3 == pdf.encryption.string_method
    assert pdf.user_password_matched
    assert not pdf.owner_password_matched
    assert "/EncryptMetadata" not in pdf.trailer.Encrypt  # true unless said otherwise
    line = ama.line
    guesses = [
        "",
        line["date_of_birth"],
        line["date_of_birth"].replace("-", ""),
        line["phone"],
        line["phone"][-4:],
        line["customer_number"],
        line["chat_id"],
        line["pin"],
        line["accounts"][0]["number"],
        line["accounts"][0]["number"][-4:],
    ]
    for guess in guesses:
        with pytest.raises(PasswordError):
            pikepdf.open(io.BytesIO(row.content), password=guess)


def test_nothing_personal_is_outside_the_lock(world):
    ama = world.person()
    ama.pay(payee="mum", amount="50", reference="flowers")
    row, pdf = paper(world, ama)

    secrets = [
        *ama.line["name"].split(),
        ama.line["phone"],
        ama.account,
        ama.account[-4:],
        "flowers",
        "Receipt",
    ]
    assert not [s for s in secrets if s in row.filename]
    assert not [s for s in secrets if len(s) > 4 and s.encode() in row.content]
    titles = str(dict(pdf.docinfo))
    assert not [s for s in secrets[:-1] if s in titles]


def test_a_document_without_a_passphrase_is_not_made():
    from banking.adapters.documents.pdf import PdfPress
    from banking.domain.money import Money
    from banking.ports.documents import Receipt

    receipt = Receipt(
        number="261120-ABC",
        at=datetime(2026, 11, 20, tzinfo=UTC),
        amount=Money(4500, "USD"),
        fee=Money(0, "USD"),
        payer="",
        source="Current •••• 4321",
        payee="",
        payee_account="•••• 1122",
        reference="",
    )
    with pytest.raises(ValueError, match="passphrase"):
        PdfPress("Acme Bank").receipt(receipt, "")
