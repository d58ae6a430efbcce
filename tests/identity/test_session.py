"""How long the bank goes on knowing who is writing."""

from datetime import UTC, datetime, timedelta

import pytest

from banking.domain.challenge import ChallengeState, SmsWords
from banking.domain.link import LinkPurpose
from banking.domain.session import Session, SessionRule, TokenStatus, token_status
from banking.services.token_validity import Ended, sha256
from tests.identity.world import AMA, World

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
RULE = SessionRule(timedelta(minutes=5), timedelta(minutes=60))


def fresh(at: datetime = NOW) -> Session:
    return Session.opened("s", "e", "whatsapp", "c", at, RULE)


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(299, TokenStatus.VALID), (300, TokenStatus.EXPIRED), (301, TokenStatus.EXPIRED)],
)
def test_a_session_ends_after_five_idle_minutes(seconds, status):
    now = NOW + timedelta(seconds=seconds)

    assert token_status(enrolled=True, session=fresh(), now=now) is status


def test_activity_every_minute_does_not_outlive_the_hour():
    session, now = fresh(), NOW
    for _ in range(59):
        now += timedelta(minutes=1)
        session = session.extended(now, RULE)

    assert session.live(NOW + timedelta(seconds=3_599))
    assert not session.live(NOW + timedelta(seconds=3_600))


def test_a_session_that_is_over_does_not_come_back():
    with pytest.raises(ValueError, match="over"):
        fresh().extended(NOW + timedelta(minutes=6), RULE)


def test_extending_never_shortens():
    later = fresh().extended(NOW + timedelta(minutes=2), RULE)

    assert later.extended(NOW + timedelta(minutes=1), RULE) == later


def test_a_clock_that_ran_backwards_ends_a_session():
    assert not fresh().live(NOW - timedelta(seconds=1))


def test_who_is_not_enrolled_is_missing_whatever_the_session_says():
    found = token_status(enrolled=False, session=fresh(), now=NOW)

    assert found is TokenStatus.MISSING


@pytest.mark.parametrize(
    ("idle", "longest"), [(0, 60), (6, 60), (5, 4), (5, 60 * 12 + 1)]
)
def test_a_rule_beyond_the_standards_is_refused(idle, longest):
    with pytest.raises(ValueError, match="session"):
        SessionRule(timedelta(minutes=idle), timedelta(minutes=longest))


# --- with the tables ---


def test_a_stranger_a_customer_and_a_signed_in_customer(world: World):
    assert world.status(AMA) == "missing"
    enrolment = world.enrol()
    assert world.status(AMA) == "expired"
    world.sign_in(enrolment)
    assert world.status(AMA) == "valid"


def test_only_the_customers_own_activity_extends(world: World):
    world.sign_in(world.enrol())
    world.clock.forward(seconds=200)
    assert world.status(AMA, extend=False) == "valid"
    world.clock.forward(seconds=101)

    assert world.status(AMA) == "expired"


def test_the_customers_messages_slide_the_end(world: World):
    world.sign_in(world.enrol())
    for _ in range(3):
        world.clock.forward(seconds=299)
        assert world.status(AMA, extend=True) == "valid"
    world.clock.forward(seconds=300)

    assert world.status(AMA, extend=True) == "expired"


def test_after_an_hour_of_activity_the_customer_signs_in_again(world: World):
    world.sign_in(world.enrol())
    for _ in range(59):
        world.clock.forward(seconds=60)
        assert world.status(AMA, extend=True) == "valid"
    world.clock.forward(seconds=60)

    assert world.status(AMA, extend=True) == "expired"


def test_one_session_a_customer_and_channel(world: World):
    enrolment = world.enrol()
    first, second = world.sign_in(enrolment), world.sign_in(enrolment)

    with world.uow() as tx:
        assert world.identity.sessions.of_browser(tx, first) is None
        assert world.identity.sessions.of_browser(tx, second) is not None
        assert len(world.identity.sessions.open_ones(tx, enrolment.id)) == 1


def test_a_chat_whose_number_is_not_the_customers_is_a_strangers(world: World):
    enrolment = world.enrol()
    stranger = world.chat("+15550109999")
    with world.uow() as tx:
        tx.conversations.bind(stranger.id, enrolment.id)
        bound = tx.conversations.get(stranger.id)
        found = world.identity.token_validity.check(tx, bound, extend=False)

    assert found.status is TokenStatus.MISSING


TRIGGERS = {
    "logout": lambda s, tx, e: s.kill(tx, e.id, Ended.LOGOUT),
    "PIN change": lambda s, tx, e: s.kill(tx, e.id, Ended.PIN_CHANGED),
    "revoked": lambda s, tx, e: s.kill(tx, e.id, "revoked"),
    "left": lambda s, tx, e: s.kill(tx, e.id, Ended.LEFT),
    "lock": lambda s, tx, e: s.freeze(tx, e.id, by="staff"),
    "number change": lambda s, tx, e: s.number_changed(
        tx, tx.conversations.of_enrolment(e.id)[0]
    ),
}


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_what_ends_a_session_ends_everything_that_is_open(world: World, trigger):
    enrolment = world.enrol()
    token = world.sign_in(enrolment)
    path = world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t1")
    elsewhere = world.link(
        LinkPurpose.CHANGE_PIN, "+15550109999", enrolment_id=enrolment.id
    )
    with world.uow() as tx:
        world.identity.otp.start(
            tx,
            challenge_id="t1",
            purpose="payment",
            enrolment_id=enrolment.id,
            phone=enrolment.phone,
            binding="b",
            sms=SmsWords.payment(amount="USD 1.00", payee="Peter"),
        )
        tx.commit()

    with world.uow() as tx:
        TRIGGERS[trigger](world.identity.sessions, tx, enrolment)
        tx.commit()

    with world.uow() as tx:
        assert world.identity.sessions.of_browser(tx, token) is None
        for address in (path, elsewhere):
            link = tx.links.get(sha256(address.removeprefix("/s/")))
            assert link.killed_at is not None
        assert tx.challenges.get("t1").state is ChallengeState.BURNT
    assert world.status(AMA) == ("missing" if trigger == "number change" else "expired")


def test_no_raw_token_is_in_any_table(world: World):
    token = world.sign_in(world.enrol())
    path = world.link(LinkPurpose.SIGN_IN)

    dump = world.dump()

    assert token not in dump
    assert path.removeprefix("/s/") not in dump
    assert sha256(token) in dump  # the search does find what is there


def test_what_is_of_no_use_is_forgotten_and_the_log_is_kept(world: World):
    enrolment = world.enrol()
    world.link(LinkPurpose.SIGN_IN)
    with world.uow() as tx:
        world.identity.otp.start(
            tx,
            challenge_id="t1",
            purpose="payment",
            enrolment_id=enrolment.id,
            phone=enrolment.phone,
            binding="b",
            sms=SmsWords.payment(amount="USD 1.00", payee="Peter"),
        )
        tx.commit()
    world.identity.otp.send("t1", "198.51.100.7")
    events = world.events()

    def tidy() -> int:
        with world.uow() as tx:
            gone = world.identity.tidy(tx)
            tx.commit()
        return gone

    assert tidy() == 0
    world.clock.forward(days=9)
    assert tidy() == 3
    assert world.events() == events
