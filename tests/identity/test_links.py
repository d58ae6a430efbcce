"""Links: one browser, one purpose, once, ten minutes; looking changes nothing."""

from dataclasses import replace

import pytest

from banking.domain.link import LinkPurpose, new_token
from banking.domain.page_refusals import LinkDead
from tests.identity.challenges import at_once
from tests.identity.world import AMA, World

MINE, YOURS = "m" * 43, "y" * 43


def token_of(path: str) -> str:
    return path.removeprefix("/s/")


def claim(world: World, token: str, visit: str = MINE):
    with world.uow() as tx:
        link = world.identity.links.claim(tx, token, visit)
        tx.commit()
    return link


def look(world: World, token: str, visit: str | None = MINE):
    with world.uow() as tx:
        return world.identity.links.look(tx, token, visit)


def test_looking_twenty_times_changes_nothing(world: World):
    token = token_of(world.link(LinkPurpose.REGISTER))
    before = look(world, token, None)
    for _ in range(20):
        assert look(world, token, None) == before

    assert claim(world, token).claimed_by


@pytest.mark.parametrize(("seconds", "alive"), [(599, True), (600, False)])
def test_a_link_opens_for_ten_minutes(world: World, seconds, alive):
    token = token_of(world.link(LinkPurpose.REGISTER))
    world.clock.forward(seconds=seconds)

    if alive:
        assert claim(world, token)
    else:
        with pytest.raises(LinkDead):
            claim(world, token)


def test_what_was_opened_in_time_may_be_finished(world: World):
    token = token_of(world.link(LinkPurpose.REGISTER))
    world.clock.forward(minutes=9)
    claim(world, token)
    world.clock.forward(minutes=14)
    assert claim(world, token)
    world.clock.forward(minutes=1)

    with pytest.raises(LinkDead):
        claim(world, token)


def test_the_first_browser_has_it(world: World):
    token = token_of(world.link(LinkPurpose.REGISTER))
    claim(world, token, MINE)

    with pytest.raises(LinkDead):
        claim(world, token, YOURS)
    with pytest.raises(LinkDead):
        look(world, token, YOURS)
    assert look(world, token, MINE)


def test_of_twenty_browsers_at_once_one_has_it(world: World):
    token = token_of(world.link(LinkPurpose.REGISTER))

    results = at_once(20, lambda index: claim(world, token, f"{index:043d}"))

    assert sum(not isinstance(r, LinkDead) for r in results) == 1


def test_a_used_link_is_dead(world: World):
    token = token_of(world.link(LinkPurpose.REGISTER))
    link = claim(world, token)
    with world.uow() as tx:
        world.identity.links.use_up(tx, link)
        tx.commit()

    with pytest.raises(LinkDead):
        claim(world, token)
    with pytest.raises(LinkDead), world.uow() as tx:
        world.identity.links.use_up(tx, link)


@pytest.mark.parametrize(
    "token",
    [
        *("", "x", "../../etc/passwd", "a" * 42, "a" * 44, "é" * 43),
        pytest.param(new_token(), id="well-formed"),
    ],
)
def test_a_token_that_was_never_issued_is_dead(world: World, token):
    with pytest.raises(LinkDead):
        claim(world, token)


def test_one_changed_character_is_another_link(world: World):
    token = token_of(world.link(LinkPurpose.REGISTER))
    for place in range(43):
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(LinkDead):
            claim(world, token[:place] + other + token[place + 1 :])


def test_a_newer_confirmation_ends_the_older(world: World):
    enrolment = world.enrol()
    older = token_of(
        world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t1")
    )
    newer = token_of(
        world.link(LinkPurpose.CONFIRM, enrolment_id=enrolment.id, subject="t2")
    )

    with pytest.raises(LinkDead):
        claim(world, older)
    assert claim(world, newer).subject == "t2"


def test_killing_needs_to_be_told_what(world: World):
    with pytest.raises(ValueError, match="which"), world.uow() as tx:
        world.identity.links.kill(tx)


def test_a_link_ends_with_its_subject(world: World):
    token = token_of(world.link(LinkPurpose.CONFIRM, AMA, subject="t1"))
    with world.uow() as tx:
        assert world.identity.links.kill(tx, subject="t1") == 1
        tx.commit()

    with pytest.raises(LinkDead):
        claim(world, token)


def test_a_link_that_is_not_yet_issued_by_the_clock_is_dead(world: World):
    token = token_of(world.link(LinkPurpose.REGISTER))
    world.clock.forward(seconds=-1)

    with pytest.raises(LinkDead):
        claim(world, token)


@pytest.mark.parametrize("minutes", [0, 11])
def test_a_rule_beyond_ten_minutes_is_refused(world: World, minutes):
    rule = world.identity.rules.link

    with pytest.raises(ValueError, match="10 minutes"):
        replace(rule, life=rule.life * minutes / 10)
