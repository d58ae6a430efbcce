"""What each button of the desk does, and that what customers write stays text."""

import pytest

from banking.bootstrap import Bank
from banking.domain.examples import Span
from banking.ports.inbox import InboxQuery, State
from tests.desk.chats import Chat, odd_messages
from tests.desk.conftest import Visitor

BALANCE = "wheres my dosh at"


@pytest.fixture
def inbox(trainer: Visitor, bank: Bank) -> Visitor:
    """Give a trainer before an inbox with odd messages."""
    odd_messages(bank)
    return trainer.open("/desk/inbox")


def item_of(bank: Bank, text: str, state: State = State.OPEN):
    page = bank.teaching.inbox(InboxQuery(state=state, limit=200))
    items = [bank.teaching.item(i) for group in page.groups for i in group.items]
    return next(item for item in items if item.text == text)


def states(bank: Bank) -> dict[str, int]:
    page = bank.teaching.inbox(InboxQuery(limit=200))
    return {state.value: count for state, count in page.states.items() if count}


# --- the list -------------------------------------------------------------------------


def test_an_empty_inbox_says_what_will_appear_and_how(trainer: Visitor):
    assert "comes here by itself" in trainer.text("empty")
    assert "Nothing waits" in trainer.open("/desk/changes").text("empty")
    assert "Nobody has written yet" in trainer.open("/desk/search").everything()
    assert "There is no model yet" in trainer.open("/desk/model").everything()


def test_odd_messages_are_there_with_why_and_what_they_may_mean(inbox: Visitor):
    rows = inbox.texts("group")

    assert any("wheres my dosh" in row and "check_balance" in row for row in rows)
    assert any("bung 40 quid" in row and "taken back" in row for row in rows)
    assert not any("balance please" in row for row in rows)
    assert inbox.text("reason-agent") == "asked for a person 1"


def test_it_is_shown_how_sure_the_suggested_reading_was(trainer, bank: Bank):
    Chat(bank, "+15550107777").says(
        "qwop zzz", "out_of_scope", 0.93, then=[("help", 0.04)], does=["utter_scope"]
    )
    [row] = trainer.open("/desk/inbox").texts("group")

    assert "help 4 %" in row
    assert "93 %" not in row


def test_filters_and_search_are_in_the_address(inbox: Visitor):
    inbox.open("/desk/inbox?reason=agent")
    assert len(inbox.find("group")) == 1
    inbox.open("/desk/inbox?words=quid+bung")
    assert len(inbox.find("group")) == 1
    inbox.open("/desk/inbox?words=zebra")
    assert "Nothing fits" in inbox.text("empty")
    for nonsense in ("state=x", "order=x", "item=x", "item=99999999999", "after=x"):
        assert inbox.open(f"/desk/inbox?{nonsense}").status == 200


def test_the_next_page_goes_on_where_this_one_ends(trainer: Visitor, bank: Bank):
    words = "amber birch cedar delta ebony flint grove hazel ivory jade".split()
    for number in range(30):
        said = f"{words[number % 10]} {words[number // 10]} {number} xyzzy"
        Chat(bank, f"+155501{number:05}").says(
            said, "nlu_fallback", 0.2, does=["action_fallback"]
        )
        bank.clock.forward(seconds=20)
    seen = set(trainer.open("/desk/inbox").texts("group-text"))
    while trainer.has("next"):
        trainer.open(trainer.find("next")[0].get("href"))
        more = set(trainer.texts("group-text"))
        assert not seen & more
        seen |= more
    items = bank.teaching.inbox(InboxQuery(limit=200)).groups
    assert seen == {group.text for group in items}
    assert len(seen) > 25


# --- deciding -------------------------------------------------------------------------


def test_a_row_is_accepted_and_taken_back(inbox: Visitor, bank: Bank):
    before = states(bank)
    item = item_of(bank, BALANCE)
    done = {"csrf": inbox.csrf(), "do": f"accept:{item.id}", "back": "/desk/inbox"}
    inbox.send("/desk/inbox", done)

    assert "1 message accepted." in inbox.text("toast")
    accepted = bank.teaching.item(item.id)
    assert accepted.state is State.ACCEPTED
    assert accepted.lesson.intent == "check_balance"
    assert accepted.decided_by == "Efua"
    inbox.press("undo")
    assert states(bank) == before
    assert "back in the inbox" in inbox.text("toast")


def test_many_are_decided_at_once(inbox: Visitor, bank: Bank):
    ids = [str(item_of(bank, text).id) for text in (BALANCE, "wheres my dosh")]
    inbox.press("choose", items=",".join(ids), intent="check_balance")

    assert "2 messages" in inbox.text("toast")
    assert all(bank.teaching.item(int(i)).state is not State.OPEN for i in ids)
    inbox.press("undo")
    assert all(bank.teaching.item(int(i)).state is State.OPEN for i in ids)


def test_another_intent_is_chosen(inbox: Visitor, bank: Bank):
    item = item_of(bank, "can u freeze everythin my bag is gone")
    inbox.press("choose", items=str(item.id), intent="freeze_account")

    assert bank.teaching.item(item.id).lesson.intent == "freeze_account"
    assert bank.teaching.item(item.id).state is State.CORRECTED
    [row] = inbox.open("/desk/inbox?state=corrected").texts("group")
    assert "freeze_account was read as lock_card" in row


def test_what_teaches_nothing_is_set_aside_and_comes_back(inbox: Visitor, bank: Bank):
    item = item_of(bank, "what is the meaning of life")
    inbox.press("reject", items=str(item.id))
    assert bank.teaching.item(item.id).state is State.REJECTED

    inbox.open("/desk/inbox?state=rejected").press("reopen", items=str(item.id))
    assert bank.teaching.item(item.id).state is State.OPEN


