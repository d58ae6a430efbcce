"""What `bank seed` gives programs, and that it can be asked again."""

import json

from banking.adapters.core_banking.check import check_ledger
from banking.seeding import seed


def test_the_same_seed_gives_the_same_people(bank):
    first = list(seed(bank, customers=2, seed=7))
    before = check_ledger(bank.engine)

    assert list(seed(bank, customers=2, seed=7)) == first
    assert check_ledger(bank.engine) == before


def test_a_line_holds_what_the_contract_names(bank):
    [line] = seed(bank, customers=1, seed=7)

    assert json.loads(json.dumps(line)) == line
    assert set(line) == {
        *("name", "phone", "customer_number", "date_of_birth", "kyc_level"),
        *("accounts", "cards"),
    }
    for account in line["accounts"]:
        assert set(account) == {"number", "kind", "balance_minor", "currency"}


def test_a_registered_line_also_says_how_to_sign_in(bank):
    [line] = seed(bank, customers=1, seed=7, registered=True)

    assert {"chat_id", "pin", "totp_secret"} <= set(line)


def test_the_seeded_books_balance(bank):
    list(seed(bank, customers=3, seed=7))
    books = check_ledger(bank.engine)

    assert books["transactions"] > 100
    assert books["unbalanced"] == books["negative_accounts"] == 0
    assert books["total_minor"] == {"USD": 0}
