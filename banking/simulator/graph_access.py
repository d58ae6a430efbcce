"""Who may call the Graph API, and the bad days it has."""

import hashlib
import hmac
import re

from fastapi import Request

from banking.simulator.graph_errors import GraphDown, GraphError
from banking.simulator.world import World


class GraphAccess:
    """Checks every call in the order Meta does: path, token, object."""

    def __init__(self, world: World) -> None:
        self._settings = world.settings
        self._luck = world.misbehaviour

    def check(
        self, request: Request, version: str, phone_number_id: str | None
    ) -> None:
        """Raise unless path, token and number are right and the API is up."""
        if self._luck.dials.graph_down:
            raise GraphDown
        if not re.fullmatch(r"v[1-9][0-9]?\.[0-9]", version):
            raise GraphError(2500, f"Unknown path components: /{version}", status=404)
        self.token(request)
        if phone_number_id not in (None, self._settings.phone_number_id):
            raise no_such_object(str(phone_number_id))

    def token(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not same(token, self._settings.access_token):
            raise GraphError(190, "", status=401)
        proof = request.query_params.get("appsecret_proof")
        if proof is not None and not same(proof, self._proof()):
            raise GraphError(
                100, "Invalid appsecret_proof provided in the API argument"
            )

    def bad_luck(self) -> None:
        """Fail as the dials say, before anything is accepted."""
        if self._luck.happens(self._luck.dials.error_429):
            raise GraphError(
                130429,
                "Cloud API message throughput has been reached.",
                status=429,
                retry_after=1,
            )
        if self._luck.happens(self._luck.dials.error_5xx):
            raise GraphError(
                131000, "Message failed to send due to an unknown error.", status=500
            )

    def _proof(self) -> str:
        settings = self._settings
        token = settings.access_token.encode()
        return hmac.new(settings.app_secret.encode(), token, hashlib.sha256).hexdigest()


def no_such_object(name: str) -> GraphError:
    return GraphError(
        100,
        f"Unsupported request. Object with ID '{name[:40]}' does not exist, cannot"
        " be loaded due to missing permissions, or does not support this operation",
        subcode=33,
    )


def same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
