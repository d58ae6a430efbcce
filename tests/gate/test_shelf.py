"""Each change of the shelf is whole or not at all, whenever its process is killed."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from banking.adapters.language.shelf import Shelf
from banking.ports.models import NothingToDo, WrongModel
from tests.gate.shelves import (
    NOON,
    evaluation,
    serving,
    trained,
    verdict_on,
)


def promoted(shelf, clock, card):
    return shelf.promote(card.sha256, by="bob", at=clock.now(), verdict="passed")


def test_an_empty_shelf_has_nothing(shelf):
    assert shelf.in_service() is shelf.candidate() is shelf.previous() is None
    assert shelf.models() == []
    assert shelf.history() == []
    assert shelf.run() is None
    with pytest.raises(NothingToDo):
        shelf.roll_back("ann", NOON)


def test_into_service_and_back_and_back(shelf, clock):
    one, two, three = serving(shelf, clock, "1", "2", "3")

    assert (shelf.in_service(), shelf.previous()) == (three, two)
    assert shelf.roll_back("bob", clock.now()) == two
    assert (shelf.in_service(), shelf.previous()) == (two, one)
    assert shelf.roll_back("bob", clock.now()) == one
    assert (shelf.in_service(), shelf.previous()) == (one, None)
    with pytest.raises(NothingToDo):
        shelf.roll_back("bob", clock.now())
    told = [(e.act, e.by, e.sha256, e.instead_of) for e in shelf.history()]
    assert told == [
        ("rolled back", "bob", one.sha256, two.sha256),
        ("rolled back", "bob", two.sha256, three.sha256),
        ("promoted", "ann", three.sha256, two.sha256),
        ("promoted", "ann", two.sha256, one.sha256),
        ("first", "ann", one.sha256, None),
    ]


def test_what_was_taken_back_may_be_put_there_again(shelf, clock):
    one, two = serving(shelf, clock, "1", "2")
    shelf.roll_back("bob", clock.now())
    shelf.offer(two)
    promoted(shelf, clock, two)

    assert (shelf.in_service(), shelf.previous()) == (two, one)


def test_a_candidate_waits_until_it_is_promoted(shelf, clock):
    (one,) = serving(shelf, clock, "1")
    two = trained(shelf.folder, "2", clock)
    shelf.offer(two)

    assert (shelf.in_service(), shelf.candidate()) == (one, two)
    promoted(shelf, clock, two)
    assert (shelf.in_service(), shelf.candidate()) == (two, None)


def test_only_the_candidate_that_was_meant_is_promoted(shelf, clock):
    (one,) = serving(shelf, clock, "1")
    two = trained(shelf.folder, "2", clock)
    shelf.offer(two)
    three = trained(shelf.folder, "3", clock)
    shelf.offer(three)

    with pytest.raises(NothingToDo):
        promoted(shelf, clock, two)
    assert shelf.in_service() == one


@pytest.mark.parametrize("act", ["offer", "promote", "roll back"])
def test_a_flipped_byte_is_refused(shelf, clock, act):
    one, two = serving(shelf, clock, "1", "2")
    three = trained(shelf.folder, "3", clock)
    if act == "promote":
        shelf.offer(three)
    broken = one if act == "roll back" else three
    file = shelf.folder / broken.file
    content = bytearray(file.read_bytes())
    content[3] ^= 1
    file.write_bytes(content)

    with pytest.raises(WrongModel, match="changed after the training"):
        {
            "offer": lambda: shelf.offer(three),
            "promote": lambda: promoted(shelf, clock, three),
            "roll back": lambda: shelf.roll_back("bob", clock.now()),
        }[act]()
    assert shelf.in_service() == two


def test_a_model_of_elsewhere_is_refused(shelf, clock):
    one = trained(shelf.folder, "1", clock)
    (shelf.folder / one.file).rename(shelf.folder.parent / "other.tar.gz")

    with pytest.raises(WrongModel):
        shelf.file_of(replace(one, file="../other.tar.gz"))


def test_three_models_before_stay_and_older_ones_go(shelf, clock):
    one, two = serving(shelf, clock, "1", "2")
    shelf.judged(verdict_on(one, None))
    shelf.judged(verdict_on(two, one))
    serving(shelf, clock, "3", "4", "5")
    assert shelf.verdict(one.sha256) is None
    assert shelf.verdict(two.sha256) is not None
    names = sorted(file.name for file in shelf.folder.glob("teller-*"))

    assert names == [f"teller-{n}.{end}" for n in "2345" for end in ("json", "tar.gz")]
    assert [card.file for card in shelf.models()] == [
        f"teller-{n}.tar.gz" for n in "5432"
    ]


def test_a_manifest_of_an_earlier_release_can_be_returned_to(shelf, clock):
    one = trained(shelf.folder, "1", clock)
    (shelf.folder / "teller-1.json").rename(shelf.folder / "manifest.json")
    assert shelf.in_service() == one
    two = trained(shelf.folder, "2", clock)
    shelf.offer(two)
    promoted(shelf, clock, two)

    assert shelf.roll_back("bob", clock.now()) == one


# Does one change, and dies at the given write, rename or removal of a file.
DIES = """
import os, sys
from datetime import datetime
from pathlib import Path
sys.path.insert(0, os.getcwd())
from banking.adapters.language.shelf import Shelf
from tests.gate.shelves import Clock

