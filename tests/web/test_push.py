"""What every open tab is told of an event."""

from collections.abc import Callable

import pytest

from webapp.app import App
from webapp.services import drafts, messaging, removing
from webapp.services.events import (
    AccountChanged,
    AccountEvent,
    AccountShown,
    BlockingChanged,
    CodeChanged,
    ConnectionChanged,
    ConversationChanged,
    ConversationCleared,
    ConversationRemoved,
    Event,
    Locked,
    MessageChanged,
    MessagesAdded,
    MessagesRemoved,
    OfAccount,
    PreferencesChanged,
    Unlocked,
)
from webapp.services.open_account import OpenAccount
from webapp.services.reading import PAGE_LIMIT
from webapp.web.languages import Language, language
from webapp.web.push import Push
from webapp.web.texts import spoken


class Tabs:
    """Stands where the live connections are, and keeps what they are sent."""

    def __init__(self, *, listening: bool = True) -> None:
        self.listening = listening
        self.patches: list[str] = []
        self.views: list[tuple[int, str]] = []
        self.refreshes = 0

    def has_listeners(self) -> bool:
        return self.listening

    def push(self, html: str, *, view: tuple[int, str]) -> None:
        self.patches.append(html)
        self.views.append(view)

    def ask_to_refresh(self) -> None:
        self.refreshes += 1


@pytest.fixture
def message(app: App) -> tuple[int, int]:
    """A conversation and one message in it."""
    app.runtime.create_account("Marit", network="practice")
    account = app.runtime.account()
    conversation = messaging.start_conversation(account, account.account_id)
    return conversation, messaging.send_text(account, conversation, "a note")


def told(app: App, event: AccountEvent, *, language: Callable[[], Language] = spoken) -> Tabs:
    tabs = Tabs()
    push = Push(app.flask, live=tabs, runtime=app.runtime, language=language)  # type: ignore[arg-type]
    push(OfAccount(app.runtime.account().handle, event))
    return tabs


def test_a_push_speaks_the_language_of_the_tabs(app: App, message: tuple[int, int]) -> None:
    event = ConversationChanged(message[0])

    [patch] = told(app, event, language=lambda: language("de")).patches

    assert "Notiz an mich" in patch
    assert "Note to self" in told(app, event).patches[0]


def test_a_new_message_comes_with_its_row(app: App, message: tuple[int, int]) -> None:
    conversation, number = message

    [patch] = told(app, MessagesAdded(conversation, (number,))).patches

    assert f'id="message-{number}"' in patch
    assert f'id="conversation-{conversation}"' in patch


def test_a_changed_message_comes_again(app: App, message: tuple[int, int]) -> None:
    conversation, number = message

    [patch] = told(app, MessageChanged(conversation, number)).patches

    assert f'id="message-{number}"' in patch


def test_what_was_removed_leaves_every_page(app: App, message: tuple[int, int]) -> None:
    conversation, number = message

    [patch] = told(app, MessagesRemoved(conversation, (number, 4711))).patches

    assert f'<div id="message-{number}" data-removed></div>' in patch
    assert '<div id="message-4711" data-removed></div>' in patch
    assert f'id="conversation-{conversation}"' in patch


def test_a_changed_row_comes_without_messages(app: App, message: tuple[int, int]) -> None:
    conversation, _ = message

    [patch] = told(app, ConversationChanged(conversation)).patches

    assert f'id="conversation-{conversation}"' in patch
    assert 'id="message-' not in patch


def test_a_changed_row_brings_the_draft_for_other_tabs(app: App, message: tuple[int, int]) -> None:
    conversation, _ = message
    drafts.save(app.runtime.account(), conversation, "and then")

    [patch] = told(app, ConversationChanged(conversation)).patches

    assert f'<p id="draft-{conversation}" data-follow hidden>and then</p>' in patch


@pytest.mark.parametrize("kind", [ConversationCleared, BlockingChanged])
def test_what_changes_a_whole_conversation_brings_its_pane_to_those_who_show_it(
    app: App, message: tuple[int, int], kind: type[ConversationCleared | BlockingChanged]
) -> None:
    conversation, _ = message

    [patch] = told(app, kind(conversation)).patches

    assert f'id="conversation-{conversation}"' in patch
    assert f'data-for="{conversation}" data-over="{conversation}"' in patch


def test_a_removed_conversation_leaves_every_tab(app: App, message: tuple[int, int]) -> None:
    conversation, _ = message
    removing.delete_conversation(app.runtime.account(), conversation)

    [patch] = told(app, ConversationRemoved(conversation)).patches

    assert f'id="conversation-{conversation}" data-removed' in patch
    assert f'data-pane="list" data-over="{conversation}"' in patch


def test_the_connection_comes_whole(app: App, message: tuple[int, int]) -> None:
    [patch] = told(app, ConnectionChanged()).patches

    assert 'id="connection"' in patch
    assert 'id="notice"' in patch
    assert 'id="route-head"' in patch
    assert 'id="route-body"' in patch


