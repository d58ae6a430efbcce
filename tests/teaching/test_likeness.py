"""Which sentences are one and the same to whoever compares examples."""

import pytest

from banking.domain.examples import key


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Lock my card!", "lock  my card", True),
        ("thank you 😘", "thank you", True),
        ("thank you ❤️", "thank you", True),
        ("👍🏾", "👍", True),
        # A thing shown stands for a word.
        ("lost my 📱", "lost my 💳", False),
        ("🔓 my card", "🔒 my card", False),
        ("ok 👍", "ok", False),
        # Where signs are all there is, they are compared.
        ("???", "!!!", False),
        ("😘", "😭", False),
    ],
)
def test_signs_and_moods_make_no_difference_and_things_do(one, other, same):
    assert (key(one) == key(other)) is same
