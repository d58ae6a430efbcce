"""When a person of the bank answers: said as it is at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from banking.domain.opening import Open, OpeningHours, clock_time
from banking.ports.identity import Clock
from banking.services.outcomes import Say


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The people behind the machine; anybody may ask when they are there."""

    hours: OpeningHours
    clock: Clock
    zone: tzinfo

    def asked_for(self) -> Say:
        """Answer who would rather talk to a person."""
        return self._told("utter_human_handoff_now", "utter_human_handoff_later")

    def needed(self) -> Say:
        """Send on whom the machine does not understand."""
        return self._told("utter_fallback_person_now", "utter_fallback_person_later")

    def _told(self, at_once: str, later: str) -> Say:
        now = self.clock.now().astimezone(self.zone)
        state = self.hours.at(now)
        if isinstance(state, Open):
            return Say(at_once, {"until": state.until})
        opens = state.opens
        since = clock_time(opens.hour * 60 + opens.minute)
        return Say(later, {"day": f"{opens:%A}", "since": since})
