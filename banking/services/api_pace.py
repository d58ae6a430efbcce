"""How often other programs may ask the API: each of them, and about each customer.

Counted in the database, so that any number of web processes keep one count. What was
refused is not counted: after the time that a refusal names there is room again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from banking.policy.rules import ApiRules
from banking.ports.identity import Clock, Hasher
from banking.ports.unit_of_work import Tx, UnitOfWork

_WINDOW = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


class AskedTooOften(Exception):
    """No answer now. ``seconds`` is how long to wait before asking again."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"ask again in {seconds} seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPace:
    uow: UnitOfWork
    clock: Clock
    hasher: Hasher
    rules: ApiRules

    def count(self, client: str, channel: str, user: str) -> None:
        """Count one question of a client's address about a channel's user.

        Committed on its own, so that questions do not wait for each other's answers.
        Raises AskedTooOften.
        """
        places = (
            (f"api:{self.hasher.place(client)}", self.rules.per_minute_per_client),
            (
                # As a name that says nothing: the count must not be a list of numbers.
                f"api:{self.hasher.place(f'{channel} {user}')}",
                self.rules.per_minute_per_customer,
            ),
        )
        now = self.clock.now()
        with self.uow() as tx:
            wait = max(self._waits(tx, places, now))
            if wait > timedelta(0):
                raise AskedTooOften(-(-wait // _SECOND))
            for bucket, _ in places:
                tx.attempts.hit(bucket, now)
            tx.commit()

    @staticmethod
    def _waits(
        tx: Tx, places: Iterable[tuple[str, int]], now: datetime
    ) -> Iterable[timedelta]:
        """How long until each bucket has room; nothing where it has."""
        for bucket, most in places:
            tx.attempts.lock_bucket(bucket)
            oldest = tx.attempts.hit_before(bucket, now - _WINDOW, most)
            yield oldest + _WINDOW - now if oldest else timedelta(0)
