"""`bank staff`, and how a demo lets its first trainer in."""

import pytest
from typer.testing import CliRunner

from banking.bootstrap import Bank
from banking.cli import app
from banking.cli.up import announce_to_people
from banking.domain.staff import Role, StaffUnknown
from banking.supervisor.running import RunningBank


@pytest.fixture
def run(bank: Bank, monkeypatch):
    """Give a way to run a command on this bank's database."""
    for name, value in bank.settings.environment().items():
        monkeypatch.setenv(name, value)

    def command(*words: str):
        return CliRunner().invoke(app, ["staff", *words])

    return command


def test_an_invitation_is_printed_and_opens(run, bank: Bank, visitor):
    said = run("invite", "Efua Mensah", "--role", "trainer")

    assert said.exit_code == 0, said.output
    path = said.output.partition("8000")[2].split()[0]
    assert path.startswith("/desk/join/")
    # The command goes by the machine's clock, the bank of this test by its own.
    with bank.uow() as tx:
        assert tx.staff.by_name("efua mensah").roles == {Role.TRAINER}


def test_people_are_listed_changed_and_disabled(run, bank: Bank):
    assert "Nobody yet" in run("list").output
    run("invite", "Efua")
    assert "invited" in run("list").output
    assert "auditor, trainer" in (
        run("roles", "efua", "--role", "trainer", "--role", "auditor").output
    )
    assert run("roles", "efua").output.strip() == "Efua: -"
    run("disable", "Efua")
    assert "disabled" in run("list").output


def test_a_stranger_is_refused_by_name(run):
    said = run("disable", "nobody")

    assert isinstance(said.exception, StaffUnknown)
    assert "nobody" in str(said.exception)


def test_a_demo_tells_where_the_desk_is_until_somebody_is_in(
    run, bank: Bank, visitor, capsys, monkeypatch
):
    monkeypatch.setenv("BANK_ENV", "demo")
    running = RunningBank(
        web="http://127.0.0.1:8000",
        simulator="http://127.0.0.1:8090",
        database_url=bank.settings.database_url.get_secret_value(),
        ports={},
        pids={},
    )
    announce_to_people(running)
    told = capsys.readouterr().out
    assert "http://127.0.0.1:8000/desk\n" in told
    assert "/desk/join/" in told

    visitor.join("trainer")
    announce_to_people(running)
    told = capsys.readouterr().out
    assert "http://127.0.0.1:8000/desk\n" in told
    assert "/desk/join/" not in told
