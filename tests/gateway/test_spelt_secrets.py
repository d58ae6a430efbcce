"""Secrets in words, and under names written oddly, are taken out like all others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.domain.redaction import redact
from banking.domain.spelt_digits import read_out
from tests.gateway.test_redaction import benign, card

UNITS = "zero one two three four five six seven eight nine".split()
TEENS = (
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
GAPS = (" ", " ", ", ", "-", ". ", " - ", "\n")


def unit(rng, digit):
    return rng.choice(("zero", "oh", "o")) if digit == "0" else UNITS[int(digit)]


def in_units(rng, digits):
    """One word for each digit, and "double" and "triple" where they fit."""
    words, at = [], 0
    while at < len(digits):
        same = 1
        while digits[at : at + same + 1] == digits[at] * (same + 1) and same < 3:
            same += 1
        same = rng.randint(1, same)
        words.append(("", "double ", "triple ")[same - 1] + unit(rng, digits[at]))
        at += same
    return words


def in_pairs(rng, digits):
    """ "forty one eleven oh five", as years are said."""
    words = []
    for first, second in zip(digits[::2], digits[1::2], strict=False):
        match first:
            case "0":
                words += [unit(rng, first), unit(rng, second)]
            case "1":
                words.append(TEENS[int(second)])
            case _ if second == "0":
                words.append(TENS[int(first)])
            case _:
                words.append(
                    f"{TENS[int(first)]}{rng.choice(' -')}{UNITS[int(second)]}"
                )
    return words + ([unit(rng, digits[-1])] if len(digits) % 2 else [])


def in_part(rng, digits):
    """Words and digits mixed, in groups of four."""
    groups = [digits[at : at + 4] for at in range(0, len(digits), 4)]
    chosen = rng.randrange(len(groups))
    return [
        word
        for at, group in enumerate(groups)
        for word in (in_units(rng, group) if at == chosen else [group])
    ]


def cut(text):
    names = []

    def name(digits):
        names.append(digits)
        return "[card]"

    return redact(text, name), names


LINES = (
    "{}", "my card is {}", "send to {}", "card: {}.", "the number is {} ok?", "({})",
    "pay from {} please", "hi\n{}\nthanks",
)  # fmt: skip


@pytest.mark.parametrize("way", [in_units, in_pairs, in_part])
@given(st.randoms(use_true_random=False))
def test_every_spelt_card_number_is_taken_out(way, rng):
    digits = card(rng)
    if way is in_pairs and len(digits) % 2:
        digits = "4111111111111111"  # an odd one out would join the pair before it
    spelt = rng.choice(GAPS).join(way(rng, digits))
    spelt = rng.choice((str, str.upper, str.title))(spelt)
    text = rng.choice(LINES).format(spelt)
    redacted, names = cut(text)

    assert names == [digits], text
    assert "[card]" in redacted.text
    assert redacted.text.replace("[card]", spelt) == text


@pytest.mark.parametrize(
    "text",
    [
        "4111    1111    1111    1111", "(4111)(1111)(1111)(1111)",
        "4111;1111;1111;1111", "4111'1111'1111'1111", "4111~1111~1111~1111",
        "4111\u00ad1111\u00ad1111\u00ad1111", "4111\ufeff1111\ufeff1111\ufeff1111",
        "4111\u20611111\u20611111\u20611111", "4111\u034f1111\u034f1111\u034f1111",
    ],
)  # fmt: skip
def test_whatever_stands_between_the_digits_of_a_card_it_is_one(text):
    assert cut(text)[1] == ["4111111111111111"]


# A PIN in pairs, as years are said; what keyboards of other scripts write.
SLIPS = (
    ("pin is forty eight twenty nine", "forty eight twenty nine"),
    ("my pin: forty-eight twenty-nine thirteen", "forty-eight twenty-nine thirteen"),
    ("nineteen eighty is my pin", "nineteen eighty"),
    ("\uff30\uff29\uff2e \uff14\uff18\uff12\uff19", "\uff14\uff18\uff12\uff19"),
    ("my \U0001d5fd\U0001d5f6\U0001d5fb is 4829", "4829"),
    ("\u0440in 4829", "4829"),
    ("p\u0456n 4829", "4829"),
    ("mypin is 4829", "4829"),
    ("078 05 1120", "078 05 1120"),
)


@pytest.mark.parametrize(("text", "secret"), SLIPS)
def test_a_slip_in_another_spelling_is_taken_out(text, secret):
    assert cut(text)[0].text == text.replace(secret, "[removed]")


@pytest.mark.parametrize(
    "text",
    [
        "+233 244 12 3456 is mum", "pass the salt", "my password does not work",
        "I forgot my password and pay 20 to mum", "la clave no funciona",
        "\u043f\u0440\u0438\u0432\u0435\u0442, send 4000 to mum",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_slip_stays(text):
    assert cut(text)[0].text == text


ODD = (
    "p1n", "P1N", "p.i.n.", "P.I.N", "P. I. N.", "p-i-n", "p i n", "p_i_n", "mp1n",
    "p!n", "p\u00edn", "pni", "0tp", "o.t.p", "o t p", "O-T-P", "c.v.v", "c v v",
    "C.V.C.", "passw0rd", "p@ssword", "pa$$word", "pass word", "passc0de",
)  # fmt: skip
AROUND = ("{} {}", "my {} is {}", "{}: {}", "{} = {}", "{}-{}", "the {} was {} ok?")


@pytest.mark.parametrize("name", ODD)
@given(
    around=st.sampled_from(AROUND), digits=st.from_regex("[0-9]{4,8}", fullmatch=True)
)
def test_an_oddly_written_name_is_a_name(name, around, digits):
    text = around.format(name, digits)
    redacted, _ = cut(text)

    assert digits not in redacted.text, text
    assert redacted.text == around.format(name, "[removed]")
    assert redacted.removed


SAID = (
    "pin {}", "my pin is {}", "{} is my pin", "my new pin will be {}", "otp: {}",
    "the code is {}", "it's {} (pin)", "p1n {}", "passcode {} thanks", "hi, {}, my pin",
)  # fmt: skip


@pytest.mark.parametrize("line", SAID)
@given(
    rng=st.randoms(use_true_random=False),
    digits=st.from_regex("[0-9]{4,8}", fullmatch=True),
)
def test_spelt_digits_beside_a_name_are_taken_out(line, rng, digits):
    spelt = rng.choice((" ", ", ", "-")).join(in_units(rng, digits))
    text = line.format(spelt)
    redacted, _ = cut(text)

    assert redacted.text == line.format("[removed]"), text


@pytest.mark.parametrize(
    "text",
    [
        "cvv two four one", "cvv is two four one", "two four one is the cvv",
        "cvc: two, four, one", "c.v.v two four one", "security code two four one",
    ],
)  # fmt: skip
def test_a_spelt_verification_number_is_taken_out(text):
    redacted, _ = cut(text)

    assert "four" not in redacted.text
    assert redacted.removed


COUNTS = (
    "send 50 to 4 people one by one", "one or two of them, whichever comes first",
    "two by two and one for the road", "I have one card, two accounts and no pin",
    "my pin does not work, I tried one or two times", "send one fifty to mum",
    "the code did not come, and it is ten past nine", "number one, please",
    "one, two, three, go", "two hundred and fifty to Ama, one hundred to Kofi",
    "I sent twenty five on the third and forty two on the ninth",
    "pay twenty four to mum and one to dad", "what is a pin good for",
    "p.s. I need 5000",
    "c. v. of mine, page 1234", "we paid two thousand twenty four times",
    "change my pin and send five thousand to kofi", "nine to five, seven days a week",
    "my otp expired ten minutes ago", "oh one more thing: send 5000 to Ama",
    "from one account to the other two", "a double room and a triple bed for 3 nights",
    "zip 90210, sort code one two three", "I spin 1234 records", "pinto 4500 beans",
    "0800 one two three", "call zero eight hundred one two three four five six",
    "thirty one eighteen for rent, eleven forty for food, nineteen ten for power",
)  # fmt: skip


@pytest.mark.parametrize("text", COUNTS)
def test_ordinary_sentences_stay(text):
    assert cut(text) == (redact(text, str), [])
    assert cut(text)[0].text == text
    assert not cut(text)[0].removed


IN_WORDS = [line for line in COUNTS if not any(c.isdigit() for c in line)]


@given(st.randoms(use_true_random=False), st.sampled_from(IN_WORDS))
def test_counting_in_words_beside_an_ordinary_line_harms_neither(rng, counts):
    line = benign(rng)
    # Words between them: digits that follow each other may be those of a card.
    both, names = cut(f"{counts}, you see: {line}")

    assert not names
    # Beside such a word, digits may be what it names.
    if not {"pin", "code", "otp", "password"} & {*counts.split(), *line.split()}:
        assert both.removed == cut(line)[0].removed, (counts, line)


WORDS = st.sampled_from(
    [*UNITS, *TEENS, *TENS[2:], "oh", "double", "pin", "hello", "7", "4111", "\u0664"]
)


@given(st.lists(st.tuples(WORDS, st.sampled_from(GAPS)), max_size=30))
def test_what_is_read_out_leads_back_to_what_was_typed(pieces):
    text = "".join(word + gap for word, gap in pieces)
    read = read_out(text)
    if read is None:
        return
    last = 0
    for at, char in enumerate(read.text):
        start, end = read.span(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert start >= last or not char.isalpha()
        if text[start:end] != char:
            assert char.isdigit()
            assert text[start:end].replace("-", " ").split()[0].rstrip(",.").isalnum()
        last = start
    assert read.span(0, len(read.text)) == (0, len(text))


@given(st.text(alphabet="pin one4.12 -dublexf", max_size=80))
def test_whatever_is_typed_what_stays_stays_in_order(text):
    redacted, _ = cut(text)
    kept = redacted.text.replace("[removed]", "\0").replace("[card]", "\0")
    at = 0
    for part in kept.replace("[digits]", "\0").split("\0"):
        at = text.index(part, at) + len(part)


def test_an_amount_before_a_spelt_card_number_stays():
    digits = " ".join(["four", *["one"] * 15])

    assert cut(f"send 50 to {digits}")[0].text == "send 50 to [card]"
    assert (
        cut(f"send fifty to {digits} please")[0].text == "send fifty to [card] please"
    )


def test_more_spelt_digits_than_mean_anything_are_no_text():
    assert cut("one " * 50)[0].text.strip() == "[digits]"
