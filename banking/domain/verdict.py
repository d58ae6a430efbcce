"""What is known of one model against another, as it is kept and shown."""

from dataclasses import dataclass

from banking.domain.kept import Kept

PASSED, FAILED, NOT_RUN = "passed", "failed", "not run"


@dataclass(frozen=True, slots=True)
class Trial(Kept):
    """One test story or conversation, and how it went: passed, failed, not run.

    A whole kind that could not be run is one such row whose ``why`` says so.
    """

    kind: str
    name: str
    outcome: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Line(Kept):
    """One figure of both models, as people read it; ``better`` None: about the same."""

    what: str
    before: str
    after: str
    better: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdict(Kept):
    """What the gate found about one model (``sha256``) against another.

    ``reasons`` say why it is refused, ``not_run`` what could not be tried: a model
    with any of those is only promoted by somebody who says that this is known.
    ``at`` is an ISO time in UTC; ``report`` the report's file in the shelf's folder.
    """

    sha256: str
    against: str | None
    by: str
    at: str
    passed: bool
    reasons: tuple[str, ...]
    not_run: tuple[str, ...]
    better: tuple[str, ...]
    worse: tuple[str, ...]
    lines: tuple[Line, ...]
    report: str | None = None

    @property
    def in_short(self) -> str:
        """Two or three words for a history."""
        if not self.passed:
            return "refused"
        return "passed, not everything run" if self.not_run else "passed"
