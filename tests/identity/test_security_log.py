"""The security log: complete, and no row changes unnoticed."""

import random
import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from banking.services.security_log import EVENTS, verify_chain
from banking.settings import PROJECT
from tests.identity.challenges import at_once
from tests.identity.world import World


def write(world: World, count: int) -> None:
    with world.uow() as tx:
        for number in range(count):
            tx.audit.record("event_of_the_test", number=number)
        tx.commit()


def verify(world: World):
    with world.uow() as tx:
        return verify_chain(tx)


def tamper(world: World, statement: str) -> None:
    """Change the table as its owner could, with the guard switched off."""
    with world.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        connection.execute(text(statement))
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER USER"))


def test_an_empty_log_is_whole(world: World):
    assert verify(world).whole


def test_rows_of_many_writers_make_one_chain(world: World):
    at_once(20, lambda _index: write(world, 5))

    report = verify(world)
    assert report.whole
    assert report.rows == 100


def test_what_is_rolled_back_leaves_no_gap(world: World):
    write(world, 1)
    with world.uow() as tx:
        tx.audit.record("never_kept")
    write(world, 1)

    assert verify(world).rows == 2


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET event = 'x'", "DELETE FROM audit", "UPDATE audit SET hash = ''"],
)
def test_the_table_itself_refuses_changes(world: World, statement):
    write(world, 1)

    with pytest.raises(DBAPIError), world.engine.begin() as connection:
        connection.execute(text(statement))


CHANGES = (
    "UPDATE audit SET event = 'other' WHERE chain = {n}",
    "UPDATE audit SET body = body || ' ' WHERE chain = {n}",
    "UPDATE audit SET body = 'gone' WHERE chain = {n}",
    "UPDATE audit SET enrolment_id = 'somebody' WHERE chain = {n}",
    "UPDATE audit SET at = at + interval '1 second' WHERE chain = {n}",
    "DELETE FROM audit WHERE chain = {n}",
)


@pytest.mark.parametrize("change", CHANGES)
def test_every_changed_row_is_found(world: World, change):
    write(world, 30)
    number = random.Random(change).randint(1, 30)
    tamper(world, change.format(n=number))

    assert not verify(world).whole


def test_a_log_cut_short_is_found(world: World):
    write(world, 5)
    tamper(world, "DELETE FROM audit WHERE chain = 5")

    assert not verify(world).whole


def test_a_line_cannot_be_forged(world: World):
    with world.uow() as tx:
        tx.audit.record("event_of_the_test", name="x\r\n2026 LOGIN OK \x1b[2J")
        tx.commit()

    with world.uow() as tx:
        body = tx.audit.rows()[0].body
    assert body.isprintable()
    assert verify(world).whole


def test_the_list_of_events_is_what_the_services_write():
    sources = [
        (PROJECT / "banking/services" / name).read_text(encoding="utf-8")
        for name in (
            "confirmation.py",
            "links.py",
            "otp.py",
            "registration.py",
            "code_sending.py",
            "extras.py",
            "self_service.py",
            "sign_in.py",
            "token_validity.py",
            "authenticators.py",
            "code_unlocking.py",
            "leaving.py",
        )
    ] + [(PROJECT / "banking/web/pages.py").read_text(encoding="utf-8")]
    written = {
        name
        for source in sources
        for call in re.findall(r"(?:audit\.record|\blog)\(([^)]*)\)", source)
        for name in re.findall(r'"([a-z_]+)"', call.split("=")[0])
    } | set(re.findall(r'event = "(\w+)" if paused else "(\w+)"', sources[3])[0])

    assert written == EVENTS
