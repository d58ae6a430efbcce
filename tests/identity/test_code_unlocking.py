"""Codes closed for good are opened by two people of the bank, and by nobody else."""

from datetime import timedelta

import pytest

from banking.domain.page_refusals import CodeClosed, PageRefusal
from banking.domain.staff import Role, StaffMember, StaffUnknown
from banking.ports.staff import StaffSecrets
from banking.services.code_unlocking import UnlockRefused
from tests.identity.challenges import begin, send, verify, wrong_of
from tests.identity.world import AMA, World

NUMBER = AMA.customer_number


def join(world: World, name: str, *, enabled: bool = True, enrolled: bool = True):
    with world.uow() as tx:
        tx.staff.add(
            StaffMember(
                id=f"staff-{name}",
                name=name,
                roles=frozenset({Role.TRAINER}),
                enabled=enabled,
                enrolled=False,
                created_at=world.clock.now(),
            )
        )
        if enrolled:
            secrets = StaffSecrets("hash", "JBSWY3DPEHPK3PXP")
            tx.staff.enrol(f"staff-{name}", secrets, last_step=0)
            tx.staff.set_enabled(f"staff-{name}", enabled=enabled)
        tx.commit()


@pytest.fixture
def staff(world: World) -> None:
    for name in ("Efua", "Yaw"):
        join(world, name)


@pytest.fixture
def closed(world: World, staff) -> World:
    """Give a bank in which Ama has typed wrong codes until they closed."""
    world.enrol()
    for number in range(4):
        begin(world, f"t{number}")
        wrong = wrong_of(send(world, f"t{number}"))
        for _ in range(5):
            with pytest.raises(PageRefusal):
                verify(world, wrong, f"t{number}")
        world.clock.forward(hours=1)
    return world


def unlock(world: World, number: str = NUMBER, by: str = "Efua", seen_by: str = "Yaw"):
    return world.identity.code_unlocking.unlock(number, by=by, seen_by=seen_by)


def test_two_people_open_what_was_closed(closed: World):
    begin(closed, "t9")
    with pytest.raises(CodeClosed):
        send(closed, "t9")
    assert unlock(closed) == "Ama M."

    assert verify(closed, send(closed, "t9"), "t9") == "done"
    assert closed.said()[-1] == "utter_notice_codes_unlocked"


def test_the_log_keeps_both_and_whom(closed: World):
    unlock(closed)

    with closed.uow() as tx:
        row = next(r for r in tx.audit.rows() if r.event == "codes_unlocked")
    assert row.enrolment_id == closed.enrolment().id
    assert "staff-Efua" in row.body
    assert "staff-Yaw" in row.body


def test_after_opening_it_takes_as_many_wrong_ones_as_before(closed: World):
    unlock(closed)
    begin(closed, "t9")
    wrong = wrong_of(send(closed, "t9"))
    for _ in range(4):
        with pytest.raises(PageRefusal) as refused:
            verify(closed, wrong, "t9")

    assert refused.value.tries_left == 1


@pytest.mark.parametrize(
    ("by", "seen_by", "refusal"),
    [
        ("Efua", "Efua", UnlockRefused),
        ("Efua", "efua", UnlockRefused),
        ("Nobody", "Yaw", StaffUnknown),
        ("Efua", "Nobody", StaffUnknown),
        ("Efua", "Gone", StaffUnknown),
        ("Invited", "Yaw", StaffUnknown),
    ],
)
def test_it_takes_two_who_work_here(closed: World, by, seen_by, refusal):
    join(closed, "Gone", enabled=False)
    join(closed, "Invited", enrolled=False)
    with pytest.raises(refusal):
        unlock(closed, by=by, seen_by=seen_by)

    assert "codes_unlocked" not in closed.events()
    begin(closed, "t9")
    with pytest.raises(CodeClosed):
        send(closed, "t9")


def test_a_pause_is_not_cut_short(world: World, staff):
    world.enrol()
    begin(world)
    wrong = wrong_of(send(world))
    for _ in range(5):
        with pytest.raises(PageRefusal):
            verify(world, wrong)
    with pytest.raises(UnlockRefused, match="not closed"):
        unlock(world)
    world.clock.moment += timedelta(minutes=29)

    begin(world, "t2")
    with pytest.raises(PageRefusal):
        send(world, "t2")


def test_who_does_not_bank_by_chat_is_refused(world: World, staff):
    with pytest.raises(UnlockRefused, match="no customer C999999"):
        unlock(world, "C999999")
