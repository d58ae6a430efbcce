"""What the teller believes about a message, and what it does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from banking.domain.envelope import Envelope, ForgedEnvelope, unseal

KEY = b"k" * 32
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOTE = Envelope.for_text("c0ffee", "wamid.1", "send 50 to mum", now=NOW)


def test_a_sealed_note_is_read_back_as_it_was():
    assert NOTE == unseal(NOTE.seal(KEY), KEY, now=NOW + timedelta(seconds=60))


def test_a_command_travels_inside_the_seal():
    tapped = replace(NOTE, command="/check_balance")

    assert tapped == unseal(tapped.seal(KEY), KEY, now=NOW)


@pytest.mark.parametrize("late", [timedelta(seconds=61), timedelta(seconds=-6)])
def test_a_note_too_old_or_from_the_future_is_refused(late):
    with pytest.raises(ForgedEnvelope):
        unseal(NOTE.seal(KEY), KEY, now=NOW + late)


def test_a_note_sealed_with_another_key_is_refused():
    with pytest.raises(ForgedEnvelope):
        unseal(NOTE.seal(b"x" * 32), KEY, now=NOW)


@pytest.mark.parametrize("token", [None, "", ".", "abc", 7, "é.1", "a" * 5000, {}])
def test_what_is_no_note_is_refused(token):
    with pytest.raises(ForgedEnvelope):
        unseal(token, KEY, now=NOW)


def test_no_single_changed_letter_goes_unseen():
    token = NOTE.seal(KEY)
    for at in range(len(token)):
        other = "A" if token[at] != "A" else "B"
        with pytest.raises(ForgedEnvelope):
            unseal(token[:at] + other + token[at + 1 :], KEY, now=NOW)
