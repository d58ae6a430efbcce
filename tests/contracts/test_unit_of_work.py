"""What a unit of work promises, in memory and in PostgreSQL."""

import inspect
import threading
from datetime import timedelta
from typing import get_type_hints

import pytest
from sqlalchemy import text

from banking.adapters.memory.unit_of_work import MemoryUnitOfWork
from banking.domain.bubbles import Text
from banking.domain.challenge import Tries
from banking.ports.money import ParkedRequest
from banking.ports.unit_of_work import Tx
from tests.contracts.conftest import AMA, NOON
from tests.contracts.said import found, put
from tests.contracts.test_staff_stores import TESS


def request():
    return ParkedRequest("c1", "balance", {}, NOON)


def jobs(uow):
    """All queued jobs: name, lock, the earliest moment and what they are given."""
    if isinstance(uow, MemoryUnitOfWork):
        with uow() as tx:
            return [(one.job, one.lock, one.at, one.args) for one in tx.jobs]
    with uow() as tx:
        rows = tx.connection.execute(
            text(
                "SELECT task_name, lock, scheduled_at, args"
                " FROM procrastinate_jobs ORDER BY id"
            )
        )
        return [tuple(row) for row in rows]


def promised():
    """Yield each method of each store: its store, its name, how it is called."""
    for store, promise in vars(Tx).items():
        if isinstance(promise, property):
            port = get_type_hints(promise.fget)["return"]
            for name, method in inspect.getmembers(port, inspect.isfunction):
                if not name.startswith("_"):
                    called = inspect.signature(method).parameters.values()
                    yield store, name, taken(list(called)[1:])


def taken(parameters):
    return [(one.name, one.kind, one.default) for one in parameters]


def test_every_store_can_be_called_as_its_port_says(tx):
    calls = list(promised())
    assert len({store for store, _, _ in calls}) == 19
    for store, name, promise in calls:
        kept = inspect.signature(getattr(getattr(tx, store), name))
        assert promise == taken(kept.parameters.values()), f"{store}.{name}"


def test_without_a_commit_nothing_of_any_store_is_kept(uow):
    with uow() as tx:
        chat = tx.conversations.open("whatsapp", phone="+1", user_id=None, now=NOON)
        tx.outbox.say(chat.id, [Text("hello")])
        tx.enrolments.add(AMA, pin_hash="h", passphrase="p")
        tx.parked.put(request())
        tx.staff.add(TESS)
        (item,) = put(tx, found("wat i got"))
        tx.inbox.collected(7)
        change = tx.lessons.add_change("Tess", NOON, (), "")
        tx.audit.record("happened")
        tx.defer("turn", lock="turn:c1", message_id="m1")

    with uow() as tx:
        assert tx.conversations.get(chat.id) is None
        assert tx.outbox.next_due(chat.id) is None
        assert tx.enrolments.get("e1") is None
        assert tx.parked.take("c1") is None
        assert tx.staff.get(TESS.id) is None
        assert [None, 0] == [tx.inbox.get(item.id), tx.inbox.collected_to()]
        assert tx.lessons.change(change.id) is None
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
    at = NOON + timedelta(minutes=1)
    assert [("transfer", None, at, {"transfer_id": "t1"})] == jobs(uow)


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
