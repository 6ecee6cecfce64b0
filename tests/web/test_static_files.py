"""What scripts and styles promise: one place for HTML, nothing stored, nothing from elsewhere."""

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
STYLES = sorted((STATIC / "css").rglob("*.css"))
ELEMENTS = [path for path in SCRIPTS if path.parent.name == "elements"]
APP_STYLE = STATIC / "css/app.css"
APP_SCRIPT = STATIC / "js/app.js"

HTML_SINKS = r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|createContextualFragment|DOMParser"
TRACES = (
    r"localStorage|sessionStorage|indexedDB|serviceWorker|caches\.|document\.cookie"
    r"|pushState|replaceState|location\.(href|hash|search|assign)|document\.title"
)
PHYSICAL = (
    r"(?<![\w-])(left|right|(margin|padding|border)-(left|right|top|bottom))(?![\w-])"
    r"|text-align: (left|right)"
)


def without_comments(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/|^\s*//.*?$", "", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_only_the_patch_protocol_makes_elements_of_text(path: Path) -> None:
    has_sink = re.search(HTML_SINKS, without_comments(path)) is not None

    assert has_sink == (path.name == "patch.js")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_leaves_no_trace_and_says_nothing_to_the_console(path: Path) -> None:
    # An entry of the history without an address, and with a state that says nothing
    # (decision 0015), is none.
    text = re.sub(r"history\.(push|replace)State\(this\.#state, \"\"\)", "", without_comments(path))

    assert not re.search(TRACES, text)
    assert not re.search(r"\bconsole\.|\beval\(|new Function|document\.write|\balert\(", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_imports_only_files_that_lie_here(path: Path) -> None:
    for target in re.findall(r"(?:from|import) \"([^\"]+)\"", without_comments(path)):
        assert target.startswith((".", ".."))
        assert (path.parent / target).resolve().is_file()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_only_requests_reach_the_server(path: Path) -> None:
    reaches = re.search(r"\bfetch\(|XMLHttpRequest|EventSource|sendBeacon", without_comments(path))

    assert bool(reaches) == (path.name == "request.js")


@pytest.mark.parametrize("path", ELEMENTS, ids=lambda path: path.name)
def test_an_element_is_named_after_its_file_and_loaded(path: Path) -> None:
    defined = re.findall(r"customElements\.define\(\"([^\"]+)\"", path.read_text())

    assert defined == [path.stem]
    assert f'import "./elements/{path.name}";' in APP_SCRIPT.read_text()


def test_the_table_of_contents_names_every_style_once_with_its_layer() -> None:
    imported = re.findall(r'@import url\("([^"]+)"\) layer\((\w+)\);', APP_STYLE.read_text())

    files = sorted(path.relative_to(APP_STYLE.parent).as_posix() for path in STYLES)
    assert sorted(name for name, _ in imported) == [name for name in files if name != "app.css"]
    assert all(layer == name.split("/")[0].removesuffix(".css") for name, layer in imported)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_only_tokens_know_colours_and_nothing_is_left_or_right(path: Path) -> None:
    text = without_comments(path)

    knows_colours = re.search(r"#[0-9a-f]{3,8}\b(?=[,;)])|\brgba?\(|\bhsl", text) is not None
    assert knows_colours == (path.name == "tokens.css")
    assert not re.search(PHYSICAL, text)
    assert "http" not in text


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_every_token_in_use_is_defined(path: Path) -> None:
    everywhere = "".join(without_comments(style) for style in STYLES)

    for token in re.findall(r"var\((--[\w-]+)", without_comments(path)):
        assert re.search(rf"{token}:", everywhere), token


def test_vendored_files_are_what_their_table_says() -> None:
    table = (STATIC / "vendor/README.md").read_text()
    listed = dict(re.findall(r"^\| `([^`]+)` \|[^|]*\| `([0-9a-f]{64})` \|", table, re.MULTILINE))

    vendor = STATIC / "vendor"
    found = {
        path.relative_to(vendor).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendor.rglob("*.*")
        if path.is_file() and path.name != "README.md" and path.suffix not in (".py", ".pyc")
    }
    found["emoji/LICENSE"] = hashlib.sha256((vendor / "emoji/LICENSE").read_bytes()).hexdigest()

    assert listed == found
