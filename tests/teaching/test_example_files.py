"""Lines go into the files of examples and come out again; nothing else moves."""

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from banking.adapters.language.example_files import YamlExamples
from banking.adapters.language.lint import lint
from banking.adapters.language.writing import alone
from banking.ports.language_files import Taught
from banking.ports.teaching_refusals import DataBroken, FilesBusy, FilesChanged
from tests.teaching.small_language import ALL, TALK, bytes_of, texts

NEW = Taught(ALL, "check_balance", "wat i got in [savings](account)")


def add(home: Path, *taught: Taught):
    files = YamlExamples(home)
    return files.add(taught, files.read().fingerprint)


def test_a_line_goes_to_the_end_of_its_intent(home):
    before = (home / ALL).read_text()
    change = add(home, NEW)
    after = (home / ALL).read_text()

    assert before == after.replace("      - wat i got in [savings](account)\n", "")
    assert texts(home, "check_balance")[-1] == NEW.markup
    assert (NEW,) == change.done


def test_every_intent_of_the_project_can_be_taught_and_untaught(whole_home):
    files = YamlExamples(whole_home)
    before, corpus = bytes_of(whole_home), files.read()
    new = [
        Taught(file, intent, f"a sentence of {intent} that nobody says: # [5](amount)")
        for intent, file in corpus.intents.items()
    ]
    change = files.add(new, corpus.fingerprint)
    changes = [line for line in change.diff.splitlines() if line[:1] in "+-"]
    heads = [line for line in changes if line.startswith(("+++", "---"))]

    assert len(new) > 80
    assert len(changes) - len(heads) == len(new)
    assert not [line for line in changes if line[:1] == "-" and line not in heads]
    assert [] == list(files.remove(new).missing)
    assert before == bytes_of(whole_home)


def test_the_diff_is_one_that_git_takes(home):
    shutil.copytree(home, home.with_name("other"))
    change = add(home, NEW, Taught(TALK, "faq/hours", "open on sunday?"))
    other = home.with_name("other")
    subprocess.run(
        ["/usr/bin/env", "git", "apply", "-"],
        cwd=other,
        input=change.diff,
        text=True,
        check=True,
    )

    assert bytes_of(home) == bytes_of(other)


def test_a_file_without_an_end_of_line_keeps_having_none(home):
    add(home, Taught(TALK, "faq/hours", "open on sunday?"))

    assert (
        (home / TALK).read_text().endswith("- when are you open\n    - open on sunday?")
    )


def test_line_ends_of_another_world_stay(home):
    file = home / ALL
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    before = file.read_bytes()
    add(home, NEW)

    assert before == file.read_bytes().replace(
        b"      - wat i got in [savings](account)\r\n", b""
    )


def test_lines_that_are_gone_are_named_and_the_others_taken_out(home):
    other = Taught(ALL, "check_balance", "how rich am i")
    before = bytes_of(home)
    add(home, NEW, other)
    file = home / ALL
    file.write_text(file.read_text().replace("      - how rich am i\n", ""))
    change = YamlExamples(home).remove([NEW, other])

    assert ((NEW,), (other,)) == (change.done, change.missing)
    assert before == bytes_of(home)


@pytest.mark.parametrize(
    ("stood", "markup"), [(0, ""), (1, "my balance"), (999, "my balance")]
)
def test_what_does_not_stand_there_is_not_taken_out(home, stood, markup):
    place = line_of(home, "my balance")
    wrong = Taught(ALL, "check_balance", markup or "my balances", stood or place)
    before = bytes_of(home)

    with pytest.raises(DataBroken):
        add(home, NEW, wrong)
    assert before == bytes_of(home)


def test_a_line_is_kept_as_it_was_written_and_put_where_it_stood(home):
    file = home / ALL
    odd = '[savings]{"entity": "account"} now'
    text = file.read_text().replace("- my balance\n", f"- {odd}\n      - my balance\n")
    file.write_bytes(text.replace("\n", "\r\n").encode())
    before = bytes_of(home)
    out = Taught(ALL, "check_balance", "[savings](account) now", line_of(home, odd))
    change = add(home, NEW, out)

    assert odd not in file.read_text()
    assert odd == change.done[1].markup
    assert [] == list(YamlExamples(home).remove(change.done).missing)
    assert before == bytes_of(home)


