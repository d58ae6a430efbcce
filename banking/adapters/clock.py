"""The time of this machine."""

from datetime import UTC, datetime


class SystemClock:
    """Reads the system's clock, so that a faked one is obeyed."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)
