"""A browser of a member of staff: its cookies and its forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from banking.domain.link import looks_like_token, new_token
from banking.ports.identity import Hasher
from banking.web.visits import cookie_name, form_pairs, require_own_page

_LONGEST_FORM_BYTES = 262_144
_MOST_FIELDS = 2_000
# One for the whole desk: every page of it has several forms.
_CSRF_SCOPE = "/desk"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form of ours; a field may be there more than once."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The last value of a field, "" where there is none."""
        values = self.fields.get(name, ())
        return values[-1] if values else ""

    def all(self, name: str) -> Sequence[str]:
        """Every value of a field."""
        return self.fields.get(name, ())

    def __contains__(self, name: object) -> bool:
        return name in self.fields

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> "Form":
        gathered: dict[str, list[str]] = {}
        for name, value in pairs:
            gathered.setdefault(name, []).append(value)
        return cls(gathered)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffVisit:
    """One request of a browser. `id` and `token` are secrets of its cookies."""

    ip: str
    id: str = field(repr=False)
    token: str | None = field(repr=False)
    https: bool
    csrf: str = field(repr=False)
    is_new: bool

    def remember(self, response: Response) -> None:
        """Give a browser that came without one its visit cookie."""
        if self.is_new:
            self._set(response, "desk-visit", self.id)

    def sign_in(self, response: Response, token: str) -> None:
        """Put a fresh session where scripts cannot read it."""
        self._set(response, "desk-session", token)

    def sign_out(self, response: Response) -> None:
        """Forget the session in the browser."""
        response.delete_cookie(
            cookie_name("desk-session", https=self.https),
            secure=self.https,
            httponly=True,
            samesite="strict",
        )

    def _set(self, response: Response, name: str, value: str) -> None:
        # Until the browser closes; how long it counts is the server's to say.
        response.set_cookie(
            cookie_name(name, https=self.https),
            value,
            secure=self.https,
            httponly=True,
            samesite="strict",
        )


def staff_visit_of(request: Request, hasher: Hasher, *, https: bool) -> StaffVisit:
    """Read who is visiting; nothing of it is trusted yet."""
    known = request.cookies.get(cookie_name("desk-visit", https=https), "")
    is_new = not looks_like_token(known)
    visit_id = new_token() if is_new else known
    token = request.cookies.get(cookie_name("desk-session", https=https))
    if token is not None and not looks_like_token(token):
        token = None
    return StaffVisit(
        ip=request.client.host if request.client else "",
        id=visit_id,
        token=token,
        https=https,
        # With the session in it: a form from before signing in is nobody's now.
        csrf=hasher.csrf(f"{visit_id}|{token or ''}", _CSRF_SCOPE),
        is_new=is_new,
    )


async def read_staff_form(request: Request, visit: StaffVisit) -> Form:
    """The fields of a form of ours. Raises FormRefused or NotFromHere."""
    form = Form.of(
        await form_pairs(
            request, most_bytes=_LONGEST_FORM_BYTES, most_fields=_MOST_FIELDS
        )
    )
    require_own_page(request, form.get("csrf"), visit.csrf, is_new_visit=visit.is_new)
    return form
