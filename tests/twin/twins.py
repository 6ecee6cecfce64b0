"""Two homes: one that was used and then erased, and one that looks like what must be left."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.twin.canaries import Canaries, found_in
from tests.twin.homes import bytes_in, differences
from tests.twin.use import OPEN, REAL_USE, Use, profile_of
from tests.visitor import Visitor
from tests.web.raw_client import is_closed_by_server
from webapp.storage import fresh
from webapp.vault import throttle

FIRST_PAGE = b"/accounts/new"
# All guesses but the last, typed over days.
GUESSES = 7
Erase = Callable[[Use], None]


def by_menu(use: Use) -> None:
    connection = use.visitor.stays_connected()
    assert use.visitor.erases(use.pin).status == 204
    _sees_what_is_left(use, connection)


def by_wrong_codes(use: Use) -> None:
    """Type the last of eight wrong codes, a week after the seventh."""
    use.visitor.stop()
    path = use.visitor.data / fresh.THROTTLE
    content = path.read_bytes()
    for number in range(GUESSES):
        content = throttle.counted(content, now_ms=number)
        content = throttle.guessed(content, now_ms=number)
    path.write_bytes(content)
    use.visitor.start()
    connection = use.visitor.stays_connected()
    wrong = use.canaries.text("the last wrong code")
    answer = use.visitor.ask("POST", "/unlock", {"kind": "passphrase", "passphrase": wrong})
    assert answer.status == 200
    _sees_what_is_left(use, connection)


def by_duress(use: Use) -> None:
    use.posts("/lock")
    connection = use.visitor.stays_connected()
    form = {"kind": "pin", "pin": use.duress_pin}
    assert use.visitor.ask("POST", "/unlock", form).status == 200
    _sees_what_is_left(use, connection)


def _sees_what_is_left(use: Use, connection: object) -> None:
    _sees_it_once(use)
    assert is_closed_by_server(connection)  # type: ignore[arg-type]
    connection.close()  # type: ignore[attr-defined]
    _sees_it_once(use)


def _sees_it_once(use: Use) -> None:
    page = use.visitor.ask("GET", "/").body
    if use.has_cover:
        assert use.visitor.ask("GET", "/list").status == OPEN
    else:
        assert FIRST_PAGE in page


@dataclass(frozen=True, slots=True)
class Way:
    """One way to erase, and whether an account is left."""

    erase: Erase
    has_cover: bool = False


WAYS = {
    "menu": Way(by_menu),
    "wrong codes": Way(by_wrong_codes),
    "duress code, empty": Way(by_duress),
    "duress code, cover": Way(by_duress, has_cover=True),
}
# Cover keeps the salt, and the container of the account that it leaves.
STAYS_WITH_COVER = ("salt of the vault", "a page of account 1")


class Twins:
    """The two homes below ``folder``, each with a folder for temporary files beside it."""

    def __init__(self, folder: Path) -> None:
        self.fresh = folder / "fresh"
        self.used = folder / "used"
        self.used_bytes = 0

    def start_look_stop(self) -> None:
        visitor = Visitor(self.fresh)
        assert FIRST_PAGE in visitor.ask("GET", "/").body
        assert visitor.stop() == 0

    def live_with_one_account(self) -> None:
        """Make the other home one of somebody who never had more than one account."""
        visitor = Visitor(self.fresh)
        visitor.makes_an_account("Marit").sets_a_pin("31415926")
        assert visitor.ask("POST", "/lock").status == 204
        assert visitor.ask("POST", "/unlock", {"kind": "pin", "pin": "31415926"}).status == 200
        assert visitor.ask("GET", "/list").status == OPEN
        assert visitor.stop() == 0

    def fill(self, data: Path) -> None:
        """Have a copy of this data directory in the home that will be used."""
        shutil.copytree(data, self.used / "data")

    def use_and_erase(self, way: Way, *, contacts: int = 4, messages: int = 12) -> Canaries:
        """Return what must not be found any more, once the other home is made as well."""
        if way.has_cover:
            self.live_with_one_account()
        else:
            self.start_look_stop()
        use = Use(Visitor(self.used), contacts, messages, has_cover=way.has_cover)
        try:
            for step in REAL_USE:
                step(use)
            self.used_bytes = bytes_in(self.used)
            way.erase(use)
            assert use.visitor.stop() == 0
        finally:
            use.visitor.close()
        return use.canaries.without(STAYS_WITH_COVER if way.has_cover else ())

    def folders(self) -> list[Path]:
        return [self.used, self.used.with_name("used-tmp"), profile_of(self.used)]

    def found(self, canaries: Canaries) -> dict[str, list[str]]:
        return found_in(self.folders(), canaries)

    def kept_by_the_browser(self) -> Counter[str]:
        """Return where, and how often, a browser keeps the address: nothing of ours prevents it.

        The compiled scripts are told by their folder.
        """
        address = Canaries()
        address.keep("address", b".localhost:")
        profile = profile_of(self.used)
        paths = [Path(path).relative_to(profile) for path in found_in([profile], address)]
        return Counter(
            str(path.parent if path.parent.match("Code Cache/*") else path) for path in paths
        )

    def differences(self) -> list[str]:
        lines = differences(self.fresh, self.used)
        more = differences(self.fresh.with_name("fresh-tmp"), self.used.with_name("used-tmp"))
        return [*lines, *more]
