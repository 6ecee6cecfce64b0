"""Faults as JSON, for the control interface: read strictly, written back in full."""

from collections.abc import Callable, Mapping
from dataclasses import fields

from webapp.localnet.errors import InvalidSetting
from webapp.localnet.faults import Faults, Lie, Refusal

# Longer than any client waits, and short enough not to be a mistake of units.
MAX_DELAY_MS = 600_000
# Ten years either way.
MAX_CLOCK_OFFSET_MS = 315_360_000_000
MAX_TEXT_CHARACTERS = 1000


def parse_faults(wishes: Mapping[str, object]) -> dict[str, object]:
    """Return the value for each field of ``Faults`` that ``wishes`` names.

    Raises InvalidSetting, also if there is none.
    """
    if not wishes:
        raise InvalidSetting(f"name at least one fault: {', '.join(READERS)}")
    return {name: _reader(name)(name, value) for name, value in wishes.items()}


def set_faults(faults: Faults, values: Mapping[str, object]) -> None:
    """Give ``faults`` the ``values`` that ``parse_faults`` returned; the rest stays."""
    for name, value in values.items():
        # Each node has a set of its own, or one would change with another.
        setattr(faults, name, set(value) if isinstance(value, frozenset) else value)


def describe_faults(faults: Faults) -> dict[str, object]:
    """Return ``faults`` as ``parse_faults`` reads them, without what is as it should be."""
    sound = Faults()
    return {
        field.name: _written(getattr(faults, field.name))
        for field in fields(Faults)
        if getattr(faults, field.name) != getattr(sound, field.name)
    }


def _reader(name: str) -> Callable[[str, object], object]:
    if name not in READERS:
        raise InvalidSetting(f"there is no fault '{name}', only {', '.join(READERS)}")
    return READERS[name]


def _share(name: str, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise InvalidSetting(f"'{name}' is a share from 0 to 1")


def _delay_ms(name: str, value: object) -> int:
    return _whole_number(name, value, low=0, high=MAX_DELAY_MS)


def _clock_offset_ms(name: str, value: object) -> int:
    return _whole_number(name, value, low=-MAX_CLOCK_OFFSET_MS, high=MAX_CLOCK_OFFSET_MS)


def _whole_number(name: str, value: object, *, low: int, high: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise InvalidSetting(f"'{name}' is a whole number from {low} to {high}")


def _flag(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise InvalidSetting(f"'{name}' is true or false")


def _lies(name: str, value: object) -> frozenset[Lie]:
    if isinstance(value, list) and all(item in list(Lie) for item in value):
        return frozenset(map(Lie, value))
    raise InvalidSetting(f"'{name}' is a list of: {', '.join(Lie)}")


def _refusal(name: str, value: object) -> Refusal | None:
    """Return what ``{"status": …, "text": …, "share": …}`` says; the share may be left out."""
    if value is None:
        return None
    if not isinstance(value, dict) or not {"status", "text"} <= value.keys() <= REFUSAL_FIELDS:
        raise InvalidSetting(f"'{name}' is null, or has a status, a text and perhaps a share")
    text = value["text"]
    if not isinstance(text, str) or len(text) > MAX_TEXT_CHARACTERS:
        raise InvalidSetting(f"the text of '{name}' has at most {MAX_TEXT_CHARACTERS} characters")
    status = _whole_number(f"{name}.status", value["status"], low=200, high=599)
    return Refusal(status, text, _share(f"{name}.share", value.get("share", 1)))


def _written(value: object) -> object:
    if isinstance(value, set):
        return sorted(value)
    if isinstance(value, Refusal):
        return {"status": value.status, "text": value.text, "share": value.share}
    return value


REFUSAL_FIELDS = {"status", "text", "share"}
READERS: Mapping[str, Callable[[str, object], object]] = {
    "drop_requests": _share,
    "drop_answers": _share,
    "duplicate": _share,
    "corrupt": _share,
    "reorder": _share,
    "delay_ms": _delay_ms,
    "refusal": _refusal,
    "link_drop": _share,
    "link_corrupt": _share,
    "link_delay_ms": _delay_ms,
    "not_ready": _flag,
    "clock_offset_ms": _clock_offset_ms,
    "lies": _lies,
    "real_waits": _flag,
}
