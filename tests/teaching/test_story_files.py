"""Stories come into their file and out of it again; nothing else in it moves."""

import threading

import pytest

from banking.adapters.language.story_files import STORIES, YamlStories
from banking.adapters.language.writing import alone
from banking.domain.examples import Span
from banking.ports.language_files import Taught
from banking.ports.teaching_refusals import (
    DataBroken,
    FilesBusy,
    StoryEdited,
    StoryExists,
)

HEAD = 'version: "3.1"\n\n# What must stay as it is.\n\nstories:\n'
ONE = '- story: "One"\n  steps:\n  - intent: greet\n  - action: utter_greet\n'
TWO = """\
- story: "Two: it's"
  steps:
  - user: |-
      send [50](amount) to [mum](person)
    intent: transfer_money
  - action: transfer_form
"""
THREE = '- story: "Three"\n  steps:\n  - intent: deny\n  - action: utter_ok\n'
BY_HAND = """\
# Nobody may touch this one.
-   story:   Mine    # odd, and kept
    steps:
      - user: "hello # there"
        intent: greet
      - action: utter_greet
      # still mine
"""


def written(home, text):
    (home / STORIES).write_bytes(text.encode())
    return YamlStories(home)


def now(home):
    return (home / STORIES).read_bytes().decode()


def added(text):
    return Taught(STORIES, "", text, title=text.split('"')[1])


def standing(files, title):
    """The story of this title, as it is to be taken out."""
    [story] = [one for one in files.read() if one.title == title]
    return Taught(story.file, "", story.text, story.line, story.title)


