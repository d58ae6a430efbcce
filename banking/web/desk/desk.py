"""The desk as the doors know it: who may come in, and how an answer is made."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from banking.domain.staff import (
    Role,
    StaffMayNot,
    StaffMember,
    StaffNotSignedIn,
    StaffRefusal,
)
from banking.ports.identity import Clock, Hasher
from banking.ports.teaching import TeachingDesk
from banking.ports.teaching_refusals import TeachingRefused
from banking.services.staff_door import StaffDoor
from banking.web.desk import shown
from banking.web.desk.doors import Asked, Door, Open, asked_by_script
from banking.web.desk.visits import (
    Form,
    StaffVisit,
    read_staff_form,
    staff_visit_of,
)
from banking.web.front import Front
from banking.web.visits import FormRefused, NotFromHere

if TYPE_CHECKING:
    from banking.bootstrap import Bank
    from banking.services.model_gate import ModelGate

HERE = Path(__file__).parent
SEE_OTHER = 303
_NOT_SIGNED_IN, _FORBIDDEN, _NOT_FOUND, _UNPROCESSABLE = 401, 403, 404, 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that the pages of the desk work with."""

    door: StaffDoor
    teaching: TeachingDesk
    models: "ModelGate"
    clock: Clock
    hasher: Hasher
    front: Front
    environment: jinja2.Environment
    timezone: ZoneInfo

    @classmethod
    def of(cls, bank: "Bank", front: Front) -> Self:
        """Take what the desk needs from a wired bank."""
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        timezone = ZoneInfo(bank.settings.bank_timezone)
        environment.filters |= shown.filters(timezone, front.clock.now)
        return cls(
            door=bank.staff_door,
            teaching=bank.teaching,
            models=bank.model_gate,
            clock=front.clock,
            hasher=front.hasher,
            front=front,
            environment=environment,
            timezone=timezone,
        )

    # --- letting in ---

    async def received(
        self, request: Request, door: Door
    ) -> tuple[StaffVisit, Form | None]:
        """Read the browser and its form; no form where it is not from our page."""
        visit = staff_visit_of(request, self.hasher, https=self.front.https)
        if door.method != "POST":
            return visit, Form()
        try:
            return visit, await read_staff_form(request, visit)
        except (FormRefused, NotFromHere):
            return visit, None

    def answer(self, door: Door, asked: Asked) -> Response:
        """Let in whoever may come in, and do what the door is for."""
        try:
            asked = self._let_in(door, asked)
            response = door.handler(self, asked)
        except StaffNotSignedIn:
            response = self._to_sign_in(door, asked)
        except StaffMayNot:
            asked = replace(asked, member=self._member(asked.visit, asked.path))
            response = self.refused(asked, "may_not", _FORBIDDEN)
        except (TeachingRefused, StaffRefusal) as refusal:
            response = self.refused(
                asked, refusal.code, _UNPROCESSABLE, about=getattr(refusal, "about", "")
            )
        asked.visit.remember(response)
        return response

    def _let_in(self, door: Door, asked: Asked) -> Asked:
        if door.who in (Open.ANYONE, Open.INVITATION):
            return asked
        role = door.who if isinstance(door.who, Role) else None
        who = self.door.require(
            asked.visit.token, role, path=door.path, extend=not door.quiet
        )
        return replace(asked, member=who.member)

    def _to_sign_in(self, door: Door, asked: Asked) -> Response:
        if asked.by_script:
            return JSONResponse({"sign_in": True}, _NOT_SIGNED_IN)
        told = {}
        if onward := _where(door, asked):
            told["next"] = onward
        if asked.visit.token is not None and door.who is not Open.STAFF:
            told["ended"] = "unsaved" if door.method == "POST" else "1"
        address = f"/desk/sign-in?{urlencode(told)}" if told else "/desk/sign-in"
        response: Response = RedirectResponse(address, SEE_OTHER)
        if asked.visit.token is not None:
            asked.visit.sign_out(response)
        return response

    def _member(self, visit: StaffVisit, path: str) -> StaffMember | None:
        """Who is signed in, for the head of a page that asks for no role."""
        try:
            return self.door.require(visit.token, None, path=path, extend=False).member
        except StaffNotSignedIn:
            return None

    # --- answering ---

    def not_from_here(self, request: Request, visit: StaffVisit) -> Response:
        """Refuse a form that does not prove to be of our own page."""
        return self._aside(request, visit, "form", _FORBIDDEN)

    def lost(
        self, request: Request, status: int, headers: Mapping[str, str] | None
    ) -> Response:
        """Answer an address that is no page of the desk, or not one to send to."""
        visit = staff_visit_of(request, self.hasher, https=self.front.https)
        code = "no_page" if status == _NOT_FOUND else "wrong_method"
        response = self._aside(request, visit, code, status)
        response.headers.update(headers or {})
        return response

    def _aside(
        self, request: Request, visit: StaffVisit, code: str, status: int
    ) -> Response:
        path = request.url.path
        member = self._member(visit, path)
        by_script = asked_by_script(request)
        asked = Asked(path=path, visit=visit, member=member, by_script=by_script)
        response = self.refused(asked, code, status)
        visit.remember(response)
        return response

    def refused(
        self, asked: Asked, code: str, status: int, *, about: str = ""
    ) -> Response:
        """Say no, and what to do next."""
        if asked.by_script:
            words = self.part("_refusals.html", "words_of", code, about)
            return JSONResponse({"refused": words}, status)
        return self.page("refused.html", asked, status=status, code=code, about=about)

    def page(
        self, template: str, asked: Asked, /, *, status: int = 200, **facts: Any
    ) -> HTMLResponse:
        """Render a page; what a template needs and was not told is an error."""
        return HTMLResponse(self._html(template, asked.visit, asked, facts), status)

    def part(self, template: str, macro: str, *given: Any) -> str:
        """Render one macro as plain text for a script's message."""
        module = self.environment.get_template(template).module
        return str(getattr(module, macro)(*given)).strip()

    def _html(
        self,
        template: str,
        visit: StaffVisit,
        asked: Asked | None,
        facts: Mapping[str, Any],
    ) -> str:
        return self.environment.get_template(template).render(
            bank=self.front.bank_name,
            theme=self.front.theme,
            csrf=visit.csrf,
            member=asked.member if asked else None,
            path=asked.path if asked else "",
            **facts,
        )

    def now(self) -> datetime:
        """The time the desk goes by."""
        return self.clock.now()


def _where(door: Door, asked: Asked) -> str:
    """Where to go on after signing in: here, or where a form came from."""
    if door.method == "POST":
        came_from = asked.form.get("back")
        return came_from if is_of_desk(came_from) else ""
    query = urlencode([(n, v) for n, vs in asked.query.fields.items() for v in vs])
    where = f"{asked.path}?{query}" if query else asked.path
    return where if is_of_desk(where) else ""


def back_to(address: str, **told: str) -> Response:
    """Go on to an address of the desk, and to no other place."""
    target = address if is_of_desk(address) else "/desk/inbox"
    if told:
        target += ("&" if "?" in target else "?") + urlencode(told)
    return RedirectResponse(target, SEE_OTHER)


def is_of_desk(address: str) -> bool:
    """Whether an address that a form brought along leads to a page of the desk."""
    return (
        address.startswith("/desk/")
        and "\\" not in address
        and "//" not in address
        and address.isprintable()
    )