folder, act, sha256, step = Path(sys.argv[1]), *sys.argv[2:4], int(sys.argv[4])
steps = 0

def dying(event, args):
    global steps
    writes = event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_APPEND)
    if event in ("os.rename", "os.remove") or writes:
        if str(folder) in str(args[0]):
            steps += 1
            if steps == step:
                os._exit(9)

sys.addaudithook(dying)
clock = Clock()
shelf = Shelf(folder, clock)
if act == "promote":
    shelf.promote(sha256, by="bob", at=clock.now(), verdict="passed")
else:
    shelf.roll_back("bob", clock.now())
"""


@pytest.mark.parametrize("act", ["promote", "roll back"])
def test_killed_at_any_step_it_is_as_before_or_done(shelf, clock, act):
    """Step after step, until one is beyond the last."""
    deaths = 0
    for step in range(1, 40):
        folder = shelf.folder.parent / f"{act}-{step}"
        here = Shelf(folder, clock)
        one, two = serving(here, clock, "1", "2")
        three = trained(folder, "3", clock)
        here.offer(three)
        after = {"promote": three, "roll back": one}[act]
        known = len(here.history())

        died = subprocess.run(
            [sys.executable, "-c", DIES, folder, act, three.sha256, str(step)],
            check=False,
            cwd=Path(__file__).parents[2],
        ).returncode
        assert died in (0, 9)
        done = here.in_service() == after
        assert done or (here.in_service(), here.candidate()) == (two, three)
        assert here.file_of(here.in_service())
        # Whoever looks next finds the history as it was, and can go on.
        assert len(here.history()) == known + done
        assert here.history()[0].sha256 == here.in_service().sha256
        if not done and act == "promote":
            promoted(here, clock, three)
            assert here.in_service() == three
        if not died:
            break
        deaths += 1
    assert deaths > 3
    assert not died


def test_a_torn_line_of_the_history_is_left_out(shelf, clock):
    serving(shelf, clock, "1", "2")
    with (shelf.folder / "history.jsonl").open("a") as out:
        out.write('{"act": "promo')
    three = trained(shelf.folder, "3", clock)
    shelf.offer(three)
    promoted(shelf, clock, three)

    assert [entered.file[7] for entered in shelf.history()] == ["3", "2", "1"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"file": 1}', "null"])
def test_a_manifest_that_cannot_be_read_is_no_model(shelf, clock, text):
    serving(shelf, clock, "1")
    (shelf.folder / "manifest.json").write_text(text)

    assert shelf.in_service() is None
    assert shelf.previous() is None


def test_scores_and_verdict_belong_to_one_model(shelf, clock):
    one, two = serving(shelf, clock, "1", "2")
    shelf.scored(two, evaluation(two))
    shelf.judged(verdict_on(two, one))

    assert shelf.scores(shelf.in_service()) == evaluation(two)
    assert shelf.scores(one) is None
    assert shelf.verdict(two.sha256) == verdict_on(two, one)
    assert shelf.verdict(one.sha256) is None
    (shelf.folder / f"verdict-{one.sha256[:16]}.json").write_text(
        json.dumps(verdict_on(two, one).as_json())
    )
    assert shelf.verdict(one.sha256) is None
