"""Short words are written out where they can hardly mean anything else."""

import pytest

from rasa_addons.shorthand import MEANINGS, written_out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Snd 40 2 bro plz", "send 40 2 bro please"),
        ("hw mch hv i got", "how much have i got"),
        ("a/c no", "account no"),
        ("helloooo!!!!!", "helloo!!"),
        # Emoji by what they show, once however often.
        ("\U0001f44d\U0001f3fd", " thumbs up sign "),
        ("snd 💸💸 2 mum", "send  money with wings  2 mum"),
        ("is this a 🤖", "is this a  robot face "),
        # What tells a mood only is left out beside words, and a flag stays.
        ("🔒my card 😭❤️🇬🇭", " lock my card   🇬🇭"),
        ("how broke am i 💀", "how broke am i  "),
        ("💀", " skull "),
        ("😭", "😭"),
        # Figures are nobody's to change.
        ("send 1000000 and £1,000.50", "send 1000000 and £1,000.50"),
        ("balance", "balance"),
        ("", ""),
    ],
)
def test_what_is_meant(typed, meant):
    assert written_out(typed) == meant


def test_what_is_written_out_stays():
    for full in set(MEANINGS.values()):
        assert written_out(full) == full


def test_a_long_text_takes_no_time():
    long = "u" * 200_000 + " plz" * 50_000

    assert written_out(long).endswith("please")
