"""What else a message asked for is offered as a button, and never as a command."""

from pathlib import Path

import pytest

from banking.adapters.wording import DomainWords
from banking.domain.bubbles import Choices
from banking.services.second_wish import offer

WORDS = DomainWords.of(Path(__file__).parents[2] / "domain.yml", bank="Acme Bank")


@pytest.mark.parametrize(
    ("asking", "response"),
    [(False, "utter_second_wish"), (True, "utter_second_wish_later")],
)
def test_a_tap_says_the_customers_own_words_again(asking: bool, response: str) -> None:
    (bubble,) = offer(WORDS, "transfer_money", "send 50 to *mum*", asking=asking)

    assert isinstance(bubble, Choices)
    assert response == bubble.response
    assert [("Send money", "send 50 to *mum*")] == [
        (option.title, option.payload) for option in bubble.options
    ]


@pytest.mark.parametrize(
    ("intent", "text"),
    [("transfer_money", '/transfer_money{"amount": "9"}'), ("no_such_wish", "hm")],
)
def test_neither_a_command_nor_what_has_no_name_is_offered(
    intent: str, text: str
) -> None:
    assert [] == offer(WORDS, intent, text, asking=False)
