"""Prints one table of figures from one run; also in ``build/bench.json``.

What is measured: from the signed webhook leaving us to the bank's call arriving at
the Graph API. Everything shares this machine, the measuring included.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from banking.settings import PROJECT
from banking.supervisor.programs import RASA_PYTHON, rasa_environment
from bench.bank import RunningBank

say = Console(stderr=True)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float]) -> str:
    """Return p50 and p95 in milliseconds for the table."""
    return f"{statistics.median(values):.0f} / {percentile(values, 0.95):.0f} ms"


def turns(bank: RunningBank, people: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Measure one customer at a time, each below WhatsApp's pair rate."""
    http = requests.Session()
    found: dict[str, list[float]] = {"greeting": [], "balance": [], "transfer": []}
    for person in people:
        bank.sign_in(http, person)

        def ask(text: str, phone: str = person["phone"]) -> float:
            took = bank.world.turn(http, bank.web, phone, text)
            time.sleep(0.15)  # a second bubble of this turn is not the next answer
            return took

        ask("hello")  # the first turn of a conversation is reported by none
        for _ in range(10):
            found["greeting"].append(ask("hello"))
            found["balance"].append(ask("how much do I have"))
        for _ in range(3):
            found["transfer"].append(ask("send money"))
            ask("cancel")
    return found


def at_once(bank: RunningBank, people: list[dict[str, Any]], each: int) -> float:
    """Return turns a second with every customer waiting only for the answer."""
    for person in people:
        bank.sign_in(requests.Session(), person)

    def customer(phone: str) -> None:
        http = requests.Session()
        for _ in range(each):
            bank.world.turn(http, bank.web, phone, "what's my balance")

    threads = [threading.Thread(target=customer, args=(p["phone"],)) for p in people]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(people) * each / (time.perf_counter() - began)


def acknowledgements(bank: RunningBank, rate: int, seconds: int) -> list[float]:
    """Send webhooks at a fixed rate, whether answered or not; return milliseconds."""
    took: list[float] = []
    senders = 32
    began = time.perf_counter() + 0.5

    def sender(first: int) -> None:
        http = requests.Session()
        for number in range(first, rate * seconds, senders):
            due = began + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            phone = f"+1650{5550000 + number % 400:07d}"
            body, headers = bank.world.webhook(phone, "hello")
            http.post(
                f"{bank.web}/webhooks/whatsapp", data=body, headers=headers, timeout=10
            ).raise_for_status()
            # From when it was due: a slow answer must not hide the ones behind it.
            took.append((time.perf_counter() - due) * 1000)

    threads = [threading.Thread(target=sender, args=(n,)) for n in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def training_s() -> float:
    """Return seconds to train everything from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        # A home of its own: no sentence has been encoded there yet.
        for name in ("data", "domain.yml", "config.yml"):
            (Path(folder) / name).symlink_to(PROJECT / name)
        began = time.perf_counter()
        subprocess.run(
            [RASA_PYTHON, "-m", "rasa_addons.train", "--home", folder, "--force"],
            check=True,
            env=rasa_environment(os.environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return time.perf_counter() - began


def measured(stock: bool) -> dict[str, Any]:
    """Start a bank, measure it, stop it."""
    bank = RunningBank.start(**({"RASA_STOCK_VALIDATION": "1"} if stock else {}))
    try:
        people = bank.people(12, seed=7)
        figures: dict[str, Any] = {"ready_s": bank.ready_after_s}
        figures["turns_ms"] = turns(bank, people[:4])
        figures["turns_per_s"] = at_once(bank, people[4:], each=35)
        if not stock:
            figures["memory_mb"] = bank.memory_mb()
            figures["ack_ms"] = acknowledgements(bank, rate=200, seconds=10)
    finally:
        bank.stop()
    return figures


def rows(ours: dict[str, Any], stock: dict[str, Any], training: float | None) -> Table:
    """Lay the figures out as the one table."""
    table = Table("figure", "measured", "with Rasa's stock validation", "to reach")
    targets = {"balance": "120 / 250 ms"}
    for kind, values in ours["turns_ms"].items():
        beside = spread(stock["turns_ms"][kind])
        target = targets.get(kind, "")
        table.add_row(f"{kind} turn, p50 / p95", spread(values), beside, target)
    table.add_row(
        "turns a second, 8 customers at once",
        f"{ours['turns_per_s']:.1f}",
        f"{stock['turns_per_s']:.1f}",
        "20",
    )
    acks = ours["ack_ms"]
    ack = f"{statistics.median(acks):.0f} / {percentile(acks, 0.99):.0f} ms"
    table.add_row("acknowledgement at 200/s, p50 / p99", ack, "", "50 / 250 ms")
    trained = "not measured" if training is None else f"{training:.0f} s"
    table.add_row("training", trained, "", "120 s")
    table.add_row("start to ready", f"{ours['ready_s']:.0f} s", "", "45 s")
    for name, size in ours["memory_mb"].items():
        target = "1300 MB" if name == "rasa" else "300 MB"
        table.add_row(f"memory, {name}", f"{size:.0f} MB", "", target)
    return table


def step[T](words: str, work: Callable[[], T]) -> T:
    """Do one long thing while saying so."""
    with say.status(words):
        return work()


def main() -> int:
    """Measure everything, print the table, keep the raw figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-training", action="store_true")
    options = parser.parse_args()
    training = None
    if not options.no_training:
        training = step("training from nothing", training_s)
    ours = step("measuring the bank", lambda: measured(stock=False))
    stock = step("the same with stock validation", lambda: measured(stock=True))
    Console().print(rows(ours, stock, training))
    kept = Path("build/bench.json")
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps({"bank": ours, "stock": stock, "training_s": training}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