def line_of(home: Path, said: str) -> int:
    lines = (home / ALL).read_text().splitlines()
    return next(n for n, line in enumerate(lines, 1) if line.endswith(f"- {said}"))


def test_a_line_of_another_intent_is_not_taken_out(home):
    before = bytes_of(home)
    change = YamlExamples(home).remove([Taught(ALL, "lock_card", "my balance")])

    assert 1 == len(change.missing)
    assert before == bytes_of(home)


def test_files_that_changed_in_between_are_not_written(home):
    files = YamlExamples(home)
    seen = files.read().fingerprint
    file = home / TALK
    file.write_text(file.read_text() + "\n    - open today?")
    before = bytes_of(home)

    with pytest.raises(FilesChanged):
        files.add([NEW], seen)
    assert before == bytes_of(home)


def test_one_trainer_writes_at_a_time(home):
    files = YamlExamples(home)
    seen = files.read().fingerprint
    with alone(home), pytest.raises(FilesBusy):
        files.add([NEW], seen)


def test_of_many_writers_at_once_one_writes(home):
    files, results = YamlExamples(home), []
    seen = files.read().fingerprint
    together = threading.Barrier(6)

    def write(number: int) -> None:
        together.wait()
        try:
            files.add([Taught(ALL, "lock_card", f"number {number} locks")], seen)
            results.append("written")
        except (FilesBusy, FilesChanged):
            results.append("refused")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == results.count("written")
    assert 6 == len(results)
    assert 3 == len(texts(home, "lock_card"))


def test_what_breaks_the_data_is_not_kept(home):
    before = bytes_of(home)
    files = YamlExamples(home, lambda: [str(f) for f in lint(home) if f.stops_training])

    with pytest.raises(DataBroken, match=r"all\.yml:\d+.*one sentence, one meaning"):
        files.add([Taught(ALL, "lock_card", "My balance!")], files.read().fingerprint)
    assert before == bytes_of(home)


def test_faults_that_were_there_already_stop_nobody(home):
    faults = ["data/old.yml:3: an old fault"]
    files = YamlExamples(home, lambda: faults)
    files.add([NEW], files.read().fingerprint)

    assert NEW.markup in texts(home, "check_balance")


def test_a_check_that_fails_leaves_everything_as_it_was(home):
    before = bytes_of(home)

    def fails() -> list[str]:
        raise OSError("no space left")

    files = YamlExamples(home, fails)
    with pytest.raises(OSError, match="no space"):
        files.add([NEW], files.read().fingerprint)
    assert before == bytes_of(home)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("nlu:\n  - intent: greet\n    examples: |\n      - hi\n   bad: [", ":5: "),
        ("nlu:\n  - intent: 'greet\n", ":3: "),
        ("a list\n- of: things\n", ":"),
        ("nlu: words\n", ":1: nlu is not a list"),
        ("nlu:\n- words\n", ":2: an entry"),
        ("\tnlu: x\n", ":1: "),
    ],
)
def test_a_broken_file_is_named_with_line_and_reason(home, content, where):
    (home / "data" / "broken.yml").write_text(content)

    with pytest.raises(DataBroken) as refused:
        YamlExamples(home).read()
    assert refused.value.about.startswith("data/broken.yml:")
    assert where in refused.value.about


def test_a_file_of_other_bytes_is_named_with_its_line(home):
    (home / "data" / "broken.yml").write_bytes(b"nlu:\n- intent: \xff\xfe\n")

    with pytest.raises(DataBroken, match=r"data/broken\.yml:2: is not UTF-8"):
        YamlExamples(home).read()


def test_an_intent_written_as_a_list_is_read_and_cannot_be_added_to(home):
    (home / "data" / "listed.yml").write_text(
        "nlu:\n- intent: greet\n  examples:\n  - text: salut\n  - hi\n"
    )
    corpus = YamlExamples(home).read()

    assert ["hello", "salut", "hi"] == sorted(
        texts(home, "greet"), key=["hello", "salut", "hi"].index
    )
    assert corpus.intents["greet"] == TALK


def test_a_change_can_be_put_back_only_where_nobody_wrote_since(home):
    before = bytes_of(home)
    files = YamlExamples(home)
    change = add(home, NEW)
    files.put_back(change)
    assert before == bytes_of(home)

    change = add(home, NEW)
    later = add(home, Taught(ALL, "lock_card", "lock it"))
    files.put_back(change)
    assert "wat i got" in (home / ALL).read_text()
    assert later.done