FILES = {
    "alone": (HEAD + TWO, HEAD),
    "first": (f"{HEAD}\n{TWO}\n{ONE}", f"{HEAD}\n{ONE}"),
    "between": (f"{HEAD}\n{ONE}\n{TWO}\n{THREE}", f"{HEAD}\n{ONE}\n{THREE}"),
    "last": (f"{HEAD}\n{ONE}\n{TWO}", f"{HEAD}\n{ONE}"),
    "close together": (HEAD + ONE + TWO + THREE, HEAD + ONE + THREE),
    "before a comment": (
        f"{HEAD}\n{ONE}\n{TWO}\n# --- others ---\n\n{BY_HAND}",
        f"{HEAD}\n{ONE}\n# --- others ---\n\n{BY_HAND}",
    ),
    "with a comment of its own": (
        f"{HEAD}\n{ONE}\n{TWO}  # Mine.\n\n{THREE}",
        f"{HEAD}\n{ONE}\n{THREE}",
    ),
    "behind a comment": (
        f"{HEAD}\n{ONE}\n# --- others ---\n\n{TWO}\n{THREE}",
        f"{HEAD}\n{ONE}\n# --- others ---\n\n{THREE}",
    ),
    "last before another key": (
        f"{HEAD}\n{ONE}\n{TWO}\nresponses: {{}}\n",
        f"{HEAD}\n{ONE}\nresponses: {{}}\n",
    ),
    "among odd ones": (
        f"{HEAD}{BY_HAND}\n{TWO}\n{BY_HAND.replace('Mine', 'Mine too')}",
        f"{HEAD}{BY_HAND}\n{BY_HAND.replace('Mine', 'Mine too')}",
    ),
    "before another key": (
        f"{HEAD}\n{ONE}\n{TWO}\n{THREE}\nresponses: {{}}\n",
        f"{HEAD}\n{ONE}\n{THREE}\nresponses: {{}}\n",
    ),
    "lines of Windows": (
        f"{HEAD}\n{ONE}\n{TWO}\n{THREE}".replace("\n", "\r\n"),
        f"{HEAD}\n{ONE}\n{THREE}".replace("\n", "\r\n"),
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_story_is_taken_out_and_put_back_and_nothing_else_moves(home, case):
    before, after = FILES[case]
    files = written(home, before)
    gone = files.add(standing(files, "Two: it's"))
    assert now(home) == after

    files.remove(gone.done)
    assert now(home) == before


def test_a_story_goes_behind_all_others_and_out_again(home):
    files = written(home, f"{HEAD}\n{ONE}")
    made = files.add(added(TWO))

    assert now(home) == f"{HEAD}\n{ONE}\n{TWO}"
    assert [line for line in made.diff.splitlines() if line.startswith("-")] == [
        f"--- a/{STORIES}"
    ]
    assert () == files.remove(made.done).missing
    assert now(home) == f"{HEAD}\n{ONE}"


def test_what_a_story_is_and_how_it_begins(home):
    one, two = written(home, f"{HEAD}\n{ONE}\n{TWO}").read()

    assert ("One", STORIES, 7, ONE) == (one.title, one.file, one.line, one.text)
    assert ("greet", "") == (one.said.intent, one.said.text)
    assert ("Two: it's", 12, TWO) == (two.title, two.line, two.text)
    assert ("transfer_money", "send 50 to mum") == (two.said.intent, two.said.text)
    assert (Span(5, 7, "amount"), Span(11, 14, "person")) == two.said.spans


def test_a_comment_right_above_belongs_to_its_story(home):
    files = written(home, f"{HEAD}\n{ONE}\n# Why it is here.\n{TWO}\n{THREE}")
    two = standing(files, "Two: it's")

    assert two.markup == f"# Why it is here.\n{TWO}"
    files.add(two)
    assert now(home) == f"{HEAD}\n{ONE}\n{THREE}"


def test_a_story_edited_since_is_left_alone(home):
    files = written(home, f"{HEAD}\n{ONE}\n{TWO}")
    seen = standing(files, "Two: it's")
    edited = now(home).replace("send [50]", "send [60]")
    written(home, edited)

    with pytest.raises(StoryEdited, match="Two: it's"):
        files.add(seen)
    with pytest.raises(StoryEdited, match="Two: it's"):
        files.remove([added(TWO)])
    assert now(home) == edited


def test_a_story_that_is_gone_is_missing(home):
    files = written(home, f"{HEAD}\n{ONE}")

    assert (added(TWO),) == files.remove([added(TWO)]).missing
    assert now(home) == f"{HEAD}\n{ONE}"


def test_no_title_stands_twice(home):
    files = written(home, f"{HEAD}\n{ONE}\n{TWO}")
    gone = files.add(standing(files, "Two: it's"))
    again = f"{HEAD}\n{TWO.replace('50', '70')}\n{ONE}"
    written(home, again)

    for trying in (lambda: files.add(added(TWO)), lambda: files.remove(gone.done)):
        with pytest.raises(StoryExists):
            trying()
    assert now(home) == again


BROKEN = {
    "a bracket": (f"{HEAD}\n{ONE}\nx: [", 12, "broken YAML"),
    "no mapping": ("- just\n- a list\n", 1, "is not a mapping"),
    "no list": (f"{HEAD}  one: two\n", 6, "not a list"),
    "in brackets": ('version: "3.1"\nstories: [{story: A}]\n', 2, "not a list"),
    "a word among them": (f"{HEAD}{ONE}- what\n", 10, "not a mapping"),
    "one in another": (f"{HEAD}- &a\n  story: A\n- *a\n", 6, "in another"),
    "a key twice": (f"{HEAD}{ONE}  steps: []\n", 10, "second time"),
    "a break nobody sees": (f"{HEAD}{ONE}# \u2028\n", 10, "cannot be seen"),
    "a control character": (f"{HEAD}{ONE}# \x01\n", 10, "control character"),
    "depths": (f"{HEAD}  {'[' * 3000}\n", 1, "nested"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_read_is_named_with_line_and_reason(home, case):
    text, line, reason = BROKEN[case]
    files = written(home, text)
    gone = Taught(STORIES, "", ONE, 6, "One")

    for trying in (
        files.read,
        lambda: files.add(added(TWO)),
        lambda: files.add(gone),
        lambda: files.remove([gone]),
    ):
        with pytest.raises(DataBroken, match=rf"{STORIES}:{line}: .*{reason}"):
            trying()
    assert now(home) == text


def test_bytes_that_are_no_text_are_named(home):
    (home / STORIES).write_bytes(b"stories:\n# \xff\n")

    with pytest.raises(DataBroken, match=rf"{STORIES}:2: is not UTF-8"):
        YamlStories(home).read()


def test_what_another_story_needs_is_not_taken_out(home):
    leaning = TWO.replace("- intent", "-  intent") + "  - &ok\n    action: x\n"
    text = f"{HEAD}{leaning}\n{THREE}  - *ok\n"
    files = written(home, text)

    with pytest.raises(DataBroken, match=STORIES):
        files.add(standing(files, "Two: it's"))
    assert now(home) == text


def test_a_file_that_ends_with_something_else_takes_no_story(home):
    text = f"{HEAD}\n{ONE}\nrules:\n- rule: x\n  steps: []\n"
    files = written(home, text)

    with pytest.raises(DataBroken, match=rf"{STORIES}:\d+: stories are not what"):
        files.add(added(TWO))
    assert now(home) == text


def test_one_writes_at_a_time(home):
    files = written(home, f"{HEAD}\n{ONE}")
    with alone(home), pytest.raises(FilesBusy):
        files.add(standing(files, "One"))


def test_a_change_that_could_not_be_kept_is_put_back(home):
    before = f"{HEAD}\n{ONE}\n{TWO}"
    files = written(home, before)
    files.put_back(files.add(standing(files, "Two: it's")))
    assert now(home) == before

    gone = files.add(standing(files, "Two: it's"))
    written(home, f"{HEAD}\n{THREE}")
    files.put_back(gone)
    assert now(home) == f"{HEAD}\n{THREE}"


def test_many_who_take_out_the_same_story_take_it_out_once(home):
    files = written(home, f"{HEAD}\n{ONE}\n{TWO}")
    gone, outcomes = standing(files, "Two: it's"), []
    together = threading.Barrier(4)

    def take_out():
        together.wait()
        try:
            outcomes.append(files.add(gone).done)
        except (StoryEdited, FilesBusy):
            outcomes.append(())

    threads = [threading.Thread(target=take_out) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [gone] == [one for done in outcomes for one in done]
    assert now(home) == f"{HEAD}\n{ONE}"
