"""The core banking port with many callers at once; the whole contract."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from banking.ports.core_banking import CoreRefused
from tests.contracts.books import AMA_CURRENT, KOFI_CURRENT, order
from tests.contracts.core_banking import OneAtATime


class CoreBankingContract(OneAtATime):
    """Inherit and give a fixture `books` with AMA_CURRENT holding 100.00."""

    def test_fifty_at_once_under_one_id_are_one_posting(self, books):
        def pay(_: int) -> str:
            books.core.hold(order())
            return books.core.post("t1")

        references = _at_once(50, pay)

        assert 1 == len(set(references))
        assert 4_500 == books.balance(KOFI_CURRENT)

    def test_two_payments_that_only_fit_alone_never_overdraw(self, books):
        def pay(number: int) -> str:
            try:
                books.core.hold(order(f"t{number}", 8_000))
                return books.core.post(f"t{number}")
            except CoreRefused as refused:
                return refused.reason

        outcomes = _at_once(8, pay)

        assert 7 == outcomes.count("insufficient_funds")
        assert (2_000, 8_000) == (
            books.balance(AMA_CURRENT),
            books.balance(KOFI_CURRENT),
        )

    def test_payments_in_both_directions_at_once_keep_the_sum(self, books):
        books.put_in(KOFI_CURRENT, 10_000)

        def pay(number: int) -> None:
            ends = (AMA_CURRENT, KOFI_CURRENT)
            debit, credit = ends if number % 2 else ends[::-1]
            one = order(f"t{number}", 7, debit_account=debit, credit_account=credit)
            books.core.hold(one)
            books.core.post(one.id)

        _at_once(20, pay)

        assert (10_000, 10_000) == (
            books.balance(AMA_CURRENT),
            books.balance(KOFI_CURRENT),
        )

    def test_posting_and_voiding_at_once_end_as_one_of_them(self, books):
        books.core.hold(order())

        def resolve(number: int) -> str:
            try:
                if number % 2:
                    return books.core.post("t1")
                books.core.void("t1")
            except CoreRefused:
                return "refused"
            return "voided"

        outcomes = set(_at_once(10, resolve))

        moved = books.balance(KOFI_CURRENT)
        assert moved == (0 if "voided" in outcomes else 4_500)
        assert books.available(AMA_CURRENT) == 10_000 - moved


def _at_once(threads: int, act: Callable[[int], Any]) -> list[Any]:
    barrier = Barrier(threads)

    def run(number: int) -> Any:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
