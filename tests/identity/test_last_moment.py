"""What happens while somebody is still filling in a page."""

from dataclasses import replace
from datetime import UTC, datetime

import pyotp
import pytest

from banking.domain.customer import CustomerStatus
from banking.domain.link import LinkPurpose
from banking.domain.page_refusals import LinkDead, ProofPaused, WrongCode
from banking.ports.identity import EnrolmentStatus
from banking.ports.money import ParkedRequest
from banking.services.token_validity import sha256
from tests.identity.challenges import at_once, begin
from tests.identity.world import AMA, CHAT_ID, KOFI, PIN, World

SECRET = pyotp.random_base32()


def at_credentials(world: World, who=AMA, digits="4321", purpose=LinkPurpose.REGISTER):
    """A link whose visitor has proven themselves and typed the code."""
    registration = world.identity.registration
    token = world.link(purpose, who).removeprefix("/s/")
    with world.uow() as tx:
        link = world.identity.links.claim(tx, token, "visit")
        tx.commit()
    link = registration.prove(link, who.date_of_birth.isoformat(), digits)
    world.identity.otp.send(link.progress["challenge"], "198.51.100.7")
    registration.check_code(link, world.code(who))
    with world.uow() as tx:
        return tx.links.get(sha256(token))


def choose(world: World, link) -> str:
    return world.identity.registration.choose(link, "somebody.else", PIN, PIN)


def unbind(world: World, who=AMA) -> None:
    """The chat's identity changed: it is nobody's until somebody registers."""
    with world.uow() as tx:
        tx.conversations.unbind(world.chat(who).id)
        tx.commit()


def test_a_registration_begun_before_does_not_open_a_frozen_account(world: World):
    ama = world.enrol()
    unbind(world)
    link = at_credentials(world)
    with world.uow() as tx:
        world.identity.sessions.freeze(tx, ama.id, by="customer")
        tx.commit()

    with pytest.raises(ProofPaused):
        choose(world, link)

    assert world.enrolment().status is EnrolmentStatus.FROZEN
    assert world.enrolment().chat_id == CHAT_ID


def test_who_was_blocked_at_the_bank_meanwhile_does_not_register(world: World):
    link = at_credentials(world)
    world.core.people[0] = replace(AMA, status=CustomerStatus.BLOCKED)

    with pytest.raises(LinkDead):
        choose(world, link)

    assert world.enrolment() is None


def test_a_chat_that_changes_hands_leaves_nothing_of_the_first_open(world: World):
    ama = world.enrol()
    token, chat = world.sign_in(ama), world.chat(AMA)
    with world.uow() as tx:
        long_ago = datetime(2026, 3, 2, 9, 55, tzinfo=UTC)
        tx.parked.put(ParkedRequest(chat.id, "Balance", {"account": None}, long_ago))
        tx.commit()
    # Ama's number is Kofi's now, at the bank as well.
    kofi = replace(KOFI, phone=AMA.phone)
    world.core.people[:] = [replace(AMA, phone="+15550101777"), kofi]

    choose(world, at_credentials(world, kofi, "1122", LinkPurpose.RESET_PIN))

    with world.uow() as tx:
        assert world.identity.sessions.of_browser(tx, token) is None
        assert tx.parked.take(chat.id) is None
        assert tx.conversations.of_enrolment(ama.id) == []


def test_an_authenticators_code_is_spent_even_when_the_payment_is_refused(
    world: World,
):
    world.enrol(totp=SECRET)
    code = pyotp.TOTP(SECRET).at(int(world.clock.now().timestamp()))
    begin(world, "t1")
    begin(world, "t2")

    def refuse(_tx):
        raise LookupError("over the limit by now")

    with pytest.raises(LookupError):
        world.identity.otp.verify("t1", code, "b", then=refuse)

    with pytest.raises(WrongCode):
        world.identity.otp.verify("t2", code, "b", then=lambda _tx: "done")


def another_person(world: World, who=AMA) -> None:
    """The messenger says that somebody else is behind this chat now."""
    chat = world.chat(who)
    with world.uow() as tx:
        world.identity.sessions.number_changed(tx, chat)
        tx.conversations.forget_identity(chat.id)
        tx.commit()


def test_a_registration_begun_by_another_person_is_not_finished(world: World):
    link = at_credentials(world)
    another_person(world)

    with pytest.raises(LinkDead):
        choose(world, link)

    assert world.enrolment() is None
    assert world.chat(AMA).enrolment_id is None


def test_a_link_of_another_person_opens_nothing(world: World):
    token = world.link(LinkPurpose.REGISTER, AMA).removeprefix("/s/")
    another_person(world)

    with world.uow() as tx, pytest.raises(LinkDead):
        world.identity.links.look(tx, token, None)


def test_one_form_sent_many_times_enrols_once(world: World):
    link = at_credentials(world)

    tokens = at_once(8, lambda _: choose(world, link))

    assert all(isinstance(token, str) for token in tokens), tokens
    assert world.enrolment().lowered_until is None
    assert world.events().count("enrolled") == 1
    assert "re_enrolled" not in world.events()


def test_the_same_form_with_another_pin_comes_too_late(world: World):
    link = at_credentials(world)
    choose(world, link)

    with pytest.raises(LinkDead):
        world.identity.registration.choose(link, "somebody.else", "960483", "960483")


def test_of_two_registrations_at_once_one_counts(world: World):
    one = at_credentials(world)
    world.clock.forward(seconds=31)
    links = (one, at_credentials(world))

    tokens = at_once(2, lambda index: choose(world, links[index]))

    assert sorted(type(token).__name__ for token in tokens) == ["LinkDead", "str"]
    assert world.enrolment().lowered_until is None
