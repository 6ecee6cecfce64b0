"""The screens that several views answer with, put together from services and presenters."""

import re
from collections.abc import Iterable, Mapping

from flask import render_template

from webapp.services import (
    drafts,
    lock_settings,
    preferences,
    reading,
    recent_emoji,
    wrong_codes,
)
from webapp.services.codes import CodeKind
from webapp.services.errors import UnknownMessage
from webapp.services.networks import NetworkKind
from webapp.services.open_account import OpenAccount
from webapp.services.reading import MessagePage, Place
from webapp.web.connection_presenter import (
    ConnectionView,
    present_connection,
    present_proxy,
)
from webapp.web.context import (
    BEFORE_AN_ACCOUNT,
    calendar,
    current_session,
    runtime,
    take_switch,
)
from webapp.web.equal_size_presenter import present_equal_size
from webapp.web.lock_presenter import present_code, present_forgotten, present_lock
from webapp.web.presenters import (
    PersonView,
    conversation_name,
    present_account,
    present_message,
    present_page,
    present_person,
    sort_key,
)
from webapp.web.row_presenter import capped, present_row
from webapp.web.settings_pages import settings_pages
from webapp.web.switcher_presenter import present_open, present_speaker
from webapp.web.toasts import Toast
from webapp.web.views import list_parts

Values = dict[str, object]

# Two numbers that SQLite can hold.
POSITION = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


def document() -> str:
    """Return the whole page for the state that the app is in."""
    template, values = _present()
    return render_template("layouts/page.html", screen=template, **values)


def bare_document() -> str:
    """Return the page for a tab that could not prove yet that it is ours: nothing private."""
    return render_template("layouts/page.html", screen="pages/resume.html", preferences=None)


def lock(*, whole: bool) -> str:
    """Return the page of the lock, which says once what became of the last code."""
    session = current_session()
    said, session.last_try = session.last_try, None
    problem, session.forgot_problem = session.forgot_problem, None
    view = present_lock(said, now_s=runtime().clock.monotonic_s())
    values = {
        "kind": view.kind,
        "sentence": view.sentence,
        "wait_s": view.wait_s,
        "forgotten": present_forgotten(runtime().forgotten, problem),
    }
    if not whole:
        return render_template("pages/lock.html", **values)
    return render_template(
        "layouts/page.html", screen="pages/lock.html", preferences=None, **values
    )


def screen() -> str:
    """Return what ``document`` shows, for a page that is loaded already."""
    template, values = _present()
    return render_template(template, **values)


def list_of(account: OpenAccount, part: Values) -> str:
    """Return a part of the list, and the state of the connection."""
    return render_template("partials/_list.html", **_sidebar(account, part))


def nothing_open(account: OpenAccount, *, toast: Toast | None = None) -> str:
    """Return the pane while no conversation is open."""
    pane = render_template("pages/empty.html", **_pane_of_nothing(account, over=None))
    return pane + said(toast)


def _pane_of_nothing(account: OpenAccount, *, over: int | None) -> Values:
    has_code = runtime().code_is_set
    return {"echo": account.network.settings.echo, "over": over, "has_code": has_code}


def connection(account: OpenAccount) -> str:
    """Return everything on the screen that says how the network is reached."""
    return render_template("partials/_connection.html", connection=_connection(account))


def look(account: OpenAccount) -> str:
    """Return what gives the document the settings of the account."""
    return render_template("partials/_preferences.html", preferences=chosen(account))


def blocked(account: OpenAccount) -> str:
    """Return the list of the people who are blocked."""
    return render_template("partials/_blocked_people.html", blocked=blocked_people(account))


def blocked_people(account: OpenAccount) -> list[PersonView]:
    return [present_person(person) for person in reading.blocked(account)]


def chosen(account: OpenAccount) -> dict[str, str]:
    """Return the settings of the account, as the templates write them down.

    With them stands which kind of code is set: scripts report that somebody is there only if
    there is something to lock.
    """
    code = runtime().code_kind()
    return {
        **preferences.as_texts(preferences.load(account)),
        **lock_settings.as_texts(lock_settings.load(*runtime().accounts())),
        wrong_codes.NAME: wrong_codes.as_text(runtime()),
        "panic_chord": "on" if runtime().prepared()[0].panic_chord else "off",
        "code": code or "none",
    }


