"""The control API under /sim, for the page and for tests; see README.md."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import ValidationError

from banking.simulator.address_in import Address, address_in, unknown_number
from banking.simulator.chat import ChatMessage
from banking.simulator.misbehave import Dials
from banking.simulator.requests_in import PersonIn, SimChangeIn
from banking.simulator.world import World
from banking.simulator.writing import Writing

type Json = dict[str, Any]

LONGEST_WAIT_SECONDS = 30


def control_routes(world: World) -> APIRouter:
    routes = APIRouter(prefix="/sim")
    routes.include_router(Writing(world).routes())
    routes.include_router(_phone_routes(world))
    routes.include_router(_people_routes(world))
    routes.include_router(_dial_routes(world))
    return routes


def _phone_routes(world: World) -> APIRouter:
    routes = APIRouter(prefix="/phones/{phone}")

    @routes.get("/chat")
    async def chat(
        address: Address,
        after: int = 0,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = 0,
    ) -> Json:
        messages = await _chat_after(world, address, after, wait)
        return {
            "messages": [message.as_json() for message in messages],
            "last": messages[-1].seq if messages else after,
            "typing": world.handsets.is_typing(address),
        }

    @routes.delete("/chat")
    async def forget(address: Address) -> Json:
        world.storage.forget_chat(address)
        world.hub.publish("cleared", phone=address)
        return {"messages": []}

    @routes.get("/sms")
    async def sms(address: Address, after: int = 0) -> Json:
        return {"messages": [s.as_json() for s in world.storage.sms_of(address, after)]}

    @routes.get("/sim")
    async def sim(address: Address) -> Json:
        return {"changed_at": world.storage.sim_changed_at(address)}

    @routes.post("/sim-change")
    async def sim_change(address: Address, change: SimChangeIn) -> Json:
        at = None
        if change.hours_ago is not None:
            at = (world.now() - timedelta(hours=change.hours_ago)).isoformat()
        world.storage.set_sim_change(address, at)
        world.hub.publish("sim", phone=address, changed_at=at)
        return {"changed_at": at}

    return routes


async def _chat_after(
    world: World, address: str, after: int, wait: float
) -> list[ChatMessage]:
    """The messages after `after`; waits up to `wait` seconds for one of the bank."""
    with world.hub.listen() as events:
        messages = world.storage.chat(address, after)
        try:
            async with asyncio.timeout(wait):
                while not any(message.side == "bank" for message in messages):
                    await events.get()
                    messages = world.storage.chat(address, after)
        except TimeoutError:
            pass
    return messages


def _people_routes(world: World) -> APIRouter:
    routes = APIRouter()

    @routes.get("/people")
    async def people() -> Json:
        return {"people": world.people.all(), "bank": world.settings.bank_name}

    @routes.post("/people", status_code=201)
    async def someone_new(new: PersonIn) -> Json:
        address = address_in(new.phone or new.user_id or unknown_number())
        person = world.people.add(address, new.name)
        world.hub.publish("people")
        return person

    return routes


def _dial_routes(world: World) -> APIRouter:
    routes = APIRouter()

    def turn(dials: Dials) -> Dials:
        world.misbehaviour.dials = dials
        world.hub.publish("misbehave", dials=dials.model_dump())
        return dials

    @routes.get("/misbehave")
    async def dials_now() -> Dials:
        return world.misbehaviour.dials

    @routes.put("/misbehave")
    async def misbehave(changes: dict[str, Any]) -> Dials:
        before = world.misbehaviour.dials.model_dump()
        try:
            return turn(Dials.model_validate(before | changes))
        except ValidationError as error:
            raise HTTPException(422, error.errors(include_url=False)) from None

    @routes.delete("/misbehave")
    async def behave() -> Dials:
        return turn(Dials())

    return routes
