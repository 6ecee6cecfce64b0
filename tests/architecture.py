"""The rules of the architecture, as functions from a source tree to its violations.

Every rule takes the folder that holds ``webapp`` and yields one sentence for each violation,
so that ``test_architecture.py`` can try it on a tree with a planted one. The numbers are those
of the style rules.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 500
HOSTS_MODULE = "webapp/network/settings.py"
HOST_NAME = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:org|com|net|foundation|app|dev|info)\b")

# R1: what each part of ``webapp`` may import of the others. A part is a package or a module
# directly in ``webapp``; every part may import itself. app.py wires everything.
ARROWS: dict[str, set[str]] = {
    "clock": set(),
    "sentence": set(),
    "resources": set(),
    "process": set(),
    "version": set(),
    # A proxy on the command line is the same type as one that is stored; how dear a code is to
    # try, is a type of the vault.
    "config": {"network", "vault"},
    # What app.py leaves to the process that goes on for it.
    "handover": {"vault", "web"},
    # Turns the errors of a start into sentences for the terminal; app.py's other half.
    "start_errors": {"network", "storage", "services", "web"},
    "protocol": set(),
    "vault": set(),
    "localnet": {"protocol", "clock"},
    "network": {"protocol", "clock", "sentence"},
    "storage": {"protocol", "vault", "clock"},
    "services": {"protocol", "vault", "network", "storage", "clock", "sentence"},
    "web": {"protocol", "services", "clock", "resources", "process", "sentence", "version"},
}
WIRING = "app"
# R15: the one place that turns error classes into sentences knows the classes of every package.
ERROR_TEXTS = {"webapp/web/errors.py", "webapp/web/error_texts.py"}

# R2: all that a pure package may import from outside. Nothing here can reach a file, a socket,
# a clock or a logger by itself.
PURE_PACKAGES = {"protocol", "vault"}
PURE_IMPORTS = {
    "__future__", "abc", "base64", "binascii", "bisect", "collections", "contextlib",
    "dataclasses", "difflib", "enum", "functools", "hashlib", "hmac", "importlib.resources",
    "ipaddress", "itertools", "json", "math", "operator", "re", "secrets", "string", "struct",
    "types", "typing", "unicodedata", "urllib.parse", "zlib",
    "cryptography", "google.protobuf", "nacl", "zstandard",
}  # fmt: skip
# The script that regenerates the wire module is a program, not part of the package.
PROGRAMS = {"__main__.py"}

# Only the clock asks the computer for the time; everybody else is handed one.
CLOCK = "webapp/clock.py"
CLOCK_CALLS = {"now", "utcnow", "today", "utcfromtimestamp"}

# These give the libraries loggers that are silent; nothing of ours logs (security.md L1).
LOGGING_ALLOWED = {"webapp/web/errors.py", "webapp/web/live.py"}

# R11: names under which anything could hide.
VAGUE_FILES = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
VAGUE_FUNCTIONS = ("process_", "handle_")
VAGUE_CLASSES = ("Manager", "Helper", "Utils")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file: where it lies below the root, and its syntax tree."""

    path: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def part(self) -> str:
        """The part of ``webapp`` it belongs to; empty for ``webapp/__init__.py``."""
        return self.name.partition(".")[2].partition(".")[0]

    def functions(self) -> Iterator[tuple[Function, ast.ClassDef | None]]:
        """Yield every function with the class it is a method of, if any."""
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, Function):
                    yield child, node if isinstance(node, ast.ClassDef) else None

    def imports(self) -> Iterator[str]:
        """Yield every imported name in full, ``from a import b`` as ``a.b``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = self._source(node)
                yield from (f"{source}.{alias.name}" for alias in node.names)

    def _source(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".")
        if self.path.endswith("/__init__.py"):
            package.append("")
        above = package[: -node.level]
        return ".".join([*above, *([node.module] if node.module else [])])


def modules(root: Path, folder: str = "webapp") -> list[Module]:
    """Return the source files below ``folder``, generated ones left out."""
    return [
        Module(path.relative_to(root).as_posix(), ast.parse(path.read_bytes()))
        for path in sorted((root / folder).rglob("*.py"))
        if not path.name.endswith("_pb2.py")
    ]


def wrong_arrows(root: Path) -> Iterator[str]:
    """R1: imports point one way."""
    for module in modules(root):
        if module.part in {"", WIRING}:
            continue
        allowed = ARROWS.get(module.part)
        if allowed is None:
            yield f"{module.path}: ARROWS does not say what webapp.{module.part} may import"
            continue
        for imported in module.imports():
            if imported.split(".")[0] == "webapp" and not _may_import(module, imported, allowed):
                yield f"{module.path}: imports {imported}"


def _may_import(module: Module, imported: str, allowed: set[str]) -> bool:
    part, _, rest = imported.removeprefix("webapp.").partition(".")
    if part in allowed | {module.part}:
        return True
    return module.path in ERROR_TEXTS and rest.split(".")[0] == "errors"


def impure_imports(root: Path) -> Iterator[str]:
    """R2: protocol and vault are bytes and values in, values out."""
    for module in _pure_modules(root):
        for imported in module.imports():
            if imported.split(".")[0] != "webapp" and not _is_pure(imported):
                yield f"{module.path}: imports {imported}"


def impure_calls(root: Path) -> Iterator[str]:
    """R2: protocol and vault open nothing, print nothing and change no global."""
    for module in _pure_modules(root):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Global):
                yield f"{module.path}:{node.lineno}: changes a global"
            elif _called_name(node) in {"open", "print", "input"}:
                yield f"{module.path}:{node.lineno}: calls {_called_name(node)}"


def _pure_modules(root: Path) -> Iterator[Module]:
    for module in modules(root):
        if module.part in PURE_PACKAGES and Path(module.path).name not in PROGRAMS:
            yield module


def _is_pure(imported: str) -> bool:
    names = imported.split(".")
    return any(".".join(names[:length]) in PURE_IMPORTS for length in range(1, len(names) + 1))


def _called_name(node: ast.AST) -> str | None:
    """Return the bare name that ``node`` calls, if it is such a call."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    return None


