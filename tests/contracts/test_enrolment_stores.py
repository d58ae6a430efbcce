"""What the stores of customers and sessions promise, in memory and in PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from banking.domain.session import Session
from banking.ports.identity import EnrolmentStatus
from tests.contracts.conftest import AMA, NOON

MINUTE = timedelta(minutes=1)


def session(key="s1", channel="whatsapp", started_at=NOON):
    return Session(key, "e1", channel, "c1", started_at, started_at + 5 * MINUTE)


def test_an_enrolment_is_found_by_everything_that_names_it(ama):
    found = ama.enrolments
    assert AMA == found.get("e1") == found.lock("e1")
    assert AMA == found.by_customer("C100001")
    assert [None] * 3 == [found.get("e2"), found.lock("e2"), found.by_customer("C2")]


def test_one_customer_enrols_once(ama):
    with pytest.raises(Exception, match=r"enrolled|unique"):
        ama.enrolments.add(replace(AMA, id="e2"), pin_hash="h", passphrase="p")


def test_secrets_are_kept_apart(ama):
    ama.enrolments.set_pin_hash("e1", "other")
    ama.enrolments.set_passphrase("e1", "green door")

    assert "other" == ama.enrolments.pin_hash("e1")
    assert "green door" == ama.enrolments.passphrase("e1")
    with pytest.raises(KeyError):
        ama.enrolments.passphrase("e2")


def test_renewing_keeps_the_secrets_but_the_pin(ama):
    ama.enrolments.set_safe_phrase("e1", "seven storks")
    ama.enrolments.set_totp("e1", "JBSWY3DPEHPK3PXP", last_step=7)
    ama.enrolments.renew(
        replace(AMA, chat_id="ama.two", created_at=NOON + MINUTE), pin_hash="fresh"
    )

    now = ama.enrolments.get("e1")
    assert ("ama.two", NOON, "seven storks", True) == (
        now.chat_id,
        now.created_at,
        now.safe_phrase,
        now.has_totp,
    )
    assert "fresh" == ama.enrolments.pin_hash("e1")
    assert "blue kettle" == ama.enrolments.passphrase("e1")
    assert "JBSWY3DPEHPK3PXP" == ama.enrolments.totp_secret("e1")


def test_an_authenticator_step_is_spent_once_and_never_an_older_one(ama):
    assert ama.enrolments.totp_secret("e1") is None
    ama.enrolments.set_totp("e1", "JBSWY3DPEHPK3PXP", last_step=10)

    spent = [ama.enrolments.spend_totp_step("e1", n) for n in (10, 11, 11, 9, 12)]
    assert [False, True, False, False, True] == spent
    assert not ama.enrolments.spend_totp_step("e2", 1)
    ama.enrolments.set_totp("e1", None)
    assert not ama.enrolments.get("e1").has_totp


def test_status_and_level_change(ama):
    ama.enrolments.set_status("e1", EnrolmentStatus.FROZEN)
    ama.enrolments.set_kyc_level("e1", "full")

    now = ama.enrolments.get("e1")
    assert (EnrolmentStatus.FROZEN, False, "full") == (
        now.status,
        now.active,
        now.kyc_level,
    )


def test_a_new_session_ends_the_one_before_on_its_channel(ama):
    ama.sessions.open(session(), "t1")
    ama.sessions.open(session("s2", "telegram"), "t2")
    ama.sessions.open(session("s3", started_at=NOON + MINUTE), "t3")

    old = ama.sessions.by_token("t1")
    assert (NOON + MINUTE, "replaced") == (old.ended_at, old.end_reason)
    assert "s3" == ama.sessions.current("e1", "whatsapp").id
    assert "s2" == ama.sessions.current("e1", "telegram", lock=True).id
    assert ["s2", "s3"] == [one.id for one in ama.sessions.open_ones("e1")]
    assert ama.sessions.by_token("t4") is None
    assert ama.sessions.current("e2", "whatsapp") is None


def test_a_session_only_grows_and_only_while_it_is_open(ama):
    ama.sessions.open(session(), "t1")
    ama.sessions.extend("s1", NOON + 7 * MINUTE)
    ama.sessions.extend("s1", NOON + 6 * MINUTE)
    assert NOON + 7 * MINUTE == ama.sessions.by_token("t1", lock=True).expires_at

    ama.sessions.end("e1", NOON, "logout")
    ama.sessions.extend("s1", NOON + 9 * MINUTE)
    assert NOON + 7 * MINUTE == ama.sessions.by_token("t1").expires_at


def test_a_replaced_token_is_nobodys_and_the_session_goes_on(ama):
    ama.sessions.open(session(), "t1")
    ama.sessions.replace_token("t1", "t2")
    ama.sessions.replace_token("t1", "t3")

    assert ama.sessions.by_token("t1") is None
    assert ama.sessions.by_token("t3") is None
    assert "s1" == ama.sessions.by_token("t2").id
    assert "s1" == ama.sessions.current("e1", "whatsapp").id


def test_ending_ends_all_of_one_customer(ama):
    ama.sessions.open(session(), "t1")
    ama.sessions.open(session("s2", "telegram"), "t2")

    assert 2 == ama.sessions.end("e1", NOON + MINUTE, "logout")
    assert 0 == ama.sessions.end("e1", NOON + MINUTE, "again")
    assert "logout" == ama.sessions.by_token("t2").end_reason
    assert [] == ama.sessions.open_ones("e1")
