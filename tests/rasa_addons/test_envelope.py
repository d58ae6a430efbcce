"""What the channel accepts as signed, and that everything else is the same refusal."""

import base64
import time

import pytest
from signing import KEY, encoded_key, seal

from rasa_addons.envelope import ForgedEnvelope, decode_key, unseal

NOW = 1_800_000_000.0


def opened(token, text="hello", now=NOW):
    return unseal(token, text, KEY, now=now)


def sealed(text="hello", **more):
    return seal("c1", "m1", text, **{"at": NOW, **more})


def test_a_signed_text_is_accepted():
    envelope = opened(sealed(command="/resume"))

    assert (envelope.conversation, envelope.message_id) == ("c1", "m1")
    assert envelope.command == "/resume"


@pytest.mark.parametrize("age", [-5, 0, 59.9, 60])
def test_it_is_valid_for_a_minute(age):
    assert opened(sealed(), now=NOW + age).message_id == "m1"


@pytest.mark.parametrize("age", [-5.1, 60.1, 3600, -3600])
def test_it_is_not_valid_before_or_after(age):
    with pytest.raises(ForgedEnvelope):
        opened(sealed(), now=NOW + age)


FORGED = {
    "another key": sealed(key=bytes(32)),
    "no mac": sealed().split(".")[0],
    "empty mac": sealed().split(".")[0] + ".",
    "mac in capitals": sealed()[:-64] + sealed()[-64:].upper(),
    "cut": sealed()[:-1],
    "longer": sealed() + "0",
    "two dots": sealed() + ".00",
    "empty": "",
    "number": 7,
    "list": [sealed()],
    "nothing": None,
    "not ascii": sealed() + "é",
    "surrogate": sealed() + "\ud800",
    "endless": "A" * 5_000 + "." + "0" * 64,
    "time is NaN": sealed(at=float("nan")),
    "time is text": sealed(at="now"),
    "version 2": sealed(v=2),
    "conversation is a number": sealed(conversation=12),
    "conversation is empty": sealed(conversation=""),
    "conversation is endless": sealed(conversation="c" * 256),
    "message id is missing": sealed(message_id=None),
    "command is an object": sealed(command={"a": 1}),
    "digest is not text": sealed(text_sha256=7),
    "digest is not ascii": sealed(text_sha256="é" * 64),
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_anything_else_is_refused(token):
    with pytest.raises(ForgedEnvelope) as refusal:
        opened(token)

    assert str(refusal.value) == ""


@pytest.mark.parametrize("text", ["Hello", "hello ", "", None, 5, "hello\ud800"])
def test_a_signature_is_for_one_text(text):
    with pytest.raises(ForgedEnvelope):
        opened(sealed(), text=text)


def test_every_changed_character_is_found():
    token = sealed()

    for i in range(len(token)):
        changed = token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :]
        with pytest.raises(ForgedEnvelope):
            opened(changed)


def test_a_key_has_32_bytes_in_either_alphabet():
    tricky = bytes([251, 255]) * 16

    assert decode_key(encoded_key(tricky)) == tricky
    assert decode_key(base64.urlsafe_b64encode(tricky).decode()) == tricky
    for bad in ("", "short", base64.b64encode(bytes(31)).decode(), "!" * 44, None):
        with pytest.raises(ValueError, match="key"):
            decode_key(bad)


def test_the_clock_is_the_systems():
    token = seal("c1", "m1", "hello")

    assert unseal(token, "hello", KEY, now=time.time()).conversation == "c1"
