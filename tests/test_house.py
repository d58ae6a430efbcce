"""The house rules that no linter knows."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

GIT = shutil.which("git") or "git"
ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 300
# Longer files, each with the reason why it is one room and not two.
LONG_FILES = {
    "banking/adapters/channels/whatsapp_inbound.py": "every type of one webhook",
    "banking/adapters/memory/gateway.py": "the twin of six small stores",
    "banking/ports/gateway.py": "one promise after the other, nothing that runs",
    "banking/services/front_desk.py": "what becomes of each kind of message",
    "banking/services/turns.py": "one turn, from start to every way it may end",
    "tests/gateway/test_redaction.py": "a table of what people type",
    "tests/gateway/test_stores.py": "each store's promise in turn",
    "tests/gateway/test_whatsapp_outbound.py": "each thing the platform may answer",
    "tests/language/test_scores.py": "each figure against one counted by hand",
    "tests/rasa_addons/test_channel.py": "each thing a channel may be sent",
    "tests/simulator/test_graph_rules.py": "the platform's limits, one after the other",
}
DRAWERS = re.compile(r"utils?|helpers?|common|base|misc|\w*manager\w*", re.IGNORECASE)
# Written so that this file does not find itself.
MACHINE = re.compile(
    r"(?<![\w.$}])/(?:wor[k]|far[m]|roo[t]|User[s])/"
    r"|/home/(?!\.)\w"
    r"|pypi\.or[g]/simple|files\.pythonhoste[d]|index.ur[l] *="
    r"|^-i http|--(?:extra-)?index.ur[l]"
)
MONEY = (
    "actions",
    "banking/adapters/core_banking",
    "banking/adapters/db",
    "banking/adapters/documents",
    "banking/domain",
    "banking/seeding",
    "banking/services",
)
# Where chance protects nothing, each with what it is for.
CHANCE = {
    "banking/seeding/": "believable people, the same for the same seed",
    "banking/services/sending.py": "spreads retries over time",
    "banking/simulator/": "misbehaves as networks do",
}
# Who may look at the machine's clock; everybody else is handed the time.
CLOCKS = ("banking/adapters/clock.py", "banking/simulator/", "rasa_addons/")
VERBS = {"delete", "get", "head", "options", "patch", "post", "put", "request"}
SESSIONS = {"requests", "http", "session", "_http", "_session", "client", "_client"}


def project_files(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        [GIT, "ls-files", "-z", "-c", "-o", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = filter(None, listed.stdout.split("\0"))
    return [path for name in names if (path := ROOT / name).is_file()]


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


PYTHON = project_files("*.py")


def test_no_file_is_longer_than_a_room():
    lengths = {name_of(f): len(f.read_text().splitlines()) for f in PYTHON}
    too_long = {name: n for name, n in lengths.items() if n > MOST_LINES}

    assert sorted(set(too_long) - set(LONG_FILES)) == [], too_long


def test_no_reason_outlives_its_long_file():
    long = {name_of(f) for f in PYTHON if len(f.read_text().splitlines()) > MOST_LINES}

    assert sorted(set(LONG_FILES) - long) == []


def test_no_module_is_a_drawer():
    drawers = [name_of(f) for f in PYTHON if DRAWERS.fullmatch(f.stem)]

    assert drawers == []


def test_no_file_names_a_machine_or_a_package_host():
    found = [
        f"{name_of(file)}:{number}: {line.strip()[:80]}"
        for file in project_files()
        for number, line in text_lines(file)
        if MACHINE.search(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "open('/" + "work/main/x')",
        "cd /" + "root/.pyenv",
        "--index-" + "url https://somewhere/simple",
        "cp /home/" + "somebody/x .",
    ],
)
def test_the_rule_about_machines_can_fail(line):
    assert MACHINE.search(line)


def text_lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    yield from enumerate(text.splitlines(), start=1)


IMPORT_EVERYTHING = """
import pkgutil, sys

ROOT = sys.argv[1]

def is_ours():
    # Nearer than any import machinery: what libraries do for themselves is theirs.
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if "importlib" in name:
            return False
        if name.startswith(ROOT) and "site-packages" not in name:
            return True
        frame = frame.f_back
    return False

def refuse(event, args):
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    acts = event in ("socket.connect", "subprocess.Popen", "os.mkdir", "os.fork")
    if (acts or writes) and is_ours():
        raise SystemExit(f"import does something: {event} {args}")

sys.addaudithook(refuse)
import actions
import banking

for package in (banking, actions):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        name = module.name
        if ".migrations." not in name and not name.endswith(".__main__"):
            __import__(name)
"""


def test_importing_everything_with_an_empty_environment_does_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_EVERYTHING, f"{ROOT}/"],
        env={"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_the_domain_needs_nothing_but_python():
    allowed = sys.stdlib_module_names
    foreign = [
        f"{name_of(file)}: {module}"
        for file in PYTHON
        if name_of(file).startswith("banking/domain/")
        for module in imported(file.read_text())
        if module.split(".")[0] not in allowed
        and not module.startswith("banking.domain")
    ]

    assert foreign == []


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def forbidden(source: str, name: str) -> list[str]:
    """Name every call that the place of this file does not allow."""
    tree = ast.parse(source)
    talks_http = "import requests" in source
    rules = {
        "float() where money is": (name.startswith(MONEY), is_float),
        "random where secrets are": (not name.startswith(tuple(CHANCE)), uses_random),
        "verify=False": (True, is_unverified),
        "a clock of its own": (not name.startswith(CLOCKS), reads_clock),
        "a request without a timeout": (talks_http, is_patient),
    }
    return [
        f"{name}:{getattr(node, 'lineno', 0)}: {rule}"
        for node in ast.walk(tree)
        for rule, (applies, breaks) in rules.items()
        if applies and breaks(node)
    ]


def is_float(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    # How sure the language model is, is the one number here that is not money.
    return node.func.id == "float" and "confidence" not in ast.unparse(node)


def uses_random(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] == "random" for alias in node.names)
    return isinstance(node, ast.ImportFrom) and node.module == "random"


def reads_clock(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    called = ast.unparse(node.func)
    return called.removeprefix("datetime.") in {
        *("datetime.now", "datetime.today", "datetime.utcnow", "date.today"),
        *("now", "utcnow", "time.time"),
    }


def is_unverified(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.keyword)
        and node.arg == "verify"
        and isinstance(node.value, ast.Constant)
        and node.value.value is False
    )


def is_patient(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    on = node.func.value
    owner = on.id if isinstance(on, ast.Name) else getattr(on, "attr", "")
    told = {keyword.arg for keyword in node.keywords}
    return (
        node.func.attr in VERBS
        and owner in SESSIONS
        and "timeout" not in told
        and None not in told  # **arguments may carry it
    )


def test_nothing_forbidden_is_called():
    found = [
        fault
        for file in PYTHON
        if name_of(file).startswith(("actions/", "banking/", "rasa_addons/"))
        for fault in forbidden(file.read_text(), name_of(file))
    ]

    assert found == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("float('1')", "banking/domain/x.py"),
        ("import random", "banking/services/x.py"),
        ("from random import choice", "banking/domain/x.py"),
        ("at = datetime.now(UTC)", "banking/services/x.py"),
        ("at = time.time()", "banking/domain/x.py"),
        ("requests.get(url, timeout=1, verify=False)", "banking/adapters/x.py"),
        ("import requests\nrequests.post(url)", "banking/adapters/x.py"),
        ("import requests\nself._session.post(url)", "banking/adapters/x.py"),
    ],
)
def test_the_rules_about_calls_can_fail(source, name):
    assert len(forbidden(source, name)) == 1
