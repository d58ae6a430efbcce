"""A customer of the bank, as the core knows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from banking.domain.kyc import KycLevel


class CustomerStatus(StrEnum):
    ACTIVE = "active"
    BLOCKED = "blocked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CoreCustomer:
    """Who somebody is; the phone number is in E.164."""

    customer_number: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    date_of_birth: date = field(repr=False)
    kyc_level: KycLevel
    status: CustomerStatus = CustomerStatus.ACTIVE

    @property
    def active(self) -> bool:
        return self.status is CustomerStatus.ACTIVE
