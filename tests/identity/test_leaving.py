"""Who leaves chat banking leaves nothing open and, in time, nothing behind."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from banking.domain.link import LinkPurpose
from banking.domain.page_refusals import LinkDead, ProofWrong
from banking.domain.staff import StaffUnknown
from banking.ports.identity import EnrolmentStatus
from banking.ports.money import ParkedRequest, Payee
from banking.services.leaving import LeavingRefused
from tests.identity.test_code_unlocking import join
from tests.identity.test_last_moment import at_credentials, choose
from tests.identity.world import AMA, World

NUMBER = AMA.customer_number
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def ama(world: World):
    """Give Ama, enrolled, in a bank where Efua works."""
    join(world, "Efua")
    return world.enrol()


def leave(world: World, by: str = "Efua") -> str:
    return world.identity.leaving.leave(NUMBER, by=by)


def test_nothing_opens_any_more(world: World, ama):
    token, path = world.sign_in(ama), world.link(LinkPurpose.SIGN_IN)

    assert leave(world) == "Ama M."

    with world.uow() as tx:
        assert world.identity.sessions.of_browser(tx, token) is None
        with pytest.raises(LinkDead):
            world.identity.links.look(tx, path.removeprefix("/s/"), None)
    assert world.status(AMA) == "missing"
    assert world.enrolment().status is EnrolmentStatus.CLOSED


def test_who_they_are_is_nowhere_once_the_time_is_over(world: World, ama):
    chat = world.chat(AMA)
    with world.uow() as tx:
        tx.payees.add(Payee("p1", ama.id, "mum", "Esi Mensah", "20010000001122", NOW))
        tx.parked.put(ParkedRequest(chat.id, "Balance", {"account": "mine"}, NOW))
        tx.enrolments.set_safe_phrase(ama.id, "purple teapot")
        tx.commit()
    challenge = at_credentials(world, purpose=LinkPurpose.RESET_PIN)

    leave(world)
    world.clock.forward(days=9)
    with world.uow() as tx:
        world.identity.tidy(tx)
        tx.commit()

    left = world.dump()
    private = (AMA.phone, "Ama", "ama.m", "Esi", "purple teapot", '"mine"')
    assert [each for each in private if each in left] == []
    assert challenge.progress["challenge"] not in left


def test_who_comes_back_begins_anew(world: World, ama):
    leave(world)

    choose(world, at_credentials(world))

    assert world.status(AMA) == "valid"
    assert not world.enrolment().has_totp


def test_a_frozen_customer_does_not_leave_to_come_back(world: World, ama):
    with world.uow() as tx:
        world.identity.sessions.freeze(tx, ama.id, by="customer")
        tx.commit()

    with pytest.raises(LeavingRefused, match="frozen"):
        leave(world)


def test_only_staff_close_and_only_what_is_open(world: World, ama):
    with pytest.raises(StaffUnknown):
        leave(world, by="nobody")
    leave(world)
    with pytest.raises(LeavingRefused):
        leave(world)


def test_the_tries_of_a_stranger_name_no_number(world: World):
    stranger = "+15550109999"
    token = world.link(LinkPurpose.REGISTER, stranger).removeprefix("/s/")
    with world.uow() as tx:
        link = world.identity.links.claim(tx, token, "visit")
        tx.commit()
    with pytest.raises(ProofWrong):
        world.identity.registration.prove(link, "1987-03-09", "4321")

    with world.engine.connect() as connection:
        (counted,) = connection.execute(text("SELECT t::text FROM attempts t"))
    assert "5550109999" not in counted[0]
