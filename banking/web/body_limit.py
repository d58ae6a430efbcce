"""No question to the API is long; what is longer is not read, not even to refuse it.

FastAPI reads a body before it asks who sent it, so whoever has no key could fill the
memory of this process.
"""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_QUESTION = 8_192
_API = "/api/"
_TOO_LARGE = 413


class BodyLimit:
    """Stops reading the body of an API request where it gets too long."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_API):
            await self.app(scope, receive, send)
            return
        size = 0

        async def receive_a_little() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_QUESTION:
                raise HTTPException(_TOO_LARGE)
            return message

        await self.app(scope, receive_a_little, send)
