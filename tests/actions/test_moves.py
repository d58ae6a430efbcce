"""Fallback, repeat, cancel, sign-in and what is said when something breaks."""

import asyncio
from datetime import UTC, datetime

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.check_balance import ActionCheckBalance
from actions.conversation import ActionFallback, ActionRepeat
from banking.services.outcomes import ChangeAuthenticator, Logout, RevokeSessions
from tests.actions.chat import domain
from tests.actions.fake_teller import FakeTeller

CARD = "4111 1111 1111 1111"


def tracker(message, events=()):
    return Tracker("c", {}, message, list(events), False, None, {}, "action_listen")


def run(action, message, events=(), known=None):
    dispatcher = CollectingDispatcher()
    asyncio.run(action.run(dispatcher, tracker(message, events), known))
    return dispatcher.messages


def misunderstood(times):
    turns = []
    for _ in range(times):
        turns += [{"event": "user"}, {"event": "action", "name": "action_fallback"}]
    return [*turns, {"event": "user"}]


def ranking(*names):
    return {
        "intent": {"name": "nlu_fallback"},
        "intent_ranking": [{"name": n, "confidence": 0.3} for n in names],
    }


def test_first_the_two_likeliest_readings_and_something_else():
    message = ranking("nlu_fallback", "transfer_money", "affirm", "view_transactions")
    (said,) = run(ActionFallback(), message, misunderstood(0), domain())

    assert "utter_fallback" == said["response"]
    assert ["Send money", "Last payments", "Something else"] == [
        button["title"] for button in said["buttons"]
    ]
    assert ["/transfer_money", "/view_transactions", "/help"] == [
        button["payload"] for button in said["buttons"]
    ]


@pytest.mark.parametrize(
    ("before", "response"),
    [
        (0, "utter_fallback"),
        (1, "utter_fallback_menu"),
        (2, "utter_fallback_person_now"),
    ],
)
def test_then_the_menu_then_a_person(before, response):
    message = ranking("transfer_money", "check_balance")
    action = ActionFallback(FakeTeller())
    (said,) = run(action, message, misunderstood(before), domain())

    assert response == said["response"]


def test_a_turn_that_was_understood_starts_the_count_anew():
    events = [
        *misunderstood(2),
        {"event": "action", "name": "action_check_balance"},
        {"event": "user"},
    ]
    (said,) = run(ActionFallback(), ranking("check_balance"), events, domain())

    assert "utter_fallback" == said["response"]


def test_without_a_likely_reading_the_menu_comes_first():
    (said,) = run(ActionFallback(), ranking("affirm"), misunderstood(0), None)

    assert "utter_fallback_no_idea" == said["response"]


def test_what_no_bank_does_is_said_so_and_the_menu_is_near():
    message = ranking("voice_reply", "check_balance")
    message["intent"] = {"name": "out_of_scope"}
    (said,) = run(ActionFallback(), message, misunderstood(0), domain())

    assert "utter_out_of_scope" == said["response"]
    assert ["My balance", "Something else"] == [b["title"] for b in said["buttons"]]


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("мой баланс", "utter_change_language"),
        ("我的余额", "utter_change_language"),
        ("رصيدي pls", "utter_change_language"),
        ("mon solde à la banque", "utter_fallback"),
        ("send 5 to 王伟 please", "utter_fallback"),
        ("123 ?!", "utter_fallback"),
    ],
)
def test_who_writes_in_other_letters_hears_which_language_works(text, response):
    message = {**ranking("transfer_money", "check_balance"), "text": text}
    (said,) = run(ActionFallback(), message, misunderstood(0), domain())

    assert response == said["response"]


def test_the_last_answer_is_repeated_with_its_choices():
    buttons = [{"title": "More", "payload": "/help"}]
    events = [
        {"event": "user"},
        {"event": "bot", "text": "Old", "data": {}},
        {"event": "user"},
        {"event": "bot", "text": "You have", "data": {"buttons": buttons}},
        {"event": "user"},
    ]
    (said,) = run(ActionRepeat(), {}, events)

    assert ("You have", buttons) == (said["text"], said["buttons"])


def test_where_nothing_was_said_there_is_nothing_to_repeat():
    (said,) = run(ActionRepeat(), {}, [{"event": "user"}])

    assert "utter_nothing_to_repeat" == said["response"]


