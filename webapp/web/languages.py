"""Languages as they are written in one region: sentences, numbers, dates and times.

English is what stands in the code; every other language is a catalogue, ``texts/<code>.po``. How a
region writes numbers and dates is asked of Babel, for the page and for its scripts alike: a page
carries the patterns and names that were used on it, because those of the browser are of another
age and would write some dates otherwise.
"""

import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from typing import TYPE_CHECKING, Final, Literal, get_args

from babel import Locale, negotiate_locale
from babel.dates import DateTimePattern, match_skeleton, parse_pattern
from babel.localedata import locale_identifiers
from babel.numbers import format_decimal

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

Code = Literal["en", "de"]
Preference = Literal["auto", "en", "de"]
DateStyle = Literal["time", "weekday", "day", "date", "long_day", "long_date", "full"]

CODES: Final[tuple[Code, ...]] = get_args(Code)
SOURCE: Final[Code] = "en"
# Where nobody says which region: 24 hours, and the day before the month, as most of the world has.
REGIONS: Final[dict[Code, str]] = {"en": "en-GB", "de": "de"}
SCRIPTS: Final = "static/js/"
# No rule for plurals of a language that we speak looks at larger numbers.
PLURAL_PROBE: Final = 200
# The fields of a pattern that are names, and a moment for each name; Monday comes first.
MONTHS: Final = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 13)]
DAYS: Final = [datetime(2026, 6, day, tzinfo=UTC) for day in range(1, 8)]
HALVES: Final = [datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (6, 18)]
NAMED: Final = {"MMM": MONTHS, "MMMM": MONTHS, "EEEE": DAYS, "ccc": DAYS, "a": HALVES}


class Language:
    """A language in a region, such as ``de-AT``."""

    def __init__(self, tag: str) -> None:
        self._locale = Locale.parse(tag, sep="-")
        self.tag: Final = str(self._locale).replace("_", "-")

    @property
    def code(self) -> str:
        return str(self._locale.language)

    @property
    def direction(self) -> str:
        """Return which way text runs, in the words of the attribute ``dir``."""
        return str(self._locale.text_direction)

    def gettext(self, message: str) -> str:
        return _translations(self.code).gettext(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return _translations(self.code).ngettext(one, many, number)

    def number(self, number: int) -> str:
        return str(format_decimal(number, locale=self._locale))

    def date(self, moment: datetime, style: DateStyle) -> str:
        return self._write(self._patterns[style], moment)

    @cached_property
    def dates(self) -> dict[str, object]:
        """Return the patterns and names by which ``date`` works, for static/js/lib/times.js."""
        patterns = {str(style): pattern for style, pattern in self._patterns.items()}
        names = {
            field: [self._write(field, moment) for moment in moments]
            for field, moments in NAMED.items()
        }
        return {**patterns, **names}

    @cached_property
    def script_texts(self) -> dict[str, object]:
        """Return what the scripts say, by what they say in English, for static/js/lib/texts.js.

        Where numbers matter, there is one text for each category of Unicode: "one", "other".
        """
        if self.code == SOURCE:
            return {}
        found: dict[str, object] = {}
        for message in _catalogue(self.code):
            if not any(place.startswith(SCRIPTS) for place, _ in message.locations):
                continue
            if isinstance(message.id, str):
                found[message.id] = message.string
            else:
                found[message.id[0]] = self._plurals(*message.id)
        return found

    def _plurals(self, one: str, many: str) -> dict[str, str]:
        category_of = self._locale.plural_form
        return {category_of(n): self.ngettext(one, many, n) for n in range(PLURAL_PROBE)}

    @cached_property
    def _patterns(self) -> dict[DateStyle, str]:
        time = self._locale.time_formats["short"].pattern
        return {
            "time": time,
            "weekday": "ccc",
            "day": self._skeleton("MMMd"),
            "date": self._skeleton("yMMMd"),
            "long_day": _widened(self._skeleton("MMMMEEEEd")),
            "long_date": self._locale.date_formats["long"].pattern,
            "full": f"{self._locale.date_formats['full'].pattern}, {time}",
        }

    def _write(self, pattern: str, moment: datetime) -> str:
        return str(parse_pattern(pattern).apply(moment, self._locale))

    def _skeleton(self, wanted: str) -> str:
        """Return the pattern of the region for these fields, or for the most similar ones."""
        skeletons = self._locale.datetime_skeletons
        found: DateTimePattern = skeletons[match_skeleton(wanted, skeletons)]
        return found.pattern


def language_for(accepted: Iterable[str], preference: Preference) -> Language:
    """Return the language for a browser that accepts these tags, the dearest first.

    A preference decides the language; the browser may still say how its region writes it.
    """
    return _choose(tuple(accepted), preference)


@lru_cache(maxsize=32)
def _choose(accepted: tuple[str, ...], preference: Preference) -> Language:
    codes = CODES if preference == "auto" else (preference,)
    found = negotiate_locale(accepted, _tags(codes), sep="-")
    return language(found or REGIONS[codes[0]])


@cache
def language(tag: str) -> Language:
    """Return the language named by ``tag``, one of those that Babel knows."""
    return Language(tag)


@cache
def _tags(codes: tuple[Code, ...]) -> list[str]:
    """Return the tags of ``codes`` in all regions, in the usual script only."""
    return [
        name.replace("_", "-")
        for name in locale_identifiers()
        if re.fullmatch(rf"({'|'.join(codes)})(_[A-Z0-9]{{2,3}})?", name)
    ]


def _widened(pattern: str) -> str:
    """Return ``pattern`` with the names of weekday and month written out."""
    return re.sub("M{3,}", "MMMM", re.sub("E+", "EEEE", pattern))


@cache
def _translations(code: str) -> NullTranslations:
    if code == SOURCE:
        return NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, _catalogue(code))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _catalogue(code: str) -> "Catalog":
    # Read when somebody first needs it: that takes longer than any page may.
    from babel.messages.pofile import read_po

    with resources.files("webapp").joinpath(f"texts/{code}.po").open("rb") as file:
        return read_po(file, locale=code)