def own_time(root: Path) -> Iterator[str]:
    """Time comes from webapp.clock only."""
    for module in modules(root):
        if module.path == CLOCK:
            continue
        for imported in module.imports():
            if imported.split(".")[0] == "time":
                yield f"{module.path}: imports {imported}"
        for node in ast.walk(module.tree):
            if _reads_the_date(node):
                yield f"{module.path}:{node.lineno}: asks the computer for the time"


def _reads_the_date(node: ast.AST) -> bool:
    """Tell whether ``node`` is something like ``datetime.now()`` or ``date.today()``."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr in CLOCK_CALLS
        and "date" in ast.unparse(node.value)
    )


def logging_and_printing(root: Path) -> Iterator[str]:
    """Nothing is logged; only programs print."""
    for module in modules(root):
        if module.path not in LOGGING_ALLOWED:
            for imported in module.imports():
                if imported.split(".")[0] == "logging":
                    yield f"{module.path}: imports logging"
        if module.part != WIRING and Path(module.path).name not in PROGRAMS:
            for node in ast.walk(module.tree):
                if _called_name(node) == "print":
                    yield f"{module.path}:{node.lineno}: prints"


def hidden_imports(root: Path) -> Iterator[str]:
    """Imports are statements, or the arrows could not be read."""
    for module in modules(root):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {
                "__import__",
                "import_module",
            }:
                yield f"{module.path}:{node.lineno}: imports by a call"


def long_functions(root: Path, folder: str = "webapp") -> Iterator[str]:
    """R12: no function is longer than 60 lines, its docstring not counted."""
    for module in modules(root, folder):
        for function, _ in module.functions():
            length = _lines(function) - _docstring_lines(function)
            if length > MAX_FUNCTION_LINES:
                yield f"{module.path}:{function.lineno}: {function.name} has {length} lines"


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _docstring_lines(function: Function) -> int:
    return _lines(function.body[0]) if ast.get_docstring(function, clean=False) else 0


def long_files(root: Path) -> Iterator[str]:
    """R12: no file that people write is longer than 500 lines."""
    for folder, kind in (
        ("webapp", "py"), ("tests", "py"), ("benchmarks", "py"),
        ("templates", "html"), ("static", "js"), ("static", "css"),
    ):  # fmt: skip
        for path in sorted((root / folder).rglob(f"*.{kind}")):
            written = not path.name.endswith("_pb2.py") and "vendor" not in path.parts
            length = len(path.read_bytes().splitlines())
            if written and length > MAX_FILE_LINES:
                yield f"{path.relative_to(root).as_posix()}: {length} lines"


def named_hosts(root: Path) -> Iterator[str]:
    """Only one module knows the name of a computer; names that cannot exist are free."""
    for module in modules(root):
        if module.path == HOSTS_MODULE:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for host in HOST_NAME.findall(node.value):
                    yield f"{module.path}: knows {host}"


def vague_names(root: Path) -> Iterator[str]:
    """R11: names say what a thing is."""
    for module in modules(root):
        if Path(module.path).stem in VAGUE_FILES or Path(module.path).parent.name in VAGUE_FILES:
            yield f"{module.path}: says nothing about what is inside"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and node.name.endswith(VAGUE_CLASSES):
                yield f"{module.path}:{node.lineno}: class {node.name}"
        for function, owner in module.functions():
            # A method of a class with a base may have to answer to the name that the base calls.
            ours = owner is None or not owner.bases
            if ours and function.name.lstrip("_").startswith(VAGUE_FUNCTIONS):
                yield f"{module.path}:{function.lineno}: {function.name}"
