"""A statement document for a period."""

from collections.abc import Mapping

from actions.forms import FormCheck
from actions.heard import Heard, account_meant, period_meant
from banking.services.outcomes import Ask, Outcome, StatementFor


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
        since = values.get("period")
        if since is None:
            return Ask("period", "utter_ask_period")
        wanted = StatementFor(
            since, values.get("period_end"), values.get("statement_account")
        )
        return self.teller.ask(heard.token, wanted)
