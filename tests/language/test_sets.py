"""Evaluation sets are read whole, or refused with file, line and reason."""

import json

import pytest

from banking.adapters.language.benchmark import (
    BadLabelledTexts,
    benchmark,
    draw,
)
from banking.adapters.language.evaluation import (
    NoModelToEvaluate,
    evaluate,
    in_service,
    prediction,
    trained,
)
from banking.adapters.language.sets import BadSets, read_sets
from banking.domain.nlu_sets import Example, Span


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        stem, _, ending = name.rpartition("_")
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{stem}.{ending}").write_bytes(data)
    return folder


def problems(*folders):
    with pytest.raises(BadSets) as refused:
        read_sets(folders)
    return list(refused.value.problems)


def test_a_folder_of_texts_is_read(tmp_path):
    span = {"entity": "amount", "value": "50", "start": 5, "end": 7}
    folder = write(
        tmp_path / "eval",
        intents_dev_csv='\ufefftext,intent,by\n"hello, you",greet,\n\nbal,faq/fees,x\n',
        intents_more_csv='intent,text\r\ngreet,"two\nlines"\r\n',
        out_of_scope_csv="text\nwho won\u2028the game\n",
        entities_jsonl=json.dumps({"text": "send 50", "entities": [span], "x": 1}),
    )

    (read,) = read_sets([folder])

    assert "eval" == read.name
    assert {("hello, you", "greet"), ("bal", "faq/fees"), ("two\nlines", "greet")} == {
        (example.text, example.intent) for example in read.examples
    }
    assert ("who won\u2028the game",) == read.foreign
    assert [(Span("amount", 5, 7),)] == [each.spans for each in read.annotated]
    assert ("amount",) == read.kinds


def test_folders_of_one_name_are_told_apart(tmp_path):
    folders = [tmp_path / "a" / "eval", tmp_path / "b" / "eval"]
    for folder in folders:
        write(folder, out_of_scope_csv="text\nhm\n")

    assert ["a/eval", "b/eval"] == [each.name for each in read_sets(folders)]


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("intents_csv", "", ":1: is empty"),
        ("intents_csv", "text,intent\n", ":1: is empty"),
        ("intents_csv", "sentence,intent\nhi,greet\n", ":1: the header lacks text"),
        ("intents_csv", "text,intent\nhi,greet\n ,greet\n", ":3: no text"),
        ("intents_csv", "text,intent\nhi\n", ":2: no intent"),
        ("intents_csv", "text,intent\nhi, there,greet\n", ":2: more columns than"),
        ("intents_csv", 'text,intent\nhi,greet\n"ho,greet\n', ":3: unexpected end"),
        ("intents_csv", b"text,intent\nhi,greet\n\xff,greet\n", ":3: is not UTF-8"),
        ("out_of_scope_csv", "words\nhi\n", ":1: the header lacks text"),
        ("entities_jsonl", "", ":1: is empty"),
        ("entities_jsonl", "{}\n", ":1: no text"),
        ("entities_jsonl", '\n{"text": "a"}', ":2: no list of entities"),
        ("entities_jsonl", "[1]", ":1: an object was expected"),
        ("entities_jsonl", '{"text": "a", ', ":1: is not JSON"),
        ("entities_jsonl", '{"text": "\\ud800", "entities": []}', ":1: half a char"),
        ("entities_jsonl", '{"text": "a", "entities": [{}]}', ":1: an entity without"),
        (
            "entities_jsonl",
            '{"text": "a", "entities": [{"entity": "x", "start": "0", "end": 1}]}',
            ":1: x: start and end must be whole",
        ),
        (
            "entities_jsonl",
            '{"text": "a", "entities": [{"entity": "x", "start": 0, "end": 2}]}',
            ":1: x: 0 to 2 is not within",
        ),
        ("entities_jsonl", "[" * 100_000, ":1: "),
    ],
)
def test_a_bad_line_is_named_with_its_reason(tmp_path, name, content, complaint):
    folder = write(tmp_path, **{name: content})
    file = next(folder.iterdir())

    (problem,) = problems(folder)

    assert problem.startswith(f"{file}{complaint}"), problem


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    bad = write(tmp_path / "bad", intents_csv="text,intent\n,a\n,b\n")
    empty = write(tmp_path / "empty")

    found = problems(bad, empty, tmp_path / "none")

    assert 4 == len(found)
    assert "holds none of intents*.csv, out_of_scope*.csv or" in found[2]
    assert "there is no such folder" in found[3]


