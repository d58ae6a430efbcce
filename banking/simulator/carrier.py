"""The mobile network: the SMS gateway and the SIM-change signal."""

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from banking.simulator.addresses import NotAnAddress, is_phone, read_address
from banking.simulator.storage import Sms
from banking.simulator.world import World

LONGEST_SMS = 1600


class SmsRequest(BaseModel):
    """What the bank posts; the id makes a repetition harmless."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: str = Field(min_length=1, max_length=128)
    to: str
    text: str = Field(min_length=1, max_length=LONGEST_SMS)


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)


def carrier_routes(world: World) -> APIRouter:
    routes = APIRouter()

    @routes.post("/messages")
    async def send_sms(sms: SmsRequest) -> Response:
        dials = world.misbehaviour.dials
        if dials.sms_down:
            return _refused(503, "the gateway is out of order")
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", sms.to):
            return _refused(422, "to must be a phone number like +15550100001")
        kept = Sms(id=sms.id, phone=sms.to, text=sms.text, at=world.now().isoformat())
        arrived = not dials.sms_lost
        if world.storage.add_sms(kept, arrived=arrived) and arrived:
            newest = world.storage.sms_of(sms.to)[-1]
            world.hub.publish("sms", phone=sms.to, sms=newest.as_json())
        return JSONResponse({"id": sms.id, "status": "accepted"}, 202)

    @routes.get("/sim-change")
    async def sim_change(request: Request) -> Response:
        if world.misbehaviour.dials.sim_change_down:
            return _refused(503, "the service is out of order")
        try:
            # An unescaped plus sign arrives as a space.
            phone = read_address(request.query_params.get("phone", ""))
        except NotAnAddress:
            return _refused(422, "phone must be a phone number like +15550100001")
        if not is_phone(phone):
            return _refused(422, "phone must be a phone number like +15550100001")
        answer: dict[str, Any] = {"changed_at": world.storage.sim_changed_at(phone)}
        return JSONResponse(answer)

    return routes
