"""Payloads that other people published, where WHATSAPP_FIXTURES names a folder."""

import json
import os
from pathlib import Path

import pytest

from tests.gateway.whatsapp import NUMBER_ID

FOLDER = os.environ.get("WHATSAPP_FIXTURES")
INDEX = Path(FOLDER, "index.jsonl").read_text().splitlines() if FOLDER else []
INBOUND = [
    entry
    for entry in map(json.loads, INDEX)
    if entry["kind"].startswith("inbound")
    and entry.get("facts")
    and (Path(str(FOLDER)) / entry["file"]).is_file()
]
pytestmark = pytest.mark.skipif(not FOLDER, reason="WHATSAPP_FIXTURES is not set")


def ours(node):
    """Make every number of the payload ours, and its placeholders readable."""
    if isinstance(node, dict):
        node = {key: ours(value) for key, value in node.items()}
        if "phone_number_id" in node:
            node["phone_number_id"] = NUMBER_ID
        return node
    return [ours(item) for item in node] if isinstance(node, list) else node


def deliveries(entry):
    payload = json.loads((Path(str(FOLDER)) / entry["file"]).read_text())
    if isinstance(payload, dict) and "deliveries" in payload:
        return payload["deliveries"]
    return [payload]


def readable(message):
    """Whether a message says who wrote it, in a form that can be answered."""
    sender = str(message.get("from") or "").removeprefix("+")
    return bool(message.get("id")) and (
        (sender.isdigit() and 6 <= len(sender) <= 15)
        or bool(message.get("from_user_id"))
    )


@pytest.mark.parametrize("entry", INBOUND, ids=lambda e: e["file"])
def test_every_message_is_kept_once_and_dealt_with(world, entry):
    for payload in deliveries(entry):
        assert 200 == world.deliver(ours(payload)).status_code
        assert 200 == world.deliver(ours(payload)).status_code

    facts = entry["facts"]
    in_field = facts["object"] == "whatsapp_business_account" and facts["has_metadata"]
    expected = {m["id"] for m in facts["messages"] if readable(m) and in_field}
    kept = [r.channel_id for r in world.rows("SELECT channel_id FROM messages_in")]
    assert expected <= set(kept)
    assert len(set(kept)) == len(kept)

    world.work()

    assert [] == world.rows("SELECT id FROM messages_in WHERE outcome IS NULL")
    assert [] == world.jobs()


def test_the_folder_is_not_empty():
    assert len(INBOUND) > 100