def test_a_failure_is_told_without_its_text(caplog):
    (said,) = run(ActionCheckBalance(FakeTeller(breaks=True)), {"text": CARD})

    assert "utter_try_later" == said["response"]
    assert "action_check_balance failed: RuntimeError" in caplog.text
    assert CARD not in caplog.text


def test_a_message_without_an_envelope_is_refused():
    (said,) = run(ActionCheckBalance(FakeTeller()), {"metadata": {"envelope": 7}})

    assert "utter_refused_not_verified" == said["response"]


def test_the_first_question_survives_registration(chat):
    chat.teller.session = "missing"
    chat.teller.registers = True
    asked = chat.says("how much do i have", "check_balance")
    answer = chat.comes_back()

    assert "need to know it's you" in asked
    assert answer.startswith("You're all set, Ama. You had asked:")
    assert "USD 1,000.00" in answer


def test_signing_in_for_nothing_in_particular_is_welcomed(chat):
    assert "You're signed in" in chat.comes_back()


@pytest.mark.parametrize("intent", ["login", "register"])
def test_whoever_asks_to_sign_in_hears_that_and_sees_no_sessions(chat, intent):
    assert "You're signed in already, Ama" in chat.says("let me in", intent)
    chat.teller.session = "expired"
    chat.says("let me in", intent)

    answer = chat.comes_back()

    assert answer.startswith("You're signed in, Ama.")
    assert "My balance" in [o.title for o in chat.options]
    assert "asked" not in answer


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("log me out", Logout()),
        ("sign out of this device", Logout()),
        ("log me out everywhere", RevokeSessions()),
        ("sign out of all devices", RevokeSessions()),
        ("sign me out on every other phone", RevokeSessions()),
    ],
)
def test_signing_out_everywhere_is_another_wish(chat, words, command):
    chat.says(words, "logout")

    assert [command] == chat.teller.asked


def test_the_sessions_offer_to_end_them_all(chat):
    chat.says("where am i signed in", "check_sessions")
    chat.taps("Sign out everywhere")

    assert RevokeSessions() == chat.teller.asked[-1]


@pytest.mark.parametrize(
    ("day", "hour", "words"),
    [
        (20, 12, "Our people answer now, until 18:00"),
        (20, 18, "from Monday 8:00"),
        (23, 7, "from Monday 8:00"),
        (23, 8, "now, until 18:00"),
    ],
)
def test_a_person_answers_when_it_says_so(chat, day, hour, words):
    chat.teller.session = "missing"
    chat.teller.moment = datetime(2026, 11, day, hour, tzinfo=UTC)

    assert words in chat.says("talk to someone", "human_handoff")
    chat.says("send money", "transfer_money")
    assert words in chat.says("talk to someone", "human_handoff")


def test_a_new_pin_opens_no_payment(chat):
    chat.teller.session = "expired"
    chat.says("new pin please", "reset_pin")
    chat.comes_back()

    assert ["Choose a new PIN"] == [link.label for link in chat.links]
    assert chat.form is None


@pytest.mark.parametrize("intent", ["check_sessions", "reset_pin"])
@pytest.mark.parametrize(
    "words",
    [
        "change my authenticator",
        "I have a new phone, set up 2FA",
        "Two-factor please",
        "new authentication app pls",
        "google auth on my new fone",
        "the 2 step codes",
        "my code generator moved",
        "I'd rather have codes from an app",
        "the app that shows me the codes is gone",
    ],
)
def test_an_authenticator_is_set_up_on_our_own_page(chat, intent, words):
    chat.says(words, intent)

    assert ["Set up the app"] == [link.label for link in chat.links]


def test_the_sessions_offer_an_authenticator(chat):
    chat.says("where am i signed in", "check_sessions")
    chat.taps("Authenticator app")

    assert ChangeAuthenticator() == chat.teller.asked[-1]


def test_sessions_and_pins_are_what_they_were(chat):
    assert "signed in" in chat.says("where am I signed in", "check_sessions")
    chat.says("new pin", "reset_pin")

    assert ["Choose a new PIN"] == [link.label for link in chat.links]


def test_nothing_open_is_nothing_to_cancel(chat):
    assert "nothing open" in chat.says("cancel", "cancel")
    assert [] == chat.teller.asked


def test_a_faq_without_an_answer_is_not_silent(chat):
    assert "don't have the answer" in chat.says("are you in peru", "faq")
