"""The marker of the known-answer tests."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "vectors: known-answer tests on the reference vectors")
