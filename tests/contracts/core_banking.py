"""What satisfying the core banking port means; each ledger inherits it."""

from datetime import timedelta
from typing import Any

import pytest

from banking.domain.money import Money
from banking.ports.core_banking import CoreRefused, CoreState
from tests.contracts.books import (
    AMA,
    AMA_CURRENT,
    AMA_SAVINGS,
    CARD,
    KOFI,
    KOFI_CURRENT,
    START,
    order,
    usd,
)


class OneAtATime:
    """What holds for one caller; a fixture `books` has AMA_CURRENT with 100.00."""

    def test_a_customer_is_found_by_phone_and_number(self, books):
        ama = books.core.customer_by_phone("+12015550101")

        assert "Ama Mensah" == ama.name
        assert ama == books.core.customer(AMA)
        assert books.core.customer_by_phone("+12015559999") is None
        assert books.core.customer("nobody") is None

    def test_accounts_are_the_customers_own_and_the_main_one_is_first(self, books):
        assert [AMA_CURRENT, AMA_SAVINGS] == [
            a.number for a in books.core.accounts(AMA)
        ]
        assert [] == books.core.accounts("nobody")

    def test_a_holder_is_found_by_account_phone_and_card(self, books):
        assert "Kofi Boateng" == books.core.holder(KOFI_CURRENT).name
        assert KOFI_CURRENT == books.core.holder("+12015550102").account
        assert AMA_CURRENT == books.core.holder_by_card(CARD).account
        assert books.core.holder("9999999999") is None
        assert books.core.holder("house:fees:USD") is None
        assert books.core.holder_by_card("4000000000000010") is None

    def test_beneficiaries_are_those_of_the_customer(self, books):
        (kofi,) = books.core.beneficiaries(AMA)

        assert ("Kofi", "Kofi Boateng", KOFI_CURRENT) == (
            kofi.alias,
            kofi.name,
            kofi.account,
        )
        assert [] == books.core.beneficiaries(KOFI)

    def test_a_hold_sets_money_aside_and_moves_nothing(self, books):
        books.core.hold(order())

        assert (10_000, 5_500) == (
            books.balance(AMA_CURRENT),
            books.available(AMA_CURRENT),
        )
        assert 0 == books.balance(KOFI_CURRENT)
        assert CoreState.HELD is books.core.outcome("t1").state

    def test_posting_moves_what_was_held_once(self, books):
        books.core.hold(order())

        references = {books.core.post("t1") for _ in range(3)}

        assert 1 == len(references)
        assert (5_500, 5_500) == (
            books.balance(AMA_CURRENT),
            books.available(AMA_CURRENT),
        )
        assert 4_500 == books.balance(KOFI_CURRENT)
        outcome = books.core.outcome("t1")
        assert (CoreState.POSTED, references) == (outcome.state, {outcome.reference})

    def test_the_same_order_again_changes_nothing(self, books):
        for _ in range(3):
            books.core.hold(order())
        books.core.post("t1")
        books.core.hold(order())

        assert 5_500 == books.available(AMA_CURRENT)

    @pytest.mark.parametrize(
        "change",
        [
            {"amount": usd(4501)},
            {"fee": usd(1)},
            {"credit_account": AMA_SAVINGS},
            {"debit_account": AMA_SAVINGS},
            {"description": "rent"},
        ],
    )
    def test_another_order_under_a_used_id_is_refused(self, books, change):
        books.core.hold(order())

        with pytest.raises(CoreRefused, match="different_parameters"):
            books.core.hold(order(**change))
        assert 5_500 == books.available(AMA_CURRENT)

    def test_an_id_that_failed_stays_failed(self, books):
        with pytest.raises(CoreRefused, match="insufficient_funds"):
            books.core.hold(order(minor=10_001))
        books.put_in(AMA_CURRENT, 50_000)

        with pytest.raises(CoreRefused, match="insufficient_funds"):
            books.core.hold(order(minor=10_001))
        with pytest.raises(CoreRefused):
            books.core.post("t1")
        assert CoreState.VOID is books.core.outcome("t1").state

    def test_what_is_held_cannot_be_spent_again(self, books):
        books.core.hold(order("t1", 6_000))

        with pytest.raises(CoreRefused, match="insufficient_funds"):
            books.core.hold(order("t2", 6_000))

    def test_every_cent_can_be_sent(self, books):
        books.core.hold(order(minor=10_000))
        books.core.post("t1")

        assert 0 == books.balance(AMA_CURRENT)

    def test_the_fee_is_taken_with_the_amount(self, books):
        with pytest.raises(CoreRefused, match="insufficient_funds"):
            books.core.hold(order("t1", 10_000, fee=usd(1)))
        books.core.hold(order("t2", 9_950, fee=usd(50)))
        books.core.post("t2")

        assert 0 == books.balance(AMA_CURRENT)
        assert 9_950 == books.balance(KOFI_CURRENT)
        assert [-50, -9_950] == [
            m.amount.minor for m in books.core.movements(AMA_CURRENT, limit=2)
        ]

    def test_voiding_releases_the_money_for_good(self, books):
        books.core.hold(order())
        for _ in range(2):
            books.core.void("t1")

        assert 10_000 == books.available(AMA_CURRENT)
        with pytest.raises(CoreRefused):
            books.core.post("t1")
        with pytest.raises(CoreRefused):
            books.core.hold(order())

    def test_an_id_that_was_voided_unseen_never_works(self, books):
        books.core.void("t1")

        with pytest.raises(CoreRefused):
            books.core.hold(order())
        assert CoreState.VOID is books.core.outcome("t1").state

    def test_what_is_posted_cannot_be_voided(self, books):
        books.core.hold(order())
        books.core.post("t1")

        with pytest.raises(CoreRefused, match="posted"):
            books.core.void("t1")
        assert 4_500 == books.balance(KOFI_CURRENT)

    def test_an_unknown_id_cannot_be_posted(self, books):
        with pytest.raises(CoreRefused, match="unknown_id"):
            books.core.post("t1")
        assert CoreState.UNKNOWN is books.core.outcome("t1").state

    def test_a_hold_ends_after_its_time(self, books):
        books.core.hold(order())
        books.clock.moment += timedelta(minutes=29, seconds=59)
        assert 0 == books.core.expire_holds()

        books.clock.moment += timedelta(seconds=1)
        with pytest.raises(CoreRefused, match="expired"):
            books.core.post("t1")
        assert 10_000 == books.available(AMA_CURRENT)
        assert 0 == books.core.expire_holds()

    def test_holds_are_expired_once(self, books):
        books.core.hold(order())
        books.clock.moment += timedelta(minutes=31)

        assert [1, 0] == [books.core.expire_holds(), books.core.expire_holds()]
        assert 10_000 == books.available(AMA_CURRENT)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"credit_account": AMA_CURRENT}, "same_account"),
            ({"credit_account": "9999999999"}, "account_unknown"),
            ({"debit_account": "9999999999"}, "account_unknown"),
            ({"credit_account": "house:fees:USD"}, "account_unknown"),
            ({"debit_account": "house:outside:USD"}, "account_unknown"),
            ({"amount": Money(10, "EUR"), "fee": Money(0, "EUR")}, "currency"),
            ({"amount": usd(0)}, "currency"),
            ({"amount": usd(-500)}, "currency"),
            ({"fee": usd(-5)}, "currency"),
        ],
    )
    def test_a_nonsense_order_is_refused(self, books, change, reason):
        with pytest.raises(CoreRefused, match=reason):
            books.core.hold(order(**change))
        assert 10_000 == books.available(AMA_CURRENT)

    def test_a_closed_account_gets_nothing(self, books):
        books.core.hold(order())
        books.close(KOFI_CURRENT)

        with pytest.raises(CoreRefused, match="account_closed"):
            books.core.post("t1")
        with pytest.raises(CoreRefused, match="account_closed"):
            books.core.hold(order("t2"))
        assert 10_000 == books.available(AMA_CURRENT)
        assert books.core.holder(KOFI_CURRENT) is None

    def test_the_payees_balance_cap_is_kept(self, books):
        books.put_in(KOFI_CURRENT, 15_500)
        books.core.hold(order("t1", 4_500))
        books.core.hold(order("t2", 4_500))
        books.core.post("t1")

        with pytest.raises(CoreRefused, match="balance_cap"):
            books.core.post("t2")
        with pytest.raises(CoreRefused, match="balance_cap"):
            books.core.hold(order("t3", 1))
        assert 20_000 == books.balance(KOFI_CURRENT)
        assert 5_500 == books.available(AMA_CURRENT)

    def test_lines_tell_both_sides_masked_with_a_running_balance(self, books):
        books.core.hold(order())
        reference = books.core.post("t1")

        (paid, deposit) = books.core.movements(AMA_CURRENT)
        (got,) = books.core.movements(KOFI_CURRENT)

        assert (-4_500, 5_500) == (paid.amount.minor, paid.balance_after.minor)
        assert (10_000, 10_000) == (deposit.amount.minor, deposit.balance_after.minor)
        assert ("Kofi B.", "pizza", reference) == (
            paid.counterparty,
            paid.description,
            paid.reference,
        )
        assert ("Ama M.", 4_500) == (got.counterparty, got.amount.minor)

    def test_lines_are_found_by_text_and_time(self, books):
        for number, text in (("t1", "Pizza 50%"), ("t2", "rent")):
            books.clock.moment += timedelta(hours=1)
            books.core.hold(order(number, 100, description=text))
            books.core.post(number)
        at = books.clock.moment

        def texts(**wanted: Any) -> list[str]:
            lines = books.core.movements(AMA_CURRENT, **wanted)
            return [line.description for line in lines]

        assert ["Pizza 50%"] == texts(text="pizza")
        assert ["Pizza 50%"] == texts(text="50%")
        assert [] == texts(text="p%a")
        assert ["rent", "Pizza 50%"] == texts(text="kofi")
        assert ["rent"] == texts(since=at)
        assert ["Pizza 50%"] == texts(since=START + timedelta(minutes=1), until=at)
        assert ["rent"] == texts(limit=1)
