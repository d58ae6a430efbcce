"""Meta's limit per recipient: one message in 6 seconds, bursts of 45."""

SECONDS_EACH = 6.0
BURST = 45


class PairRate:
    """A burst borrows from later; times are unix seconds."""

    def __init__(self) -> None:
        self._paid_until: dict[str, float] = {}

    def allows(self, address: str, now: float) -> bool:
        paid_until = max(self._paid_until.get(address, now), now)
        if paid_until - now > (BURST - 1) * SECONDS_EACH:
            return False
        self._paid_until[address] = paid_until + SECONDS_EACH
        return True
