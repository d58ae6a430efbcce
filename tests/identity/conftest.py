"""A fresh bank for every test."""

import pytest
from sqlalchemy import Engine

from tests.identity.world import World


@pytest.fixture
def world(clean_database: str, database: Engine) -> World:
    """Give a bank with nobody registered yet."""
    return World(database)
