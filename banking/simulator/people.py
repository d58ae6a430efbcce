"""Whose phones there are: the bank's seeds, re-read when they change, and others."""

import json
import logging
from pathlib import Path
from typing import Any

from banking.simulator.addresses import NotAnAddress, read_address
from banking.simulator.storage import Storage

type Json = dict[str, Any]

logger = logging.getLogger(__name__)


class People:
    """Customers from the seeds file first, then whoever was added by hand."""

    def __init__(self, seeds: Path | None, storage: Storage) -> None:
        self._seeds = seeds
        self._storage = storage
        self._stamp: tuple[int, int] | None = None
        self._customers: dict[str, Json] = {}

    def all(self) -> list[Json]:
        self._reread()
        others = [
            {**person, "known": False}
            for person in self._storage.people()
            if person["phone"] not in self._customers
        ]
        return [*self._customers.values(), *others]

    def name_of(self, address: str) -> str:
        """The WhatsApp profile name: chosen by the person, so never proof."""
        for person in self.all():
            if person["phone"] == address:
                return str(person["name"])
        return "Unknown"

    def add(self, address: str, name: str) -> Json:
        person = {"phone": address, "name": name}
        self._storage.add_person(address, person)
        return {**person, "known": address in self._customers}

    def _reread(self) -> None:
        if self._seeds is None or not self._seeds.is_file():
            return
        found = self._seeds.stat()
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        customers = {}
        for line in self._seeds.read_text(encoding="utf-8").splitlines():
            person = _read_person(line)
            if person is not None:
                customers[person["phone"]] = person
        self._customers = customers


def _read_person(line: str) -> Json | None:
    if not line.strip():
        return None
    try:
        person = json.loads(line)
        address = read_address(person["phone"])
        return {**person, "phone": address, "name": str(person["name"]), "known": True}
    except (ValueError, KeyError, TypeError, NotAnAddress):
        # Half a line while the file is being written: the next look has it all.
        logger.warning("a line of the people file could not be read")
        return None
