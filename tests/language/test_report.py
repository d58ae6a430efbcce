"""The report is one page that shows what was measured, and nothing else runs in it."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from banking.adapters.language import report
from banking.domain.nlu_scores import Evaluation
from banking.domain.nlu_scoring import score, score_together
from banking.domain.nlu_sets import Annotated, EvaluationSet, Example, Prediction, Span

HOSTILE = "<script>alert('x')</script> & \"more\" {{7*7}}"
VOID = {"meta", "input", "br"}


def evaluated(right=(), *, remarks=(), validated=False):
    """Two sets in which everything is wrong but what is named."""
    sets = (
        EvaluationSet(
            "held_out",
            (Example(HOSTILE, "check_balance"), Example("block it", "lock_card")),
            ("who won",),
            (Annotated(HOSTILE, (Span("amount", 0, 8),)),),
        ),
        EvaluationSet("other", (Example("are you open", "faq/hours"),)),
    )
    meant = {e.text: e.intent for each in sets for e in each.examples}
    texts = dict.fromkeys(text for each in sets for text in each.texts)
    answers = [
        Prediction(
            text,
            meant.get(text, "out_of_scope") if text in right else "greet",
            *(0.9, "greet", 0.9),
            spans=(Span("amount", 9, 14),),
            ms=12.0,
        )
        for text in texts
    ]
    scores = tuple(score(each, answers, 0.3) for each in sets)
    return Evaluation(
        model="teller-1.tar.gz",
        model_sha256="0" * 64,
        measured_at="2026-01-02T03:04:05+00:00",
        threshold=0.3,
        sets=scores,
        overall=score_together("together", sets, answers, 0.3),
        cross_validation=replace(scores[0], name="cross-validation")
        if validated
        else None,
        remarks=remarks,
    )


class Page(HTMLParser):
    """Reads a page, and insists that what is opened is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.words = [], [], []
        self.ids, self.targets = [], []
        self.feed(html)
        assert [] == self.open

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.tags.append(tag)
        if "id" in known:
            self.ids.append(known["id"])
        self.targets += [v for k, v in attrs if k in ("src", "href", "xlink:href")]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert tag == self.open.pop(), self.getpos()

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def test_what_customers_wrote_stays_text():
    html = report.render(evaluated(remarks=(HOSTILE,)), None)
    page = Page(html)

    assert "script" not in page.tags
    assert HOSTILE in page.text
    assert HOSTILE not in html


def test_the_page_needs_nothing_but_itself():
    html = report.render(evaluated(validated=True), evaluated())
    page = Page(html)

    assert [] == page.targets
    assert not re.search(r"url\(|@import|https?:|<link|<iframe|<img", html)
    assert len(set(page.ids)) == len(page.ids)


def test_every_set_has_a_view_of_its_own():
    page = Page(report.render(evaluated(validated=True), None))

    for title in ("All sets together", "held_out", "other", "cross-validated"):
        assert title in page.text
    assert 4 == page.tags.count("section")
    assert "lock_card → greet" in page.text


def test_one_set_is_not_shown_twice():
    evaluation = evaluated()
    one = replace(evaluation, sets=evaluation.sets[:1], overall=evaluation.sets[0])

    assert 1 == Page(report.render(one, None)).tags.count("section")


def test_the_first_report_has_nothing_to_compare_with():
    text = Page(report.render(evaluated(), None)).text

    assert "The next report will show what has changed." in text
    assert "Since the last report" not in text


def test_the_next_report_shows_what_has_changed(tmp_path):
    report.write(evaluated(right=("block it",)), tmp_path)
    file = report.write(evaluated(right=("are you open",)), tmp_path)
    html = file.read_text()
    page = Page(html)

    assert "right and are wrong: 1; that were wrong and are right: 1." in page.text
    assert "Wrong now block it" in page.text
    assert "−50.0" in page.text  # held_out: one of two no more
    assert "+100.0" in page.text
    kept = json.loads((tmp_path / "evaluation.json").read_text())
    assert evaluated(right=("are you open",)) == Evaluation.from_json(kept)
    assert ["evaluation.json", "report.html"] == sorted(
        each.name for each in tmp_path.iterdir()
    )


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"model": "of another kind"}'])
def test_an_unreadable_last_report_is_no_report(tmp_path, kept):
    (tmp_path / "evaluation.json").write_text(kept)

    assert report.last(tmp_path) is None
    assert report.write(evaluated(), tmp_path).exists()


def test_a_set_of_nothing_but_names_can_be_shown():
    only = EvaluationSet(
        "names", annotated=(Annotated("hi Bob", (Span("person", 3, 6),)),)
    )
    scores = score(only, [Prediction("hi Bob", "greet", 1.0, "greet", 1.0)], 0.3)
    evaluation = replace(evaluated(), sets=(scores,), overall=scores)

    text = Page(report.render(evaluation, None)).text

    assert "person" in text
    assert "Understood" not in text
