"""The inbox: what customers wrote that was not, or not surely, understood."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from banking.domain.inbox import Reason
from banking.domain.staff import Role
from banking.ports.inbox import Order, State
from banking.ports.lessons import Done
from banking.ports.teaching_refusals import NoSuchItem
from banking.web.desk.desk import SEE_OTHER, Desk, back_to
from banking.web.desk.doors import Asked, Door
from banking.web.desk.place import HOME, Place, number
from banking.web.desk.shown import in_order
from banking.web.desk.visits import Form
from banking.web.desk.vocabulary import Vocabulary

_MOST_AT_ONCE = 5_000
_TURNS_AROUND = 5
_LONGEST_NAMES = 200
# What an act is called afterwards; anything else in an address says nothing.
DID = frozenset({"accepted", "corrected", "rejected", "reopened", "taught"})


def home(_desk: Desk, _asked: Asked) -> Response:
    """Go where the work is."""
    return RedirectResponse(HOME, SEE_OTHER)


def show_inbox(desk: Desk, asked: Asked) -> Response:
    """Show a page of groups, and the message that is open beside them."""
    place, words = Place.of(asked.query), Vocabulary.of(desk.teaching)
    facts: dict[str, Any] = {
        "place": place,
        "page": desk.teaching.inbox(place.asked()),
        "intents": words.intents,
        "broken": words.broken,
        "reasons": list(Reason),
        "states": list(State),
        "orders": list(Order),
        "told": told(asked.query),
        "open": None,
    }
    if place.item:
        try:
            facts |= {"open": opened(desk, place.item, words)}
        except NoSuchItem:
            return RedirectResponse(place.to(item=0), SEE_OTHER)
    return desk.page("inbox.html", asked, **facts)


def show_item(desk: Desk, asked: Asked) -> Response:
    """Show one message with its surroundings, as a part of the inbox."""
    place, words = Place.of(asked.query), Vocabulary.of(desk.teaching)
    item = number(asked.at["item"])
    return desk.page(
        "_item_alone.html",
        asked,
        place=place,
        open=opened(desk, item, words),
        intents=words.intents,
    )


def opened(desk: Desk, item_id: int, words: Vocabulary) -> dict[str, Any]:
    """Everything that is shown of one message. Raises NoSuchItem."""
    around = desk.teaching.around(item_id, _TURNS_AROUND, _TURNS_AROUND)
    item = around.item
    return {
        "item": item,
        "around": around,
        "alike": desk.teaching.items(item.group, item.state),
        "spans": item.lesson.spans if item.lesson else item.spans,
        "reading": item.lesson.intent if item.lesson else item.reading,
        "entities": in_order(words.entities),
    }


def act(desk: Desk, asked: Asked) -> Response:
    """Decide about the chosen messages, or take the last decision back."""
    form = asked.form
    # A row's own button names its messages; the toolbar's act on what is ticked.
    what, _, own = form.get("do").partition(":")
    ids = _ids([own] if own else form.all("items"))
    match what:
        case "accept":
            return decided(desk, asked, "accepted", desk.teaching.accept(ids, asked.by))
        case "correct":
            done = desk.teaching.correct(ids, form.get("intent"), asked.by)
            return decided(desk, asked, "corrected", done)
        case "reject":
            return decided(desk, asked, "rejected", desk.teaching.reject(ids, asked.by))
        case "reopen":
            return decided(desk, asked, "reopened", desk.teaching.reopen(ids, asked.by))
        case "undo":
            done = desk.teaching.undo(form.get("act"), asked.by)
            return decided(desk, asked, "reopened", done)
        case _:
            return back_to(form.get("back"))


def decided(desk: Desk, asked: Asked, did: str, done: Done) -> Response:
    """Say what became of an act, to a script or on the page it came from."""
    if asked.by_script:
        return JSONResponse(
            {
                "did": did,
                "act": done.act,
                "changed": list(done.changed),
                "words": desk.part(
                    "_told.html", "words_of", did, len(done.changed), done.overruled
                ),
                "refused": refused_words(desk, done),
            }
        )
    return back_to(
        asked.form.get("back"),
        did=did,
        n=str(len(done.changed)),
        act=done.act if done.changed else "",
        why=next(iter(done.refused.values()), ""),
        **({"over": ", ".join(done.overruled)} if done.overruled else {}),
    )


def refused_words(desk: Desk, done: Done) -> list[str]:
    """Why some could not be changed, each reason once."""
    return [
        desk.part("_refusals.html", "words_of", code, "")
        for code in sorted(set(done.refused.values()))
    ]


def told(query: Form) -> dict[str, Any] | None:
    """What the address says was just done, for the message with its Undo."""
    did = query.get("did")
    if did not in DID:
        return None
    return {
        "did": did,
        "count": number(query.get("n")),
        "act": query.get("act")[:64],
        "why": query.get("why")[:64],
        "over": [query.get("over")[:_LONGEST_NAMES]] if "over" in query else [],
    }


def _ids(given: Sequence[str]) -> list[int]:
    """The messages that are meant, each once; what is no number is nobody's."""
    found = dict.fromkeys(number(one) for some in given for one in some.split(","))
    return [item for item in found if item][:_MOST_AT_ONCE]


DOORS = (
    Door("GET", "/desk", Role.TRAINER, home),
    Door("GET", "/desk/inbox", Role.TRAINER, show_inbox),
    Door("POST", "/desk/inbox", Role.TRAINER, act),
    Door("GET", "/desk/inbox/{item}", Role.TRAINER, show_item),
)
