"""A payment in the chat, step by step."""

import pytest

from banking.services.outcomes import Balance, CancelTransfer, SendMoneyDraft


def drafts(chat):
    return [a for a in chat.teller.asked if isinstance(a, SendMoneyDraft)]


def test_a_payment_in_one_sentence_asks_nothing_that_was_said(chat):
    answer = chat.says(
        "send 40 to ama for pizza", "transfer_money", amount="40", person="ama"
    )

    assert "USD 40.00 to Ama M. •••• 4321, “pizza”" in answer
    assert ["Confirm USD 40.00"] == [link.label for link in chat.links]
    assert [SendMoneyDraft(payee="ama", amount="40", reference="pizza")] == drafts(chat)


def test_one_question_at_a_time_until_all_is_known(chat):
    first = chat.says("send money", "transfer_money")
    second = chat.says("ama", "inform", person="ama")
    third = chat.says("50", "inform", amount="50")

    assert "To whom" in first
    assert "How much" in second
    assert "To whom" not in second
    assert "USD 50.00 to Ama" in third


def test_two_of_a_name_are_told_apart_by_a_tap(chat):
    chat.says("snd 40 2 peter for pizza", "transfer_money", amount="40", person="peter")
    answer = chat.taps("Peter O.")

    assert "USD 40.00 to Peter O. •••• 1122, “pizza”" in answer


def test_two_of_a_name_are_told_apart_by_typing_too(chat):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    chat.says("the one called Peter K", "inform", person="Peter K")

    assert "Peter K" == drafts(chat)[-1].payee


@pytest.mark.parametrize("typed", ["peter o", "Peter O.", "Peter O. •••• 1122"])
def test_typing_a_choice_is_as_good_as_tapping_it(chat, typed):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    answer = chat.says(typed, "nlu_fallback")

    assert "USD 40.00 to Peter O. •••• 1122" in answer
    assert "p_1" == drafts(chat)[-1].payee_choice


def test_a_yes_takes_the_only_choice(chat):
    chat.says("send 900 to ama", "transfer_money", amount="900", person="ama")

    assert "USD 400.00 to Ama" in chat.says("yes", "affirm")


def test_the_beginning_of_an_amount_is_another_amount(chat):
    chat.says("send 900 to ama", "transfer_money", amount="900", person="ama")
    answer = chat.says("USD 40", "inform", amount="USD 40")

    assert "USD 40.00 to Ama" in answer


def test_a_yes_to_two_choices_takes_none(chat):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")

    assert "Which one?" in chat.says("yes", "affirm")


