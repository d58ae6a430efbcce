"""What counters and the security log promise, in memory and in PostgreSQL."""

import hashlib
from datetime import timedelta

from banking.domain.challenge import Tries
from tests.contracts.conftest import NOON

MINUTE = timedelta(minutes=1)


def test_tries_begin_at_nothing_and_are_kept(tx):
    assert Tries("C1", "code") == tx.attempts.lock("C1", "code")
    tried = Tries("C1", "code", 5, NOON + MINUTE, closed=True)
    tx.attempts.save(tried)

    assert tried == tx.attempts.lock("C1", "code")
    assert Tries("C1", "pin") == tx.attempts.lock("C1", "pin")


def test_answered_codes_flood_nobody(tx):
    for number in range(4):
        at = NOON + number * MINUTE
        tx.attempts.code_sent(f"m{number}", "C1", f"p{number % 2}", f"x{number}", at)
    tx.attempts.code_answered("x2")
    tx.attempts.code_unsent("m3")

    since = NOON - MINUTE
    assert [NOON, NOON + MINUTE] == tx.attempts.codes_since(since, subject="C1")
    assert [NOON] == tx.attempts.codes_since(since, place="p0")
    assert [NOON, NOON + MINUTE, NOON + 2 * MINUTE] == tx.attempts.codes_since(since)
    assert [] == tx.attempts.codes_since(NOON, subject="C1", place="p0")
    assert [] == tx.attempts.codes_since(since, subject="C2")


def test_hits_are_counted_by_bucket_and_time(tx):
    tx.attempts.lock_bucket("a")
    first = tx.attempts.hit("a", NOON)
    second = tx.attempts.hit("a", NOON + MINUTE)
    tx.attempts.hit("b", NOON + MINUTE)

    assert first != second
    assert 2 == tx.attempts.hits_since("a", NOON - MINUTE)
    assert 1 == tx.attempts.hits_since("a", NOON)
    tx.attempts.unhit(second)
    assert 0 == tx.attempts.hits_since("a", NOON)


def test_old_counts_are_cleared_away(tx):
    tx.attempts.hit("a", NOON)
    tx.attempts.hit("a", NOON + 2 * MINUTE)
    tx.attempts.code_sent("m1", "C1", "p", "x", NOON)

    assert 2 == tx.attempts.purge(NOON + MINUTE)
    assert 1 == tx.attempts.hits_since("a", NOON - MINUTE)
    assert [] == tx.attempts.codes_since(NOON - MINUTE)


def test_events_join_the_chain_at_the_commit(uow):
    with uow() as tx:
        tx.audit.record("signed_in", enrolment_id="e1", place="p\nforged")
        tx.audit.record("signed_out", conversation_id="c1")
        assert [] == tx.audit.rows()
        tx.commit()
    with uow() as tx:
        tx.audit.record("never kept")

    with uow() as tx:
        rows, head = tx.audit.rows(), tx.audit.head()
    assert [(1, "signed_in"), (2, "signed_out")] == [(r.chain, r.event) for r in rows]
    assert (2, rows[1].hash) == head
    previous = ""
    for row in rows:
        linked = hashlib.sha256(f"{previous}|{row.chain}|{row.body}".encode())
        assert (previous, linked.hexdigest()) == (row.previous, row.hash)
        previous = row.hash
    assert "\n" not in rows[0].body


def test_the_log_is_read_in_pieces(uow):
    with uow() as tx:
        assert (0, "") == tx.audit.head()
        for number in range(5):
            tx.audit.record(f"event{number}")
        tx.commit()

    with uow() as tx:
        assert [2, 3] == [row.chain for row in tx.audit.rows(after=1, limit=2)]


def test_the_hit_that_has_to_leave_is_the_oldest_of_so_many(tx):
    for minutes in (0, 3, 1, 2):
        tx.attempts.hit("a", NOON + minutes * MINUTE)
    tx.attempts.hit("b", NOON)
    since = NOON - MINUTE

    assert NOON + MINUTE == tx.attempts.hit_before("a", since, 3)
    assert NOON == tx.attempts.hit_before("a", since, 4)
    assert tx.attempts.hit_before("a", since, 5) is None
    assert tx.attempts.hit_before("a", NOON, 4) is None
    assert tx.attempts.hit_before("c", since, 1) is None
