"""Conversations in PostgreSQL: kept, bounded, and never overwritten by another."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid

import psycopg2
import pytest
import requests
from conftest import ROOT, Gateway, answer, eventually, free_port
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from signing import encoded_key

from rasa_addons.tracker_store import (
    ConversationChanged,
    ConversationStore,
)

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [greet]
    slots:
      amount: {type: text, influence_conversation: false, mappings: [{type: custom}]}
    """
)


@pytest.fixture
def store(postgres):
    opened = ConversationStore(DOMAIN, url=postgres)
    yield opened
    opened.close()


@pytest.fixture
def other(postgres):
    """What another process sees."""
    opened = ConversationStore(DOMAIN, url=postgres)
    yield opened
    opened.close()


def run(coroutine):
    return asyncio.run(coroutine)


def new_tracker(store, text="hello"):
    tracker = store.init_tracker(uuid.uuid4().hex)
    tracker.update(UserUttered(text, {"name": "greet"}), DOMAIN)
    return tracker


def test_what_is_saved_is_read_by_another_process(store, other):
    tracker = new_tracker(store, "héllo \x00 🙂 ' \" ; DROP TABLE")
    tracker.update(SlotSet("amount", "5"), DOMAIN)
    run(store.save(tracker))

    found = run(other.retrieve(tracker.sender_id))
    assert found.latest_message.text == tracker.latest_message.text
    assert found.get_slot("amount") == "5"
    assert run(other.events(tracker.sender_id)) == [e.as_dict() for e in found.events]
    assert tracker.sender_id in run(other.keys())


def test_an_unknown_conversation_is_none(store):
    assert run(store.retrieve("nobody")) is None
    assert run(store.events("nobody")) == []


def test_a_change_of_another_process_is_seen_at_once(store, other):
    tracker = new_tracker(store)
    run(store.save(tracker))
    theirs = run(other.retrieve(tracker.sender_id))
    theirs.update(SlotSet("amount", "7"), DOMAIN)
    run(other.save(theirs))

    assert run(store.retrieve(tracker.sender_id)).get_slot("amount") == "7"


def test_of_two_turns_at_once_the_later_one_fails(store, other):
    tracker = new_tracker(store)
    run(store.save(tracker))
    ours = run(store.retrieve(tracker.sender_id))
    theirs = run(other.retrieve(tracker.sender_id))
    theirs.update(SlotSet("amount", "7"), DOMAIN)
    run(other.save(theirs))
    ours.update(SlotSet("amount", "9"), DOMAIN)

    with pytest.raises(ConversationChanged):
        run(store.save(ours))
    assert run(store.retrieve(tracker.sender_id)).get_slot("amount") == "7"


def test_of_two_first_turns_the_later_one_fails(store, other):
    tracker = new_tracker(store)
    twin = other.init_tracker(tracker.sender_id)
    run(store.save(tracker))

    with pytest.raises(ConversationChanged):
        run(other.save(twin))


def test_one_tracker_may_be_saved_again_and_again(store, other):
    tracker = new_tracker(store)
    for amount in ("1", "2", "3"):
        tracker.update(SlotSet("amount", amount), DOMAIN)
        run(store.save(tracker))

    assert run(other.retrieve(tracker.sender_id)).get_slot("amount") == "3"


def test_a_reader_cannot_change_what_is_remembered(store):
    tracker = new_tracker(store)
    run(store.save(tracker))
    run(store.events(tracker.sender_id)).clear()

    assert len(run(store.events(tracker.sender_id))) == 1


def test_a_forgotten_conversation_is_gone(store, postgres):
    tracker = new_tracker(store)
    run(store.save(tracker))
    with psycopg2.connect(postgres) as connection, connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM rasa_conversations WHERE conversation = %s",
            (tracker.sender_id,),
        )

    assert run(store.retrieve(tracker.sender_id)) is None


def test_a_lost_connection_is_made_again(store, postgres):
    tracker = new_tracker(store)
    run(store.save(tracker))
    end_connections(postgres)

    assert run(store.retrieve(tracker.sender_id)) is not None


def test_no_database_is_an_error_without_the_password():
    with pytest.raises(psycopg2.OperationalError) as error:
        ConversationStore(DOMAIN, url="postgresql+psycopg://u:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(error.value)

    for address in ("", "sqlite:///x", "mysql://u:hunter2@h/x"):
        with pytest.raises(ValueError, match="postgresql://") as refusal:
            ConversationStore(DOMAIN, url=address)
        assert "hunter2" not in str(refusal.value)


def test_the_repeat_after_a_restart_is_answered_from_the_database(
    serve, postgres, actions
):
    actions.answers["action_balance"] = answer("USD 5.00")
    gateway = Gateway(serve(tracker_url=postgres).port)
    first = gateway.post("balance", message_id="m1")
    again = Gateway(serve(tracker_url=postgres).port, gateway.conversation)

    assert again.post("balance", message_id="m1").content == first.content
    assert len(actions.named("action_balance")) == 1


def test_a_form_survives_a_hundred_side_questions(serve, postgres, actions):
    gateway = Gateway(serve(tracker_url=postgres).port)
    gateway.say("send money")
    gateway.say("make it 7")
    for _ in range(40):
        gateway.say("hello")
    done = gateway.say("Bob", command='/inform{"payee": "Bob"}')

    assert done["replies"][0]["text"] == "7 to Bob"


@pytest.mark.process
def test_killed_in_the_middle_of_a_form_it_goes_on(project, postgres, action_server):
    action_server.forget()
    port = free_port()
    first = start(project, postgres, action_server, port)
    gateway = Gateway(port)
    try:
        gateway.say("send money")
        gateway.say("make it 7")
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        second = start(project, postgres, action_server, port)
    finally:
        first.kill()
    try:
        done = gateway.say("Bob", command='/inform{"payee": "Bob"}')
        began = time.monotonic()
        second.terminate()
        assert second.wait(10) == 0
    finally:
        second.kill()

    assert done["replies"][0]["text"] == "7 to Bob"
    print(f"stopped after {time.monotonic() - began:.1f} s")  # noqa: T201


def start(project, postgres, action_server, port):
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "rasa_addons.serve"],
        cwd=project,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "ENVELOPE_KEY": encoded_key(),
            "ACTIONS_URL": f"http://127.0.0.1:{action_server.port}",
            "RASA_TRACKER_URL": postgres,
            "RASA_PORT": str(port),
        },
        stderr=subprocess.DEVNULL,
    )

    def ready():
        assert process.poll() is None
        try:
            url = f"http://127.0.0.1:{port}/webhooks/gateway/"
            return requests.get(url, timeout=2).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False

    eventually(ready, seconds=90)
    print(f"ready after {time.monotonic() - began:.1f} s")  # noqa: T201
    return process


def end_connections(url):
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'teller-rasa'"
        )
