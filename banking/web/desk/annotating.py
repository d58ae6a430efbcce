"""One message taught with care: what it means, and which values stand where."""

from starlette.responses import Response

from banking.domain.examples import Span
from banking.domain.staff import Role
from banking.ports.inbox import InboxItem
from banking.ports.lessons import Done
from banking.ports.teaching_refusals import SpansUnreadable
from banking.web.desk.desk import Desk
from banking.web.desk.doors import Asked, Door
from banking.web.desk.inbox import decided
from banking.web.desk.place import number
from banking.web.desk.visits import Form

_PARTS = 3


def teach(desk: Desk, asked: Asked) -> Response:
    """Decide about one message, with the marks that its form carries."""
    item = desk.teaching.item(number(asked.at["item"]))
    form = asked.form
    what, _, rest = form.get("do").partition(":")
    if what == "reject":
        return decided(
            desk, asked, "rejected", desk.teaching.reject([item.id], asked.by)
        )
    if what == "reopen":
        return decided(
            desk, asked, "reopened", desk.teaching.reopen([item.id], asked.by)
        )
    spans = _spans(form)
    if what == "mark":
        spans.append(_new_mark(form))
    if what == "unmark":
        spans = [span for span in spans if span != _span(rest)]
    return decided(desk, asked, "taught", _taught(desk, asked, item, spans))


def _taught(desk: Desk, asked: Asked, item: InboxItem, spans: list[Span]) -> Done:
    """Take it as it was read where nothing was changed; else as the trainer says."""
    intent = asked.form.get("intent") or item.reading
    if intent == item.reading and sorted(spans) == sorted(item.spans):
        return desk.teaching.accept([item.id], asked.by)
    return desk.teaching.annotate(item.id, sorted(spans), asked.by, intent)


def _spans(form: Form) -> list[Span]:
    return [_span(told) for told in form.all("span")]


def _span(told: str) -> Span:
    """Read "start:end:entity". Raises SpansUnreadable."""
    parts = told.split(":", _PARTS - 1)
    if len(parts) != _PARTS or not (parts[0].isdigit() and parts[1].isdigit()):
        raise SpansUnreadable(told[:40])
    return Span(number(parts[0]), number(parts[1]), parts[2])


def _new_mark(form: Form) -> Span:
    """The mark that was chosen by its first and last word."""
    first, last = form.get("first"), form.get("last")
    start, end = first.partition(":")[0], last.partition(":")[2]
    return _span(f"{start}:{end}:{form.get('entity')}")


DOORS = (Door("POST", "/desk/inbox/{item}", Role.TRAINER, teach),)
