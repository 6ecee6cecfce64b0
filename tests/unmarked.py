"""Finds what a person can read although it is not marked for the catalogue.

Templates are read as Jinja reads them: what it would print as it stands goes through a parser of
HTML, and texts and spoken attributes in it are unmarked; so is every constant that an expression
hands on, unless it is plainly a name for machines. Scripts and modules are searched for sentences
outside of a call that marks.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from babel.messages.jslexer import tokenize, unquote_string
from jinja2 import Environment, nodes

MARKING = {"_", "gettext", "ngettext", "mark", "Counted"}
# Names are the same everywhere.
NAMES = {"Safehouse", "Echo", "English", "Deutsch"}
# Read out or shown by a browser, or by a script of ours.
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "aria-roledescription", "label",
                     "placeholder", "title", "data-done", "data-placeholder"}  # fmt: skip
WORD = re.compile(r"[^\W\d_]{2}")
# Paths, class names, numbers and keywords.
FOR_MACHINES = re.compile(
    r"[a-z0-9_./?&=:#%~ \"$*+-]*|[A-Z0-9_]+|data-[a-z-]+(=.*)?"
    # Keys, as browsers call them.
    r"|([a-z]+\+)?(Arrow[A-Z][a-z]+|Enter|Escape)"
)
SENTENCE = re.compile(r"[A-Z][\w']*(?:,? \S.*|[.!?])")
ATTRIBUTE = re.compile(r"[\w\0-]+=\"")
EXPRESSION = "\0"


class Texts(HTMLParser):
    """The texts and the spoken attributes of a piece of HTML."""

    SILENT = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        self.found += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in self.SILENT:
            return
        if ATTRIBUTE.search(data):
            # A macro that writes attributes into a tag of somebody else.
            self.found += texts_in(f"<br {data}>")
        else:
            self.found.append(data)


def texts_in(html: str) -> list[str]:
    texts = Texts()
    texts.feed(html)
    texts.close()
    return texts.found


def in_template(source: str) -> Iterator[str]:
    """Yield what ``source`` says without having marked it."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    names = {id(output) for output in _names(tree)}
    printed = "".join(
        node.data if isinstance(node, nodes.TemplateData) else EXPRESSION
        for output in tree.find_all(nodes.Output)
        if id(output) not in names
        for node in output.nodes
    )
    for text in texts_in(printed):
        if _is_readable(text):
            yield text.replace(EXPRESSION, "…").strip()
    yield from (
        value
        for value in _constants(tree)
        if _is_readable(value) and not FOR_MACHINES.fullmatch(value)
    )


def in_script(source: str) -> Iterator[str]:
    """Yield the sentences in JavaScript outside of gettext and ngettext."""
    tokens = [token for token in tokenize(source, jsx=False) if "comment" not in token.type]
    depth = 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        if depth:
            depth += (token.value == "(") - (token.value == ")")
        elif token.value == "(" and before is not None and before.value in MARKING:
            depth = 1
        elif token.type in {"string", "template_string"}:
            text = token.value[1:-1] if token.type != "string" else unquote_string(token.value)
            if SENTENCE.fullmatch(text):
                yield text


def in_module(source: str) -> Iterator[str]:
    """Yield the sentences in Python outside of docstrings and calls that mark."""
    tree = ast.parse(source)
    silent = {id(node) for found in ast.walk(tree) for node in _silent(found)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in silent:
            continue
        if isinstance(node.value, str) and SENTENCE.fullmatch(node.value):
            yield node.value


def _names(tree: nodes.Template) -> Iterator[nodes.Output]:
    """Yield what fills a block with one word in small letters: that goes into an attribute."""
    for block in tree.find_all(nodes.Block):
        for output in block.body:
            match output:
                case nodes.Output(nodes=[nodes.TemplateData(data=word)]):
                    if re.fullmatch("[a-z-]+", word):
                        yield output


def _silent(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the constants that ``node`` keeps from the screen."""
    if isinstance(node, ast.Expr):
        yield node.value
    if isinstance(node, ast.Call) and _name(node.func) in MARKING:
        yield from ast.walk(node)


def _name(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")


def _is_readable(text: str) -> bool:
    return bool(WORD.search(text)) and text.strip() not in NAMES


def _constants(tree: nodes.Template) -> Iterator[str]:
    """Yield every text in the expressions of ``tree`` but those that are marked."""
    marked = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in MARKING
        for constant in call.find_all(nodes.Const)
    }
    loading = {
        id(constant)
        for statement in tree.find_all((nodes.Include, nodes.Extends, nodes.FromImport))
        for constant in statement.find_all(nodes.Const)
    }
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and id(constant) not in marked | loading:
            yield constant.value
