"""Documents: a statement for a period, or the receipt of a payment once more."""

import re
from collections.abc import Mapping
from typing import Final

from actions.forms import FormCheck
from actions.heard import Heard, account_meant, payment_meant, period_meant
from banking.services.outcomes import Ask, Outcome, ReceiptAgain, StatementFor

# One payment's, in the spellings people use; receipts of a month are a statement.
_RECEIPT: Final = re.compile(
    r"\b(?:rec(?:ei|ie|i|e)pt"
    r"|(?:proof|confirmation) (?:of|that) (?:i |the |my )?(?:paid|payment|transfer)"
    r"|(?:payment|transfer) (?:confirmation|slip))\b",
    re.IGNORECASE,
)


class ValidateStatementForm(FormCheck):
    form = "statement_form"
    intent = "request_statement"
    fields = ("period", "period_end", "statement_account")
    depends = {"period": ("period_end",)}  # noqa: RUF012
    called = {"since": "period", "until": "period"}  # noqa: RUF012
    mended_by = {  # noqa: RUF012
        "period_unreadable": "period",
        "period_too_long": "period",
    }

    def read(
        self, heard: Heard, asked: str | None, *, freely: bool = False
    ) -> Mapping[str, str]:
        since, until = period_meant(heard)
        read = {
            "period": since,
            "period_end": until,
            "statement_account": account_meant(heard),
        }
        if since is None and freely and asked == "period":
            read["period"] = heard.typed()
        return {name: value for name, value in read.items() if value}

    def step(self, heard: Heard, values: Mapping[str, str]) -> Outcome:
        if _RECEIPT.search(heard.text) and not heard.tapped:
            return self.teller.ask(heard.token, ReceiptAgain(payment_meant(heard)))
        since = values.get("period")
        if since is None:
            return Ask("period", "utter_ask_period")
        wanted = StatementFor(
            since, values.get("period_end"), values.get("statement_account")
        )
        return self.teller.ask(heard.token, wanted)
