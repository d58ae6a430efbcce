"""How long a session of staff lasts, what ends it, and what is kept of it."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import text

from banking.bootstrap import Bank, open_bank
from banking.domain.staff import Role, StaffRule, StaffUnknown
from banking.services.security_log import verify_chain
from banking.services.staff import EVENTS
from banking.web.app import create_app
from tests.desk.conftest import PASSWORD, Visitor, events
from tests.desk.test_staff_door import later

# --- how long it lasts ------------------------------------------------------------


def test_fifteen_idle_minutes_end_a_session(trainer: Visitor, bank: Bank):
    later(bank, minutes=14, seconds=59)
    assert trainer.open("/desk/sign-in").path == "/desk/inbox"
    later(bank, minutes=14, seconds=59)
    assert trainer.signed_in
    later(bank, minutes=15)
    assert not trainer.signed_in


def test_who_comes_back_too_late_is_told_so_and_goes_on_there(trainer, bank):
    trainer.open("/desk/inbox?state=rejected")
    late = {"csrf": trainer.csrf(), "do": "reject:1", "back": "/desk/search?words=x"}
    later(bank, minutes=16)
    trainer.send("/desk/inbox", late)

    assert trainer.path == "/desk/sign-in"
    assert "pressed last was not done" in trainer.text("ended")
    trainer.press("submit", name="Efua", password=PASSWORD, otp=trainer.code())
    assert str(trainer.answer.url).endswith("/desk/search?words=x")
    later(bank, minutes=16)
    trainer.open("/desk/changes?before=3")
    assert "go on where you were" in trainer.text("ended")
    assert "pressed last" not in trainer.text("ended")


def test_nobody_is_told_that_they_were_signed_out_who_was_not(visitor: Visitor):
    visitor.open("/desk/model")
    assert not visitor.has("ended")
    visitor.join().press("sign-out")
    assert not visitor.has("ended")


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


def test_the_worker_forgets_what_ran_out_and_nothing_else(trainer, bank, other):
    bank.staff.invite("Kofi", [Role.TRAINER])
    other.join("Abena")
    later(bank, minutes=14)
    trainer.open("/desk/search")

    bank.chores["tidy_staff"]()
    assert trainer.signed_in
    later(bank, minutes=2)
    bank.chores["tidy_staff"]()
    assert trainer.signed_in
    assert not other.signed_in
    with bank.engine.connect() as connection:
        counts = "SELECT (SELECT count(*) FROM {}), (SELECT count(*) FROM {})"
        tables = ("staff_sessions", "staff_invitations")
        assert connection.execute(text(counts.format(*tables))).one() == (1, 3)
        later(bank, hours=24)
        bank.chores["tidy_staff"]()
        assert connection.execute(text(counts.format(*tables))).one() == (0, 0)


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
    bank.staff.set_roles("Efua", [])
    trainer.open("/desk/inbox")
    bank.staff.set_roles("Efua", [Role.TRAINER])
    other.secret = pyotp.random_base32()
    for number in range(bank.staff.rule.wrong_from_one_place + 1):
        other.sign_in(f"nobody{number}")
    later(bank, minutes=16)
    for _ in range(bank.staff.rule.tries):
        other.sign_in()
    later(bank, minutes=31)
    trainer.sign_in().press("sign-out")
    bank.staff.disable("Efua")

    assert set(events(bank)) == EVENTS
    with bank.uow() as tx:
        assert verify_chain(tx).whole


def test_on_https_the_cookies_are_bound_to_this_host(database, bank, tmp_path):
    address = "https://bank.example"
    settings = bank.settings.model_copy(update={"public_url": address})
    secure = open_bank(settings, outside=bank.outside)
    visitor = Visitor(create_app(secure), secure, address)
    visitor.open("/desk/sign-in")
    cookie = visitor.answer.headers["set-cookie"]

    assert cookie.startswith("__Host-desk-visit=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=strict"):
        assert part in cookie
    assert "Domain" not in cookie
    secure.engine.dispose()
