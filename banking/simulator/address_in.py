"""The `{phone}` of a path, read strictly."""

import secrets
from typing import Annotated

from fastapi import Depends, HTTPException

from banking.simulator.addresses import NotAnAddress, read_address


def address_in(phone: str) -> str:
    """The address as everything else knows it, or 422."""
    try:
        return read_address(phone)
    except NotAnAddress:
        raise HTTPException(422, "not a phone number or user id") from None


Address = Annotated[str, Depends(address_in)]


def unknown_number() -> str:
    """A number nobody has: from the block kept for fiction."""
    return f"+1555019{secrets.randbelow(10_000):04d}"
