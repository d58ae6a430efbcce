"""What a customer said in secret is nowhere the bank writes."""

import base64
import json
import random
import re
import secrets
import string
from collections.abc import Iterable, Iterator

import psycopg
import pytest

from tests.live import canaries
from tests.live.inside import Inside, until
from tests.live.stack import Stack

# Where what may be, and why. Everything else is a leak.
ALLOWED = (
    # A code has six digits, and so has many an amount in cents that was made by seed.
    ("code", "table public.core_"),
)


def digits(count: int) -> str:
    """Random digits, all different."""
    return "".join(random.sample(string.digits, count))


def new_pin() -> str:
    """A random PIN that no policy refuses: every month has a 0, a 1 or a 2."""
    return "".join(random.choices("3456789", k=12))


def card() -> str:
    """A random card number with a right check digit."""
    body = [4, *(secrets.randbelow(10) for _ in range(14))]
    doubled = [d * 2 - 9 * (d > 4) if i % 2 == 0 else d for i, d in enumerate(body)]
    return "".join(map(str, body)) + str(-sum(doubled) % 10)


@pytest.fixture(scope="module")
def before(stack: Stack) -> list[tuple[str, bytes]]:
    """All that was written before the visit: seeded amounts have six digits, too."""
    stack.people(1, registered=False)  # makes many
    return list(everywhere(stack))


@pytest.fixture(scope="module")
def walk(stack: Stack, before: list[tuple[str, bytes]]) -> dict[str, str]:
    """A whole visit in which every kind of secret is used or let slip."""
    customer = stack.customer(registered=False)
    planted = {
        "pin": new_pin(),
        "passphrase": secrets.token_urlsafe(18),
        "card": card(),
        "spaced card": card(),
        "split card": card(),
        "cvv with card": digits(3) + "",
        "typed pin": digits(6),
        "typed code": digits(6),
        "typed password": "Zq" + secrets.token_hex(5),
    }
    customer.says("how much do I have")
    customer.person["wanted"] = {
        "pin": planted["pin"],
        "passphrase": planted["passphrase"],
    }
    customer.registers()
    planted["link"] = customer.link.rsplit("/", 1)[-1]
    planted["registration code"] = customer.code
    customer.listen("Current")

    four = re.findall("....", planted["spaced card"])
    split = planted["split card"]
    for text in (
        f"my card is {planted['card']} cvv {planted['cvv with card']}",
        f"send 20 to {' '.join(four)}",
        "cancel",
        f"my pin is {planted['typed pin']}",
        f"the code is {planted['typed code']}",
        f"password: {planted['typed password']}",
        split[:8],
        split[8:],
        "cancel",
        "send 14 to mum",
    ):
        customer.says(text)
    customer.confirms()
    planted["payment link"] = customer.link.rsplit("/", 1)[-1]
    planted["payment code"] = customer.code
    for number, cookie in enumerate(customer.browser.http.cookies):
        planted[f"cookie {cookie.name} {number}"] = str(cookie.value)
    until(
        lambda: any("document" in message for message in customer.chat()), "a receipt"
    )
    # Rasa may repeat the answer of its latest turn, and that alone.
    customer.says("thanks")
    # Three digits are everywhere; the phrase around them is what must be gone.
    planted["cvv with card"] = f"cvv {planted['cvv with card']}"
    planted["_phone"] = customer.phone
    return planted


def is_allowed(leak: canaries.Found) -> bool:
    return any(
        leak.secret.endswith(secret) and leak.where.startswith(where)
        for secret, where in ALLOWED
    )


def everywhere(stack: Stack) -> Iterator[tuple[str, bytes]]:
    inside = Inside(stack.home)
    yield from canaries.tables(inside.url)
    yield from canaries.files(stack.home)
    names = ("web", "worker", "actions", "rasa")
    yield from canaries.processes(iter([stack.pid(name) for name in names]))


def test_no_secret_of_a_visit_is_written_anywhere(
    stack: Stack, before: list[tuple[str, bytes]], walk: dict[str, str]
) -> None:
    planted = {name: text for name, text in walk.items() if not name.startswith("_")}

    def found(written: Iterable[tuple[str, bytes]]) -> set[canaries.Found]:
        return {
            leak
            for where, blob in written
            for leak in canaries.search(blob, where, planted)
            if not is_allowed(leak)
        }

    # What stood there before it was said has not leaked.
    leaks = found(everywhere(stack)) - found(before)
    assert not leaks, "\n".join(map(str, leaks))


def test_rasa_knows_no_phone_number(stack: Stack, walk: dict[str, str]) -> None:
    number = {"phone": walk["_phone"].removeprefix("+")}
    packed = dict(canaries.tables(Inside(stack.home).url))
    log = (stack.home / "logs" / "rasa.log").read_bytes()

    assert not list(
        canaries.search(packed["table public.rasa_conversations"], "", number)
    )
    assert not list(canaries.search(log, "rasa.log", number))


@pytest.mark.parametrize("how", sorted(canaries.disguises("Kx7-mango-4411")))
def test_the_search_finds_what_is_there(stack: Stack, how: str) -> None:
    secret = "Kx7-" + secrets.token_hex(6)
    written = canaries.disguises(secret)[how]
    note = stack.home / "logs" / "planted.log"
    note.write_bytes(b"before " + written + b" after")
    inside = Inside(stack.home)
    with psycopg.connect(inside.url) as connection:
        connection.execute("CREATE TABLE planted (raw bytea, told jsonb)")
        told = json.dumps({"a": written.decode("latin-1").replace("\0", " ")})
        connection.execute("INSERT INTO planted VALUES (%s, %s)", [written, told])
        connection.commit()
        try:
            found = {
                leak.where
                for where, blob in everywhere(stack)
                for leak in canaries.search(blob, where, {"planted": secret})
            }
        finally:
            note.unlink()
            connection.execute("DROP TABLE planted")
            connection.commit()

    assert {"table public.planted", "file logs/planted.log"} <= found


def test_base64_is_found_at_every_alignment() -> None:
    for before in range(6):
        blob = base64.b64encode(b"x" * before + b"secret-value" + b"tail")
        assert list(canaries.search(blob, "here", {"planted": "secret-value"}))


@pytest.mark.parametrize("before", range(3))
def test_digits_of_an_encoded_id_are_no_code(before: int) -> None:
    def finds(text: str) -> bool:
        blob = base64.urlsafe_b64encode(b"?" * before + text.encode())
        return any(canaries.search(b'"' + blob + b'"', "here", {"code": "384719"}))

    assert not finds("bank:5e384719c0ffee:1796000000")
    assert finds("bank 384719 1796000000")
    assert finds("384719")
