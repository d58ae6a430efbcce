"""Chores are done each minute, and once after a night asleep."""

import procrastinate
from procrastinate import testing

from banking.worker.run import PunctualDeferrer

MINUTE = 60
NOON = 1_767_268_800


def deferrer() -> PunctualDeferrer:
    app = procrastinate.App(connector=testing.InMemoryConnector())

    @app.periodic(cron="* * * * *", periodic_id="sweep")
    @app.task(name="sweep")
    def sweep(timestamp: int) -> None:
        """Nothing: only its times are asked for."""

    return PunctualDeferrer(registry=app.periodic_registry)


def due(chores: PunctualDeferrer, at: float) -> list[int]:
    return [timestamp for _, timestamp in chores.get_previous_tasks(at)]


def test_each_minute_is_due_once():
    chores = deferrer()

    assert [NOON] == due(chores, NOON + 1)
    assert [] == due(chores, NOON + 59)
    assert [NOON + MINUTE] == due(chores, NOON + MINUTE + 1)
    assert [NOON + 2 * MINUTE, NOON + 3 * MINUTE] == due(chores, NOON + 3 * MINUTE + 1)


def test_after_a_night_asleep_a_chore_is_due_once():
    chores = deferrer()
    due(chores, NOON + 1)
    morning = NOON + 9 * 60 * MINUTE

    assert [morning] == due(chores, morning + 1)
    assert [morning + MINUTE] == due(chores, morning + MINUTE + 1)
