"""Logs as JSON lines on stderr, in which nothing private can be read."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from banking.domain.redaction import redact

# In order: what a later pattern would cut in half comes first.
_PRIVATE = (
    (re.compile(r"(?i)(bearer\s+)[A-Za-z0-9._~+/=\-]+"), r"\1…"),
    (re.compile(r"(/s/)[A-Za-z0-9_\-]{8,}"), r"\1…"),
    # A WhatsApp message id holds the phone number in base64.
    (re.compile(r"wamid\.[A-Za-z0-9+/=_\-]+"), "wamid.…"),
    (re.compile(r"(?i)(secret|token|password|pin|otp|code)=([^\s&,;)]+)"), r"\1=…"),
    # Not inside a longer word: ids in hexadecimal stay whole.
    (re.compile(r"(?<![0-9A-Za-z])\+?[0-9]{7,12}([0-9]{3})(?![0-9A-Za-z])"), r"…\1"),
    # Databases and drivers quote the row that was refused.
    (re.compile(r"(?s)\[parameters: .*?\](?=\n|$)"), "[parameters: …]"),
    (re.compile(r"(?m)\b(DETAIL|CONTEXT):.*$"), r"\1: …"),
)
_PRIVATE_KEYS = frozenset(
    ("body", "code", "otp", "password", "phone", "pin", "secret", "text", "token")
)
_NOISY = ("procrastinate", "urllib3", "httpx", "uvicorn.access", "psycopg")
LONGEST_VALUE = 8_000


def private_removed(text: str) -> str:
    """Take phone numbers, cards, tokens, links and quoted rows out of a log text."""
    text = text[:LONGEST_VALUE]
    for pattern, instead in _PRIVATE:
        text = pattern.sub(instead, text)
    return redact(text, lambda digits: f"[card {digits[-4:]}]").text


def _scrub(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {
        key: "…" if key in _PRIVATE_KEYS else _kept(key, value)
        for key, value in event.items()
        if not key.startswith("_") or key in ("_record", "_from_structlog")
    }


def _kept(key: str, value: Any) -> Any:
    if value is None or isinstance(value, int | float) or key.startswith("_"):
        return value
    return private_removed(value if isinstance(value, str) else repr(value))


def configure(process: str, *, level: int = logging.INFO) -> None:
    """Send every log of this process to stderr, one JSON object a line."""
    named = structlog.processors.CallsiteParameterAdder(
        {structlog.processors.CallsiteParameter.MODULE}
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        named,
        lambda _logger, _method, event: {**event, "process": process},
    ]
    last: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        _scrub,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last)
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
