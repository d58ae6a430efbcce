"""`domain.yml`, the rules, the actions, the refusals and the policy agree.

Rasa drops what does not fit without a word: a response that is missing is silence.
"""

import re
from pathlib import Path
from string import Formatter

import pytest
from ruamel.yaml import YAML

from actions.forms import FormCheck
from actions.secured import NOT_ASIDES, PARTS_OF_A_MESSAGE, PERSON, SecuredAction
from actions.server import executor
from actions.talk import CONFIRMATION
from banking.domain.refusals import Refusal
from banking.policy import load_policy

PROJECT = Path(__file__).resolve().parents[1]
LONGEST = 300
MOST_BUTTONS, BUTTON_TITLE = 3, 20
MOST_ROWS, ROW_TITLE = 10, 24
# Greetings and fallbacks may vary; what is said of money has one wording.
VARIED = {"utter_greet", "utter_goodbye", "utter_thank", "utter_fallback"}
# Sent by the bank itself, so that nobody can say it.
INTERNAL = {"resume"}
SPOKEN_BY_RASA_ALONE = {"utter_choices"}


def read(path):
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


DOMAIN = read(PROJECT / "domain.yml")
RESPONSES = DOMAIN["responses"]
RULES = [
    rule
    for file in sorted((PROJECT / "data" / "rules").glob("*.yml"))
    for rule in read(file)["rules"]
]
ACTIONS = {a if isinstance(a, str) else next(iter(a)) for a in DOMAIN["actions"]}
EXECUTOR = executor()
FORMS = FormCheck.__subclasses__()
SOURCES = [
    path for part in ("actions", "banking") for path in (PROJECT / part).rglob("*.py")
]
VARIANTS = [(name, one) for name, each in RESPONSES.items() for one in each]


def started_by():
    """Intent → the first action of its rule."""
    return {
        step["intent"]: rule["steps"][1]["action"]
        for rule in RULES
        if (step := rule["steps"][0]).get("intent")
    }


def facts(variant):
    words = [variant.get("text") or "", *(variant.get("custom") or {}).values()]
    words += [part for b in variant.get("buttons", ()) for part in (b["title"],)]
    return {name for text in words for _, name, _, _ in Formatter().parse(text) if name}


def names_in_code():
    """Responses named in code; "utter_{x}" stands for a family of them."""
    found = set()
    for path in SOURCES:
        found |= set(re.findall(r'"(utter_[a-z_{}.]+)"', path.read_text()))
    return found - {"utter_action"}


def family(name):
    return re.compile(re.sub(r"\{[^}]*\}", "[a-z_/]+", name))


# --- names ------------------------------------------------------------------------


def test_the_domain_lists_the_actions_that_exist():
    assert ACTIONS == set(EXECUTOR.actions)


def test_every_intent_leads_somewhere():
    assert set(DOMAIN["intents"]) <= set(started_by())
    assert set(started_by()) <= set(DOMAIN["intents"]) | {"nlu_fallback"}


def test_every_rule_names_what_exists():
    known = ACTIONS | set(DOMAIN["forms"]) | set(RESPONSES)
    used = {s["action"] for rule in RULES for s in rule["steps"] if "action" in s}

    assert set() == used - known


def test_every_intent_of_the_catalogue_is_in_the_domain():
    catalogue = PROJECT / "docs" / "INTENTS.md"
    rows = re.findall(r"^\| (`[^|]+) \|", catalogue.read_text(), re.MULTILINE)
    names = {n.split("/")[0] for row in rows for n in re.findall(r"`([a-z_/]+)", row)}

    assert names | INTERNAL == set(DOMAIN["intents"])


def test_a_request_is_secured_under_its_own_intent():
    rules = started_by()
    for action in SecuredAction.__subclasses__():
        assert action().name() == rules[action.intent]


def test_an_intent_of_a_form_starts_it():
    rules = started_by()
    for form in FORMS:
        assert form.form == rules[form.intent]
    assert {form.form for form in FORMS} == set(DOMAIN["forms"])


def test_what_is_no_request_of_its_own_has_words_for_the_middle_of_a_form():
    """There `utter_<intent>` is said without Rasa's rules."""
    answered = {a.intent for a in SecuredAction.__subclasses__()}
    starts = {form.intent for form in FORMS}
    asks = {"faq", PERSON}
    for intent in set(DOMAIN["intents"]) - answered - starts - NOT_ASIDES - asks:
        assert f"utter_{intent}" == started_by()[intent]
        assert f"utter_{intent}" in RESPONSES


def test_every_form_keeps_to_its_slots():
    for form in FORMS:
        assert set(form.fields) <= set(DOMAIN["slots"])
        assert set(DOMAIN["forms"][form.form]["required_slots"]) <= set(form.fields)
        assert set(form.depends) <= set(form.fields)
        assert set(form.called.values()) <= set(form.fields)


