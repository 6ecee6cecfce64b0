"""What the program says, gathered from its source: ``python -m tests.catalogue``.

As a program it brings ``webapp/texts/*.po`` up to date: new sentences come in untranslated, those
that nobody says any more go. The tests compare both.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
CATALOGUES = ROOT / "webapp/texts"
KEYWORDS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2), "Counted": (1, 2)}
# Where people are spoken to, and how to read it. The terminal is spoken to in English.
SOURCES: tuple[tuple[str, str], ...] = (
    ("templates/**/*.html", "jinja2.ext:babel_extract"),
    ("webapp/web/pages/*.html", "jinja2.ext:babel_extract"),
    ("webapp/**/*.py", "python"),
    ("static/js/**/*.js", "javascript"),
)
LINE_CHARACTERS = 100


def sources(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Yield every file that may speak, with the method that reads it."""
    for pattern, method in SOURCES:
        for path in sorted(root.glob(pattern)):
            if not path.name.endswith("_pb2.py"):
                yield path, method


def gather(root: Path = ROOT) -> Catalog:
    """Return all marked sentences, each with the files that say it."""
    found = Catalog()
    for path, method in sources(root):
        place = path.relative_to(root).as_posix()
        for _, sentence, _, _ in extract_from_file(method, path, keywords=KEYWORDS):
            found.add(sentence, locations=[(place, 0)])
    return found


def read(code: str) -> Catalog:
    """Return the catalogue of a language."""
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def write(code: str, catalogue: Catalog) -> None:
    with (CATALOGUES / f"{code}.po").open("wb") as file:
        write_po(
            file,
            catalogue,
            width=LINE_CHARACTERS,
            sort_by_file=True,
            ignore_obsolete=True,
            include_lineno=False,
        )


def codes() -> list[str]:
    return sorted(path.stem for path in CATALOGUES.glob("*.po"))


def main() -> None:
    said = gather()
    for code in codes():
        catalogue = read(code)
        # The date would change with every run, and with it the file.
        said.creation_date = catalogue.creation_date
        catalogue.update(said, no_fuzzy_matching=True)
        write(code, catalogue)


if __name__ == "__main__":
    main()
