"""Raw access for tests: any webhook body, the handshake, the bank's own trace."""

import base64
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, HTTPException, Query

from banking.simulator.address_in import Address
from banking.simulator.addresses import is_phone
from banking.simulator.requests_in import RawWebhookIn
from banking.simulator.webhook_bodies import encode, signature
from banking.simulator.world import World

type Json = dict[str, Any]

TRACE_SECONDS = 3


def outside_routes(world: World) -> APIRouter:
    routes = APIRouter(prefix="/sim")

    @routes.post("/webhook-raw")
    async def webhook_raw(raw: RawWebhookIn) -> Json:
        body = _bytes_of(raw)
        headers = {**raw.headers, **_signed(raw, body, world.settings.app_secret)}
        return await _outcome(world.sender.post(body, headers))

    @routes.post("/subscribe")
    async def subscribe() -> Json:
        """The handshake Meta makes when the webhook address is entered."""
        challenge = str(int(world.now().timestamp() * 1000))
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": world.settings.verify_token,
        }
        got = await _outcome(world.client.get(world.settings.webhook_url, params=query))
        verified = got["status"] == HTTPStatus.OK and got["body"] == challenge
        return {**got, "verified": verified}

    @routes.get("/webhooks")
    async def webhooks(wait: Annotated[float, Query(ge=0, le=30)] = 0) -> Json:
        """How many the bank has not answered with 200; waits seconds for none."""
        await world.sender.quiet(wait)
        return {"waiting": world.sender.waiting}

    @routes.get("/phones/{phone}/trace")
    async def trace(address: Address) -> Json:
        """The bank's last turns with this phone, or plainly why there are none."""
        if not is_phone(address):
            return _unavailable("the bank keeps no number for this person")
        try:
            return await _turns(world, address)
        except httpx.HTTPError:
            return _unavailable("the bank does not answer")

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


def _signed(raw: RawWebhookIn, body: bytes, app_secret: str) -> dict[str, str]:
    match raw.signature:
        case "none":
            return {}
        case "valid":
            value = signature(body, app_secret)
        case "wrong":
            value = signature(body, f"not {app_secret}")
        case _:
            value = raw.signature
    return {"x-hub-signature-256": value}


async def _outcome(call: Awaitable[httpx.Response]) -> Json:
    try:
        response = await call
    except httpx.HTTPError as error:
        raise HTTPException(502, f"the bank: {type(error).__name__}") from None
    return {"status": response.status_code, "body": response.text}


async def _turns(world: World, phone: str) -> Json:
    response = await world.client.get(
        f"{world.settings.web_url}/api/v1/trace",
        params={"phone": phone},
        headers={"x-api-key": world.settings.api_key},
        timeout=TRACE_SECONDS,
    )
    try:
        answer = response.json()
    except ValueError:
        answer = None
    turns = answer.get("turns") if isinstance(answer, dict) else answer
    if response.status_code != HTTPStatus.OK or not isinstance(turns, list):
        return _unavailable(f"the bank answered {response.status_code}")
    return {"available": True, "turns": turns}


def _unavailable(why: str) -> Json:
    return {"available": False, "why": why}
