"""What the store of the bank's own people promises, in memory and in PostgreSQL."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from banking.domain.staff import Invitation, Role, StaffMember, StaffSession
from banking.ports.staff import StaffSecrets
from tests.contracts.conftest import NOON

MINUTE = timedelta(minutes=1)
TESS = StaffMember(
    "s1",
    "Tess Adeyemi",
    frozenset({Role.TRAINER, Role.ADMIN}),
    enabled=True,
    enrolled=False,
    created_at=NOON,
)
OTTO = StaffMember("s2", "otto", frozenset(), True, False, NOON)
SECRETS = StaffSecrets("hash", "JBSWY3DPEHPK3PXP")
OTHERS = StaffSecrets("other hash", "KRSXG5CTMVRXEZLU")
INVITED = Invitation("i1", "s1", NOON, NOON + 60 * MINUTE)


@pytest.fixture
def staff(tx):
    tx.staff.add(TESS)
    tx.staff.add(OTTO)
    return tx.staff


def session(key="x1", staff_id="s1"):
    return StaffSession(key, staff_id, NOON, NOON + 15 * MINUTE)


# --- people -----------------------------------------------------------------------


def test_somebody_is_found_by_id_and_by_any_spelling_of_the_name(staff):
    assert TESS == staff.get("s1") == staff.get("s1", lock=True)
    assert TESS == staff.by_name("Tess Adeyemi") == staff.by_name(" TESS  adeyemi")
    assert OTTO == staff.by_name("Otto", lock=True)
    assert [None, None] == [staff.get("s3"), staff.by_name("tess")]
    assert [OTTO, TESS] == list(staff.all())


@pytest.mark.parametrize("double", [{"id": "s3"}, {"name": "Another"}])
def test_nobody_is_here_twice(staff, double):
    again = replace(TESS, **{"name": "TESS ADEYEMI"} | double)

    with pytest.raises(Exception, match=r"has this name|unique"):
        staff.add(again)


def test_a_new_person_has_proven_nothing_yet(tx):
    boast = replace(TESS, enrolled=True, enabled=False, seen_at=NOON)
    tx.staff.add(boast)

    assert replace(boast, enrolled=False, seen_at=None) == tx.staff.get("s1")
    assert tx.staff.secrets("s1") is None


def test_roles_doors_and_visits_change_for_one_person(staff):
    staff.set_roles("s1", frozenset({Role.AUDITOR}))
    staff.set_enabled("s1", enabled=False)
    staff.seen("s1", NOON + MINUTE)
    staff.set_enabled("s9", enabled=False)

    changed = replace(
        TESS, roles=frozenset({Role.AUDITOR}), enabled=False, seen_at=NOON + MINUTE
    )
    assert changed == staff.get("s1")
    assert OTTO == staff.get("s2")


def test_who_enrols_has_secrets_and_nobody_else(staff):
    staff.enrol("s1", SECRETS, last_step=10)
    assert SECRETS == staff.secrets("s1")
    assert staff.get("s1").enrolled
    assert not staff.get("s2").enrolled
    assert [None, None] == [staff.secrets("s2"), staff.secrets("s9")]

    staff.enrol("s1", OTHERS, last_step=20)
    assert OTHERS == staff.secrets("s1")
    assert not staff.spend_totp_step("s1", 20)


def test_an_authenticator_step_is_spent_once_and_never_an_older_one(staff):
    staff.enrol("s1", SECRETS, last_step=10)

    spent = [staff.spend_totp_step("s1", n) for n in (10, 11, 11, 9, 12)]
    assert [False, True, False, False, True] == spent
    assert not staff.spend_totp_step("s9", 1)


# --- sessions ---------------------------------------------------------------------


def test_a_session_is_found_by_its_token(staff):
    staff.open_session(session(), "t1")

    assert session() == staff.session_of("t1") == staff.session_of("t1", lock=True)
    assert staff.session_of("x1") is None


@pytest.mark.parametrize(("again", "token"), [(session("x2"), "t1"), (session(), "t2")])
def test_no_two_sessions_share_a_token_or_an_id(staff, again, token):
    staff.open_session(session(), "t1")

    with pytest.raises(Exception, match=r"open already|unique"):
        staff.open_session(again, token)


def test_a_session_is_somebodys(staff):
    with pytest.raises(Exception, match=r"nobody here|foreign key"):
        staff.open_session(session(staff_id="s9"), "t1")


def test_a_session_goes_on_and_ends_once(staff):
    staff.open_session(session(), "t1")
    staff.extend_session("x1", NOON + 20 * MINUTE)
    staff.end_session("x1", NOON + MINUTE)
    staff.end_session("x1", NOON + 2 * MINUTE)
    staff.end_session("x9", NOON)

    over = staff.session_of("t1")
    assert (NOON + 20 * MINUTE, NOON + MINUTE) == (over.expires_at, over.ended_at)


def test_ending_ends_all_of_one_person(staff):
    staff.open_session(session("x1"), "t1")
    staff.open_session(session("x2"), "t2")
    staff.open_session(session("x3"), "t3")
    staff.open_session(session("x4", "s2"), "t4")
    staff.end_session("x1", NOON)

    assert 2 == staff.end_sessions("s1", NOON + MINUTE)
    assert 0 == staff.end_sessions("s1", NOON + MINUTE)
    ended = [staff.session_of(f"t{n}").ended_at for n in (1, 2, 3, 4)]
    assert [NOON, NOON + MINUTE, NOON + MINUTE, None] == ended


# --- invitations ------------------------------------------------------------------


def test_an_invitation_is_new_and_somebodys(staff):
    staff.add_invitation(replace(INVITED, claimed_by="v9", over=True))

    assert INVITED == staff.invitation("i1") == staff.invitation("i1", lock=True)
    assert [None, None] == [staff.invitation("i2"), staff.begun(INVITED)]
    with pytest.raises(Exception, match=r"nobody here|foreign key"):
        staff.add_invitation(replace(INVITED, token_sha256="i2", staff_id="s9"))


def test_an_invitation_is_added_once(staff):
    staff.add_invitation(INVITED)

    with pytest.raises(Exception, match=r"there already|unique"):
        staff.add_invitation(INVITED)


def test_a_claimed_invitation_keeps_what_was_chosen_last(staff):
    staff.add_invitation(INVITED)
    staff.claim_invitation(INVITED, "v1", SECRETS)
    staff.claim_invitation(INVITED, "v1", OTHERS)

    assert replace(INVITED, claimed_by="v1") == staff.invitation("i1")
    assert OTHERS == staff.begun(INVITED)
    assert staff.secrets("s1") is None


def test_an_invitation_is_used_once_and_holds_nothing_then(staff):
    staff.add_invitation(INVITED)
    staff.claim_invitation(INVITED, "v1", SECRETS)

    used = [staff.use_invitation(INVITED, NOON + n * MINUTE) for n in (1, 2)]
    assert [True, False] == used
    assert staff.invitation("i1").over
    assert staff.begun(INVITED) is None
    assert not staff.use_invitation(replace(INVITED, token_sha256="i9"), NOON)


def test_a_new_start_ends_every_open_invitation_of_a_person(staff):
    for token, staff_id in (("i1", "s1"), ("i2", "s1"), ("i3", "s1"), ("i4", "s2")):
        staff.add_invitation(replace(INVITED, token_sha256=token, staff_id=staff_id))
    third = staff.invitation("i3")
    staff.claim_invitation(third, "v1", SECRETS)
    staff.use_invitation(staff.invitation("i1"), NOON)

    assert 2 == staff.end_invitations("s1", NOON + MINUTE)
    assert 0 == staff.end_invitations("s1", NOON + MINUTE)
    assert [True, True, True, False] == [
        staff.invitation(token).over for token in ("i1", "i2", "i3", "i4")
    ]
    assert staff.begun(third) is None


def test_what_ran_out_is_forgotten(staff):
    in_time = NOON + 60 * MINUTE
    for number, (end, owner) in enumerate(
        [(in_time, "s1"), (in_time - MINUTE, "s1"), (in_time - MINUTE, "s2")]
    ):
        opened = replace(session(f"x{number}", owner), expires_at=end)
        staff.open_session(opened, f"t{number}")
        invited = Invitation(f"i{number}", owner, NOON, end)
        staff.add_invitation(invited)
        staff.claim_invitation(invited, "v1", SECRETS)
    staff.end_session("x1", NOON)
    staff.use_invitation(staff.invitation("i1"), NOON)

    assert 4 == staff.purge(in_time)
    assert 0 == staff.purge(in_time)
    assert ["x0", None, None] == [
        found and found.id for found in map(staff.session_of, ("t0", "t1", "t2"))
    ]
    assert ["i0", None, None] == [
        found and found.token_sha256
        for found in map(staff.invitation, ("i0", "i1", "i2"))
    ]
    assert [TESS, OTTO] == [staff.get("s1"), staff.get("s2")]
    # What was forgotten leaves its place to others.
    staff.open_session(session("x1"), "t1")


def test_two_at_once_use_an_invitation_once(uow):
    with uow() as tx:
        tx.staff.add(TESS)
        tx.staff.add_invitation(INVITED)
        tx.commit()
    ready, used = threading.Barrier(2), []

    def use():
        ready.wait()
        with uow() as tx:
            used.append(tx.staff.use_invitation(INVITED, NOON))
            tx.commit()

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [False, True] == sorted(used)
