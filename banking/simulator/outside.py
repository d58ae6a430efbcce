"""Raw access for tests: any webhook body, the handshake, the bank's own trace."""

import base64
from typing import Any

import httpx
from fastapi import APIRouter, HTTPException

from banking.simulator.addresses import is_phone
from banking.simulator.control import Address
from banking.simulator.requests_in import RawWebhookIn
from banking.simulator.webhook_bodies import encode, signature
from banking.simulator.world import World

type Json = dict[str, Any]

TRACE_SECONDS = 3


def outside_routes(world: World) -> APIRouter:
    routes = APIRouter(prefix="/sim")
    settings = world.settings

    @routes.post("/webhook-raw")
    async def webhook_raw(raw: RawWebhookIn) -> Json:
        body = _bytes_of(raw)
        headers = dict(raw.headers)
        match raw.signature:
            case "valid":
                headers["x-hub-signature-256"] = signature(body, settings.app_secret)
            case "wrong":
                headers["x-hub-signature-256"] = signature(body, "not the secret")
            case "none":
                pass
            case given:
                headers["x-hub-signature-256"] = given
        return await _outcome(world.sender.post(body, headers))

    @routes.post("/subscribe")
    async def subscribe() -> Json:
        """The handshake Meta makes when the webhook address is entered."""
        challenge = str(int(world.now().timestamp() * 1000))
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": settings.verify_token,
        }
        outcome = await _outcome(world.client.get(settings.webhook_url, params=query))
        verified = outcome["status"] == 200 and outcome["body"] == challenge
        return {**outcome, "verified": verified}

    @routes.get("/webhooks")
    async def webhooks() -> Json:
        """How many webhooks the bank has not answered with 200 yet."""
        return {"waiting": world.sender.waiting}

    @routes.get("/phones/{phone}/trace")
    async def trace(address: Address) -> Json:
        """What the bank says it did: the last turns, newest as the bank orders."""
        if not is_phone(address):
            return _unavailable("the bank keeps no number for this person")
        try:
            response = await world.client.get(
                f"{settings.web_url}/api/v1/trace",
                params={"phone": address},
                headers={"x-api-key": settings.api_key},
                timeout=TRACE_SECONDS,
            )
            turns = response.json() if response.status_code == 200 else None
        except httpx.HTTPError:
            return _unavailable("the bank does not answer")
        except ValueError:
            turns = None
        if isinstance(turns, dict):
            turns = turns.get("turns")
        if not isinstance(turns, list):
            return _unavailable(f"the bank answered {response.status_code}")
        return {"available": True, "turns": turns}

    return routes


def _bytes_of(raw: RawWebhookIn) -> bytes:
    if raw.body_base64 is not None:
        try:
            return base64.b64decode(raw.body_base64, validate=True)
        except ValueError:
            raise HTTPException(422, "body_base64 is not base64") from None
    if isinstance(raw.body, str):
        return raw.body.encode()
    if isinstance(raw.body, dict):
        return encode(raw.body)
    raise HTTPException(422, "body must be an object or a string")


async def _outcome(call: Any) -> Json:
    try:
        response: httpx.Response = await call
    except httpx.HTTPError as error:
        raise HTTPException(502, f"the bank: {type(error).__name__}") from None
    return {"status": response.status_code, "body": response.text}


def _unavailable(why: str) -> Json:
    return {"available": False, "why": why}
