"""The secure pages under /s/: links in, one decision a page, back to the chat."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from banking.domain.link import Link, LinkPurpose
from banking.domain.page_refusals import ConfirmedElsewhere, LinkDead, OpenElsewhere
from banking.domain.session import Session
from banking.ports.unit_of_work import Tx
from banking.web.front import Front
from banking.web.rendering import Page, Renderer
from banking.web.step import At, Done, Next
from banking.web.steps import Steps
from banking.web.visits import (
    FormRefused,
    NotFromHere,
    Visit,
    read_form,
    visit_of,
)

_SEE_OTHER = 303
# Pages on which it matters who is signed in already; signing in replaces that.
_OWN_ONLY = frozenset(
    {
        LinkPurpose.CONFIRM,
        LinkPurpose.CHANGE_PIN,
        LinkPurpose.STATEMENT_PASSPHRASE,
        LinkPurpose.AUTHENTICATOR,
    }
)


class NotYours(Exception):
    """A signed-in customer opened another customer's link."""


@dataclass(frozen=True, slots=True)
class Pages:
    front: Front
    renderer: Renderer
    steps: Steps

    async def show(self, request: Request, token: str) -> Response:
        """Show a step. Nothing is claimed, spent or sent by looking."""
        visit = visit_of(request, self.front.hasher, https=self.front.https)
        return await run_in_threadpool(self._answered, visit, self._show, token)

    async def act(self, request: Request, token: str) -> Response:
        """Do a step; the first one makes the link this browser's own."""
        visit = visit_of(request, self.front.hasher, https=self.front.https)
        try:
            form = await read_form(request, visit)
        except NotFromHere:
            return self.renderer.html(Page("not_from_here.html", status=403), visit)
        except FormRefused:
            return self.renderer.html(Page("not_from_here.html", status=400), visit)

        def act(visit: Visit, token: str) -> Response:
            return self._act(visit, token, dict(form))

        return await run_in_threadpool(self._answered, visit, act, token)

    def _answered(
        self, visit: Visit, answer: Callable[[Visit, str], Response], token: str
    ) -> Response:
        try:
            response = answer(visit, token)
        except LinkDead as dead:
            page = Page("dead.html", {"why": _why(dead)}, 410)
            response = self.renderer.html(page, visit)
        except NotYours:
            page = Page("dead.html", {"why": "foreign"}, 404)
            response = self.renderer.html(page, visit)
        visit.remember(response)
        return response

    def _show(self, visit: Visit, token: str) -> Response:
        with self.front.uow() as tx:
            link = self.front.identity.links.look(tx, token, visit.id)
            session = self._of_customer(self._session(tx, visit, extend=False), link)
        return self.renderer.html(self.steps.show(At(link, visit, session)), visit)

    def _act(self, visit: Visit, token: str, form: dict[str, str]) -> Response:
        if form.get("do") == "sign-out":
            response: Response = RedirectResponse(visit.path, _SEE_OTHER)
            with self.front.uow() as tx:
                self.front.identity.sessions.leave_browser(tx, visit.session)
                tx.commit()
            visit.sign_out(response)
            return response
        with self.front.uow() as tx:
            # First the session, then the link: in this order everybody locks them.
            mine = self._session(tx, visit, extend=True)
            link = self.front.identity.links.claim(tx, token, visit.id)
            session = self._of_customer(mine, link)
            tx.commit()
        answer = self.steps.act(
            At(link, visit, session), form.get("do", "submit"), form
        )
        match answer:
            case Page():
                return self.renderer.html(answer, visit)
            case Next(token=fresh):
                response = RedirectResponse(visit.path, _SEE_OTHER)
            case Done(page=page, token=fresh, signs_out=signs_out):
                response = self.renderer.html(page, visit)
                if signs_out:
                    visit.sign_out(response)
        if fresh:
            visit.sign_in(response, fresh)
        return response

    def _session(self, tx: Tx, visit: Visit, *, extend: bool) -> Session | None:
        return self.front.identity.sessions.of_browser(tx, visit.session, extend=extend)

    def _of_customer(self, session: Session | None, link: Link) -> Session | None:
        """The browser's session, if it is the link's customer's. Raises NotYours."""
        if session is None:
            return None
        whose = link.progress.get("enrolment", link.enrolment_id)
        if session.enrolment_id == whose:
            return session
        if link.purpose not in _OWN_ONLY:
            return None
        with self.front.uow() as log:
            log.audit.record(
                "link_foreign_customer",
                enrolment_id=link.enrolment_id,
                conversation_id=link.conversation_id,
                opened_by=session.enrolment_id,
            )
            log.commit()
        raise NotYours


def _why(dead: LinkDead) -> str:
    """What the page may say of a dead link: nothing of whose it was."""
    match dead:
        case OpenElsewhere():
            return "elsewhere"
        case ConfirmedElsewhere():
            return "confirmed"
        case _:
            return ""


router = APIRouter(include_in_schema=False)


@router.api_route("/s/{token}", methods=["GET", "HEAD"])
async def show_page(request: Request, token: str) -> Response:
    """Show where this link leads."""
    pages: Pages = request.app.state.pages
    return await pages.show(request, token)


@router.post("/s/{token}")
async def act_on_page(request: Request, token: str) -> Response:
    """Do what a button of the page asks."""
    pages: Pages = request.app.state.pages
    return await pages.act(request, token)
