"""The saved payees: shown, added, removed."""

from collections.abc import Mapping

from actions.forms import FormCheck
from actions.heard import Heard, named_after, number_meant, person_meant
from actions.secured import SecuredAction
from banking.services.outcomes import AddPayee, Ask, Outcome, Payees, RemovePayee


class ActionListPayees(SecuredAction):
    intent = "list_payees"

    def name(self) -> str:
        return "action_list_payees"

    def outcome(self, heard: Heard) -> Outcome:
        return self.teller.ask(heard.token, Payees())


class ValidateAddPayeeForm(FormCheck):
    form = "add_payee_form"
    intent = "add_payee"
    fields = ("payee_name", "payee_number")
    called = {"name": "payee_name", "account_or_phone": "payee_number"}  # noqa: RUF012
    mended_by = {  # noqa: RUF012
        "same_account": "payee_number",
        "card_unknown": "payee_number",
    }

    def read(
        self, heard: Heard, asked: str | None, *, freely: bool = False
    ) -> Mapping[str, str]:
        read: dict[str, str] = {}
        named = person_meant(heard)
        if named is None and heard.intent == self.intent:
            named = named_after(heard, "add", "save")
        if named:
            read["payee_name"] = named
        if number := number_meant(heard):
            read["payee_number"] = number
        typed = heard.typed() or ""
        # "I don't know it yet" is no number, and "?" is no name.
        fits = str.isdigit if asked == "payee_number" else str.isalnum
        if not read and freely and asked in self.fields and any(map(fits, typed)):
            read[asked] = typed
        return read

    def step(self, heard: Heard, values: Mapping[str, str]) -> Outcome:
        name, number = values.get("payee_name"), values.get("payee_number")
        if name is None:
            return Ask("payee_name", "utter_ask_payee_name")
        if number is None:
            return Ask("payee_number", "utter_ask_payee_number", {"payee_name": name})
        return self.teller.do(heard.token, AddPayee(name, number))


class ValidateRemovePayeeForm(FormCheck):
    form = "remove_payee_form"
    intent = "remove_payee"
    fields = ("payee_to_remove",)
    called = {"name": "payee_to_remove"}  # noqa: RUF012
    mended_by = {"payee_unknown": "payee_to_remove"}  # noqa: RUF012

    def read(
        self, heard: Heard, asked: str | None, *, freely: bool = False
    ) -> Mapping[str, str]:
        tapped = heard.first("payee_to_remove")
        name = tapped.text if tapped else person_meant(heard)
        if name is None and heard.intent == self.intent:
            name = named_after(heard, "remove", "delete", "forget")
        if name is None and freely and asked in self.fields:
            name = heard.typed()
        return {"payee_to_remove": name} if name else {}

    def step(self, heard: Heard, values: Mapping[str, str]) -> Outcome:
        name = values.get("payee_to_remove")
        if name is None:
            return Ask("payee_to_remove", "utter_ask_payee_to_remove")
        return self.teller.do(heard.token, RemovePayee(name))
