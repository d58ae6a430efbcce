"""Everything that was said: searching it, making tests of it, and the tests made."""

from starlette.responses import Response

from banking.domain.nlu_scores import FALLBACK
from banking.domain.staff import Role
from banking.ports.stories import MadeStories, StoryDraft
from banking.ports.teaching_refusals import (
    DataBroken,
    FilesBusy,
    NotKept,
    StoryEdited,
    StoryExists,
    StoryGone,
    TeachingRefused,
)
from banking.web.desk.desk import Desk, back_to
from banking.web.desk.doors import Asked, Door
from banking.web.desk.place import number
from banking.web.desk.vocabulary import Vocabulary

MADE = "/desk/changes/tests"
_MOST_TURNS = 8
_LONGEST_TITLE = 80
_LONGEST_WORDS = 200
_CONFLICT = 409


def show_search(desk: Desk, asked: Asked) -> Response:
    """Search what customers wrote, understood or not."""
    words = asked.query.get("words").strip()[:_LONGEST_WORDS]
    intent = asked.query.get("intent")
    below = number(asked.query.get("below"))
    vocabulary = Vocabulary.of(desk.teaching)
    return desk.page(
        "search.html",
        asked,
        words=words,
        intent=intent,
        fallback=FALLBACK,
        below=below,
        intents=vocabulary.intents,
        broken=vocabulary.broken,
        found=desk.teaching.search(words, intent, below),
    )


def pick(desk: Desk, asked: Asked) -> Response:
    """Take a message from the search into the inbox, and open it there."""
    item = desk.teaching.pick(number(asked.form.get("turn")), asked.by)
    return back_to(f"/desk/inbox?state={item.state.value}&item={item.id}")


def show_story(desk: Desk, asked: Asked) -> Response:
    """Show a conversation as the test it would become."""
    return _page(desk, asked)


def add_story(desk: Desk, asked: Asked) -> Response:
    """Write that test."""
    item = number(asked.at["item"])
    form = asked.form
    first, last = number(form.get("first")), number(form.get("last"))
    title = form.get("title").strip()[:_LONGEST_TITLE]
    try:
        draft = desk.teaching.add_story(first, last, title, asked.by)
    except (NotKept, StoryExists, FilesBusy, DataBroken) as refusal:
        return _page(desk, asked, refusal)
    return desk.page("story_added.html", asked, draft=draft, item=item)


def _page(desk: Desk, asked: Asked, refusal: TeachingRefused | None = None) -> Response:
    around = desk.teaching.around(number(asked.at["item"]), _MOST_TURNS, _MOST_TURNS)
    given = asked.form if asked.form.fields else asked.query
    turns = [*around.before, *([around.said] if around.said else []), *around.after]
    numbers = [said.turn for said in turns]
    here = around.item.turn
    first = _among(number(given.get("first")), numbers, here)
    last = max(first, _among(number(given.get("last")), numbers, here))
    title = given.get("title").strip()[:_LONGEST_TITLE]
    draft: StoryDraft | None = None
    try:
        draft = desk.teaching.story(first, last, title)
    except NotKept as gone:
        refusal = refusal or gone
    return desk.page(
        "story.html",
        asked,
        status=_CONFLICT if refusal else 200,
        item=around.item,
        turns=turns,
        first=first,
        last=last,
        title=draft.title if draft else title,
        draft=draft,
        refusal=refusal,
    )


def show_made(desk: Desk, asked: Asked) -> Response:
    """Show the tests that were made here and still stand."""
    return _made(desk, asked)


def act_on_made(desk: Desk, asked: Asked) -> Response:
    """Take one of them out, or put the one that was taken out back."""
    form = asked.form
    what, _, rest = form.get("do").partition(":")
    try:
        match what:
            case "remove":
                shown = form.get("fingerprint")
                done = desk.teaching.remove_story(number(rest), shown, asked.by)
                return back_to(MADE, removed=str(done.id))
            case "undo":
                desk.teaching.revert(number(form.get("act")), asked.by)
                return back_to(MADE, restored="1")
            case _:
                return back_to(MADE)
    except (StoryGone, StoryEdited, StoryExists, FilesBusy, DataBroken) as refusal:
        return _made(desk, asked, refusal)


def _made(desk: Desk, asked: Asked, refusal: TeachingRefused | None = None) -> Response:
    stories: MadeStories | None = None
    broken = ""
    try:
        stories = desk.teaching.made_stories()
    except DataBroken as found:
        broken = found.about
    return desk.page(
        "tests.html",
        asked,
        status=_CONFLICT if refusal else 200,
        stories=stories,
        broken=broken,
        # What is said of the file itself is said once.
        refusal=None if broken else refusal,
        removed=number(asked.query.get("removed")),
        restored=asked.query.get("restored") == "1",
    )


def _among(turn: int, turns: list[int], otherwise: int) -> int:
    return turn if turn in turns else otherwise


DOORS = (
    Door("GET", "/desk/search", Role.TRAINER, show_search),
    Door("POST", "/desk/search", Role.TRAINER, pick),
    Door("GET", "/desk/test/{item}", Role.TRAINER, show_story),
    Door("POST", "/desk/test/{item}", Role.TRAINER, add_story),
    Door("GET", MADE, Role.TRAINER, show_made),
    Door("POST", MADE, Role.TRAINER, act_on_made),
)
