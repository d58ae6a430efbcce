"""What the pages of the trainers' inbox promise, in memory and in PostgreSQL."""

import pytest

from banking.domain.examples import Lesson
from banking.domain.inbox import Reason
from banking.ports.inbox import InboxQuery, Order, State
from tests.contracts.conftest import NOON
from tests.contracts.said import MINUTE, decide, found, put


def shown(tx, **asked):
    return [group.text for group in tx.inbox.page(InboxQuery(**asked)).groups]


def test_a_group_is_shown_by_what_most_of_it_say(tx):
    sure = found("Lock my card", "lock_card", Reason.UNCERTAIN, confidence=0.5)
    first, *_, last = put(
        tx,
        found("lock my card!", "lock_card"),
        sure,
        found("lock my card", "lock_card", Reason.AGENT, at=NOON + MINUTE),
    )
    (group,) = tx.inbox.page(InboxQuery()).groups

    assert (first.group, "Lock my card", "lock_card", 0.25) == (
        group.id,
        group.text,
        group.reading,
        group.confidence,
    )
    assert (3, NOON + MINUTE) == (group.count, group.latest_at)
    assert (last.id, first.id, 3) == (*group.items[::2], len(group.items))
    by_reason = {Reason.REFUSED: 1, Reason.UNCERTAIN: 1, Reason.AGENT: 1}
    assert by_reason == group.reasons


@pytest.mark.parametrize(
    ("suggested", "sure"), [("", 0.3), ("greet", 0.25), ("faq/hours", 0.0)]
)
def test_a_group_tells_how_sure_its_reading_was(tx, suggested, sure):
    put(tx, found("wat i got", "greet", suggested=suggested, intent="lock_card"))
    (group,) = tx.inbox.page(InboxQuery()).groups

    assert sure == group.confidence


def test_a_group_tells_what_a_trainer_said_it_means(tx):
    one, other = put(tx, found("wat i got", "greet"), found("zorp it", "greet"))
    decide(tx, one, Lesson("lock_card", "wat i got"))
    decide(tx, other)

    assert [["lock_card"], [""]] == [
        [g.meaning for g in tx.inbox.page(InboxQuery(state=state)).groups]
        for state in (State.CORRECTED, State.REJECTED)
    ]


def test_the_inbox_is_narrowed(tx):
    put(
        tx,
        found("wat i got"),
        found("My 100% card_thing", "lock_card", Reason.AGENT, Reason.REFUSED),
    )

    assert ["My 100% card_thing"] == shown(tx, reasons=frozenset({Reason.AGENT}))
    assert ["wat i got"] == shown(tx, reading="check_balance")
    assert ["My 100% card_thing"] == shown(tx, words="THING my")
    assert ["My 100% card_thing"] == shown(tx, words="0% d_t")
    assert [] == shown(tx, words="got thing")
    assert [] == shown(tx, words="w_t")
    assert [] == shown(tx, state=State.ACCEPTED)
    assert [2, 1] == [
        len(shown(tx, reasons=frozenset(reasons)))
        for reasons in (Reason, {Reason.AGENT, Reason.PICKED})
    ]


def test_counts_are_of_the_state_whatever_else_is_asked_for(tx):
    one, two, *_ = put(
        tx,
        found("wat i got"),
        found("my card", "lock_card", Reason.AGENT, Reason.REFUSED),
        found("hello there", "greet", Reason.UNCERTAIN),
    )
    decide(tx, one)
    decide(tx, two, Lesson("lock_card", "my card"))

    page = tx.inbox.page(InboxQuery(words="nothing has this"))
    assert () == page.groups
    assert ({Reason.UNCERTAIN: 1}, {"greet": 1}) == (page.counts, page.readings)
    assert {
        State.OPEN: 1,
        State.ACCEPTED: 0,
        State.CORRECTED: 1,
        State.REJECTED: 1,
    } == page.states
    assert 1 == page.pending
    corrected = tx.inbox.page(InboxQuery(state=State.CORRECTED))
    assert {Reason.AGENT: 1, Reason.REFUSED: 1} == corrected.counts


WORDS = "apple banana cherry damson elder".split()


@pytest.fixture
def filled(tx):
    """Five groups, of one, two, three, one and two; the later ones are older."""
    for place, word in enumerate(WORDS):
        for number in range(1 + place % 3):
            at = NOON + (number - 5 * place) * MINUTE
            tx.inbox.put([found(f"{word * 3} {word}", at=at)])
    return tx


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        (Order.LARGEST, ["cherry", "elder", "banana", "damson", "apple"]),
        (Order.NEWEST, WORDS),
    ],
)
def test_pages_hold_everything_once_in_order(filled, order, wanted):
    seen, after = [], ""
    while True:
        asked = InboxQuery(order=order, after=after, limit=2)
        page = filled.inbox.page(asked)
        seen += [group.text.split()[1] for group in page.groups]
        after = page.next
        if not after:
            break

    assert wanted == seen


def test_a_page_keeps_its_place_when_what_was_before_it_goes(filled):
    first = filled.inbox.page(InboxQuery(limit=2))
    for item in first.groups[0].items:
        decide(filled, filled.inbox.get(item))

    rest = shown(filled, after=first.next)
    assert ["banana", "damson", "apple"] == [text.split()[1] for text in rest]


@pytest.mark.parametrize("order", list(Order))
def test_a_place_that_was_not_ours_is_the_beginning(filled, order):
    for place in ("nonsense", "1~x", "~", "x~1", "1; DROP TABLE", "2026-03-02~"):
        assert 5 == len(shown(filled, order=order, after=place)), place
