"""What tabs leave behind: bounded, per session, and gone with it."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_clock import VirtualClock
from webapp.app import App
from webapp.web.guards import SESSION_KEY
from webapp.web.sessions import HostKind, Session
from webapp.web.tabs import MOST_CHARACTERS, MOST_TABS, TabMemory

TAB = UUID(int=1)


@pytest.fixture
def client(app: App) -> FlaskClient:
    return app.flask.test_client()


@pytest.fixture
def session() -> Session:
    return Session(HostKind.LABEL, clock=VirtualClock())


def ask(client: FlaskClient, session: Session, tab: UUID = TAB) -> tuple[int, str]:
    answer = client.get(f"/tabs/{tab}", environ_overrides={SESSION_KEY: session})
    return answer.status_code, answer.text


def leave(client: FlaskClient, session: Session, text: str, tab: UUID = TAB) -> int:
    answer = client.post(
        f"/tabs/{tab}", data={"memory": text}, environ_overrides={SESSION_KEY: session}
    )
    return answer.status_code


def test_a_tab_gets_back_what_it_left_as_often_as_it_asks(
    client: FlaskClient, session: Session
) -> None:
    assert leave(client, session, '{"paths": ["/list"]}') == 204

    assert ask(client, session) == (200, '{"paths": ["/list"]}')
    assert ask(client, session) == (200, '{"paths": ["/list"]}')


def test_an_unknown_tab_gets_nothing(client: FlaskClient, session: Session) -> None:
    assert ask(client, session) == (204, "")


def test_another_session_gets_nothing(client: FlaskClient, session: Session) -> None:
    leave(client, session, "mine")

    assert ask(client, Session(HostKind.LABEL, clock=VirtualClock())) == (204, "")


def test_what_is_too_long_is_refused_and_changes_nothing(
    client: FlaskClient, session: Session
) -> None:
    leave(client, session, "before")

    assert leave(client, session, "x" * (MOST_CHARACTERS + 1)) == 413
    assert ask(client, session) == (200, "before")


@given(st.lists(st.tuples(st.integers(0, 3 * MOST_TABS), st.text(max_size=3))))
def test_the_tabs_left_last_are_remembered(left: list[tuple[int, str]]) -> None:
    memory = TabMemory()

    for tab, text in left:
        memory.keep(str(tab), text)

    newest_first = list(dict.fromkeys(tab for tab, _ in reversed(left)))
    texts = dict(left)
    for place, tab in enumerate(newest_first):
        expected = texts[tab] if place < MOST_TABS else None
        assert memory.recall(str(tab)) == expected
