"""What stands behind the trainers' desk: from real messages to better examples."""

from __future__ import annotations

from dataclasses import dataclass

from banking.services.teaching_files import Writing
from banking.services.teaching_inbox import Reading
from banking.services.teaching_lessons import Lessons
from banking.services.teaching_made import Made
from banking.services.teaching_stories import Stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching(Reading, Lessons, Writing, Stories, Made):
    """Keeps the promise of ``banking.ports.teaching.TeachingDesk``."""
