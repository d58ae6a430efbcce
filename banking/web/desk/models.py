"""The models: which one serves, which one could, and what the gate found."""

from collections.abc import Callable

from starlette.responses import HTMLResponse, JSONResponse, Response

from banking.domain.staff import Role
from banking.ports.inbox import InboxQuery
from banking.ports.models import (
    NothingToDo,
    NotPassed,
    TrainingFailed,
    WrongModel,
)
from banking.web.desk.desk import Desk, back_to
from banking.web.desk.doors import Asked, Door

HOME = "/desk/model"
_CONFLICT, _NOT_FOUND = 409, 404
# A report stands alone, also on disk, so its styles are within. No script runs in it,
# nothing is fetched, and it is cut off from the desk.
_REPORT_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox"
)
_HISTORY_SHOWN = 20


def show_models(desk: Desk, asked: Asked) -> Response:
    """Show the model in service, the candidate, and how a training is going."""
    return _page(desk, asked)


def progress(desk: Desk, _asked: Asked) -> Response:
    """Say how far a training is: asked again and again by the page itself."""
    run = desk.models.run()
    training = run is not None and run.is_running
    # Asks the assistant over HTTP, which nobody waits for during a training.
    taking_over = not training and (
        desk.models.running().is_behind(desk.models.in_service())
    )
    if run is None:
        return JSONResponse({"running": False, "taking_over": taking_over})
    return JSONResponse(
        {
            "taking_over": taking_over,
            "id": run.id,
            "running": run.is_running,
            "stage": run.stage,
            "message": run.message,
            "percent": run.percent,
            "failed": run.failed,
        }
    )


def act(desk: Desk, asked: Asked) -> Response:
    """Train, promote the candidate, or go back to the model before."""
    form, models = asked.form, desk.models
    # What the page showed: another trainer may have been quicker.
    seen = form.get("seen")
    acts: dict[str, Callable[[], object]] = {
        "train": lambda: models.start(asked.by),
        "promote": lambda: models.promote(
            asked.by, despite_not_run=form.get("despite") == "yes", seen=seen
        ),
        "roll-back": lambda: models.roll_back(asked.by, seen=seen),
    }
    chosen = acts.get(form.get("do"))
    if chosen is None:
        return back_to(HOME)
    try:
        chosen()
    except NotPassed as refusal:
        return _page(desk, asked, "not_passed", list(refusal.reasons))
    except NothingToDo as refusal:
        return _page(desk, asked, "nothing_to_do", [str(refusal)])
    except WrongModel as refusal:
        return _page(desk, asked, "wrong_model", [str(refusal)])
    except TrainingFailed as refusal:
        return _page(desk, asked, "training_failed", [str(refusal)])
    return back_to(HOME, did=form.get("do"))


def show_report(desk: Desk, asked: Asked) -> Response:
    """Show the gate's full report, which is a page of its own."""
    verdict = desk.models.verdict()
    file = desk.models.report_file(verdict) if verdict else None
    if file is None:
        return desk.refused(asked, "no_report", _NOT_FOUND)
    text = file.read_text(encoding="utf-8")
    return HTMLResponse(text, headers={"content-security-policy": _REPORT_CSP})


def _page(
    desk: Desk, asked: Asked, refusal: str = "", reasons: list[str] | None = None
) -> Response:
    models = desk.models
    run = models.run()
    in_service, candidate = shown = (models.in_service(), models.candidate())
    running = models.running()
    did = asked.query.get("did")
    return desk.page(
        "models.html",
        asked,
        status=_CONFLICT if refusal else 200,
        in_service=in_service,
        candidate=candidate,
        scores={card.sha256: models.scores(card) for card in shown if card},
        previous=models.previous(),
        running=running,
        run=run,
        verdict=models.verdict(),
        history=models.history()[:_HISTORY_SHOWN],
        waiting=desk.teaching.inbox(InboxQuery(limit=1)).pending,
        did=did if did in ("train", "promote", "roll-back") else "",
        refusal=refusal,
        reasons=reasons or [],
        refresh=run is not None and run.is_running,
        taking_over=running.is_behind(in_service),
    )


DOORS = (
    Door("GET", "/desk/model", Role.TRAINER, show_models),
    Door("POST", "/desk/model", Role.TRAINER, act),
    # What a page asks for by itself keeps nobody signed in.
    Door("GET", "/desk/model/watch", Role.TRAINER, show_models, quiet=True),
    Door("GET", "/desk/model/progress", Role.TRAINER, progress, quiet=True),
    Door("GET", "/desk/model/report", Role.TRAINER, show_report),
)
