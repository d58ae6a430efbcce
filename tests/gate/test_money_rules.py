"""What keeps a new model out because of an intent that moves money."""

from dataclasses import replace

import pytest

from banking.domain.nlu_scores import Mistake
from tests.gate.judging import judged, model, on_a_set, scores


@pytest.mark.parametrize(
    ("changed", "passes"),
    [
        # One sentence less, one more taken for it by mistake: both are too much.
        ({"transfer_money": (20, 17, 17)}, False),
        ({"transfer_money": (20, 18, 19)}, False),
        # One lost and one gained by mistake, which leaves the number of guesses.
        ({"transfer_money": (20, 17, 18)}, False),
        ({"transfer_money": (20, 18, 18)}, True),
        ({"transfer_money": (20, 19, 19)}, True),
        ({"transfer_money": (20, 20, 20)}, True),
        # More understood does not pay for more that is taken for it by mistake.
        ({"transfer_money": (20, 20, 21)}, False),
    ],
)
def test_an_intent_that_moves_money_may_lose_nothing(changed, passes):
    verdict = on_a_set(changed)

    assert verdict.passed is passes
    assert all("transfer_money moves money" in reason for reason in verdict.reasons)


LOST = {"transfer_money": (20, 17, 17)}
HEARD = {"transfer_money": (20, 18, 19)}


def missed(text, *, short, wanted="transfer_money") -> Mistake:
    return Mistake(text, wanted, "check_balance", "check_balance", 0.5, short, 0.01)


def heard(text, *, lead, wanted="out_of_scope") -> Mistake:
    return Mistake(text, wanted, "transfer_money", "transfer_money", 0.5, 0.3, lead)


@pytest.mark.parametrize(
    ("changed", "mistakes", "passes"),
    [
        (LOST, [missed("a", short=0.05)], True),
        (LOST, [missed("a", short=0.06)], False),
        (HEARD, [heard("a", lead=0.05)], True),
        (HEARD, [heard("a", lead=0.06)], False),
        # Both, one each way.
        (
            {"transfer_money": (20, 17, 18)},
            [missed("a", short=0.01), heard("b", lead=0.01)],
            True,
        ),
        # The second on the edge is no chance any more.
        (
            {"transfer_money": (20, 16, 16)},
            [missed("a", short=0.01), missed("b", short=0.01)],
            False,
        ),
        # One that came right makes up for one on the edge, not for one far over it.
        ({}, [missed("a", short=0.05)], True),
        ({}, [missed("a", short=0.06)], False),
        ({}, [heard("a", lead=0.06)], False),
        # Another intent's sentence says nothing of what moves money.
        ({}, [missed("a", short=0.9, wanted="find_atm")], True),
        # It was wrong before, by whatever much.
        ({}, [missed("known", short=0.9), heard("foreign", lead=0.9)], True),
    ],
)
def test_one_sentence_on_the_edge_is_chance(changed, mistakes, passes):
    known = [missed("known", short=0.1), heard("foreign", lead=0.1)]
    before = model(scores(mistakes=known))
    after = model(scores(changed, mistakes=mistakes), sha256="b")

    assert judged(before, after).passed is passes


def test_what_speaks_against_a_model_is_named():
    many = [missed(f"sentence {n}", short=0.5) for n in range(7)]
    lost = {"transfer_money": (20, 11, 11)}
    after = model(scores(lost, mistakes=many), drawn=scores(lost, mistakes=many))
    on_the_set, drawn = judged(model(), replace(after, model_sha256="b")).reasons[::2]

    assert on_the_set.endswith(
        "18 of 20, now 11 of 20 (“sentence 0”, “sentence 1”, “sentence 2”,"
        " “sentence 3”, “sentence 4”, …)"
    )
    assert drawn.endswith("18 of 20, now 11 of 20")