def test_without_sets_it_says_what_to_do(tmp_path):
    with pytest.raises(BadSets, match="name a folder with --sets"):
        evaluate(tmp_path, None, [], cross_validate=False, progress=print)


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        "{",
        "[]",
        '{"file": "m.tar.gz"}',
        '{"file": "m.tar.gz", "sha256": "0"}',
        '{"file": "gone.tar.gz", "sha256": "0"}',
    ],
)
def test_only_the_trained_model_is_evaluated(tmp_path, manifest):
    shelf = tmp_path / "models"
    shelf.mkdir()
    (shelf / "m.tar.gz").write_bytes(b"changed")
    if manifest is not None:
        (shelf / "manifest.json").write_text(manifest)

    with pytest.raises(NoModelToEvaluate):
        in_service(tmp_path)


@pytest.mark.parametrize("told", ["{", "{}", json.dumps({"sha256": "0" * 64})])
def test_a_model_that_differs_from_its_manifest_is_refused(tmp_path, told):
    file = tmp_path / "m.tar.gz"
    file.write_bytes(b"changed")
    assert file == trained(file)

    (tmp_path / "m.json").write_text(told)

    with pytest.raises(NoModelToEvaluate, match=r"m\.json|changed after"):
        trained(file)


def test_what_a_fallback_hid_is_the_guess():
    line = {
        "text": "hm",
        "intent": "nlu_fallback",
        "confidence": 0.3,
        "ranking": [["greet", 0.2], ["bye", 0.1]],
        "entities": [{"entity": "amount", "value": "h", "start": 0, "end": 1}],
    }

    read = prediction(line)

    assert ("nlu_fallback", 0.3) == (read.intent, read.confidence)
    assert ("greet", 0.2) == (read.guess, read.guess_confidence)
    assert (("bye", 0.1),) == read.others
    assert (Span("amount", 0, 1),) == read.spans
    assert "" == prediction({"text": "/x", "intent": None, "confidence": 0.0}).intent


def test_the_drawn_examples_are_those_of_the_seed():
    texts = [Example(f"text {n}", f"label {n % 3}") for n in range(30)]

    drawn = draw(texts, 4, 7)

    assert drawn == draw(texts[::-1], 4, 7)
    assert drawn != draw(texts, 4, 8)
    assert [4] * 3 == [sum(e.intent == f"label {n}" for e in drawn) for n in range(3)]
    assert 30 == len(draw(texts, 99, 7)) == len(draw(texts, None, 7))


@pytest.mark.parametrize(
    ("train", "complaint"),
    [
        ("text,topic\nhi,a\n", "train.csv:1: the header lacks label or category or"),
        ("text,label\nhi,a\nho,a\n", "train.csv: all texts have one label"),
        ("text,label\nhi,a\nho,\n", "train.csv:3: no label"),
        ("", "train.csv:1: is empty"),
    ],
)
def test_labelled_texts_that_cannot_be_used_are_named(tmp_path, train, complaint):
    folder = write(tmp_path, train_csv=train, test_csv="text,category\nhi,a\n")

    with pytest.raises(BadLabelledTexts) as refused:
        benchmark(
            tmp_path,
            folder / "train.csv",
            folder / "test.csv",
            shots=None,
            seed=1,
            progress=print,
        )

    assert complaint in str(refused.value)