# --- words ------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(names_in_code()))
def test_code_names_words_that_exist(name):
    if "{" in name:
        assert any(family(name).fullmatch(response) for response in RESPONSES)
    else:
        assert name in RESPONSES


def test_no_words_are_left_over():
    said = {s["action"] for rule in RULES for s in rule["steps"] if "action" in s}
    refused = {f"utter_refused_{refusal.code}" for refusal in subclasses(Refusal)}
    asked = {CONFIRMATION}.union(*(form.fields for form in FORMS))
    helped = {f"utter_form_help_{slot}" for slot in asked}
    spoken = names_in_code() | said | refused | helped | SPOKEN_BY_RASA_ALONE

    assert set() == set(RESPONSES) - spoken


def subclasses(kind):
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.mark.parametrize("refusal", sorted(subclasses(Refusal), key=lambda r: r.code))
def test_every_refusal_has_words_and_their_facts(refusal):
    fields = getattr(refusal, "__dataclass_fields__", {})
    for variant in RESPONSES[f"utter_refused_{refusal.code}"]:
        assert facts(variant) <= set(fields)


def test_a_refusal_that_another_answer_mends_exists():
    codes = {refusal.code for refusal in subclasses(Refusal)}
    for form in FORMS:
        assert set(form.mended_by) <= codes
        assert set(form.mended_by.values()) <= set(form.fields)


@pytest.mark.parametrize("window", ["transaction", "day", "month"])
def test_every_limit_has_its_question(window):
    assert f"utter_ask_amount_over_{window}_limit" in RESPONSES


def test_two_failed_answers_have_help_for_every_question():
    asked = {
        slot
        for path in SOURCES
        for slot in re.findall(r'\bAsk\(\s*"([a-z_]+)"', path.read_text())
    }
    called = {k: v for form in FORMS for k, v in form.called.items()}
    mended = {slot for form in FORMS for slot in form.mended_by.values()}
    for slot in {called.get(s, s) for s in asked} | mended | {CONFIRMATION}:
        assert f"utter_form_help_{slot}" in RESPONSES


def test_words_fit_a_small_screen():
    for name, variant in VARIANTS:
        text = variant.get("text") or variant["custom"]["text"]

        assert len(text) <= LONGEST, name
        assert "\n\n" not in text, name
        assert text == text.strip(), name


def test_choices_fit_and_lead_somewhere():
    for name, variant in VARIANTS:
        buttons = variant.get("buttons", [])
        longest = BUTTON_TITLE if len(buttons) <= MOST_BUTTONS else ROW_TITLE
        if name in SPOKEN_BY_RASA_ALONE:
            longest = BUTTON_TITLE
        else:
            assert len(buttons) <= MOST_ROWS
        for button in buttons:
            assert len(button["title"]) <= longest
            intent, _, values = button["payload"].removeprefix("/").partition("{")
            assert intent in DOMAIN["intents"]
            entities = YAML(typ="safe").load("{" + values) if values else {}
            assert set(entities) <= set(DOMAIN["entities"])
        assert len({b["title"] for b in buttons}) == len(buttons)


def test_a_link_is_a_link_and_nothing_else():
    for name, variant in VARIANTS:
        if custom := variant.get("custom"):
            parts = set(custom) - {"short_label"}
            assert {"type", "text", "label", "url"} == parts, name
            assert ("link", "{url}") == (custom["type"], custom["url"])
            assert (
                len(custom["label"].replace("{amount}", "USD 1,204.50")) <= BUTTON_TITLE
            )
            # What a long amount makes too long has a form without it.
            assert ("{" in custom["label"]) == ("short_label" in custom), name
            assert len(custom.get("short_label", "")) <= BUTTON_TITLE


def test_no_fact_is_taken_for_a_part_of_the_message():
    for name, variant in VARIANTS:
        assert set() == facts(variant) & PARTS_OF_A_MESSAGE, name


def test_money_is_spoken_of_in_one_way():
    assert VARIED >= {name for name, each in RESPONSES.items() if len(each) > 1}


def test_the_fallback_can_offer_every_request():
    offered = {
        b["payload"].removeprefix("/") for b in RESPONSES["utter_choices"][0]["buttons"]
    }
    moves = {"greet", "goodbye", "thank", "bot_challenge", "faq"} | NOT_ASIDES

    assert set(DOMAIN["intents"]) - moves - INTERNAL == offered


# --- what may be remembered -------------------------------------------------------


def test_slots_are_text_that_decides_nothing():
    for slot in DOMAIN["slots"].values():
        assert {
            "type": "text",
            "influence_conversation": False,
            "mappings": [{"type": "custom"}],
        } == slot


def test_a_conversation_forgets_with_the_session():
    policy = load_policy(PROJECT / "policy.toml")
    config = DOMAIN["session_config"]

    assert config["carry_over_slots_to_new_session"] is False
    minutes = policy.session.absolute.total_seconds() / 60
    assert minutes == config["session_expiration_time"]