def lock_settings_page(*, toast: Toast | None = None) -> str:
    """Return the page of the lock in the settings."""
    page = render_template(
        "pages/settings/lock.html",
        code=present_code(runtime().code_kind()),
        lock=lock_settings.as_texts(lock_settings.load(*runtime().accounts())),
        limits=lock_settings.CHOICES["idle_minutes"],
        erase_after=wrong_codes.as_text(runtime()),
        guesses=[text for text in wrong_codes.CHOICES if text != wrong_codes.OFF],
        equal_size=present_equal_size(runtime()),
        part="content",
    )
    return page + said(toast)


def warnings(account: OpenAccount) -> str:
    """Return what stands above the list until somebody has answered it."""
    return render_template("partials/_warnings.html", **_warnings(account))


def _warnings(account: OpenAccount) -> Values:
    wanted = preferences.load(account)
    return {
        "rolled_back": lock_settings.rolled_back(*runtime().accounts()),
        "offers_code": wanted.code_offer == "ask" and not runtime().code_is_set,
        "offers_equal_size": wanted.equal_size_offer == "ask" and runtime().offers_equal_size,
    }


def own_account(account: OpenAccount, *, part: str = "content") -> str:
    """Return the page of the account; ``part`` "list" shows a narrow window the tree instead."""
    return render_template(
        "pages/settings/account.html",
        account=present_account(account),
        has_code=runtime().code_is_set,
        has_others=len(runtime().accounts()) > 1,
        part=part,
    )


def account_names(account: OpenAccount) -> str:
    """Return every place that names the account."""
    return render_template(
        "partials/_account_changed.html",
        account=present_account(account),
        switched=False,
        **_switcher(account),
    )


def switcher() -> str:
    """Return what tells of the accounts that are not shown."""
    return render_template("partials/_switcher.html", **_switcher(runtime().account()))


def _switcher(shown: OpenAccount) -> Values:
    accounts = [present_open(each, shown=shown) for each in runtime().accounts()]
    return {
        "accounts": accounts,
        "elsewhere": capped(sum(each.unread_count for each in accounts if not each.is_shown)),
        "unopened": runtime().unopened,
    }


def keep_codes(*, toast: Toast | None = None) -> str:
    """Return the form for the codes whose accounts are to be kept."""
    return render_template("partials/_keep_codes.html", **kept_codes()) + said(toast)


def kept_codes() -> Values:
    """Return the variables of ``partials/_keep_codes.html``."""
    return {"kept": runtime().kept, "kept_kind": CodeKind.PIN}


def network(account: OpenAccount, template: str = "pages/settings/network.html") -> str:
    """Return a page about the way to the network; it knows a proxy's login, not its password."""
    return render_template(
        template,
        connection=_connection(account),
        proxy=present_proxy(reading.proxy(account)),
        is_given=account.given_proxy is not None,
        required=True,
        part="content",
    )


def position(text: str) -> Place:
    """Return the place in a conversation that ``MessageView.sort`` names. Raises UnknownMessage."""
    found = POSITION.fullmatch(text)
    if found is None:
        raise UnknownMessage
    return int(found[1]), int(found[2])


def welcome(network: str | None) -> str:
    return render_template("pages/welcome.html", beside=0, **offered_networks(network))


def main(account: OpenAccount) -> str:
    """Return the screen of an open account."""
    return render_template("pages/main.html", **_main(account))


def chosen_network(values: Mapping[str, str]) -> str:
    """Return the network that a form carries along; the preselected one if it carries none."""
    return values.get("network") or runtime().networks.preselected


def offered_networks(network: str | None) -> Values:
    """Return the networks to choose from, and the one that is chosen."""
    networks = runtime().networks
    offered: tuple[NetworkKind, ...] = networks.offered()
    return {
        "offered": offered,
        "network": network if network in offered else networks.preselected,
        "file_name": networks.file.name if networks.file else "",
    }


