"""Headers and the last resort: no answer leaves without them, errors included."""

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = structlog.get_logger(__name__)

_CSP = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    "content-security-policy": _CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex",
}
_HSTS = "max-age=63072000; includeSubDomains"
_STATIC = "/static/"
# The desk's own scripts ask its own doors; a report there names its own styles.
_DESK = "/desk"
_DESK_CSP = f"{_CSP}; connect-src 'self'"


class SecurityHeaders:
    """Wraps everything else, so that nothing can answer past it."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(scope, MutableHeaders(scope=message))
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:
            # The path may hold a link's token; the kind of error is enough to look.
            logger.exception("unanswered", error=type(error).__name__)
            if started:
                raise
            await send_with_headers(
                {
                    "type": "http.response.start",
                    "status": 500,
                    "headers": [(b"content-type", b"text/plain; charset=utf-8")],
                }
            )
            body = b"Something went wrong on our side. Please try again."
            await send_with_headers({"type": "http.response.body", "body": body})

    def _dress(self, scope: Scope, headers: MutableHeaders) -> None:
        own = headers.get("content-security-policy")
        for name, value in _ALWAYS.items():
            headers[name] = value
        if scope["path"].startswith(_DESK):
            headers["content-security-policy"] = own or _DESK_CSP
        if self.https:
            headers["strict-transport-security"] = _HSTS
        is_static = scope["path"].startswith(_STATIC)
        headers["cache-control"] = "public, max-age=3600" if is_static else "no-store"
        if "server" in headers:
            del headers["server"]
