"""The security log: what is in it, and whether anybody touched it."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from banking.ports.identity import AuditRow
from banking.ports.unit_of_work import Tx

# Everything identity writes; the tests produce each of them.
EVENTS = frozenset(
    {
        "account_frozen_by_customer",
        "browser_signed_out",
        "code_blocked",
        "code_closed",
        "code_passed",
        "code_refused_after_sim_change",
        "code_not_sent",
        "code_sent",
        "code_wrong",
        "codes_unlocked",
        "codes_many_this_hour",
        "confirmation_changed",
        "enrolled",
        "enrolment_closed",
        "enrolment_frozen",
        "link_foreign_customer",
        "link_issued",
        "link_used",
        "passphrase_changed",
        "pin_blocked",
        "pin_changed",
        "pin_right",
        "pin_wrong",
        "pins_many_from_one_place",
        "proof_blocked",
        "proof_passed",
        "proof_wrong",
        "re_enrolled",
        "reset_pin_asked",
        "safe_phrase_set",
        "session_opened",
        "sessions_ended",
        "totp_enrolled",
        "totp_replaced",
    }
)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """`broken_at` is the number of the first row that does not fit, or None."""

    rows: int
    broken_at: int | None

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def verify_chain(tx: Tx) -> ChainReport:
    """Recompute the chain from its beginning; a change anywhere shows."""
    chain, last, seen = 0, "", 0
    while rows := tx.audit.rows(after=chain):
        for row in rows:
            if row.chain != chain + 1 or not _fits(row, last):
                return ChainReport(seen, chain + 1)
            chain, last, seen = row.chain, row.hash, seen + 1
    if tx.audit.head() != (chain, last):
        return ChainReport(seen, chain + 1)
    return ChainReport(seen, None)


def _fits(row: AuditRow, last: str) -> bool:
    linked = hashlib.sha256(f"{last}|{row.chain}|{row.body}".encode()).hexdigest()
    if row.previous != last or row.hash != linked:
        return False
    told: dict[str, Any] = json.loads(row.body)
    columns = {
        "event": row.event,
        "at": row.at.isoformat(),
        "enrolment": row.enrolment_id,
        "conversation": row.conversation_id,
    }
    return {name: told[name] for name in columns} == columns