def _present() -> tuple[str, Values]:
    """Return the template that fits the state of the app, and its variables."""
    if runtime().state in BEFORE_AN_ACCOUNT:
        return "pages/welcome.html", {**offered_networks(None), "beside": 0, "preferences": None}
    return "pages/main.html", _main(runtime().account())


def _main(account: OpenAccount) -> Values:
    return {
        "account": present_account(account),
        "switched": take_switch(),
        **_switcher(account),
        "preferences": chosen(account),
        "settings_pages": settings_pages(),
        **_warnings(account),
        **_sidebar(account, list_parts.top(account)),
        **_pane_of_nothing(account, over=None),
    }


def _sidebar(account: OpenAccount, part: Values) -> Values:
    return {**part, "connection": _connection(account)}


def _connection(account: OpenAccount) -> ConnectionView:
    return present_connection(reading.connection(account), now_ms=calendar().now_ms)


def conversation(
    account: OpenAccount, number: int, *, at: Place | None = None, over: int | None = None
) -> str:
    """Return the pane of one conversation, at a place in it.

    Without one it opens where its reader has to go on: at the first unread message, or at
    the end. Opening reads nothing; what is seen does (static/js/models/reading-mark.js).
    With ``over`` it takes the place of the pane of that conversation only.
    """
    found = reading.conversation(account, number)
    unread = reading.first_unread(account, number)
    start = at or unread
    page = reading.around(account, number, start) if start else reading.latest(account, number)
    now = calendar()
    return render_template(
        "pages/conversation.html",
        conversation=present_row(found, now),
        page=present_page(page, conversation=found, first_unread=unread, calendar=now),
        draft=drafts.of(account, number),
        recent_emoji=recent_emoji.of(account),
        opened_at=sort_key(at) if at else "",
        speaker=present_speaker(account, found, others=runtime().accounts()),
        over=over,
    )


def log_page(account: OpenAccount, number: int, page: MessagePage) -> str:
    """Return some messages of a conversation that is open."""
    view = present_page(
        page,
        conversation=reading.conversation(account, number),
        first_unread=reading.first_unread(account, number),
        calendar=calendar(),
    )
    return render_template("partials/_log_page.html", page=view)


def message(account: OpenAccount, number: int) -> str:
    """Return one message and the row of its conversation, as they stand now."""
    found = reading.require_message(account, number)
    return messages_and_row(account, found.conversation_id, (number,))


def messages_and_row(account: OpenAccount, number: int, message_ids: tuple[int, ...]) -> str:
    """Return some messages of a conversation and its row, for an answer or a live push (R27)."""
    owner = reading.conversation(account, number)
    now = calendar()
    views = [
        present_message(found, peer_name=conversation_name(owner), calendar=now)
        for message_id in message_ids
        if (found := reading.message(account, message_id)) is not None
    ]
    return render_template(
        "partials/_changes.html",
        messages=views,
        row=present_row(owner, now),
        draft=drafts.of(account, number),
    )


def row(account: OpenAccount, number: int, *, toast: Toast | None = None) -> str:
    """Return the row of a conversation as it stands now, and what is said about it."""
    return messages_and_row(account, number, ()) + said(toast)


def redrawn(account: OpenAccount, number: int, *, toast: Toast | None = None) -> str:
    """Return the row of a conversation, and its pane for those tabs that show it."""
    return row(account, number, toast=toast) + conversation(account, number, over=number)


def removed(account: OpenAccount, number: int, *, toast: Toast | None = None) -> str:
    """Take the row of a conversation out of the list, and its pane where it is open."""
    gone = render_template(
        "partials/_conversation_removed.html",
        number=number,
        **_pane_of_nothing(account, over=number),
    )
    return gone + said(toast)


def said(toast: Toast | None) -> str:
    return render_template("partials/_toast.html", toast=toast) if toast else ""


def removed_messages(
    account: OpenAccount, message_ids: Iterable[int], *, conversations: Iterable[int]
) -> str:
    """Return what takes messages out of a page, and the rows of their conversations."""
    now = calendar()
    return render_template(
        "partials/_removed.html",
        message_ids=message_ids,
        rows=[present_row(reading.conversation(account, number), now) for number in conversations],
    )
