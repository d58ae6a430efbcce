"""What is printed on receipts and statements."""

import io
import re
from datetime import UTC, date, datetime

import pikepdf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banking.adapters.documents.pdf import PdfPress
from banking.domain.money import Money
from banking.ports.core_banking import Movement
from banking.ports.documents import Receipt, Statement

PRESS = PdfPress("Acme Bank")
LOCK = "a passphrase of one's own"
AT = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)


def receipt(**changes):
    values = {
        "number": "261120-ABCDEFGH2345",
        "at": AT,
        "amount": Money(4500, "USD"),
        "fee": Money(25, "USD"),
        "payer": "Ama M.",
        "source": "Current •••• 4321",
        "payee": "Peter O.",
        "payee_account": "•••• 1122",
        "reference": "pizza",
    }
    return Receipt(**{**values, **changes})


def printed(content: bytes) -> str:
    """The text of a document, through its fonts' own tables back to characters."""
    found = []
    with pikepdf.open(io.BytesIO(content), password=LOCK) as pdf:
        for page in pdf.pages:
            fonts = {
                name: _characters(font) for name, font in page.Resources.Font.items()
            }
            chars: dict[int, str] = {}
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    chars = fonts[str(operands[0])]
                elif str(operator) in {"Tj", "TJ"}:
                    pieces = operands[0] if str(operator) == "TJ" else operands
                    for piece in pieces:
                        if isinstance(piece, pikepdf.String):
                            found.append(_decoded(bytes(piece), chars))
                    found.append(" ")
    return "".join(found)


def _characters(font) -> dict[int, str]:
    table = bytes(font.ToUnicode.read_bytes()).decode()
    pairs = re.findall(r"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4,8})>", table)
    found = {}
    for code, text in pairs:
        found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    ranges = re.findall(r"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>", table)
    for first, last, text in ranges:
        for place in range(int(first, 16), int(last, 16) + 1):
            found[place] = chr(int(text, 16) + place - int(first, 16))
    return found


def _decoded(piece: bytes, chars: dict[int, str]) -> str:
    codes = (int.from_bytes(piece[i : i + 2]) for i in range(0, len(piece), 2))
    return "".join(chars.get(code, "�") for code in codes)


def test_a_receipt_says_what_happened():
    text = printed(PRESS.receipt(receipt(), LOCK))

    for words in (
        "Acme Bank",
        "Receipt",
        "USD 45.00",
        "USD 0.25",
        "USD 45.25",
        "Peter O.",
        "•••• 1122",
        "Current •••• 4321",
        "pizza",
        "20 Nov 2026, 10:05 UTC",
        "261120-ABCDEFGH2345",
    ):
        assert words in text


def test_names_of_many_scripts_are_printed():
    text = printed(PRESS.receipt(receipt(payee="Łukasz Ö. Đặng Юлия Σ."), LOCK))

    assert "Łukasz Ö. Đặng Юлия Σ." in text


def test_a_statement_lists_its_lines_and_sums():
    lines = tuple(
        Movement(
            f"r{day}",
            datetime(2026, 10, day, 12, tzinfo=UTC),
            Money(-1549 if day % 2 else 2000, "USD"),
            Money(100_000 + day, "USD"),
            "Monthly plan",
            "Netflix",
            "entertainment",
        )
        for day in range(1, 31)
        for _ in range(3)
    )
    statement = Statement(
        holder="Ama M.",
        account="Current •••• 4321",
        since=date(2026, 10, 1),
        until=date(2026, 10, 31),
        made_at=AT,
        opening=Money(1, "USD"),
        closing=Money(99, "USD"),
        movements=lines,
    )

    content = PRESS.statement(statement, LOCK)
    text = printed(content)

    assert 90 == text.count("Netflix · Monthly plan")
    for words in ("1 Oct 2026 – 31 Oct 2026", "USD 900.00", "USD 697.05", "USD 0.99"):
        assert words in text
    with pikepdf.open(io.BytesIO(content), password=LOCK) as pdf:
        assert 3 <= len(pdf.pages)


def test_an_empty_statement_says_so():
    nothing = Money(0, "USD")
    statement = Statement(
        holder="Ama M.",
        account="Current •••• 4321",
        since=date(2026, 10, 1),
        until=date(2026, 10, 31),
        made_at=AT,
        opening=nothing,
        closing=nothing,
        movements=(),
    )

    assert "No movements in this period." in printed(PRESS.statement(statement, LOCK))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_name_or_reference_keeps_a_receipt_from_being_made(name, reference):
    content = PRESS.receipt(receipt(payee=name, reference=reference), LOCK)

    with pikepdf.open(io.BytesIO(content), password=LOCK) as pdf:
        assert 1 == len(pdf.pages)
