"""Changes of the training data: what waits to be written, and what was."""

from typing import Any

from starlette.responses import Response

from banking.domain.staff import Role
from banking.ports.lessons import Preview
from banking.ports.teaching_refusals import (
    DataBroken,
    FilesBusy,
    FilesChanged,
    StoryEdited,
    StoryExists,
    TeachingRefused,
)
from banking.web.desk.desk import Desk, back_to
from banking.web.desk.doors import Asked, Door
from banking.web.desk.inbox import told
from banking.web.desk.place import number

HOME = "/desk/changes"
_CHANGES_SHOWN = 20
_CONFLICT = 409


def show_changes(desk: Desk, asked: Asked) -> Response:
    """Show what is decided and not written, and the changes of before."""
    return _page(desk, asked)


def act(desk: Desk, asked: Asked) -> Response:
    """Write what waits, take a lesson back, or take a change out again."""
    form = asked.form
    what, _, rest = form.get("do").partition(":")
    try:
        match what:
            case "write" | "move":
                return _written(desk, asked, _ids(rest))
            case "reopen":
                done = desk.teaching.reopen(_ids(rest), asked.by)
                return back_to(HOME, did="reopened", n=str(len(done.changed)))
            case "undo":
                done = desk.teaching.undo(form.get("act"), asked.by)
                return back_to(HOME, did="reopened", n=str(len(done.changed)))
            case "revert":
                reverted = desk.teaching.revert(number(rest), asked.by)
                return back_to(
                    HOME,
                    reverted=str(reverted.change.id),
                    missing=str(len(reverted.missing)),
                    **({"test": "1"} if reverted.change.story else {}),
                )
            case _:
                return back_to(HOME)
    except (
        FilesChanged,
        FilesBusy,
        DataBroken,
        StoryEdited,
        StoryExists,
    ) as refusal:
        return _page(desk, asked, refusal)


def _written(desk: Desk, asked: Asked, moved: list[int]) -> Response:
    """Write all that may be, or move what is meant alone."""
    form = asked.form
    shown, pseudonyms = form.get("fingerprint"), form.get("names") != "keep"
    if any(moved):
        done = desk.teaching.move(moved, asked.by, shown, pseudonyms=pseudonyms)
    else:
        despite = [item for some in form.all("despite") for item in _ids(some)]
        done = desk.teaching.write(
            asked.by, shown, despite=despite, pseudonyms=pseudonyms
        )
    if done.change is None:
        return back_to(HOME, nothing="1")
    return back_to(
        HOME, written=str(done.change.id), **({"moved": "1"} if any(moved) else {})
    )


def _ids(told: str) -> list[int]:
    return [number(item) for item in told.split(",")]


def _page(desk: Desk, asked: Asked, refusal: TeachingRefused | None = None) -> Response:
    query = asked.query
    broken: DataBroken | None = None
    preview: Preview | None = None
    # A form that was refused comes back as it was sent.
    keep_names = "keep" in (query.get("names"), asked.form.get("names"))
    try:
        preview = desk.teaching.preview(pseudonyms=not keep_names)
    except DataBroken as found:
        broken = found
    before = number(query.get("before"))
    facts: dict[str, Any] = {
        "preview": preview,
        "broken": broken,
        "refusal": refusal,
        "keep_names": keep_names,
        "changes": desk.teaching.changes(before, _CHANGES_SHOWN),
        "before": before,
        "shown_at_once": _CHANGES_SHOWN,
        "told": told(query),
        "moved": query.get("moved") == "1",
        "written": number(query.get("written")),
        "reverted": number(query.get("reverted")),
        "missing": number(query.get("missing")),
        "of_test": query.get("test") == "1",
        "nothing": query.get("nothing") == "1",
    }
    return desk.page(
        "changes.html", asked, status=_CONFLICT if refusal else 200, **facts
    )


DOORS = (
    Door("GET", "/desk/changes", Role.TRAINER, show_changes),
    Door("POST", "/desk/changes", Role.TRAINER, act),
)
