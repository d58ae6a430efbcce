"""Invitations, signing in and what ends a session."""

import re

import pyotp
import pytest

from banking.bootstrap import Bank
from banking.domain.staff import Role, StaffNameRefused, StaffRule, StaffUnknown
from banking.services.security_log import verify_chain
from banking.services.staff import EVENTS
from tests.desk.conftest import ADDRESS, PASSWORD, Visitor, events

WRONG = "That didn't work"


def later(bank: Bank, **time: float) -> None:
    bank.clock.forward(**time)


# --- nobody is here by default ----------------------------------------------------


def test_a_fresh_bank_has_no_staff_and_opens_to_nobody(bank: Bank, visitor: Visitor):
    assert bank.staff.everybody() == []
    for name in ("admin", "trainer", "root", "demo", ""):
        visitor.secret = pyotp.random_base32()
        assert visitor.sign_in(name, "admin").status == 422


# --- invitations --------------------------------------------------------------------


def test_an_invitation_leads_to_the_inbox(trainer: Visitor, bank: Bank):
    assert trainer.path == "/desk/inbox"
    assert [m.name for m in bank.staff.everybody()] == ["Efua"]
    assert events(bank) == ["staff_invited", "staff_joined", "staff_signed_in"]


def test_looking_at_an_invitation_uses_nothing_up(bank: Bank, visitor, other):
    path = bank.staff.invite("Efua", [Role.TRAINER]).url.removeprefix(ADDRESS)
    other.open(path)
    other.open(path)

    visitor.open(path).press("submit", password=PASSWORD, password_again=PASSWORD)
    assert visitor.has("totp-secret")


def test_an_invitation_belongs_to_the_browser_that_begins_with_it(bank, visitor, other):
    path = bank.staff.invite("Efua", [Role.TRAINER]).url.removeprefix(ADDRESS)
    visitor.open(path).press("submit", password=PASSWORD, password_again=PASSWORD)

    assert other.open(path).status == 410
    assert "totp-secret" not in other.answer.text


def test_an_invitation_works_once(trainer: Visitor, bank: Bank, other: Visitor):
    path = bank.staff.invite("Kojo", [Role.TRAINER]).url.removeprefix(ADDRESS)
    other.open(path).press("submit", password=PASSWORD, password_again=PASSWORD)
    other.secret = other.text("totp-secret")
    csrf, code = other.csrf(), other.code()
    assert other.press("submit", otp=code).path == "/desk/inbox"

    assert other.open(path).status == 410
    again = {"csrf": csrf, "do": "code", "otp": code}
    assert other.post(path, again).status in (403, 410)


def test_an_invitation_lasts_a_day(bank: Bank, visitor: Visitor):
    path = bank.staff.invite("Efua", [Role.TRAINER]).url.removeprefix(ADDRESS)
    later(bank, hours=23, minutes=59)
    assert visitor.open(path).status == 200
    later(bank, minutes=1)
    assert visitor.open(path).status == 410


def test_a_newer_invitation_replaces_the_older(bank: Bank, visitor: Visitor):
    first, second = (bank.staff.invite("Efua", [Role.TRAINER]) for _ in range(2))

    assert visitor.open(first.url.removeprefix(ADDRESS)).status == 410
    assert visitor.open(second.url.removeprefix(ADDRESS)).status == 200


