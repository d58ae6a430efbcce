"""Both units of work: the one in PostgreSQL and its twin in memory."""

from datetime import UTC, datetime

import pytest

from banking.adapters.credentials import Sealer, derived_key
from banking.adapters.db.unit_of_work import SqlUnitOfWork
from banking.adapters.memory.unit_of_work import MemoryUnitOfWork
from banking.adapters.vault import AesVault
from banking.ports.identity import Enrolment, EnrolmentStatus

KEY = b"k" * 32
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

AMA = Enrolment(
    "e1",
    "C100001",
    "Ama Mensah",
    "ama.m",
    "+15550101567",
    "standard",
    EnrolmentStatus.ACTIVE,
    "20010000004321",
    NOON,
)


@pytest.fixture(params=["memory", "postgres"])
def uow(request):
    if request.param == "memory":
        return MemoryUnitOfWork(lambda: NOON)
    request.getfixturevalue("clean_database")
    return SqlUnitOfWork(
        request.getfixturevalue("database"),
        lambda: NOON,
        AesVault.of(derived_key(KEY, "chat vault")),
        Sealer(KEY),
    )


@pytest.fixture
def tx(uow):
    """One unit of work, for tests that need no second."""
    with uow() as one:
        yield one


@pytest.fixture
def ama(tx):
    tx.enrolments.add(AMA, pin_hash="hash", passphrase="blue kettle")
    return tx
