"""Who may ask at all, and the payees they have saved."""

from banking.ports.money import ParkedRequest
from banking.services.outcomes import (
    AddPayee,
    Balance,
    ChangeAuthenticator,
    ChangePin,
    ConfirmNeeded,
    Logout,
    Payees,
    Refused,
    RegistrationNeeded,
    RemovePayee,
    Resumed,
    Say,
    SendMoneyDraft,
    SignIn,
    SignInNeeded,
)


def payloads(outcome):
    return [choice.payload for choice in outcome.choices]


def test_pin_and_authenticator_are_changed_on_pages_of_their_own(world):
    ama = world.person()
    responses = [ama.do(ask()).response for ask in (ChangePin, ChangeAuthenticator)]

    assert ["utter_change_pin", "utter_change_authenticator"] == responses
    ama.do(Logout())
    assert isinstance(ama.do(ChangeAuthenticator()), SignInNeeded)
    world.sign_in(ama)
    resumed = world.bank.teller.resume(ama.token("/resume"))
    assert "utter_change_authenticator" == resumed.outcome.response


# --- the door ---------------------------------------------------------------------


def test_a_request_waits_for_the_sign_in_and_goes_on_by_itself(world):
    ama = world.person()
    world.clock.forward(minutes=6)

    assert isinstance(ama.draft(payee="mum", amount="50"), SignInNeeded)
    world.sign_in(ama)
    resumed = world.bank.teller.resume(ama.token("/resume"))

    assert isinstance(resumed.outcome, ConfirmNeeded)
    assert "USD 50.00" == resumed.outcome.facts["amount"]
    name = ama.line["name"].split()[0]
    assert (name, False, True) == (resumed.name, resumed.registered, resumed.asked)
    again = world.bank.teller.resume(ama.token("/resume"))
    assert Resumed(Say("utter_signed_in", {"name": name}), name) == again


def test_signing_in_for_its_own_sake_shows_no_sessions(world):
    ama = world.person()
    name = ama.line["name"].split()[0]
    assert Say("utter_signed_in_already", {"name": name}) == ama.ask(SignIn())
    world.clock.forward(minutes=6)

    assert isinstance(ama.ask(SignIn()), SignInNeeded)
    world.sign_in(ama)
    resumed = world.bank.teller.resume(ama.token("/resume"))

    assert Resumed(Say("utter_signed_in", {"name": name}), name) == resumed


def test_whoever_enrolled_after_asking_is_welcomed_as_registered(world):
    ama = world.person()
    with world.bank.uow() as tx:
        enrolled = tx.enrolments.get(ama.enrolment_id).created_at
        asked = ParkedRequest(ama.conversation_id, "Balance", {}, enrolled)
        tx.parked.put(asked)
        tx.commit()

    resumed = world.bank.teller.resume(ama.token("/resume"))

    assert resumed.registered
    assert resumed.asked
    assert "utter_balance" == resumed.outcome.response


def test_a_stranger_is_sent_to_registration(world):
    world.people(1)
    with world.bank.uow() as tx:
        chat = tx.conversations.open(
            "whatsapp", phone="+12125550199", user_id=None, now=world.clock.now()
        )
        tx.commit()
    from banking.domain.envelope import Envelope

    token = Envelope.for_text(chat.id, "m1", "hi", now=world.clock.now()).seal(
        world.key
    )

    assert isinstance(world.bank.teller.ask(token, Balance()), RegistrationNeeded)


def test_a_forged_or_stale_envelope_gets_nothing_and_is_recorded(world):
    ama = world.person()
    old = ama.token()
    world.clock.forward(seconds=61)
    teller = world.bank.teller

    for token in (old, "", "x.y", old[:-1] + "0", None):
        assert Refused("not_verified") == teller.ask(token, Balance())
        assert Refused("not_verified") == teller.draft(token, SendMoneyDraft())
        assert Resumed(Refused("not_verified")) == teller.resume(token)
    events = world.rows("SELECT count(*) n FROM audit WHERE event = 'envelope_refused'")
    assert 15 == events[0].n


def test_resuming_does_not_count_as_activity(world):
    ama = world.person()
    world.clock.forward(minutes=6)
    assert isinstance(ama.ask(Balance()), SignInNeeded)
    world.sign_in(ama)
    world.clock.forward(minutes=4, seconds=59)

    resumed = world.bank.teller.resume(ama.token("/resume"))
    assert "utter_balance" == resumed.outcome.response
    world.clock.forward(seconds=2)
    assert isinstance(ama.ask(Balance()), SignInNeeded)


# --- payees -----------------------------------------------------------------------


def test_payees_of_the_core_are_there_from_the_start(world):
    ama = world.person()

    said = ama.ask(Payees())

    assert "utter_payees" == said.response
    assert "Mum (" in said.facts["lines"]
    assert 2 == said.facts["lines"].count("Peter")


def test_a_payee_is_added_once_listed_and_removed(world):
    ama, kofi = world.people(2)
    ama.do(RemovePayee(kofi.line["name"]))

    added = ama.do(AddPayee("Bestie", kofi.line["phone"]))
    assert "utter_payee_added" == added.response
    assert "utter_payee_known" == ama.do(AddPayee("Pal", kofi.account)).response
    assert "Bestie (" in ama.ask(Payees()).facts["lines"]
    assert "utter_payee_removed" == ama.do(RemovePayee("bestie")).response
    assert "Bestie" not in ama.ask(Payees()).facts["lines"]
    assert Refused("payee_unknown", {"payee": "bestie"}) == ama.do(
        RemovePayee("bestie")
    )


def test_a_removal_that_fits_two_is_asked_about(world):
    ama = world.person()

    asked = ama.do(RemovePayee("peter"))

    assert ("payee_to_remove", 2) == (asked.slot, len(asked.choices))
    choice = payloads(asked)[0].split('"')[3]
    assert "utter_payee_removed" == ama.do(RemovePayee(choice)).response
    assert 1 == ama.ask(Payees()).facts["lines"].count("Peter")


def test_removed_payees_stay_removed(world):
    """The core's list is taken over once, not again at every look."""
    ama = world.person()
    ama.do(RemovePayee("mum"))

    assert "Mum" not in ama.ask(Payees()).facts["lines"]


def test_an_own_account_is_no_payee(world):
    ama = world.person()

    assert Refused("same_account") == ama.do(AddPayee("me", ama.account))
