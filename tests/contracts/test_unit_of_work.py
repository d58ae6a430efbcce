"""What a unit of work promises, in memory and in PostgreSQL."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from banking.adapters.memory.unit_of_work import MemoryUnitOfWork
from banking.domain.bubbles import Text
from banking.domain.challenge import Tries
from banking.ports.money import ParkedRequest
from tests.contracts.conftest import AMA, NOON


def request():
    return ParkedRequest("c1", "balance", {}, NOON)


def jobs(uow):
    """The names of all queued jobs."""
    if isinstance(uow, MemoryUnitOfWork):
        with uow() as tx:
            return [one.job for one in tx.jobs]
    with uow() as tx:
        found = text("SELECT task_name FROM procrastinate_jobs ORDER BY id")
        return list(tx.connection.execute(found).scalars())


def test_without_a_commit_nothing_of_any_store_is_kept(uow):
    with uow() as tx:
        chat = tx.conversations.open("whatsapp", phone="+1", user_id=None, now=NOON)
        tx.outbox.say(chat.id, [Text("hello")])
        tx.enrolments.add(AMA, pin_hash="h", passphrase="p")
        tx.parked.put(request())
        tx.audit.record("happened")
        tx.defer("turn", lock="turn:c1", message_id="m1")

    with uow() as tx:
        assert tx.conversations.get(chat.id) is None
        assert tx.outbox.next_due(chat.id) is None
        assert tx.enrolments.get("e1") is None
        assert tx.parked.take("c1") is None
        assert (0, "") == tx.audit.head()
    assert [] == jobs(uow)


def test_an_error_forgets_what_came_after_the_commit(uow):
    def commit_then_fail():
        with uow() as tx:
            tx.parked.put(request())
            tx.defer("transfer", at=NOON + timedelta(minutes=1), transfer_id="t1")
            tx.commit()
            tx.enrolments.add(AMA, pin_hash="h", passphrase="p")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        commit_then_fail()

    with uow() as tx:
        assert request() == tx.parked.take("c1")
        assert tx.enrolments.get("e1") is None
    assert ["transfer"] == jobs(uow)


def test_two_at_once_lose_no_count(uow):
    ready = threading.Barrier(2)

    def fail_ten_times():
        ready.wait()
        for _ in range(10):
            with uow() as tx:
                tries = tx.attempts.lock("C1", "code")
                more = Tries("C1", "code", tries.failures + 1)
                tx.attempts.save(more)
                tx.commit()

    threads = [threading.Thread(target=fail_ten_times) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with uow() as tx:
        assert 20 == tx.attempts.lock("C1", "code").failures


def test_two_at_once_take_a_parked_request_once(uow):
    with uow() as tx:
        tx.parked.put(request())
        tx.commit()
    ready, taken = threading.Barrier(2), []

    def take():
        ready.wait()
        with uow() as tx:
            taken.append(tx.parked.take("c1"))
            tx.commit()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted([request(), None], key=str) == sorted(taken, key=str)
