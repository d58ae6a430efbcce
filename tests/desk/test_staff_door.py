"""Invitations, signing in and what ends a session."""

import pyotp
import pytest
from sqlalchemy import event

from banking.bootstrap import Bank
from banking.domain.staff import Role, StaffNameRefused, StaffSignInWrong
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
    assert other.send(path, again).status in (403, 410)


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


def test_who_works_here_costs_as_much_to_refuse_as_who_does_not(trainer, other, bank):
    """The clock tells of a question or a commit more; the hash is always one."""
    other.join("Yaw")
    bank.staff.disable("Yaw")

    refused = {name: _asked(bank, name) for name in ("Efua", "Yaw", "nobody", "")}
    for _ in range(10):
        _asked(bank, "Efua")
    refused["blocked"] = _asked(bank, "Efua")

    assert len({tuple(asked) for asked in refused.values()}) == 1, refused


def _asked(bank: Bank, name: str) -> list[str]:
    """What a wrong password of this name asks the database."""
    asked: list[str] = []

    def statement(_connection, _cursor, words: str, *_rest) -> None:
        asked.append(words)

    def commit(_connection) -> None:
        asked.append("COMMIT")

    heard = (("before_cursor_execute", statement), ("commit", commit))
    for kind, listener in heard:
        event.listen(bank.engine, kind, listener)
    try:
        with pytest.raises(StaffSignInWrong):
            bank.staff_door.sign_in(name, "wrong words here", "123456", "203.0.113.4")
    finally:
        for kind, listener in heard:
            event.remove(bank.engine, kind, listener)
    return asked
