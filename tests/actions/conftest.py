import pytest

from tests.actions.chat import ChatWithTheBank


@pytest.fixture
def chat() -> ChatWithTheBank:
    """A customer who is signed in, at the bank of tests/actions/fake_teller.py."""
    return ChatWithTheBank()
