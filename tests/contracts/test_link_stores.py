"""What the stores of links and challenges promise, in memory and in PostgreSQL."""

from datetime import timedelta

import pytest

from banking.domain.challenge import Challenge, ChallengeState, SmsWords
from banking.domain.link import Link, LinkPurpose
from tests.contracts.conftest import AMA, NOON

MINUTE = timedelta(minutes=1)


def link(key="t1", **values):
    given = {
        "purpose": LinkPurpose.CONFIRM,
        "conversation_id": "c1",
        "issued_at": NOON,
        "expires_at": NOON + 10 * MINUTE,
        "enrolment_id": "e1",
        "subject": "s1",
        "progress": {"step": "code"},
    }
    return Link(key, **given | values)


def challenge(key="x1", **values):
    given = {
        "purpose": "payment",
        "subject": "C100001",
        "phone": AMA.phone,
        "binding": "b",
        "sms": SmsWords.payment(amount="USD 5.00", payee="Kofi B."),
        "created_at": NOON,
        "expires_at": NOON + 10 * MINUTE,
        "enrolment_id": "e1",
    }
    return Challenge(key, **given | values)


def test_a_link_is_kept_as_it_was_issued(ama):
    ama.links.add(link())

    assert link() == ama.links.get("t1") == ama.links.get("t1", lock=True)
    assert ama.links.get("t2") is None


def test_a_link_is_claimed_then_used_once(ama):
    ama.links.add(link())
    ama.links.claim("t1", "visit", NOON + 20 * MINUTE)
    ama.links.keep("t1", {"step": "pin"})
    claimed = ama.links.get("t1")
    assert ("visit", NOON + 20 * MINUTE, {"step": "pin"}) == (
        claimed.claimed_by,
        claimed.expires_at,
        claimed.progress,
    )

    assert [True, False] == [ama.links.use_up("t1", NOON) for _ in range(2)]
    assert (NOON, {}) == (ama.links.get("t1").used_at, ama.links.get("t1").progress)


@pytest.mark.parametrize(
    ("which", "dead"),
    [
        ({"enrolment_id": "e1"}, {"t1", "t2", "t3"}),
        ({"conversation_id": "c2"}, {"t2"}),
        ({"subject": "s2"}, {"t3"}),
        ({"enrolment_id": "e1", "purpose": LinkPurpose.CONFIRM}, {"t1", "t3"}),
        ({"enrolment_id": "e1", "but": "t1"}, {"t2", "t3"}),
    ],
)
def test_links_are_killed_by_all_that_is_given(ama, which, dead):
    ama.links.add(link())
    ama.links.add(link("t2", conversation_id="c2", purpose=LinkPurpose.SIGN_IN))
    ama.links.add(link("t3", subject="s2"))
    ama.links.add(link("t4", conversation_id="c4", enrolment_id=None, subject=None))

    assert len(dead) == ama.links.kill(NOON + MINUTE, **which)
    tokens = ("t1", "t2", "t3", "t4")
    assert dead == {t for t in tokens if ama.links.get(t).killed_at}
    assert 0 == ama.links.kill(NOON + MINUTE, **which)
    assert not any(ama.links.use_up(t, NOON) for t in dead)


def test_killing_needs_to_be_told_which(ama):
    with pytest.raises(ValueError, match="which"):
        ama.links.kill(NOON)


def test_old_links_are_cleared_away(ama):
    ama.links.add(link())
    ama.links.add(link("t2", expires_at=NOON + 20 * MINUTE))

    assert 1 == ama.links.purge(NOON + 15 * MINUTE)
    assert ama.links.get("t1") is None
    assert ama.links.get("t2") is not None


def test_a_challenge_is_replaced_until_it_has_passed(ama):
    ama.challenges.put(challenge())
    ama.challenges.put(challenge(binding="other"))
    assert "other" == ama.challenges.get("x1").binding

    ama.challenges.save(ama.challenges.get("x1", lock=True).passed())
    ama.challenges.put(challenge(binding="third"))
    now = ama.challenges.get("x1")
    assert (ChallengeState.PASSED, "other") == (now.state, now.binding)
    assert ama.challenges.get("x2") is None


def test_burning_ends_what_is_open_and_takes_the_code(ama):
    ama.challenges.put(challenge().with_code("mac", NOON + MINUTE))
    ama.challenges.put(challenge("x2").passed())
    ama.challenges.put(challenge("x3", enrolment_id=None))

    assert 1 == ama.challenges.burn("e1")
    burnt = ama.challenges.get("x1")
    assert (ChallengeState.BURNT, None) == (burnt.state, burnt.code_mac)
    assert ChallengeState.PASSED is ama.challenges.get("x2").state
    assert ChallengeState.OPEN is ama.challenges.get("x3").state


def test_old_challenges_are_cleared_away(ama):
    ama.challenges.put(challenge())
    ama.challenges.put(challenge("x2", expires_at=NOON + 20 * MINUTE))

    assert 1 == ama.challenges.purge(NOON + 15 * MINUTE)
    assert ama.challenges.get("x1") is None
