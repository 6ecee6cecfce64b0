"""The source tree keeps the rules of ``architecture.py``, and each rule sees what breaks it."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import architecture

ROOT = Path(__file__).parents[1]
Rule = Callable[[Path], Iterator[str]]

RULES: list[Rule] = [
    architecture.wrong_arrows,
    architecture.impure_imports,
    architecture.impure_calls,
    architecture.own_time,
    architecture.logging_and_printing,
    architecture.hidden_imports,
    architecture.long_functions,
    architecture.long_files,
    architecture.named_hosts,
    architecture.vague_names,
]

LONG_BODY = "    pass\n" * (architecture.MAX_FUNCTION_LINES + 1)

# One planted violation each: the rule, where the file lies, what is in it.
VIOLATIONS: list[tuple[Rule, str, str]] = [
    (architecture.wrong_arrows, "webapp/protocol/x.py", "import webapp.storage\n"),
    (architecture.wrong_arrows, "webapp/protocol/x.py", "from webapp.clock import Clock\n"),
    (architecture.wrong_arrows, "webapp/vault/x.py", "from webapp import protocol\n"),
    (architecture.wrong_arrows, "webapp/vault/x.py", "from ..protocol import keys\n"),
    (architecture.wrong_arrows, "webapp/network/x.py", "from webapp.storage import files\n"),
    (architecture.wrong_arrows, "webapp/storage/x.py", "from webapp.network import client\n"),
    (architecture.wrong_arrows, "webapp/localnet/x.py", "from webapp.network import client\n"),
    (architecture.wrong_arrows, "webapp/localnet/x.py", "from webapp.storage import files\n"),
    (architecture.wrong_arrows, "webapp/services/x.py", "from webapp.web import live\n"),
    (architecture.wrong_arrows, "webapp/services/x.py", "from webapp.localnet import network\n"),
    (architecture.wrong_arrows, "webapp/web/x.py", "from webapp.storage import messages\n"),
    (architecture.wrong_arrows, "webapp/web/x.py", "from webapp.network.errors import NoRoute\n"),
    (architecture.wrong_arrows, "webapp/web/errors.py", "from webapp.vault import slots\n"),
    (architecture.wrong_arrows, "webapp/web/views/x.py", "def f():\n    import webapp.vault\n"),
    (architecture.wrong_arrows, "webapp/web/x.py", "from webapp import app\n"),
    (architecture.wrong_arrows, "webapp/surprise/x.py", "import webapp.clock\n"),
    (architecture.impure_imports, "webapp/protocol/x.py", "import socket\n"),
    (architecture.impure_imports, "webapp/protocol/x.py", "from os import path\n"),
    (architecture.impure_imports, "webapp/protocol/x.py", "from urllib import request\n"),
    (architecture.impure_imports, "webapp/vault/x.py", "from pathlib import Path\n"),
    (architecture.impure_imports, "webapp/vault/x.py", "import logging\n"),
    (architecture.impure_imports, "webapp/vault/x.py", "def f():\n    import flask\n"),
    (architecture.impure_calls, "webapp/protocol/x.py", "def f():\n    return open('a')\n"),
    (architecture.impure_calls, "webapp/vault/x.py", "def f():\n    global a\n    a = 1\n"),
    (architecture.own_time, "webapp/storage/x.py", "import time\n"),
    (architecture.own_time, "webapp/web/x.py", "from time import sleep\n"),
    (architecture.own_time, "webapp/web/x.py", "import datetime\nT = datetime.datetime.now()\n"),
    (architecture.own_time, "webapp/web/x.py", "from datetime import date\nT = date.today\n"),
    (architecture.logging_and_printing, "webapp/services/x.py", "import logging\n"),
    (architecture.logging_and_printing, "webapp/services/x.py", "print('hello')\n"),
    (architecture.hidden_imports, "webapp/web/x.py", "__import__('webapp.storage')\n"),
    (architecture.hidden_imports, "webapp/web/x.py", "importlib.import_module('a')\n"),
    (architecture.long_functions, "webapp/web/x.py", f"def f():\n{LONG_BODY}"),
    (
        architecture.long_functions,
        "webapp/web/x.py",
        f"class A:\n  async def f(self):\n{LONG_BODY}",
    ),
    (architecture.long_files, "webapp/web/x.py", "\n" * (architecture.MAX_FILE_LINES + 1)),
    (architecture.long_files, "static/js/x.js", "\n" * (architecture.MAX_FILE_LINES + 1)),
    (architecture.named_hosts, "webapp/network/x.py", "A = 'https://seed1.getsession.org:1'\n"),
    (architecture.vague_names, "webapp/web/utils.py", ""),
    (architecture.vague_names, "webapp/helpers/x.py", ""),
    (architecture.vague_names, "webapp/web/x.py", "class LockManager: pass\n"),
    (architecture.vague_names, "webapp/web/x.py", "def _handle_it(): pass\n"),
]

# What looks like a violation and is none.
ALLOWED: list[tuple[Rule, str, str]] = [
    (architecture.wrong_arrows, "webapp/app.py", "from webapp.localnet import network\n"),
    (architecture.wrong_arrows, "webapp/web/errors.py", "from webapp.vault import errors\n"),
    (architecture.wrong_arrows, "webapp/web/views/x.py", "from . import y\nfrom .. import live\n"),
    (architecture.wrong_arrows, "webapp/web/__init__.py", "from .live import push\n"),
    (architecture.impure_imports, "webapp/protocol/x.py", "from importlib import resources\n"),
    (architecture.impure_imports, "webapp/protocol/x.py", "from nacl.bindings import a\n"),
    (architecture.impure_imports, "webapp/protocol/wire/__main__.py", "import pathlib\n"),
    (architecture.own_time, "webapp/clock.py", "import time\n"),
    (architecture.logging_and_printing, "webapp/app.py", "print('hello')\n"),
    (architecture.logging_and_printing, "webapp/localnet/__main__.py", "print('hello')\n"),
    (
        architecture.long_functions,
        "webapp/web/x.py",
        "def f():\n    '''" + "\n" * architecture.MAX_FUNCTION_LINES + "'''\n",
    ),
    (architecture.named_hosts, "webapp/network/settings.py", "A = 'seed1.getsession.org'\n"),
    (architecture.named_hosts, "webapp/localnet/x.py", "A = 'http://files.practice.invalid'\n"),
    (architecture.long_files, "static/vendor/x.js", "\n" * (architecture.MAX_FILE_LINES + 1)),
    (architecture.vague_names, "webapp/web/x.py", "class A(B):\n  def handle_read(self): pass\n"),
]


def name(value: object) -> str:
    return getattr(value, "__name__", "") or str(value)[:40].replace("\n", " ")


def plant(root: Path, path: str, source: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True)
    file.write_text(source, encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(ROOT)) == []


@pytest.mark.parametrize(("rule", "path", "source"), VIOLATIONS, ids=name)
def test_a_planted_violation_is_seen(rule: Rule, path: str, source: str, tmp_path: Path) -> None:
    plant(tmp_path, path, source)
    assert len(list(rule(tmp_path))) == 1


@pytest.mark.parametrize(("rule", "path", "source"), ALLOWED, ids=name)
def test_what_is_allowed_is_not_reported(
    rule: Rule, path: str, source: str, tmp_path: Path
) -> None:
    plant(tmp_path, path, source)
    assert list(rule(tmp_path)) == []


def test_every_rule_has_a_planted_violation() -> None:
    assert {rule for rule, _, _ in VIOLATIONS} == set(RULES)


# Runs in a process of its own: imports what comes from outside, then every module of ours
# under an audit hook, and prints what that did besides importing.
IMPORT_PROBE = """
import importlib, json, sys, threading
root, foreign, ours = json.load(sys.stdin)
sys.path.insert(0, root)
for module in foreign:
    importlib.import_module(module)
