"""Turns what a step found into a page."""

import base64
import io
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
import qrcode
import qrcode.image.svg
from starlette.responses import HTMLResponse

from banking.domain import masking
from banking.domain.page_refusals import PageRefusal
from banking.ports.identity import Enrolment
from banking.web.front import Front
from banking.web.visits import Visit

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Page:
    """A page to show: which template, what is on it, and what went wrong."""

    template: str
    facts: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    refused: PageRefusal | None = None
    words: str | None = None  # what the teller says, when it was the teller's no
    whose: Enrolment | None = None


@dataclass(frozen=True, slots=True)
class Renderer:
    front: Front
    environment: jinja2.Environment
    timezone: ZoneInfo

    @classmethod
    def of(cls, front: Front, timezone: str) -> "Renderer":
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made = cls(front, environment, ZoneInfo(timezone))
        environment.filters["clock"] = made.clock
        return made

    def html(self, page: Page, visit: Visit | None) -> HTMLResponse:
        """Render it; what a template needs and was not told is an error."""
        template = self.environment.get_template(page.template)
        body = template.render(
            bank=self.front.bank_name,
            theme=self.front.theme,
            back_url=self.front.back_url,
            csrf=visit.csrf if visit else "",
            action=visit.path if visit else "",
            refused=page.refused,
            refused_facts=page.refused.facts() if page.refused else {},
            words=page.words,
            whose=shown(page.whose) if page.whose else None,
            **page.facts,
        )
        return HTMLResponse(body, page.status)

    def clock(self, moment: datetime) -> str:
        """The time of day where the bank is: "14:05"."""
        return moment.astimezone(self.timezone).strftime("%H:%M")


def shown(enrolment: Enrolment) -> dict[str, str | None]:
    """Whom the page is for, as far as it says so."""
    return {
        "name": masking.name(enrolment.name),
        "phone": masking.phone(enrolment.phone),
        "safe_phrase": enrolment.safe_phrase,
    }


def qr_code(text: str) -> str:
    """A QR code as an image address, so that nothing inline is needed."""
    image = qrcode.make(
        text, image_factory=qrcode.image.svg.SvgPathFillImage, border=2, box_size=8
    )
    drawn = io.BytesIO()
    image.save(drawn)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()
