"""PDF files that only open with the customer's document passphrase.

AES-256, revision 6, metadata included. The owner password is random and forgotten, so
that nobody can lift the restrictions without the passphrase either.
"""

from __future__ import annotations

import logging
import secrets
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import AccessPermission, EncryptionMethod, XPos, YPos
from fpdf.fonts import TTFFont

from banking.domain.dates import shown
from banking.domain.money import Money
from banking.ports.core_banking import Movement
from banking.ports.documents import Receipt, Statement

_HERE: Final = Path(__file__).parent
_INK, _QUIET, _LINE, _BRAND = (
    (23, 28, 38),
    (98, 106, 120),
    (222, 226, 232),
    (11, 93, 78),
)
_MARGIN: Final = 18.0
_WIDTH: Final = 210.0 - 2 * _MARGIN
_COLUMNS: Final = (26.0, 78.0, 35.0, 35.0)
_BOTTOM: Final = 24.0
_LONGEST_CELL: Final = 60
_NO_GLYPH: Final = "\N{REPLACEMENT CHARACTER}"

# The embedding of a font is told at length, once for each of its tables.
logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
# It names the characters that have no glyph, and they are parts of names.
logging.getLogger("fpdf").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class PdfPress:
    """Prints with the bank's name on top."""

    bank_name: str

    def receipt(self, receipt: Receipt, passphrase: str) -> bytes:
        words = _labels()["receipt"]
        page = self._begin(words["title"], passphrase)
        page.big(words["sent"], str(receipt.amount))
        page.rows(
            (words["to"], receipt.payee),
            (words["account"], receipt.payee_account),
            (words["from"], _joined(receipt.payer, receipt.source)),
            (words["reference"], receipt.reference or "–"),
        )
        page.rows(
            (words["amount"], str(receipt.amount)),
            (words["fee"], str(receipt.fee)),
            (words["total"], str(receipt.amount + receipt.fee)),
        )
        page.rows(
            (words["date"], f"{shown(receipt.at.date())}, {receipt.at:%H:%M %Z}"),
            (words["number"], receipt.number),
        )
        page.note(words["note"])
        return bytes(page.output())

    def statement(self, statement: Statement, passphrase: str) -> bytes:
        words = _labels()["statement"]
        page = self._begin(words["title"], passphrase)
        currency = statement.opening.currency
        money_in = money_out = Money.zero(currency)
        for line in statement.movements:
            if line.amount.minor > 0:
                money_in = money_in + line.amount
            else:
                money_out = money_out - line.amount
        page.rows(
            (words["holder"], statement.holder),
            (words["account"], statement.account),
            (words["period"], f"{shown(statement.since)} – {shown(statement.until)}"),
            (words["made"], shown(statement.made_at.date())),
        )
        page.rows(
            (words["opening"], str(statement.opening)),
            (words["in"], str(money_in)),
            (words["out"], str(money_out)),
            (words["closing"], str(statement.closing)),
        )
        if statement.movements:
            page.lines(words, statement.movements, statement.made_at.tzinfo)
        else:
            page.note(words["empty"])
        return bytes(page.output())

    def _begin(self, title: str, passphrase: str) -> _Page:
        if not passphrase:
            raise ValueError("a document without a passphrase is open to anybody")
        page = _Page(self.bank_name, title)
        page.set_encryption(
            owner_password=secrets.token_urlsafe(32),
            user_password=passphrase,
            encryption_method=EncryptionMethod.AES_256,
            permissions=AccessPermission.PRINT_LOW_RES
            | AccessPermission.PRINT_HIGH_RES
            | AccessPermission.COPY_FOR_ACCESSIBILITY,
            encrypt_metadata=True,
        )
        page.add_page()
        return page