def test_blocking_comes_to_the_row_and_to_the_list_of_the_blocked(
    app: App, message: tuple[int, int]
) -> None:
    conversation, _ = message

    [patch] = told(app, BlockingChanged(conversation)).patches

    assert f'id="conversation-{conversation}"' in patch
    assert 'id="blocked-people"' in patch


def test_another_name_comes_to_every_place_that_shows_it(
    app: App, message: tuple[int, int]
) -> None:
    [patch] = told(app, AccountChanged()).patches

    for place in ("side-top", "account-list", "settings-owner", "account-summary"):
        assert f'id="{place}"' in patch


def test_a_changed_setting_comes_with_all_of_them(app: App, message: tuple[int, int]) -> None:
    [patch] = told(app, PreferencesChanged()).patches

    assert 'id="preferences"' in patch
    assert 'data-theme="dark"' in patch


def test_a_flood_makes_the_page_fetch_what_it_shows(app: App, message: tuple[int, int]) -> None:
    conversation, _ = message

    tabs = told(app, MessagesAdded(conversation, tuple(range(1, PAGE_LIMIT + 2))))

    assert tabs.patches == []
    assert tabs.refreshes == 1


def test_what_is_gone_meanwhile_is_not_told(app: App, message: tuple[int, int]) -> None:
    assert told(app, ConversationChanged(4711)).patches == []


@pytest.fixture
def other(app: App, message: tuple[int, int]) -> OpenAccount:
    """An account beside the one that is shown, with three unread messages."""
    first = app.runtime.account()
    app.runtime.create_account("Night desk", network="practice", beside=1)
    other = app.runtime.account()
    conversation = messaging.start_conversation(other, other.account_id)
    with other.database.write() as connection:
        connection.execute("UPDATE conversation SET unread = 3 WHERE id = ?", (conversation,))
    app.runtime.show(first.handle)
    return other


def push(app: App, *events: Event) -> Tabs:
    tabs = Tabs()
    pushed = Push(app.flask, live=tabs, runtime=app.runtime, language=spoken)  # type: ignore[arg-type]
    for event in events:
        pushed(event)
    return tabs


@pytest.mark.parametrize(
    "event",
    [
        MessagesAdded(1, (1,)),
        MessagesAdded(1, tuple(range(1, PAGE_LIMIT + 2))),
        ConversationChanged(1),
        ConversationCleared(1),
        ConversationRemoved(1),
        MessagesRemoved(1, (1,)),
        AccountChanged(),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_happens_in_another_account_changes_its_line_in_the_switcher_only(
    app: App, other: OpenAccount, event: AccountEvent
) -> None:
    tabs = push(app, OfAccount(other.handle, event))

    [patch] = tabs.patches
    assert tabs.refreshes == 0
    assert 'id="account-list"' in patch
    assert '<span class="badge">3<' in patch
    assert 'id="conversation-' not in patch
    assert 'id="message-' not in patch


@pytest.mark.parametrize(
    "event",
    [ConnectionChanged(), PreferencesChanged(), MessageChanged(1, 1), BlockingChanged(1)],
    ids=lambda event: type(event).__name__,
)
def test_nothing_else_of_another_account_is_told(
    app: App, other: OpenAccount, event: AccountEvent
) -> None:
    assert push(app, OfAccount(other.handle, event)).patches == [""]


def test_a_push_says_whose_rows_it_draws(app: App, other: OpenAccount) -> None:
    shown = app.runtime.account()

    tabs = push(app, OfAccount(shown.handle, ConversationChanged(1)))

    assert tabs.views == [(app.runtime.generation, shown.handle)]


def test_of_an_account_that_is_closed_meanwhile_nothing_is_drawn(
    app: App, other: OpenAccount
) -> None:
    runtime, shown = app.runtime, app.runtime.account()
    runtime.erase_account(shown.handle, generation=runtime.generation)

    [patch] = push(app, OfAccount(shown.handle, ConversationChanged(1))).patches

    assert shown.handle not in patch
    assert 'id="conversation-' not in patch


def test_another_account_or_a_lock_draws_nothing(app: App, other: OpenAccount) -> None:
    assert push(app, AccountShown(), Locked(), Unlocked()).patches == [""] * 3


def test_a_code_changes_what_is_warned_of(app: App, other: OpenAccount) -> None:
    [patch] = push(app, CodeChanged()).patches

    assert 'id="preferences"' in patch
    assert 'id="code-offer"' in patch


def test_nothing_is_drawn_for_nobody(app: App) -> None:
    tabs = Tabs(listening=False)

    Push(app.flask, live=tabs, runtime=app.runtime, language=spoken)(Unlocked())  # type: ignore[arg-type]

    assert tabs.patches == []
