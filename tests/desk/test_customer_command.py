"""`bank customer`: what the operator opens again, and what is refused in words."""

import pytest
from typer.testing import CliRunner

from banking.bootstrap import Bank
from banking.cli import app
from banking.cli.refusals import REFUSALS
from banking.domain.challenge import Tries
from banking.domain.staff import StaffUnknown
from banking.ports.identity import Enrolment, EnrolmentStatus
from banking.services.code_unlocking import UnlockRefused

NUMBER = "C100001"


@pytest.fixture
def unlock(bank: Bank, monkeypatch, visitor):
    """Give the command, on a bank with two of staff and Ama's codes closed."""
    for name, value in bank.settings.environment().items():
        monkeypatch.setenv(name, value)
    now = bank.clock.now()
    visitor.join("Efua")
    visitor.join("Yaw")
    with bank.uow() as tx:
        tx.enrolments.add(
            Enrolment(
                "e1",
                NUMBER,
                "Ama Mensah",
                "ama.m",
                "+15550101567",
                "standard",
                EnrolmentStatus.ACTIVE,
                "20010000004321",
                now,
            ),
            pin_hash="x",
            passphrase="blue kettle on",
        )
        tx.attempts.save(Tries(f"customer:{NUMBER}", "code", 20, None, closed=True))
        tx.commit()

    def command(*words: str):
        return CliRunner().invoke(app, ["customer", "unlock-codes", *words])

    return command


def test_codes_are_opened_and_it_is_written_down(unlock, bank: Bank):
    said = unlock(NUMBER, "--by", "Efua", "--seen-by", "Yaw")

    assert said.exit_code == 0, said.output
    assert said.output == f"Codes of {NUMBER} (Ama M.) are open again.\n"
    with bank.uow() as tx:
        assert not tx.attempts.lock(f"customer:{NUMBER}", "code").closed
        assert "codes_unlocked" in [row.event for row in tx.audit.rows()]


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ((NUMBER, "--by", "Efua", "--seen-by", "Efua"), UnlockRefused),
        (("C2", "--by", "Efua", "--seen-by", "Yaw"), UnlockRefused),
        ((NUMBER, "--by", "Efua", "--seen-by", "nobody"), StaffUnknown),
    ],
)
def test_what_is_refused_is_a_message_and_no_traceback(unlock, words, refusal):
    said = unlock(*words)

    assert isinstance(said.exception, refusal)
    assert isinstance(said.exception, REFUSALS)


def test_one_name_is_not_enough(unlock):
    assert unlock(NUMBER, "--by", "Efua").exit_code == 2


def test_who_leaves_is_let_go_and_named_by_initial_alone(unlock, bank: Bank):
    words = ("customer", "leave", NUMBER, "--by", "Efua")
    said = CliRunner().invoke(app, words)

    assert said.output == f"{NUMBER} (Ama M.) banks by chat no more.\n"
    with bank.uow() as tx:
        assert tx.enrolments.by_customer(NUMBER).status is EnrolmentStatus.CLOSED
    assert isinstance(CliRunner().invoke(app, words).exception, REFUSALS)
