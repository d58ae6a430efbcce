"""What the ledger and the sessions say of one customer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from banking.adapters.core_banking.rules import outside_account
from tests.live.customer import Customer
from tests.live.watch import Watch

CENTS = 100


@dataclass(frozen=True)
class Books:
    """The customer's own accounts, and nobody else's."""

    customer: Customer
    watch: Watch

    @property
    def number(self) -> str:
        return str(self.customer.person["customer_number"])

    def balances(self) -> dict[str, int]:
        """What is on each account, in cents, by its kind."""
        return dict(
            self.watch.rows(
                "SELECT kind, balance_minor FROM core_accounts"
                " WHERE customer_number = %(number)s",
                {"number": self.number},
            )  # type: ignore[arg-type]
        )

    def held(self) -> int:
        """What is held for payments on their way, in cents."""
        ((cents,),) = self.watch.rows(
            "SELECT coalesce(sum(held_minor), 0)::bigint FROM core_accounts"
            " WHERE customer_number = %(number)s",
            {"number": self.number},
        )
        return int(cents)

    def postings(self) -> int:
        """How many transactions ever touched the customer's accounts."""
        ((count,),) = self.watch.rows(
            "SELECT count(DISTINCT e.transaction_id) FROM core_entries e"
            " JOIN core_accounts a ON a.number = e.account"
            " WHERE a.customer_number = %(number)s",
            {"number": self.number},
        )
        return int(count)

    def bring_to(self, wanted: dict[str, float]) -> None:
        """Let money come in or go out until the accounts hold so many dollars."""
        for kind, dollars in wanted.items():
            more = round(dollars * CENTS) - self.balances()[kind]
            if more:
                self._move(kind, more)

    def session(self) -> tuple[str, timedelta]:
        """How the chat session stands, and how long it has to go."""
        found = self.watch.rows(
            "SELECT s.ended_at, s.end_reason, s.expires_at FROM sessions s"
            " JOIN enrolments e ON e.id = s.enrolment_id"
            " WHERE e.customer_number = %(number)s"
            " ORDER BY s.started_at DESC LIMIT 1",
            {"number": self.number},
        )
        if not found:
            return "none", timedelta()
        ended_at, why, expires_at = found[0]
        if ended_at is not None:
            return f"ended: {why}", timedelta()
        left = expires_at - self.customer.now
        return ("open", left) if left > timedelta() else ("expired", timedelta())

    def _move(self, kind: str, cents: int) -> None:
        values: dict[str, Any] = {
            "number": self.number,
            "kind": kind,
            "cents": cents,
            "outside": outside_account("USD"),
        }
        self.watch.rows(
            """
            WITH mine AS (SELECT number FROM core_accounts
                          WHERE customer_number = %(number)s AND kind = %(kind)s),
            posted AS (
              INSERT INTO core_transactions (id, state, reference, fingerprint,
                debit_account, credit_account, amount_minor, fee_minor, currency,
                description, created_at, posted_at)
              SELECT id, 'posted', id, '',
                CASE WHEN %(cents)s > 0 THEN %(outside)s ELSE number END,
                CASE WHEN %(cents)s > 0 THEN number ELSE %(outside)s END,
                abs(%(cents)s), 0, 'USD', 'Cash', now(), now()
              FROM mine, (SELECT gen_random_uuid()::text AS id) AS made
              RETURNING id),
            sides AS (SELECT number AS account, %(cents)s::bigint AS cents FROM mine
                      UNION ALL SELECT %(outside)s, -(%(cents)s::bigint)),
            written AS (
              INSERT INTO core_entries (transaction_id, account, amount_minor, at,
                description, counterparty, category)
              SELECT posted.id, sides.account, sides.cents, now(),
                'Cash', 'Cash', 'cash'
              FROM posted, sides)
            UPDATE core_accounts a SET balance_minor = balance_minor + sides.cents
            FROM sides WHERE a.number = sides.account RETURNING a.number
            """,
            values,
        )
