"""Two homes: one in which the program was only started, one that was used and then erased."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.generate import generate
from tests.twin.canaries import Canaries, found_in
from tests.twin.homes import differences
from tests.twin.use import REAL_USE, Use
from tests.visitor import Visitor
from tests.web.raw_client import is_closed_by_server
from webapp.clock import SystemClock
from webapp.storage import fresh
from webapp.vault import throttle

FIRST_PAGE = b"/accounts/new"
# All guesses but the last, typed over days.
GUESSES = 7
Erase = Callable[[Use], None]


def by_menu(use: Use) -> None:
    connection = use.visitor.stays_connected()
    assert use.visitor.erases(use.pin).status == 204
    _sees_a_first_start(use, connection)


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
    _sees_a_first_start(use, connection)


def by_duress(use: Use) -> None:
    use.posts("/lock")
    connection = use.visitor.stays_connected()
    types_the_duress_code(use)
    _sees_a_first_start(use, connection)


def types_the_duress_code(use: Use) -> None:
    form = {"kind": "pin", "pin": use.duress_pin}
    assert use.visitor.ask("POST", "/unlock", form).status == 200


def _sees_a_first_start(use: Use, connection: object) -> None:
    assert FIRST_PAGE in use.visitor.ask("GET", "/").body
    assert is_closed_by_server(connection)  # type: ignore[arg-type]
    connection.close()  # type: ignore[attr-defined]
    assert FIRST_PAGE in use.visitor.ask("GET", "/").body


ERASES: dict[str, Erase] = {
    "menu": by_menu,
    "wrong codes": by_wrong_codes,
    "duress code": by_duress,
}
# Cover keeps the salt, and the container of the account that it leaves.
STAYS_WITH_COVER = ("salt of the vault", "a page of account 0")


class Twins:
    """The two homes below ``folder``, each with a folder for temporary files beside it."""

    def __init__(self, folder: Path) -> None:
        self.fresh = folder / "fresh"
        self.used = folder / "used"

    def start_look_stop(self) -> None:
        visitor = Visitor(self.fresh)
        assert FIRST_PAGE in visitor.ask("GET", "/").body
        assert visitor.stop() == 0

    def fill(self, messages: int) -> None:
        """Have an account with so many messages in the home that will be used."""
        self.used.mkdir()
        generate(self.used / "data", messages_count=messages, now_ms=SystemClock().now_ms())

    def use_and_erase(self, erase: Erase, *, contacts: int = 4, messages: int = 12) -> Canaries:
        """Return what must not be found any more."""
        use = Use(Visitor(self.used), contacts, messages)
        for step in REAL_USE:
            step(use)
        erase(use)
        assert use.visitor.stop() == 0
        return use.canaries

    def live_with_one_account(self) -> None:
        """Make the other home one of somebody who never had more than one account."""
        visitor = Visitor(self.fresh)
        visitor.makes_an_account("Marit").sets_a_pin("31415926")
        assert visitor.ask("POST", "/lock").status == 204
        assert visitor.ask("POST", "/unlock", {"kind": "pin", "pin": "31415926"}).status == 200
        assert visitor.ask("GET", "/list").status == 200
        assert visitor.stop() == 0

    def use_and_take_cover(self) -> Canaries:
        """Return what must not be found any more."""
        use = Use(Visitor(self.used), has_cover=True)
        for step in REAL_USE:
            step(use)
        use.posts("/lock")
        connection = use.visitor.stays_connected()
        types_the_duress_code(use)
        assert is_closed_by_server(connection)
        connection.close()
        assert use.visitor.ask("GET", "/list").status == 200
        assert use.visitor.stop() == 0
        return use.canaries.without(STAYS_WITH_COVER)

    @property
    def profile(self) -> Path:
        """Where a browser may keep its profile: outside of the home, and searched."""
        return self.used.with_name("used-profile")

    def folders(self) -> list[Path]:
        return [self.used, self.used.with_name("used-tmp"), self.profile]

    def found(self, canaries: Canaries) -> dict[str, list[str]]:
        return found_in(self.folders(), canaries)

    def differences(self) -> list[str]:
        lines = differences(self.fresh, self.used)
        more = differences(self.fresh.with_name("fresh-tmp"), self.used.with_name("used-tmp"))
        return [*lines, *more]
