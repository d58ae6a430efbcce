"""A lesson written as a line of YAML means that lesson and nothing else."""

import json
import subprocess

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from banking.domain.examples import (
    Lesson,
    Span,
    markup,
    read_markup,
    reads_back,
    trimmed,
    well_placed,
)
from banking.domain.pseudonyms import one_line
from tests.teaching.conftest import PROJECT

NASTY = [
    "send {amount} and {{7*7}} and ${HOME}",
    "key: value # not a comment",
    "- a dash, * a star, & an anchor, ! a tag, | a pipe, > more, % and @ and `",
    "'single' \"double\" \\n \\u0041 \\uZZZZ C:\\users",
    '[a](amount) [b]{"entity": "x"} [c][d] ](amount)[',
    "two\nlines\r\nand\ttabs\x85and\u2028more\u2029lines\x0b\x0c\x1c",
    "\u202eright to left\u202c \u200bunseen\ufeff \x00\x07 control",
    "👩‍👩‍👧 🇬🇭 émojis – and عربي and 中文",
    "~ null: yes: [1, 2]: {a: b}",
    "---",
    "...",
]


@given(st.text(alphabet=st.characters(codec=None), max_size=120))
def test_any_text_becomes_one_line_that_reads_back(text):
    lesson = one_line(Lesson("greet", text))
    line = f"- {markup(lesson)}\n"

    assert reads_back(lesson)
    assert [line.strip()] == (line.splitlines() if lesson.text else [line.strip()])
    assert lesson.text == lesson.text.strip()
    assert yaml.safe_load(f"x: |\n  {line}")["x"] == line
    lesson.text.encode()


@given(st.text(alphabet="ab []({})\n\\", max_size=40), st.integers(0, 40))
def test_values_stay_where_they_are(text, start):
    spans = trimmed(text, [Span(start, start + 3, "amount")])
    value = "".join(text[s.start : s.end] for s in spans)
    lesson = one_line(Lesson("greet", text, spans))
    signs = str.maketrans("[]\\\n", "()/ ")

    assert well_placed(lesson.text, lesson.spans)
    assert reads_back(lesson)
    for span in lesson.spans:
        kept = lesson.text[span.start : span.end].translate(signs)
        assert " ".join(value.translate(signs).split()) == kept


@pytest.mark.parametrize("text", NASTY)
def test_signs_of_yaml_and_markdown_are_text(text):
    lesson = one_line(Lesson("greet", text))

    assert Lesson("greet", lesson.text) == read_markup("greet", markup(lesson))


def test_values_are_marked_and_read():
    lesson = Lesson(
        "transfer_money",
        "send 50 to mum",
        (Span(5, 7, "amount"), Span(11, 14, "person")),
    )

    assert "send [50](amount) to [mum](person)" == markup(lesson)
    assert lesson == read_markup("transfer_money", markup(lesson))


def test_a_bracket_that_means_nothing_stays():
    lesson = Lesson("greet", "my pin is [removed]")

    assert lesson == one_line(lesson)


@pytest.mark.parametrize(
    "spans",
    [
        [Span(0, 4, "a"), Span(3, 5, "b")],
        [Span(3, 3, "a")],
        [Span(10, 99, "a")],
        [Span(4, 7, "a")],
        [Span(-1, 4, "a")],
    ],
)
def test_spans_that_cannot_be_written_are_known(spans):
    assert not well_placed("send 50 to mum", spans)


READ = """
import json, sys
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
data = RasaYAMLReader().reads(sys.stdin.read())
print(json.dumps([
    [m.get("text"), [[e[n] for n in ("start", "end", "entity")]
                     for e in m.get("entities", [])]]
    for m in data.training_examples
]))
"""


@pytest.mark.parametrize("more", ["", "é"])
def test_rasa_itself_reads_what_was_meant(more):
    """Files of ASCII alone are decoded in another way by Rasa than others."""
    lessons = [
        one_line(Lesson("greet", f"50 {text}{more}", (Span(0, 2, "amount"),)))
        for text in NASTY
        if more or text.isascii()
    ]
    lines = "".join(f"      - {markup(lesson)}\n" for lesson in lessons)
    content = f'version: "3.1"\nnlu:\n  - intent: greet\n    examples: |\n{lines}'
    done = subprocess.run(
        [str(PROJECT / ".venv-rasa/bin/python"), "-W", "ignore", "-c", READ],
        input=content,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        check=True,
    )

    assert [[lesson.text, [[0, 2, "amount"]]] for lesson in lessons] == json.loads(
        done.stdout
    )
