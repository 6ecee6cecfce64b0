"""One error shape, and nothing about an unexpected error on the screen."""

import json
import logging

import pytest
from flask import Flask, abort

from webapp.web.errors import ErrorText, make_quiet, register_errors


class Listed(Exception):
    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class ListedChild(Listed):
    pass


TABLE = {Listed: ErrorText(422, "listed", "Word %(position)s is wrong.", "Look at it.")}


@pytest.fixture
def app() -> Flask:
    app = Flask("test")

    @app.get("/listed")
    def listed() -> None:
        raise ListedChild(7)

    @app.get("/unlisted")
    def unlisted() -> None:
        raise ValueError("a secret value")

    @app.get("/abort/<int:status>")
    def aborted(status: int) -> None:
        abort(status)

    register_errors(app, TABLE)
    return app


def test_a_listed_error_and_its_subclasses_have_their_text(app: Flask) -> None:
    answer = app.test_client().get("/listed")
    assert answer.status_code == 422
    assert answer.get_json() == {
        "ok": False,
        "error": {"code": "listed", "message": "Word 7 is wrong.", "hint": "Look at it."},
    }


def test_an_unlisted_error_is_neutral_on_screen_and_a_place_on_stderr(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = app.test_client().get("/unlisted")
    assert answer.status_code == 500
    assert answer.get_json()["error"]["code"] == "internal"
    told = capsys.readouterr()
    assert "ValueError" in told.err
    assert "secret" not in told.err + told.out + answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "bad_request"), (404, "not_found"), (405, "not_allowed"), (413, "too_large")],
)
def test_what_flask_refuses_has_the_same_shape(app: Flask, status: int, code: str) -> None:
    answer = app.test_client().get(f"/abort/{status}")
    error = json.loads(answer.data)["error"]
    assert answer.status_code == status
    assert set(error) == {"code", "message", "hint"}
    assert error["code"] == code


def test_a_quiet_logger_tells_the_type_of_an_error_and_no_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = make_quiet(logging.Logger("library"))
    logger.error("a secret path")
    try:
        raise ValueError("a secret value")
    except ValueError:
        logger.exception("a secret address")
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "secret" not in told
