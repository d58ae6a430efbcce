"""Every door of the desk with every kind of visitor, and what a form must prove."""

import re

import pytest

from banking.bootstrap import Bank
from banking.cli.routes import route_table
from banking.domain.staff import Role
from banking.web.app import create_app
from banking.web.desk.doors import Door, Open
from banking.web.desk.routes import DOORS
from tests.desk.conftest import Visitor

VISITORS = ("nobody", "no role", *(role.value for role in Role), "every role")
# Signing out ends what the others are tried with.
IN_ORDER = sorted(DOORS, key=lambda door: door.path == "/desk/sign-out")


def roles_of(who: str) -> list[Role]:
    match who:
        case "nobody" | "no role":
            return []
        case "every role":
            return list(Role)
        case role:
            return [Role(role)]


def may(door, who: str) -> bool:
    match door.who:
        case Open.ANYONE | Open.INVITATION:
            return True
        case Open.STAFF:
            return who != "nobody"
        case role:
            return who in (role.value, "every role")


@pytest.mark.parametrize("who", VISITORS)
def test_each_door_opens_to_its_role_and_to_nobody_else(visitor, bank: Bank, who):
    visitor.open("/desk/sign-in")
    if who != "nobody":
        visitor.join()
        bank.staff.set_roles("Efua", roles_of(who))
        visitor.open("/desk/sign-in")
    seen = {(door.method, door.path): is_open(visitor, door) for door in IN_ORDER}

    assert seen == {(door.method, door.path): may(door, who) for door in DOORS}


def is_open(visitor: Visitor, door: Door) -> bool:
    """Knock with a form of our own; a closed door says so or leads to the sign-in."""
    cookies = visitor.http.cookies
    known = f"{cookies.get('desk-visit')}|{cookies.get('desk-session') or ''}"
    csrf = visitor.bank.hasher.csrf(known, "/desk")
    answer = visitor.http.request(
        door.method,
        re.sub(r"{\w+}", "7", door.path),
        data={"csrf": csrf} if door.method == "POST" else None,
        follow_redirects=False,
    )
    assert answer.status_code < 500, door
    sent_away = answer.headers.get("location", "").startswith("/desk/sign-in")
    if door.path == "/desk/sign-out":
        # It leads to the sign-in in any case, and ends a session only if there is one.
        return "desk-session" in answer.headers.get("set-cookie", "")
    return answer.status_code != 403 and not sent_away


def test_the_matrix_has_every_route_of_the_desk():
    routes = {
        (method, route.path)
        for route in create_app().routes
        if route.path.startswith("/desk")
        for method in getattr(route, "methods", ())
    }

    assert routes == {(door.method, door.path) for door in DOORS}


def test_the_command_names_the_role_of_every_route():
    rows = route_table(create_app().routes)
    desk = {(r["method"], r["path"]): r["role"] for r in rows if "/desk" in r["path"]}

    assert desk.pop(("GET", "/static/desk")) == "anyone"
    assert desk == {(d.method, d.path): d.role for d in DOORS}
    assert desk["GET", "/desk/model"] == "staff:trainer"


# --- where there is no door -----------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/desk/nothing", "/desk/inbox/7/8", "/desk/join/", "/desk//x"]
)
def test_an_address_of_nothing_is_a_page_of_the_desk_with_a_way_back(
    trainer: Visitor, other: Visitor, path
):
    for visitor, back in ((trainer, "/desk/inbox"), (other, "/desk/sign-in")):
        answer = visitor.http.get(path, follow_redirects=False)
        visitor.answer = answer
        assert answer.status_code == 404
        assert "nothing at this address" in visitor.text("error")
        assert visitor.find("way-back")[0].get("href") == back
        assert visitor.has("sign-out") == (visitor is trainer)


def test_an_address_that_takes_another_method_says_so_kindly(trainer: Visitor):
    for method, path in (("GET", "/desk/sign-out"), ("DELETE", "/desk/inbox/7")):
        trainer.answer = trainer.http.request(method, path)
        assert trainer.status == 405
        assert "Nothing was changed" in trainer.text("error")
        assert trainer.answer.headers["allow"]
    assert trainer.signed_in


def test_a_script_is_told_in_words(trainer: Visitor):
    for path, csrf, status in (("/desk/x", "", 404), ("/desk/inbox", "0", 403)):
        answer = trainer.http.post(
            path, data={"csrf": csrf}, headers={"x-asked-by": "script"}
        )
        assert answer.status_code == status
        assert len(answer.json()["refused"]) > 20


def test_who_may_not_can_come_as_somebody_else(trainer: Visitor, bank: Bank):
    bank.staff.set_roles("Efua", [Role.AUDITOR])
    trainer.open("/desk/inbox").press("way-back")

    assert trainer.path == "/desk/sign-in"
    assert not trainer.signed_in


# --- forms --------------------------------------------------------------------------


def post(visitor: Visitor, **more):
    data = {"csrf": visitor.csrf(), "do": "reject"} | more.pop("data", {})
    return visitor.http.post("/desk/inbox", data=data, follow_redirects=False, **more)


def test_a_form_of_our_own_is_taken(trainer: Visitor):
    assert post(trainer).status_code == 303


@pytest.mark.parametrize(
    "forged",
    [
        {"data": {"csrf": ""}},
        {"data": {"csrf": "0" * 64}},
        {"headers": {"origin": "https://evil.example"}},
        {"headers": {"sec-fetch-site": "cross-site"}},
        {"headers": {"sec-fetch-site": "same-site"}},
        {"headers": {"content-type": "text/plain"}},
        {"headers": {"content-type": "multipart/form-data; boundary=x"}},
    ],
)
def test_a_form_from_elsewhere_changes_nothing(trainer: Visitor, forged):
    answer = post(trainer, **forged)

    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text


def test_a_token_of_another_browser_is_of_no_use(trainer, other, bank: Bank):
    other.join("Kojo")

    assert post(trainer, data={"csrf": other.csrf()}).status_code == 403


def test_a_form_from_before_signing_in_is_of_no_use(visitor: Visitor, bank: Bank):
    visitor.open("/desk/sign-in")
    before = visitor.csrf()
    visitor.join()

    assert post(visitor, data={"csrf": before}).status_code == 403


def test_a_form_that_is_too_big_is_not_read(trainer: Visitor):
    too_big = post(trainer, data={"items": "1" * 300_000})
    assert too_big.status_code == 403
    assert "too big" in too_big.text
    assert post(trainer, data={"items": ["1"] * 3_000}).status_code == 403


def test_a_script_without_a_session_is_told_to_sign_in(visitor: Visitor):
    visitor.open("/desk/sign-in")
    answer = visitor.ask("/desk/inbox", do="accept", items="1")

    assert (answer.status_code, answer.json()) == (401, {"sign_in": True})


def test_pages_carry_nothing_inline_and_nothing_foreign(trainer: Visitor):
    for path in ("/desk/inbox", "/desk/changes", "/desk/model", "/desk/search"):
        answer = trainer.open(path).answer
        policy = answer.headers["content-security-policy"]
        assert "connect-src 'self'" in policy
        assert "unsafe" not in policy
        assert not trainer.page.xpath("//@style | //script[not(@src)] | //*[@onclick]")
        for address in trainer.page.xpath("//@src | //link/@href"):
            assert address.startswith(("/static/", "data:image/svg"))