def test_a_new_invitation_replaces_password_and_authenticator(trainer, bank, other):
    old = trainer.secret
    other.join("efua")  # by the same name in another spelling
    assert len(bank.staff.everybody()) == 1
    assert not trainer.signed_in
    later(bank, seconds=31)
    trainer.secret = old
    assert trainer.sign_in().status == 422
    trainer.secret = other.secret
    assert trainer.sign_in().path == "/desk/inbox"


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12 characters"),
        ("aaaaaaaaaaaaaa", "easy to guess"),
        ("Efua", "at least 12"),
        ("abcdefghijklmnop", "easy to guess"),
        ("x" * 70, "too long"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused(bank, visitor, password, words):
    path = bank.staff.invite("Efua", [Role.TRAINER]).url.removeprefix(ADDRESS)
    visitor.open(path).press("submit", password=password, password_again=password)

    assert visitor.status == 422
    assert words in visitor.text("error")
    assert password not in visitor.answer.text or password == "Efua"


def test_two_passwords_must_be_the_same(bank: Bank, visitor: Visitor):
    path = bank.staff.invite("Efua", [Role.TRAINER]).url.removeprefix(ADDRESS)
    visitor.open(path).press("submit", password=PASSWORD, password_again="other words")

    assert "not the same" in visitor.text("error")


def test_joining_needs_the_authenticators_code(bank: Bank, visitor: Visitor):
    path = bank.staff.invite("Efua", [Role.TRAINER]).url.removeprefix(ADDRESS)
    visitor.open(path).press("submit", password=PASSWORD, password_again=PASSWORD)
    visitor.press("submit", otp="000000")

    assert visitor.status == 422
    assert not visitor.signed_in
    assert not bank.staff.anybody(Role.TRAINER)


@pytest.mark.parametrize("name", ["", "x", "a" * 41, "<script>", "a\nb\x00c", "-a-"])
def test_a_name_can_be_typed_again(bank: Bank, name):
    with pytest.raises(StaffNameRefused):
        bank.staff.invite(name, [Role.TRAINER])


@pytest.mark.parametrize("token", ["a" * 43, "x", "..%2f..", "a" * 5000])
def test_an_unknown_invitation_says_what_to_do(visitor: Visitor, token):
    visitor.open(f"/desk/join/{token}")

    assert visitor.status in (404, 410)


# --- signing in -----------------------------------------------------------------------


def test_signing_in_and_out(trainer: Visitor, bank: Bank):
    trainer.press("sign-out")
    assert trainer.path == "/desk/sign-in"
    assert not trainer.signed_in
    later(bank, seconds=31)

    assert trainer.sign_in("EFUA ").path == "/desk/inbox"


def test_a_session_that_was_ended_does_not_come_back_with_its_cookie(trainer, bank):
    cookies = dict(trainer.http.cookies)
    trainer.press("sign-out")
    trainer.http.cookies.update(cookies)

    assert not trainer.signed_in


def test_a_code_opens_once(trainer: Visitor, other: Visitor, bank: Bank):
    later(bank, seconds=31)
    other.secret = trainer.secret
    code = other.code()
    assert other.sign_in(code=code).path == "/desk/inbox"
    other.press("sign-out")

    assert other.sign_in(code=code).status == 422


def test_the_code_of_joining_does_not_open_again(trainer: Visitor):
    code = trainer.code()
    trainer.press("sign-out")

    assert trainer.sign_in(code=code).status == 422


@pytest.mark.parametrize("fault", ["name", "password", "code"])
def test_what_did_not_fit_is_not_told(trainer: Visitor, bank: Bank, fault):
    trainer.press("sign-out")
    later(bank, seconds=31)
    given = {"name": "Efua", "password": PASSWORD, "code": trainer.code()}
    trainer.sign_in(**given | {fault: "000000"})

    assert trainer.status == 422
    assert trainer.text("error").startswith(WRONG)
    assert PASSWORD not in trainer.answer.text


def test_ten_wrong_tries_close_the_door_for_half_an_hour(trainer, other, bank):
    other.secret = trainer.secret
    for _ in range(10):
        later(bank, seconds=31)
        assert other.sign_in(password="wrong words here").status == 422
    later(bank, seconds=31)
    assert other.sign_in().status == 422, "even with everything right"
    assert "staff_sign_in_blocked" in events(bank)
    later(bank, minutes=28)
    assert other.sign_in().status == 422
    later(bank, minutes=2)
    assert other.sign_in().path == "/desk/inbox"


def test_nine_wrong_tries_do_not(trainer: Visitor, other: Visitor, bank: Bank):
    other.secret = trainer.secret
    for _ in range(9):
        other.sign_in(code="000000")
    later(bank, seconds=31)

    assert other.sign_in().path == "/desk/inbox"


def test_wrong_names_from_one_place_are_slowed_down(visitor: Visitor, bank: Bank):
    visitor.secret = pyotp.random_base32()
    for number in range(bank.staff.rule.wrong_from_one_place):
        assert visitor.sign_in(f"nobody{number}").status == 422
    assert visitor.sign_in("nobody").status == 429
    later(bank, minutes=16)
    assert visitor.sign_in("nobody").status == 422


# --- how long it lasts ------------------------------------------------------------


def test_fifteen_idle_minutes_end_a_session(trainer: Visitor, bank: Bank):
    later(bank, minutes=14, seconds=59)
    assert trainer.open("/desk/sign-in").path == "/desk/inbox"
    later(bank, minutes=14, seconds=59)
    assert trainer.signed_in
    later(bank, minutes=15)
    assert not trainer.signed_in


def test_eight_hours_end_a_session_however_busy(trainer: Visitor, bank: Bank):
    for _ in range(47):
        later(bank, minutes=10)
        assert trainer.open("/desk/search").path == "/desk/search"
    later(bank, minutes=10)
    assert trainer.open("/desk/search").path == "/desk/sign-in"


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(trainer, bank):
    for _ in range(3):
        later(bank, minutes=5)
        trainer.open("/desk/model/progress")
    assert not trainer.signed_in


def test_a_role_that_was_taken_away_counts_at_the_next_request(trainer, bank):
    assert trainer.open("/desk/search").status == 200
    bank.staff.set_roles("Efua", [Role.AUDITOR])

    assert trainer.open("/desk/search").status == 403
    assert events(bank)[-2:] == ["staff_roles_changed", "staff_may_not"]
    bank.staff.set_roles("Efua", [Role.TRAINER])
    assert trainer.open("/desk/search").status == 200


def test_who_is_disabled_is_out_at_once_and_stays_out(trainer: Visitor, bank: Bank):
    bank.staff.disable("efua")
    assert not trainer.signed_in
    later(bank, seconds=31)
    assert trainer.sign_in().status == 422


def test_who_is_not_here_cannot_be_changed(bank: Bank):
    with pytest.raises(StaffUnknown):
        bank.staff.disable("nobody")
    with pytest.raises(StaffUnknown):
        bank.staff.set_roles("nobody", [])


def test_rules_weaker_than_the_standard_are_refused():
    from datetime import timedelta

    for weak in (
        {"idle": timedelta(minutes=16)},
        {"longest": timedelta(hours=9)},
        {"tries": 11},
        {"block": timedelta(minutes=29)},
        {"invitation": timedelta(hours=25)},
    ):
        with pytest.raises(ValueError, match=r"must|at most|allowed|may"):
            StaffRule(**weak)


# --- what is kept -----------------------------------------------------------------


def test_no_secret_is_kept_as_it_is(trainer: Visitor, bank: Bank):
    from sqlalchemy import text

    token = trainer.http.cookies.get("desk-session")
    with bank.engine.connect() as connection:
        kept = "\n".join(
            str(row)
            for name in ("staff", "staff_sessions", "staff_invitations", "audit")
            for row in connection.execute(text(f"SELECT t::text FROM {name} t"))
        )
    assert "Efua" in kept
    for secret in (PASSWORD, trainer.secret, token):
        assert secret not in kept


def test_cookies_are_for_this_host_and_for_no_script(trainer: Visitor, bank: Bank):
    trainer.press("sign-out")
    later(bank, seconds=31)
    trainer.open("/desk/sign-in")
    answer = trainer.http.post(
        "/desk/sign-in",
        data={
            "csrf": trainer.csrf(),
            "name": "Efua",
            "password": PASSWORD,
            "otp": trainer.code(),
        },
        follow_redirects=False,
    )

    assert re.search(
        r"desk-session=[\w-]{43}; HttpOnly; Path=/; SameSite=strict",
        answer.headers["set-cookie"],
    )


def test_where_to_go_on_is_never_another_place(trainer: Visitor, bank: Bank):
    for outside in ("https://evil.example/", "//evil.example", "/desk//evil", "/s/x"):
        assert trainer.open(f"/desk/sign-in?next={outside}").path == "/desk/inbox"
    assert trainer.open("/desk/sign-in?next=/desk/search").path == "/desk/search"


def test_the_log_has_every_event_of_the_door(trainer, other, bank):
    other.secret = pyotp.random_base32()
    for number in range(51):
        other.sign_in(f"nobody{number}")
    later(bank, minutes=16)
    for _ in range(10):
        other.sign_in()
    trainer.sign_in()
    bank.staff.set_roles("Efua", [])
    trainer.open("/desk/inbox")
    trainer.open("/desk/inbox")
    bank.staff.set_roles("Efua", [Role.TRAINER])
    later(bank, minutes=31)
    trainer.sign_in().press("sign-out")
    bank.staff.disable("Efua")

    assert set(events(bank)) == EVENTS
    with bank.uow() as tx:
        assert verify_chain(tx).whole