def test_an_unknown_intent_is_refused_with_what_to_do(inbox: Visitor, bank: Bank):
    item = item_of(bank, BALANCE)
    inbox.press("choose", items=str(item.id), intent="make_coffee")

    assert inbox.status == 422
    assert "Choose one from the list" in inbox.text("error")
    assert inbox.find("way-back")[0].get("href") == "/desk/inbox"
    assert bank.teaching.item(item.id).state is State.OPEN


def test_a_script_is_answered_in_few_words(inbox: Visitor, bank: Bank):
    item = item_of(bank, BALANCE)
    told = inbox.ask("/desk/inbox", do="accept", items=f"{item.id},999999").json()

    assert told["changed"] == [item.id]
    assert told["words"] == "1 message accepted."
    assert "not in the inbox any more" in told["refused"][0]
    undone = inbox.ask("/desk/inbox", do="undo", act=told["act"]).json()
    assert undone["changed"] == [item.id]
    refused = inbox.ask("/desk/inbox", do="correct", items=str(item.id), intent="x")
    assert refused.status_code == 422
    assert "Choose one" in refused.json()["refused"]


# --- one message ----------------------------------------------------------------------


def test_a_message_shows_what_was_said_around_it(inbox: Visitor, bank: Bank):
    item = item_of(bank, BALANCE)
    inbox.open(f"/desk/inbox?item={item.id}")

    around = inbox.text("around")
    assert around.index("hi") < around.index(BALANCE) < around.index("how much money")
    assert "action_check_balance" in around
    assert inbox.open(f"/desk/inbox/{item.id}").status == 200
    assert inbox.open("/desk/inbox/999999").status == 422


def test_values_are_marked_by_hand_and_taken_away(inbox: Visitor, bank: Bank):
    text = "bung 40 quid to auntie Grace 🙏 pls"
    item = item_of(bank, text)
    inbox.open(f"/desk/inbox?item={item.id}")
    start = text.index("auntie")
    spans = ["5:7:amount", f"{start}:{start + len('auntie Grace')}:person"]
    inbox.press("teach", span=spans, intent="transfer_money")

    lesson = bank.teaching.item(item.id).lesson
    assert lesson.spans == (
        Span(5, 7, "amount"),
        Span(start, start + 12, "person"),
    )
    inbox.open(f"/desk/inbox?state=accepted&item={item.id}")
    bank.teaching.reopen([item.id], "Efua")
    inbox.open(f"/desk/inbox?item={item.id}")
    form = {
        "csrf": inbox.csrf(),
        "span": "5:7:amount",
        "do": "unmark:5:7:amount",
        "intent": "transfer_money",
    }
    inbox.send(f"/desk/inbox/{item.id}", form)
    assert bank.teaching.item(item.id).lesson.spans == ()


def test_words_are_chosen_without_a_script(inbox: Visitor, bank: Bank):
    item = item_of(bank, "bung 40 quid to auntie Grace 🙏 pls")
    inbox.open(f"/desk/inbox?item={item.id}")
    form = {
        "csrf": inbox.csrf(),
        "span": "5:7:amount",
        "first": "16:22",
        "last": "23:28",
        "entity": "person",
        "do": "mark",
        "intent": "transfer_money",
    }
    inbox.send(f"/desk/inbox/{item.id}", form)

    assert bank.teaching.item(item.id).lesson.spans[-1] == Span(16, 28, "person")


@pytest.mark.parametrize(
    "span", ["x", "1:2", "-1:2:amount", "5:5:amount", "0:9999:amount", "0:1:nonsense"]
)
def test_marks_that_make_no_sense_are_refused(inbox: Visitor, bank: Bank, span):
    item = item_of(bank, BALANCE)
    inbox.open(f"/desk/inbox?item={item.id}")
    inbox.press("teach", span=[span])

    assert inbox.status == 422
    assert inbox.has("error")
    assert bank.teaching.item(item.id).state is State.OPEN


def test_a_message_that_was_understood_is_found_and_taken_in(inbox, bank: Bank):
    inbox.open("/desk/search?words=balance+please")
    assert inbox.texts("turn")[0].startswith("balance please")
    inbox.press("pick")

    assert inbox.path == "/desk/inbox"
    assert "balance please" in inbox.text("say")
    assert "picked" in inbox.text("item")


def test_what_was_not_understood_is_called_so_and_can_be_looked_for(inbox: Visitor):
    inbox.open("/desk/search?intent=nlu_fallback")

    assert len(inbox.find("turn")) == 2
    assert all("not understood" in turn for turn in inbox.texts("turn"))
    assert not any("nlu_fallback" in turn for turn in inbox.texts("turn"))
    assert inbox.page.xpath("//option[@selected]/text()") == ["Not understood"]


def test_an_open_message_says_in_words_why_it_is_here(inbox: Visitor):
    inbox.open(next(row for row in rows_of(inbox) if "bung" in row[0])[1])

    assert "It answered and was not sure." in inbox.text("why-here")
    assert "The customer answered no or cancel." in inbox.text("why-here")


def rows_of(inbox: Visitor) -> list[tuple[str, str]]:
    return [(a.text_content(), a.get("href")) for a in inbox.find("group-text")]


def test_who_decides_after_a_colleague_is_told(inbox: Visitor, bank: Bank):
    item = item_of(bank, BALANCE).id
    bank.teaching.correct([item], "find_atm", "Ama")
    told = inbox.ask("/desk/inbox", do="reject", items=str(item)).json()
    assert "Ama had decided before" in told["words"]

    inbox.press("reject", items=str(item))
    assert "had decided before" not in inbox.text("toast")
    bank.teaching.correct([item], "find_atm", "Ama")
    inbox.press("reject", items=str(item))
    assert "Ama had decided before" in inbox.text("toast")
