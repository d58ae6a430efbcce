"""Whether the ledger adds up, read in one snapshot."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text

_UNBALANCED = """
SELECT
  (SELECT count(*) FROM (
     SELECT t.id FROM core_transactions t LEFT JOIN core_entries e
       ON e.transaction_id = t.id
     GROUP BY t.id, t.state
     HAVING coalesce(sum(e.amount_minor), 0) <> 0
         OR (t.state = 'posted') <> (count(e.id) > 0)) AS wrong_transactions)
  + (SELECT count(*) FROM (
     SELECT a.number FROM core_accounts a LEFT JOIN core_entries e
       ON e.account = a.number
     GROUP BY a.number, a.balance_minor
     HAVING coalesce(sum(e.amount_minor), 0) <> a.balance_minor) AS wrong_balances)
  + (SELECT count(*) FROM (
     SELECT a.number FROM core_accounts a LEFT JOIN core_holds h
       ON h.account = a.number AND h.open
     GROUP BY a.number, a.held_minor
     HAVING coalesce(sum(h.amount_minor), 0) <> a.held_minor) AS wrong_holds)
"""
_NEGATIVE = """
SELECT count(*) FROM core_accounts
WHERE customer_number IS NOT NULL AND (balance_minor < 0 OR balance_minor < held_minor)
"""
_TOTALS = """
SELECT currency, sum(balance_minor)::bigint FROM core_accounts GROUP BY currency
"""
_STRAY_HOLDS = """
SELECT count(*) FROM core_holds h WHERE h.open AND NOT EXISTS (
  SELECT 1 FROM transfers t
  WHERE t.id = h.transaction_id AND t.state IN ('sending', 'in_doubt'))
"""


def check_ledger(engine: Engine) -> dict[str, Any]:
    """Count what is in the ledger and everything that is wrong with it.

    `unbalanced` counts transactions whose entries do not sum to nothing, accounts
    whose cached balance is not the sum of their entries, and accounts whose held sum
    is not that of their open holds. `total_minor` sums every account, the house's
    included, so that it never changes.
    """
    with engine.connect() as connection:
        db = connection.execution_options(isolation_level="REPEATABLE READ")
        posted = "SELECT count(*) FROM core_transactions WHERE state = 'posted'"
        return {
            "transactions": db.execute(text(posted)).scalar_one(),
            "unbalanced": db.execute(text(_UNBALANCED)).scalar_one(),
            "negative_accounts": db.execute(text(_NEGATIVE)).scalar_one(),
            "total_minor": {
                currency: total for currency, total in db.execute(text(_TOTALS))
            },
            "open_holds": db.execute(
                text("SELECT count(*) FROM core_holds WHERE open")
            ).scalar_one(),
            "holds_without_transfer": db.execute(text(_STRAY_HOLDS)).scalar_one(),
        }
