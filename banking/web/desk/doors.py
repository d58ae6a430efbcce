"""Every door of the desk with the role it asks for, and who stands behind it.

A door without a role does not exist: the table is what makes the routes.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from banking.domain.staff import Role, StaffMember
from banking.web.desk.visits import Form, StaffVisit

if TYPE_CHECKING:
    from banking.web.desk.desk import Desk


class Open(Enum):
    """Doors that ask for no role."""

    ANYONE = "anyone"
    INVITATION = "invitation"  # whoever holds the one-time link
    STAFF = "staff"  # whoever is signed in, whatever they may do


type Who = Role | Open


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, let in. ``member`` is None at doors that are open to anyone."""

    path: str
    at: Mapping[str, str] = field(default_factory=dict)
    query: Form = field(default_factory=Form)
    form: Form = field(default_factory=Form)
    visit: StaffVisit
    member: StaffMember | None = None
    # Asked by a script of the page, which shows a part or a message of its own.
    by_script: bool = False

    @property
    def by(self) -> str:
        """The name that acts are signed with. Raises ValueError for nobody."""
        if self.member is None:
            raise ValueError("nobody is signed in")
        return self.member.name


type Handler = Callable[["Desk", Asked], Response]


@dataclass(frozen=True, slots=True)
class Door:
    """``quiet``: a page asks by itself, so it must not keep a session alive."""

    method: str
    path: str
    who: Who
    handler: Handler
    quiet: bool = False

    @property
    def role(self) -> str:
        """What ``bank routes`` says of it."""
        return (
            f"staff:{self.who.value}"
            if isinstance(self.who, Role)
            else (self.who.value)
        )


def asked_by_script(request: Request) -> bool:
    """Whether a script of our pages asks, which reads JSON and parts of pages."""
    return request.headers.get("x-asked-by") == "script"


def router_of(doors: Iterable[Door]) -> APIRouter:
    """Make the routes of these doors."""
    router = APIRouter(include_in_schema=False)
    for door in doors:
        router.add_api_route(door.path, _endpoint(door), methods=[door.method])
    return router


def _endpoint(door: Door) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        desk: Desk = request.app.state.desk
        visit, form = await desk.received(request, door)
        if form is None:
            return await run_in_threadpool(desk.not_from_here, request, visit)
        asked = Asked(
            path=request.url.path,
            at=dict(request.path_params),
            query=Form.of(list(request.query_params.multi_items())),
            form=form,
            visit=visit,
            by_script=asked_by_script(request),
        )
        return await run_in_threadpool(desk.answer, door, asked)

    answer.role = door.role  # type: ignore[attr-defined] # read by `bank routes`
    return answer
