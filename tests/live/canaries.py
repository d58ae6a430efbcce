"""Finds a secret wherever the bank may have written it, in any usual disguise."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

# The server's own files hold the tables, which are read through SQL; the simulator is
# the customer's phone and the network, not the bank.
OTHERS = ("postgres", "simulator", "run")
# Keys are what keys.json is for; no canary is a key.
KEYS = "keys.json"
# Numbers up to this length turn up by themselves inside longer ones.
SHORT = 8
# Four letters stand for three bytes; a secret may begin at any of them.
BASE64 = {f"base64 at {before}": before for before in range(3)}


@dataclass(frozen=True)
class Found:
    """A secret that is somewhere: which, where, in what disguise."""

    secret: str
    where: str
    how: str


def disguises(secret: str) -> dict[str, bytes]:
    """The ways in which a value is usually written down."""
    plain = secret.encode()
    written = {
        "plain": plain,
        "spaced": " ".join(secret).encode(),
        "dashed": "-".join(secret).encode(),
        "reversed": plain[::-1],
        "hex": plain.hex().encode(),
        "utf-16-le": secret.encode("utf-16-le"),
        "utf-16-be": secret.encode("utf-16-be"),
        "url": quote(secret, safe="").encode(),
        "every byte url": "".join(f"%{byte:02X}" for byte in plain).encode(),
    }
    if len(secret) % 4 == 0:
        fours = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
        written["in fours"] = fours.encode()
    for how, before in BASE64.items():
        written[how] = _inner_base64(plain, before)
    return written


def search(blob: bytes, where: str, secrets: Mapping[str, str]) -> Iterator[Found]:
    """Every secret that is in these bytes."""
    lower = blob.lower()
    for name, secret in secrets.items():
        for how, form in disguises(secret).items():
            in_there = lower if how == "hex" else blob
            if form not in in_there or _by_chance(form, in_there):
                continue
            # Signed envelopes are full of digits, in base64.
            words = list(_decoded(form, in_there, BASE64[how])) if how in BASE64 else []
            if words and all(_by_chance(secret.encode(), word) for word in words):
                continue
            yield Found(name, where, how)


def tables(url: str) -> Iterator[tuple[str, bytes]]:
    """Each table of every schema as bytes: as text, and its bytea columns raw."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in names:
            query = sql.SQL("COPY {}.{} TO STDOUT").format(
                sql.Identifier(schema), sql.Identifier(table)
            )
            with connection.cursor().copy(query) as rows:
                text = b"".join(bytes(part) for part in rows)
            yield f"table {schema}.{table}", text + _raw(text)


def files(home: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that the bank wrote into its folder."""
    for file in sorted(home.rglob("*")):
        part = file.relative_to(home).parts[0]
        if part in OTHERS or file.name == KEYS or not file.is_file():
            continue
        yield f"file {file.relative_to(home)}", file.read_bytes()


def processes(pids: Iterator[int]) -> Iterator[tuple[str, bytes]]:
    """What anybody on the machine can see of the processes."""
    for pid in pids:
        yield f"process {pid}", " ".join(psutil.Process(pid).cmdline()).encode()


def _by_chance(form: bytes, blob: bytes) -> bool:
    """Whether a few digits are only part of a longer number, id or fraction."""
    if len(form) > SHORT or not form.isdigit():
        return False
    alone = rb"(?<![0-9A-Za-z.])" + form + rb"(?![0-9A-Za-z])"
    return re.search(alone, blob) is None


def _inner_base64(plain: bytes, before: int) -> bytes:
    """The middle of the encoding that does not depend on the neighbours."""
    padded = base64.b64encode(b"\0" * before + plain + b"\0" * 3)
    return padded[_lead(before) : (before + len(plain)) * 8 // 6]


def _lead(before: int) -> int:
    """How many letters the bytes before take a part in."""
    return -(-before * 8 // 6)


def _decoded(form: bytes, blob: bytes, before: int) -> Iterator[bytes]:
    """What every word of base64 in which the form stands was made of."""
    for word in re.findall(rb"[\w+/-]+", blob):
        for found in re.finditer(re.escape(form), word):
            letters = word[(found.start() - _lead(before)) % 4 :]
            plain = letters.translate(bytes.maketrans(b"-_", b"+/"))
            # An end without its padding is as good as one with it.
            yield base64.b64decode(plain + b"A" * (-len(plain) % 4))


def _raw(text: bytes) -> bytes:
    """The bytes behind every bytea of a COPY."""
    raw = []
    for cell in text.replace(b"\n", b"\t").split(b"\t"):
        if cell.startswith(b"\\\\x"):
            try:
                raw.append(bytes.fromhex(cell[3:].decode("ascii")))
            except ValueError:
                continue
    return b"\n".join(raw)
