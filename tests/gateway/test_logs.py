"""What may be read in a log."""

import io
import json
import logging

import pytest
import structlog

from banking.adapters import logs


@pytest.fixture
def lines(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    before = logging.getLogger().handlers[:]
    logs.configure("test")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("card 4111 1111 1111 1111 refused", "1111 1111"),
        ("card 4111111111111111", "4111111111111111"),
        ("from +233244123456", "244123"),
        ("from 233244123456", "244123"),
        ("my pin is 4821", "4821"),
        ("Authorization: Bearer EAAG.abc-def", "EAAG"),
        ("GET /s/abcDEF123456_-x", "abcDEF"),
        ("sent wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQ=", "HBgL"),
        ("url?token=abc123&x=1", "abc123"),
        ("INSERT INTO x [parameters: {'text': 'hello'}]\n", "hello"),
        ("DETAIL:  Failing row contains (hello).", "hello"),
    ],
)
def test_nothing_private_is_logged(lines, text, secret):
    logging.getLogger("bank").warning("%s", text)
    structlog.get_logger().warning("event", what=text)
    logging.getLogger("bank").error("failed", exc_info=ValueError(text))

    assert 3 == len(lines())
    # The moment of writing may hold any four digits.
    written = [line | {"timestamp": ""} for line in lines()]
    assert secret not in json.dumps(written, ensure_ascii=False)


def test_a_line_says_when_where_and_how_bad(lines):
    logging.getLogger("bank").error("job %s was left behind", 51)

    (line,) = lines()
    assert ("job 51 was left behind", "error", "test") == (
        line["event"],
        line["level"],
        line["process"],
    )
    assert line["timestamp"].endswith("Z")


def test_nobody_writes_a_line_of_their_own(lines):
    logging.getLogger("bank").info('x\r\n{"event": "signed in"}\x1b[2K')

    assert 1 == len(lines())


def test_ids_of_ours_stay_readable(lines):
    known = "5f1d0a3b9c8e4d7f1234567890abcdef"
    logging.getLogger("bank").info("conversation %s", known)

    assert known in lines()[0]["event"]


def test_values_with_private_names_are_left_out(lines):
    structlog.get_logger().info("x", pin="12", text="hello", token="t", count=3)

    (line,) = lines()
    assert ("…", "…", "…", 3) == (
        line["pin"],
        line["text"],
        line["token"],
        line["count"],
    )
