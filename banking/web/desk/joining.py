"""The staff door's pages: an invitation, signing in, signing out."""

from starlette.responses import RedirectResponse, Response

from banking.domain.staff import (
    InvitationDead,
    StaffNotSignedIn,
    StaffRefusal,
    StaffTooManyFromHere,
)
from banking.web.desk.desk import SEE_OTHER, Desk, is_of_desk
from banking.web.desk.doors import Asked, Door, Open
from banking.web.rendering import qr_code

HOME = "/desk/inbox"
_GONE, _TOO_MANY, _UNPROCESSABLE = 410, 429, 422


def show_sign_in(desk: Desk, asked: Asked) -> Response:
    """Ask for name, password and code; go on at once where somebody is signed in."""
    try:
        desk.door.require(asked.visit.token, None, path=asked.path, extend=False)
    except StaffNotSignedIn:
        return _sign_in_page(desk, asked)
    return RedirectResponse(_onward(asked.query.get("next")), SEE_OTHER)


def sign_in(desk: Desk, asked: Asked) -> Response:
    """Open a session, or say that something of the three did not fit."""
    form = asked.form
    try:
        token = desk.door.sign_in(
            form.get("name"), form.get("password"), form.get("otp"), asked.visit.ip
        )
    except StaffRefusal as refusal:
        return _sign_in_page(desk, asked, refusal)
    response = RedirectResponse(_onward(form.get("next")), SEE_OTHER)
    asked.visit.sign_in(response, token)
    return response


def sign_out(desk: Desk, asked: Asked) -> Response:
    """End the session here and in the bank."""
    desk.door.sign_out(asked.visit.token)
    response = RedirectResponse("/desk/sign-in", SEE_OTHER)
    asked.visit.sign_out(response)
    return response


def show_invitation(desk: Desk, asked: Asked) -> Response:
    """Show how far an invitation has come; looking uses nothing up."""
    return _join_page(desk, asked, None)


def accept_invitation(desk: Desk, asked: Asked) -> Response:
    """Take the next step: choose a password, then prove the authenticator."""
    token, form = asked.at["token"], asked.form
    try:
        if form.get("do") == "password":
            desk.door.choose_password(
                token, asked.visit.id, form.get("password"), form.get("password-again")
            )
            return RedirectResponse(asked.path, SEE_OTHER)
        fresh = desk.door.join(token, asked.visit.id, form.get("otp"))
    except InvitationDead:
        return _dead(desk, asked)
    except StaffRefusal as refusal:
        return _join_page(desk, asked, refusal)
    response = RedirectResponse(HOME, SEE_OTHER)
    asked.visit.sign_in(response, fresh)
    return response


def _join_page(desk: Desk, asked: Asked, refusal: StaffRefusal | None) -> Response:
    try:
        joining = desk.door.look(asked.at["token"], asked.visit.id)
    except InvitationDead:
        return _dead(desk, asked)
    return desk.page(
        "join.html",
        asked,
        status=_UNPROCESSABLE if refusal else 200,
        joining=joining,
        qr=qr_code(joining.totp_uri) if joining.totp_uri else None,
        least=desk.door.rule.password.least,
        refusal=refusal,
    )


def _dead(desk: Desk, asked: Asked) -> Response:
    return desk.page("dead.html", asked, status=_GONE)


def _sign_in_page(
    desk: Desk, asked: Asked, refusal: StaffRefusal | None = None
) -> Response:
    status = 200
    if refusal is not None:
        many = isinstance(refusal, StaffTooManyFromHere)
        status = _TOO_MANY if many else _UNPROCESSABLE
    return desk.page(
        "sign_in.html",
        asked,
        status=status,
        refusal=refusal,
        name=asked.form.get("name"),
        ended=asked.query.get("ended"),
        onward=asked.query.get("next") or asked.form.get("next"),
    )


def _onward(address: str) -> str:
    return address if is_of_desk(address) else HOME


DOORS = (
    Door("GET", "/desk/sign-in", Open.ANYONE, show_sign_in),
    Door("POST", "/desk/sign-in", Open.ANYONE, sign_in),
    Door("POST", "/desk/sign-out", Open.STAFF, sign_out),
    Door("GET", "/desk/join/{token}", Open.INVITATION, show_invitation),
    Door("POST", "/desk/join/{token}", Open.INVITATION, accept_invitation),
)
