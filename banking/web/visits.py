"""A browser's visit: its cookies, its forms and where it comes from."""

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from banking.domain.link import looks_like_token, new_token
from banking.ports.identity import Hasher

_LONGEST_FORM_BYTES = 16_384
_MOST_FIELDS = 30
# A form that trickles in byte by byte holds a connection, and no more than that.
_SLOWEST_FORM_SECONDS = 15
_SESSION_SECONDS = 3600


class NotFromHere(Exception):
    """The form does not prove that our own page was its origin."""


class FormRefused(Exception):
    """Not a form of ours: too big, of another type, or a field given twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a browser. `id` and `session` are secrets of its cookies."""

    path: str
    ip: str
    id: str = field(repr=False)
    session: str | None = field(repr=False)
    https: bool
    csrf: str = field(repr=False)
    is_new: bool

    def remember(self, response: Response) -> None:
        """Give a browser that came without one its visit cookie."""
        if self.is_new:
            self._set(response, "visit", self.id)

    def sign_in(self, response: Response, token: str) -> None:
        """Put a fresh session where scripts cannot read it."""
        self._set(response, "session", token, _SESSION_SECONDS)

    def sign_out(self, response: Response) -> None:
        response.delete_cookie(
            cookie_name("session", https=self.https),
            secure=self.https,
            httponly=True,
            samesite="lax",
        )

    def _set(
        self, response: Response, name: str, value: str, seconds: int | None = None
    ) -> None:
        # Lax: the chat's link must find its own browser again; forms carry a token.
        response.set_cookie(
            cookie_name(name, https=self.https),
            value,
            max_age=seconds,
            secure=self.https,
            httponly=True,
            samesite="lax",
        )


def cookie_name(name: str, *, https: bool) -> str:
    """`__Host-` binds a cookie to this very host; it needs https."""
    return f"__Host-{name}" if https else name


def visit_of(request: Request, hasher: Hasher, *, https: bool) -> Visit:
    """Read who is visiting; nothing of it is trusted yet."""
    known = request.cookies.get(cookie_name("visit", https=https), "")
    is_new = not looks_like_token(known)
    visit_id = new_token() if is_new else known
    path = request.url.path
    return Visit(
        path=path,
        ip=request.client.host if request.client else "",
        id=visit_id,
        session=request.cookies.get(cookie_name("session", https=https)),
        https=https,
        csrf=hasher.csrf(visit_id, path),
        is_new=is_new,
    )


async def read_form(request: Request, visit: Visit) -> Mapping[str, str]:
    """The fields of a form of ours. Raises FormRefused or NotFromHere."""
    pairs = await form_pairs(
        request, most_bytes=_LONGEST_FORM_BYTES, most_fields=_MOST_FIELDS
    )
    form = dict(pairs)
    if len(form) != len(pairs):
        raise FormRefused
    require_own_page(
        request, form.get("csrf", ""), visit.csrf, is_new_visit=visit.is_new
    )
    return form


async def form_pairs(
    request: Request,
    *,
    most_bytes: int,
    most_fields: int,
    slowest_seconds: float = _SLOWEST_FORM_SECONDS,
) -> list[tuple[str, str]]:
    """The fields of a form as they came. Raises FormRefused for what is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise FormRefused
    body = b""
    try:
        async with asyncio.timeout(slowest_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most_bytes:
                    raise FormRefused
    except TimeoutError:
        raise FormRefused from None
    try:
        return parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=most_fields
        )
    except ValueError:
        raise FormRefused from None


def require_own_page(
    request: Request, given: str, expected: str, *, is_new_visit: bool
) -> None:
    """Raise NotFromHere unless our own page, with its token, sent this form."""
    if request.headers.get("sec-fetch-site", "same-origin") not in (
        "same-origin",
        "none",
    ):
        raise NotFromHere
    # Browsers send "null" from pages that keep their address to themselves.
    origin = request.headers.get("origin", "null")
    if origin != "null" and _host_of(origin) != request.headers.get("host"):
        raise NotFromHere
    if is_new_visit or not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotFromHere


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # half an address, as no browser sends it
        return None