class _Page(FPDF):
    """The bank's paper: header, footer and the few shapes the documents need."""

    def __init__(self, bank_name: str, title: str) -> None:
        super().__init__(format="A4")
        self._bank_name, self._title = bank_name, title
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=_BOTTOM)
        self.add_font("sans", "", _HERE / "fonts" / "DejaVuSans.ttf")
        self.add_font("sans", "B", _HERE / "fonts" / "DejaVuSans-Bold.ttf")
        self.set_title(title)
        self.set_lang("en")

    def header(self) -> None:
        self.set_fill_color(*_BRAND)
        self.rect(0, 0, 210, 26, style="F")
        self.set_xy(_MARGIN, 9)
        self._ink("B", 15, (255, 255, 255))
        self.cell(_WIDTH / 2, 8, self._drawn(self._bank_name))
        self._ink("", 11, (255, 255, 255))
        self.cell(_WIDTH / 2, 8, self._title, align="R")
        self.set_xy(_MARGIN, 34)

    def footer(self) -> None:
        self.set_y(-18)
        self._ink("", 7.5, _QUIET)
        self.multi_cell(
            _WIDTH, 4, _labels()["footer"]["note"], new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        page = _labels()["statement"]["page"]
        self.cell(_WIDTH, 4, f"{page} {self.page_no()} / {{nb}}")

    def big(self, label: str, value: str) -> None:
        self._ink("", 10, _QUIET)
        self.cell(_WIDTH, 6, label, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._ink("B", 26)
        self.cell(_WIDTH, 14, value, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(4)

    def rows(self, *rows: tuple[str, str]) -> None:
        for label, value in rows:
            self.set_draw_color(*_LINE)
            self.line(_MARGIN, self.get_y(), _MARGIN + _WIDTH, self.get_y())
            self._ink("", 10, _QUIET)
            self.cell(_WIDTH * 0.38, 9, label)
            self._ink("", 10)
            self.cell(
                _WIDTH * 0.62,
                9,
                self._drawn(value),
                align="R",
                new_x=XPos.LMARGIN,
                new_y=YPos.NEXT,
            )
        self.ln(6)

    def note(self, words: str) -> None:
        self._ink("", 9, _QUIET)
        self.multi_cell(_WIDTH, 5, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def lines(
        self,
        words: Mapping[str, str],
        movements: tuple[Movement, ...],
        zone: tzinfo | None,
    ) -> None:
        self._table_head(words)
        for movement in movements:
            if self.get_y() > self.h - _BOTTOM - 8:
                self.add_page()
                self._table_head(words)
            self._line_of(movement, zone)

    def _table_head(self, words: Mapping[str, str]) -> None:
        self._ink("B", 8.5, _QUIET)
        for width, name, align in zip(
            _COLUMNS, ("date", "what", "amount", "balance"), "LLRR", strict=True
        ):
            self.cell(width, 7, words[name], align=align)
        self.ln(7)

    def _line_of(self, movement: Movement, zone: tzinfo | None) -> None:
        self.set_draw_color(*_LINE)
        self.line(_MARGIN, self.get_y(), _MARGIN + _WIDTH, self.get_y())
        self._ink("", 8.5)
        same = movement.counterparty == movement.description
        what = _joined(movement.counterparty, "" if same else movement.description)
        texts = (
            shown(movement.at.astimezone(zone).date()),
            self._drawn(what, 44),
            movement.amount.number,
            movement.balance_after.number,
        )
        for width, text, align in zip(_COLUMNS, texts, "LLRR", strict=True):
            self.cell(width, 7, text, align=align)
        self.ln(7)

    def _drawn(self, text: str, longest: int = _LONGEST_CELL) -> str:
        """One line that fits its cell, in the order in which it is drawn.

        A character that the font does not have shows as a mark, not as nothing.
        """
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        if len(line) > longest:
            line = f"{line[: longest - 1]}…"
        if any(unicodedata.bidirectional(char) in {"R", "AL"} for char in line):
            line = BidiParagraph(text=line).get_reordered_string()
        font = self.fonts["sans"]
        known = font.cmap if isinstance(font, TTFFont) else ()
        return "".join(c if ord(c) in known else _NO_GLYPH for c in line)

    def _ink(
        self, style: str, size: float, colour: tuple[int, int, int] = _INK
    ) -> None:
        self.set_font("sans", style, size)
        self.set_text_color(*colour)


@cache
def _labels() -> Mapping[str, Mapping[str, str]]:
    labels: Mapping[str, Mapping[str, str]] = tomllib.loads(
        (_HERE / "labels.toml").read_text(encoding="utf-8")
    )
    return labels


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
