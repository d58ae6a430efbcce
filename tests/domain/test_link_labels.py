"""What a link's button says when the whole does not fit."""

import pytest

from banking.domain.bubbles import fit, from_reply


@pytest.mark.parametrize(
    ("amount", "label"),
    [
        ("USD 1,204.50", "Confirm USD 1,204.50"),
        ("USD 10,000.00", "Confirm"),
    ],
)
def test_an_amount_is_shown_whole_or_not_at_all(amount, label):
    custom = {"type": "link", "text": "To Ama", "url": "https://bank.test/s/1"}
    labels = {"label": f"Confirm {amount}", "short_label": "Confirm"}

    (bubble,) = from_reply(None, (), custom | labels)

    assert [label] == [link.label for link in fit(bubble)]
