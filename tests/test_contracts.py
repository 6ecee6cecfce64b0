"""What is promised in prose holds: documentation, templates and error texts (R24)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import architecture
from webapp.network.settings import SESSION
from webapp.protocol.recovery import RecoveryPasswordError
from webapp.services.errors import ServiceError
from webapp.storage.errors import StorageError

ROOT = Path(__file__).parents[1]
REFERENCE = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = [path for path in sorted((ROOT / "static").rglob("*.js")) if "vendor" not in path.parts]
# What a template could use to put markup past the escaping, or code past the content policy.
FORBIDDEN_IN_TEMPLATES = {
    "unescaped": r"\|\s*safe\b|\bMarkup\b|autoescape\s+false",
    "inline style": r"<style\b|\sstyle\s*=",
    "inline script": r"<script(?![^>]*\ssrc=)|javascript:",
    "event handler": r"\son[a-z]+\s*=",
    "foreign address": r"(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//",
}
FORBIDDEN_IN_SCRIPTS = {
    "code from text": r"\beval\(|new Function\b|document\.write\b",
    "browser storage": r"\b(?:localStorage|sessionStorage|indexedDB)\b|document\.cookie",
    "inline style": r"\.style\s*=|setAttribute\(\s*[\"']style",
    "messages on the console": r"\bconsole\.\w+\(",
}


def table(heading: str) -> list[str]:
    """Return the first column of the table below ``heading`` of the reference."""
    section = REFERENCE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    return [str(row) for row in rows]


def options_of(path: str) -> set[str]:
    """Return the command-line options that a module defines."""
    calls = [
        node
        for node in ast.walk(ast.parse((ROOT / path).read_bytes()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("add_argument")
    ]
    return {str(ast.literal_eval(call.args[0])) for call in calls}


def addresses() -> Iterator[str]:
    """Yield every method and address that a view declares, converters left out."""
    for module in architecture.modules(ROOT, "webapp/web/views"):
        for function, _ in module.functions():
            for decorator in map(ast.unparse, function.decorator_list):
                declared = re.match(r"blueprint\.(get|post)\('([^']+)'", decorator)
                if declared:
                    yield f"{declared[1].upper()} {re.sub('<[a-z]+:', '<', declared[2])}"


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_make_target_is_documented_and_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)
    assert sorted(table("Commands")) == sorted(f"make {target}" for target in targets)


def test_every_field_of_the_network_file_is_documented_and_exists() -> None:
    assert sorted(table("Network file")) == sorted(SESSION.to_json())


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("webapp/config.py", "Options of the program"),
        ("webapp/localnet/__main__.py", "Options of the practice network"),
        ("benchmarks/generate.py", "A large account"),
    ],
)
def test_every_option_is_documented_and_exists(path: str, heading: str) -> None:
    assert {row.split()[0] for row in table(heading)} == options_of(path)


def test_every_command_of_the_practice_network_is_documented_and_exists() -> None:
    source = (ROOT / "webapp/localnet/control.py").read_text(encoding="utf-8")
    assert table("Control of the practice network") == re.findall(r'"(/\w+)": self\._', source)


def test_every_fault_and_every_lie_is_documented_and_exists() -> None:
    from webapp.localnet.fault_settings import READERS
    from webapp.localnet.faults import Lie

    assert table("Faults of the practice network") == [*READERS, *Lie]


def test_every_environment_variable_is_documented() -> None:
    used = {
        name
        for module in architecture.modules(ROOT, "tests")
        for name in re.findall(
            r"os\.environ(?:\.get\(|\[)\"([A-Z_]+)\"", ast.unparse(module.tree).replace("'", '"')
        )
    }
    assert used - {"CI"} <= set(table("Environment of the tests"))


def test_every_address_is_documented_and_exists() -> None:
    assert sorted(table("Addresses")) == sorted(addresses())


def test_every_error_code_is_documented_and_used() -> None:
    from webapp.web.error_texts import ERROR_TEXTS

    source = (ROOT / "webapp/web/errors.py").read_text(encoding="utf-8")
    codes = set(re.findall(r"ErrorText\(\s*\d+,\s+\"(\w+)\"", source))
    codes |= {text.code for text in ERROR_TEXTS.values()}
    assert set(table("Errors")) == codes


def test_no_two_errors_share_a_code() -> None:
    from webapp.web.error_texts import ERROR_TEXTS

    codes = [text.code for text in ERROR_TEXTS.values()]
    assert sorted(set(codes)) == sorted(codes)


@pytest.mark.parametrize("base", [ServiceError, RecoveryPasswordError])
def test_every_error_that_a_page_can_cause_has_its_own_sentence(base: type[Exception]) -> None:
    from webapp.web.error_texts import ERROR_TEXTS

    assert [kind.__name__ for kind in subclasses(base) if kind not in ERROR_TEXTS] == []


def test_every_storage_error_has_a_sentence_in_the_page_and_in_the_terminal() -> None:
    from webapp.start_errors import SENTENCES
    from webapp.web.error_texts import ERROR_TEXTS

    for kind in subclasses(StorageError):
        assert issubclass(kind, tuple(ERROR_TEXTS))
        assert issubclass(kind, tuple(SENTENCES))


@pytest.mark.parametrize("what", FORBIDDEN_IN_TEMPLATES)
def test_no_template_works_around_the_content_policy(what: str) -> None:
    pattern = re.compile(FORBIDDEN_IN_TEMPLATES[what], re.IGNORECASE)
    assert [path.name for path in TEMPLATES if pattern.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("what", FORBIDDEN_IN_SCRIPTS)
def test_no_script_works_around_the_content_policy(what: str) -> None:
    pattern = re.compile(FORBIDDEN_IN_SCRIPTS[what])
    assert [path.name for path in SCRIPTS if pattern.search(path.read_text("utf-8"))] == []


def test_markup_becomes_elements_in_one_script_only() -> None:
    writing = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|DOMParser")
    assert len([path for path in SCRIPTS if writing.search(path.read_text("utf-8"))]) <= 1


def test_every_partial_says_what_it_needs() -> None:
    silent = [
        path.name
        for path in TEMPLATES
        if path.name.startswith("_") and not path.read_text("utf-8").startswith("{#")
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("patterns", "what", "text"),
    [
        (FORBIDDEN_IN_TEMPLATES, "unescaped", "{{ body | safe }}"),
        (FORBIDDEN_IN_TEMPLATES, "unescaped", "{% autoescape false %}"),
        (FORBIDDEN_IN_TEMPLATES, "inline style", '<p style="color: red">'),
        (FORBIDDEN_IN_TEMPLATES, "inline script", "<script>go()</script>"),
        (FORBIDDEN_IN_TEMPLATES, "inline script", '<script type="module">go()</script>'),
        (FORBIDDEN_IN_TEMPLATES, "event handler", '<p onclick="go()">'),
        (FORBIDDEN_IN_TEMPLATES, "foreign address", '<img src="https://example.org/a.png">'),
        (FORBIDDEN_IN_SCRIPTS, "code from text", "eval(text)"),
        (FORBIDDEN_IN_SCRIPTS, "browser storage", "localStorage.setItem('a', b)"),
        (FORBIDDEN_IN_SCRIPTS, "inline style", "element.style = 'color: red'"),
        (FORBIDDEN_IN_SCRIPTS, "messages on the console", "console.log(message)"),
    ],
)
def test_a_planted_violation_is_seen(patterns: dict[str, str], what: str, text: str) -> None:
    assert re.search(patterns[what], text, re.IGNORECASE)


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs/decisions"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_the_readme_gives_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^make \w+", readme, re.MULTILINE) == ["make run", "make test"]


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