seen = []
def watch(event, arguments):
    if event == "open":
        path, mode, flags = map(str, arguments)
        code = path.endswith((".py", ".pyc", ".so"))
        if not code and (path.startswith(root) or any(letter in mode for letter in "wax+")):
            seen.append(f"opens {path}")
    elif event.startswith(("socket.", "subprocess.", "os.mkdir", "os.remove", "os.rename")):
        seen.append(event)
sys.addaudithook(watch)
for module in ours:
    importlib.import_module(module)
    if threading.active_count() > 1:
        seen.append(f"{module} starts a thread")
        break
print(json.dumps(seen))
"""


def effects_of_importing(root: Path) -> list[str]:
    """Return what importing every module below ``root`` does besides importing (R4)."""
    modules = architecture.modules(root)
    foreign = sorted({module for each in modules for module in foreign_imports(each.tree)})
    done = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_PROBE],
        input=json.dumps([str(root), foreign, [module.name for module in modules]]),
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    effects: list[str] = json.loads(done.stdout)
    return effects


def foreign_imports(tree: ast.Module) -> Iterator[str]:
    """Yield the modules from outside that importing ``tree`` imports."""
    for node in tree.body:
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from (name for name in names if name.split(".")[0] != "webapp")


def test_importing_the_program_does_nothing_else() -> None:
    assert effects_of_importing(ROOT) == []


@pytest.mark.parametrize(
    ("source", "effect"),
    [
        ("import threading\nthreading.Timer(0.1, int).start()\n", "webapp.x starts a thread"),
        ("open(__file__[:-4] + 'new', 'w').close()\n", "opens "),
        ("open(__file__[:-4] + 'words.txt').close()\n", "opens "),
        ("import socket\nsocket.socket().close()\n", "socket.__new__"),
    ],
)
def test_an_effect_of_importing_is_seen(source: str, effect: str, tmp_path: Path) -> None:
    plant(tmp_path, "webapp/x.py", source)
    (tmp_path / "webapp/words.txt").write_text("orchid", encoding="utf-8")
    assert [seen[: len(effect)] for seen in effects_of_importing(tmp_path)] == [effect]
