"""A bank that has been opened goes by what it was told."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from banking.bootstrap import open_bank
from banking.domain.link import LinkPurpose


def test_the_chat_goes_by_the_policy(bank):
    told, rules = bank.policy.messages, bank.turns.rules

    assert rules.stale_after == told.stale
    assert rules.most_per_minute == told.most_per_minute == 60
    assert (rules.pair_every, rules.pair_burst) == (told.pair, told.pair_burst)
    assert rules.keep_messages == told.remembered
    assert bank.front_desk.rules == bank.sending.rules == rules


@pytest.mark.parametrize("country", ["US", "GB"])
def test_the_ids_taken_out_are_those_of_the_country(bank, country):
    settings = bank.settings.model_copy(update={"bank_country": country})
    there = open_bank(settings, outside=bank.outside)
    there.engine.dispose()

    assert there.front_desk.national_ids == (country,)


def test_every_chore_runs_in_an_empty_bank(bank):
    for chore in bank.chores.values():
        chore()

    assert {"expire", "reconcile", "tidy", "tidy_identity"} <= set(bank.chores)


def test_spent_links_are_forgotten_by_a_chore(bank):
    with bank.uow() as tx:
        bank.identity.links.issue(tx, LinkPurpose.REGISTER, "c1")
        tx.commit()
    kept = [links(bank)]
    for days in (7, 2):
        bank.clock.forward(days=days)
        bank.chores["tidy_identity"]()
        kept.append(links(bank))

    assert kept == [1, 1, 0]


def links(bank) -> int:
    with bank.engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM links"))


def test_an_error_of_the_database_does_not_say_what_was_asked(bank):
    with bank.engine.connect() as connection, pytest.raises(DBAPIError) as error:
        connection.execute(text("SELECT :words::int / 0"), {"words": "my PIN is 4711"})

    assert "4711" not in str(error.value)