def test_a_correction_after_the_summary_makes_a_new_link(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    first = chat.links[0].url
    answer = chat.says("make it 45 actually", "inform", amount="45")

    assert "Changed. USD 45.00 to Ama" in answer
    assert first != chat.links[0].url


@pytest.mark.parametrize(
    ("words", "intent", "entities", "amount", "payee"),
    [
        ("no, 50", "deny", {"amount": "50"}, "50", "ama"),
        ("no, 50", "inform", {"number": "50"}, "50", "ama"),
        ("make it a hundred", "inform", {}, "a hundred", "ama"),
        ("change the amount to 15,5", "nlu_fallback", {}, "15,5", "ama"),
        ("not 40, 45", "inform", {"amount": "45"}, "45", "ama"),
        ("no, send 50 instead", "transfer_money", {"amount": "50"}, "50", "ama"),
        ("to kofi instead", "inform", {}, "40", "kofi"),
        ("send it to kofi instead", "transfer_money", {"person": "kofi"}, "40", "kofi"),
        ("grace not ama", "nlu_fallback", {"person": "grace"}, "40", "grace"),
    ],
)
def test_a_correction_changes_what_it_names_and_keeps_the_rest(
    chat, words, intent, entities, amount, payee
):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.says(words, intent, **entities)

    assert (amount, payee) == (drafts(chat)[-1].amount, drafts(chat)[-1].payee)


def test_a_correction_on_the_way_keeps_the_question(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    answer = chat.says("no, to kofi", "inform", person="kofi")

    assert "How much would you like to send to Kofi" in answer


def test_another_payee_forgets_what_was_chosen_for_the_first(chat):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    chat.taps("Peter O.")
    chat.says("to ama instead", "inform", person="ama")

    assert SendMoneyDraft(payee="ama", amount="40") == drafts(chat)[-1]


def test_a_question_on_the_way_is_answered_and_the_form_goes_on(chat):
    chat.says("send money to grace", "transfer_money", person="grace")
    answer = chat.says("how much do i have", "check_balance")

    assert "USD 1,000.00" in answer
    assert "How much would you like to send to Grace" in answer
    assert "USD 100.00 to Grace" in chat.says("100", "inform", amount="100")


def test_words_alone_answer_a_question_on_the_way_too(chat):
    chat.says("send money to grace", "transfer_money", person="grace")
    answer = chat.says("are you a robot", "bot_challenge")

    assert "I'm a machine" in answer
    assert "How much would you like to send to Grace" in answer


def test_a_short_answer_that_looks_like_another_question_is_an_answer(chat):
    chat.says("send money", "transfer_money")
    chat.confidence = 0.41
    answer = chat.says("Ama", "view_offers")

    assert "How much would you like to send to Ama" in answer


def test_a_question_while_the_link_waits_is_answered_and_nothing_else(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("thanks", "thank")

    assert 1 == len(chat.said)
    assert "confirm" not in answer
    assert chat.teller.awaiting is not None


@pytest.mark.parametrize("confidence", [0.95, 0.5])
def test_a_question_while_the_link_waits_leaves_the_payment_alone(chat, confidence):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.confidence = confidence
    answer = chat.says("what's left of my limit", "check_limits")

    assert "You can send USD 455.00 now" in answer
    assert "still waiting for the confirm button" in answer
    assert [1, 1] == [len(drafts(chat)), chat.teller.links]
    assert "Changed. USD 45.00" in chat.says("make it 45", "inform", amount="45")


def test_the_same_payment_once_more_shows_its_button_again(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")

    assert "USD 40.00 to Ama M." in answer
    assert "Changed" not in answer
    assert 2 == chat.teller.links
    assert "Changed. USD 45.00" in chat.says("make it 45", "inform", amount="45")


def test_a_question_after_the_payment_has_gone_reminds_of_nothing(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.teller.confirm()
    answer = chat.says("how much do i have", "check_balance")

    assert "USD 1,000.00" in answer
    assert "waiting" not in answer
    assert chat.form is None


def test_dropping_a_change_drops_what_it_was_to_change(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.says("to zoltan instead", "inform", person="zoltan")
    answer = chat.says("cancel", "cancel")

    assert "was not sent" in answer
    assert chat.teller.awaiting is None


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("the first one", "p_1"),
        ("first", "p_1"),
        ("1", "p_1"),
        ("O.", "p_1"),
        ("1122", "p_1"),
        ("2nd", "p_2"),
        ("the second", "p_2"),
        ("number two please", "p_2"),
        ("last one", "p_2"),
    ],
)
def test_a_choice_can_be_named_by_its_place(chat, typed, chosen):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    answer = chat.says(typed, "nlu_fallback")

    assert chosen == drafts(chat)[-1].payee_choice
    assert "USD 40.00 to Peter" in answer


def test_who_cannot_be_found_is_asked_for_twice_then_helped(chat):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    first = chat.says("the one with the hat", "nlu_fallback")
    second = chat.says("you know him", "nlu_fallback")

    assert "Which one?" in first
    assert "Several people fit that name" in second
    assert "Stop here" in [option.title for option in chat.options]
    assert "dropped" in chat.taps("Stop here")


@pytest.mark.parametrize("intent", ["thank", "repeat", "greet"])
def test_what_is_hardly_small_talk_is_an_answer_that_failed(chat, intent):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    chat.confidence = 0.4
    chat.says("you know which one", intent)
    answer = chat.says("oh come on", intent)

    assert "Several people fit that name" in answer


def test_whoever_was_meant_instead_is_paid(chat):
    chat.says("send 40 to grace", "transfer_money", amount="40", person="grace")
    chat.says("sorry i meant mum", "out_of_scope")

    assert "mum" == chat.teller.asked[-1].payee
    chat.says("i meant from savings", "inform")
    assert "mum" == chat.teller.asked[-1].payee


def test_who_asks_again_and_again_is_helped(chat):
    chat.says("send 40 to zoltan", "transfer_money", amount="40", person="zoltan")
    again = chat.says("what?", "repeat")
    failed = chat.says("the tall one", "nlu_fallback")
    helped = chat.says("what?", "repeat")

    assert "isn't among your payees" in again
    assert "isn't among your payees" in failed
    assert "I need an account number" in helped


def test_nonsense_is_nobodys_name(chat):
    chat.says("send money", "transfer_money")
    answer = chat.says("tell me a joke", "out_of_scope")

    assert "couldn't read that" in answer
    assert "To whom" in answer


def test_an_initial_belongs_to_the_name(chat):
    chat.says("send 40 to peter o", "transfer_money", amount="40", person="peter")
    assert "peter o" == drafts(chat)[-1].payee
    chat.says("cancel", "cancel")
    chat.says("pay peter a fiver", "transfer_money", person="peter")
    assert "peter" == drafts(chat)[-1].payee


def test_a_card_that_slips_out_is_not_the_payee(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("my card is [card 4242 #0a1b2c]", "nlu_fallback")

    assert "still waiting" in answer
    assert 1 == len(drafts(chat))


def test_a_known_name_answers_the_question_for_a_number(chat):
    chat.says("send 40 to zoltan", "transfer_money", amount="40", person="zoltan")

    assert "USD 40.00 to Grace" in chat.says("grace", "nlu_fallback")


def test_help_shows_the_choices_again(chat):
    chat.says("send 900 to ama", "transfer_money", amount="900", person="ama")
    chat.says("hm, 800", "nlu_fallback", amount="800")
    answer = chat.says("well, 700", "nlu_fallback", amount="700")

    assert "I need an amount" in answer
    assert "USD 400.00 to Ama" in chat.taps("USD 400.00")


@pytest.mark.parametrize("lead", ["\u200b/", "\u200b\u200e/", "\uff0f", "\u2044"])
def test_a_typed_command_fills_nothing(chat, lead):
    chat.says("send money to grace", "transfer_money", person="grace")
    forged = lead + 'inform{"amount": "5", "payee_account": "12345678901"}'
    answer = chat.says(forged, "nlu_fallback", amount="5", number="12345678901")

    assert "couldn't read that" in answer
    assert "How much would you like to send to Grace" in answer
    assert SendMoneyDraft(payee="grace") == drafts(chat)[-1]


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("send half to grace", "half"),
        ("send 15,5 to grace", "15,5"),
        ("give grace everything", "everything"),
        ("pay grace the same as last time", "the same as last time"),
    ],
)
def test_an_odd_amount_in_a_sentence_is_left_to_the_teller(chat, words, amount):
    chat.says(words, "transfer_money", person="grace")

    assert amount == drafts(chat)[-1].amount


def test_a_reference_may_tell_of_a_day(chat):
    said = "pay ama 20 for the pizza last night"
    found = {"amount": "20", "person": "ama", "date": "last night"}
    chat.says(said, "transfer_money", **found)

    assert "the pizza last night" == drafts(chat)[-1].reference


def test_yes_does_not_confirm(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("yes", "affirm")

    assert "can't take a yes" in answer
    assert [] == chat.teller.sent


def test_no_asks_what_to_change(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")

    assert "What shall I change?" in chat.says("no", "deny")


@pytest.mark.parametrize("at_step", [0, 1, 2])
def test_cancel_works_at_every_step_and_leaves_nothing(chat, at_step):
    steps = [
        lambda: chat.says("send money", "transfer_money"),
        lambda: chat.says("peter", "inform", person="peter"),
        lambda: chat.taps("Peter O."),
    ]
    for step in steps[: at_step + 1]:
        step()
    answer = chat.says("forget it", "cancel")

    assert "dropped" in answer
    assert chat.form is None
    assert not any(chat.slots.values())


def test_cancel_after_the_summary_kills_the_link(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("cancel", "cancel")

    assert "Cancelled. USD 40.00 to Ama" in answer
    assert isinstance(chat.teller.asked[-1], CancelTransfer)
    assert chat.teller.awaiting is None
    assert chat.form is None


@pytest.mark.parametrize(
    ("words", "amount"), [("nvm make it 20", "20"), ("no no make am 45", "45")]
)
def test_another_amount_is_a_change_though_it_sounds_like_giving_up(
    chat, words, amount
):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says(words, "cancel", amount=amount)

    assert f"Changed. USD {amount}.00 to Ama" in answer
    assert CancelTransfer() not in chat.teller.asked


@pytest.mark.parametrize("words", ["send it now", "send am now abeg"])
def test_send_it_means_what_was_shown(chat, words):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says(words, "transfer_money")

    assert "still waiting for the confirm button" in answer
    assert [] == chat.teller.sent


def test_what_remains_for_the_account_is_no_reference(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.confidence = 0.6
    answer = chat.says("wetin remain for my account", "check_balance")

    assert "USD 1,000.00" in answer
    assert "Changed" not in answer


def test_giving_up_is_no_change(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("cancel the 40", "cancel", amount="40")

    assert "was not sent" in answer


def test_a_payment_asked_after_is_told_once(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.says("did it go", "check_transfer")

    assert "waits for you to confirm" in answer
    assert "still waiting" not in answer
    assert "still waiting" in chat.says("my balance", "check_balance")


@pytest.mark.parametrize("signs", ["?", "\U0001f44d", "...."])
def test_signs_alone_are_no_payee_and_no_number(chat, signs):
    chat.confidence = 0.4
    chat.says("send money", "transfer_money")
    unclear = chat.says(signs, "repeat")

    assert "couldn't read that" in unclear
    assert "To whom" in unclear
    assert "payee" not in {name for name, value in chat.slots.items() if value}


def test_a_sum_in_words_is_no_name(chat):
    chat._turn(
        "send money give Grace, fifty",
        "transfer_money",
        [
            {"entity": "person", "value": "Grace", "start": 16, "end": 21},
            {"entity": "person", "value": "fifty", "start": 23, "end": 28},
        ],
    )

    assert SendMoneyDraft(payee="Grace", amount="fifty") == drafts(chat)[-1]


def test_two_failed_answers_bring_help_and_an_offer_to_stop(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    once = chat.says("lots", "inform")
    twice = chat.says("really lots", "nlu_fallback")

    assert "couldn't read that" in once
    assert "for example 50" in twice
    assert "Stop here" in {option.title for option in chat.options}


def test_a_side_question_is_no_failed_answer(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    chat.says("lots", "inform")
    chat.says("my balance", "check_balance")
    answer = chat.says("heaps", "inform")

    assert "couldn't read that" in answer


def test_another_value_on_the_way_is_no_failed_answer(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    chat.says("lots", "inform")
    answer = chat.says("no, to kofi", "inform", person="kofi")

    assert "How much would you like to send to Kofi" in answer


def test_a_new_payment_after_the_summary_starts_from_nothing(chat):
    chat.says("send 40 to ama for pizza", "transfer_money", amount="40", person="ama")
    chat.says("send money to kofi", "transfer_money", person="kofi")

    assert SendMoneyDraft(payee="kofi") == drafts(chat)[-1]


def test_a_tapped_start_always_starts_from_nothing(chat):
    chat.says("send 40", "transfer_money", amount="40")
    chat.says("what can you do", "help")
    chat.taps("Send money")

    assert SendMoneyDraft() == drafts(chat)[-1]


def test_after_the_payment_has_gone_nothing_of_it_is_changed(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.teller.confirm()
    answer = chat.says("make it 45", "inform", amount="45")

    assert "What would you like to do with that?" in answer
    assert 1 == len(drafts(chat))
    assert chat.form is None
    assert not any(chat.slots.values())


def test_ok_after_the_payment_has_gone_is_a_plain_ok(chat):
    chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    chat.teller.confirm()

    assert "confirm" not in chat.says("ok", "affirm")


def test_a_limit_offers_what_is_possible_and_keeps_the_rest(chat):
    chat.says("send 900 to ama", "transfer_money", amount="900", person="ama")
    answer = chat.taps("USD 400.00")

    assert "USD 400.00 to Ama" in answer


def test_not_enough_is_mended_by_another_account_as_well(chat):
    chat.says("send 500 to ama", "transfer_money", amount="500", person="ama")
    answer = chat.taps("Savings")

    assert "USD 500.00 to Ama" in answer
    assert "own_2" == drafts(chat)[-1].source


def test_a_bad_answer_is_forgotten_when_the_question_comes_again(chat):
    chat.says("send 900 to ama", "transfer_money", amount="900", person="ama")
    answer = chat.says("my balance", "check_balance")

    assert "How much would you like to send to Ama" in answer
    assert "more than your limit" not in answer


def test_signing_in_goes_on_with_the_same_payment(chat):
    chat.teller.session = "expired"
    asked = chat.says("send 40 to ama", "transfer_money", amount="40", person="ama")
    answer = chat.comes_back()

    assert "sign in first" in asked
    assert "USD 40.00 to Ama" in answer
    assert "Changed. USD 45.00" in chat.says("make it 45", "inform", amount="45")


def test_a_side_question_that_needs_sign_in_is_answered_then_the_form_goes_on(chat):
    chat.says("send money to grace", "transfer_money", person="grace")
    chat.teller.session = "expired"
    chat.says("my balance", "check_balance")
    answer = chat.comes_back()

    assert "USD 1,000.00" in answer
    assert "How much would you like to send to Grace" in answer


def test_after_a_forgotten_session_the_parked_payment_still_opens_its_form(chat):
    chat.teller.session = "missing"
    chat.says("send money to grace", "transfer_money", person="grace")
    chat.form = None
    chat.slots.clear()
    answer = chat.comes_back()

    assert "How much would you like to send to Grace" in answer
    assert "transfer_form" == chat.form


def test_another_request_with_a_form_of_its_own_takes_over(chat):
    chat.says("send 40 to peter", "transfer_money", amount="40", person="peter")
    answer = chat.says("add a payee", "add_payee")

    assert "What name" in answer
    assert "add_payee_form" == chat.form
    assert chat.slots["payee"] is None


def test_stopping_everything_ends_the_form(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    answer = chat.says("freeze my account", "freeze_account")

    assert "Everything is stopped" in answer
    assert "How much" not in answer
    assert chat.form is None


@pytest.mark.parametrize(
    ("words", "payee"),
    [
        ("pay peter 20", "peter"),
        ("pay ama", "ama"),
        ("send mum 20 please", "mum"),
        ("give my brother 20 for lunch", "my brother"),
        ("20 to kofi, thanks", "kofi"),
        ("send the same to kofi again", "kofi"),
        ("send 20 to kofi asap", "kofi"),
        ("send money", None),
        ("i want to send 20", None),
        ("send it to somebody", None),
        ("send 20 to a friend", None),
    ],
)
def test_a_name_that_was_not_recognised_is_read_by_its_place(chat, words, payee):
    chat.says(words, "transfer_money")

    assert payee == drafts(chat)[-1].payee


def test_own_accounts_are_named_by_from_and_to(chat):
    chat.says(
        "move 30 from my savings to my current account", "transfer_money", amount="30"
    )

    assert [
        SendMoneyDraft(payee="current", amount="30", source="savings", own=True)
    ] == drafts(chat)


@pytest.mark.parametrize(
    ("words", "entity", "handed_on"),
    [
        ("send -50 to ama", "50", "-50"),
        ("send 1e5 to ama", "1", "1e5"),
        ("send 50,- to ama", "50", "50,-"),
        ("send 5.000,00 to ama", "5.000", "5.000,00"),
        ("send NaN50 to ama", "50", "NaN50"),
        ("send 50. to ama", "50", "50"),
    ],
)
def test_a_figure_is_handed_on_with_all_it_is_written_together_with(
    chat, words, entity, handed_on
):
    chat.says(words, "transfer_money", amount=entity, person="ama")

    assert handed_on == drafts(chat)[-1].amount


def test_a_currency_beside_the_figure_belongs_to_it(chat):
    chat.says("send 50 euro to ama", "transfer_money", amount="50", currency="euro")

    assert "50 euro" == drafts(chat)[-1].amount


def test_a_hidden_card_number_is_a_payee(chat):
    words = "send 20 to [card 1111 #ab12cd34]"
    chat.says(words, "transfer_money", amount="20")

    assert "[card 1111 #ab12cd34]" == drafts(chat)[-1].payee


def test_a_phone_number_is_a_payee_and_no_amount(chat):
    chat.says("send 20 to +1 555 010 0123", "transfer_money", amount="20")

    assert ("+1 555 010 0123", "20") == (
        drafts(chat)[-1].payee,
        drafts(chat)[-1].amount,
    )


def test_the_number_of_an_unknown_payee_keeps_the_name(chat):
    chat.says("send 20 to zoe", "transfer_money", amount="20")
    chat.says("5566778899", "inform", account="5566778899")

    draft = drafts(chat)[-1]
    assert ("zoe", "5566778899", "20") == (
        draft.payee,
        draft.payee_account,
        draft.amount,
    )


def test_nothing_but_text_from_a_payload_reaches_the_teller(chat):
    chat.says("send money", "transfer_money")
    wrong = [
        {"entity": "amount", "value": 50},
        {"entity": "payee", "value": ["ama"]},
        {"entity": "own", "value": True},
    ]
    answer = chat._turn("/inform{}", "inform", wrong)

    assert "To whom" in answer
    assert [SendMoneyDraft(), SendMoneyDraft()] == drafts(chat)


def test_a_failure_says_so_and_leaves_no_draft(chat):
    chat.says("send money to ama", "transfer_money", person="ama")
    chat.teller.breaks = True
    answer = chat.says("50", "inform", amount="50")

    assert "isn't working on our side" in answer
    assert chat.form is None
    assert not any(chat.slots.values())


def test_a_balance_is_asked_for_by_the_balance_only(chat):
    chat.says("my balance", "check_balance")

    assert [Balance()] == chat.teller.asked
