"""A use of the program that plants canaries, as a list of steps. Later features add theirs."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.twin.canaries import Canaries
from tests.visitor import Visitor
from webapp.protocol.keys import AccountKeys
from webapp.protocol.recovery import decode_recovery_password
from webapp.storage import fresh
from webapp.vault.codes import PROFILE_1, canonical, derive
from webapp.vault.slots import open_vault, read_salt

OPEN = 200


def new_pin() -> str:
    """Return a PIN that is in no file by chance, and far from any other one."""
    return "".join(secrets.choice("123456789") for _ in range(12))


def profile_of(home: Path) -> Path:
    """Return where a browser may keep its profile: outside of the home, and searched."""
    return home.with_name(f"{home.name}-profile")


@dataclass
class Use:
    """One person at one program, and what they have left in it."""

    visitor: Visitor
    contacts: int = 4
    messages: int = 12
    canaries: Canaries = field(default_factory=Canaries)
    conversations: list[str] = field(default_factory=list)
    pin: str = field(default_factory=new_pin)
    duress_pin: str = field(default_factory=new_pin)
    # Whether the duress code leaves the second account.
    has_cover: bool = False

    def posts(self, path: str, **form: str) -> str:
        answer = self.visitor.ask("POST", path, form)
        assert answer.status in (200, 204, 205), (path, answer.status, answer.body[:200])
        return answer.body.decode()


def makes_an_account(use: Use) -> None:
    if use.visitor.ask("GET", "/account").status != OPEN:
        use.visitor.makes_an_account(use.canaries.text("first own name"))
    use.posts("/account/name", name=use.canaries.text("own name"))
    words = use.visitor.words()
    seed = decode_recovery_password(words)
    keys = AccountKeys.from_seed(seed)
    use.canaries.keep("seed", bytes(seed))
    use.canaries.keep("recovery words", " ".join(words.split()[:6]).encode())
    use.canaries.keep("last recovery words", " ".join(words.split()[6:]).encode())
    use.canaries.keep("Account ID", bytes(keys.account_id))
    use.canaries.keep("signing key", keys.ed25519)


def adds_two_more(use: Use) -> None:
    """The last one is shown until the next lock; after that the first one, with all people."""
    for beside in (1, 2):
        name = use.canaries.text(f"name of account {beside}")
        use.posts("/accounts", name=name, network="practice", beside=str(beside))


def writes_to_people(use: Use) -> None:
    for number in range(use.contacts):
        peer = secrets.token_bytes(32)
        use.canaries.keep(f"Account ID of contact {number}", peer)
        pane = use.posts("/conversations", account_id=f"05{peer.hex()}")
        found = re.search(r'data-for="(\d+)"', pane)
        assert found is not None
        use.conversations.append(found[1])
        name = use.canaries.text(f"name of contact {number}")
        use.posts(f"/conversations/{found[1]}/nickname", nickname=name)


def sends_messages(use: Use) -> None:
    for number in range(use.messages):
        text = use.canaries.text(f"message {number}")
        conversation = use.conversations[number % use.contacts]
        use.posts(f"/conversations/{conversation}/messages", body=text)


def leaves_drafts(use: Use) -> None:
    for number, conversation in enumerate(use.conversations):
        text = use.canaries.text(f"draft {number}")
        use.posts(f"/conversations/{conversation}/draft", body=text)


def sets_a_code(use: Use) -> None:
    use.canaries.keep("PIN", use.pin.encode())
    use.posts("/settings/theme", value="light")
    use.visitor.sets_a_pin(use.pin)
    use.posts("/settings/erase_after", value="8")


def keeps_the_keys(use: Use) -> None:
    """Not a step of the person: what an onlooker would have to find."""
    vault = (use.visitor.data / fresh.VAULT).read_bytes()
    root = derive(canonical("pin", use.pin), read_salt(vault), profile=PROFILE_1)
    opened = open_vault(vault, root)
    assert opened is not None
    use.canaries.keep("root of the code", root)
    use.canaries.keep("salt of the vault", read_salt(vault))
    for number, entry in enumerate(opened[1].entries):
        use.canaries.keep(f"key of account {number}", entry.key)
        container = fresh.container_path(use.visitor.data, entry.container).read_bytes()
        use.canaries.keep(f"a page of account {number}", container[4096 : 4096 + 64])


def sets_a_duress_code(use: Use) -> None:
    use.canaries.keep("duress PIN", use.duress_pin.encode())
    use.posts("/settings/emergency", current=use.pin)
    page = use.visitor.ask("GET", "/settings/emergency/code").body.decode()
    covers = re.findall(r'name="cover" value="([^"]*)"', page)
    assert len(covers) == 4
    use.posts(
        "/settings/emergency/code",
        cover=covers[2] if use.has_cover else covers[0],
        current=use.pin,
        duress=use.duress_pin,
        duress_again=use.duress_pin,
    )
    use.posts("/settings/emergency/rehearsal", rehearsed=use.duress_pin)
    use.posts("/settings/emergency/on")


def crashes(use: Use) -> None:
    use.canaries.keep("cookie before the crash", use.visitor.cookie.partition("=")[2].encode())
    use.visitor.kill()
    use.visitor.start()


def unlocks(use: Use) -> None:
    use.visitor.ask("POST", "/unlock", {"kind": "pin", "pin": use.pin})
    assert use.visitor.ask("GET", "/list").status == 200
    use.canaries.keep("cookie", use.visitor.cookie.partition("=")[2].encode())


Step = Callable[[Use], None]
REAL_USE: tuple[Step, ...] = (
    makes_an_account,
    writes_to_people,
    sends_messages,
    leaves_drafts,
    adds_two_more,
    sets_a_code,
    sets_a_duress_code,
    keeps_the_keys,
    crashes,
    unlocks,
)
