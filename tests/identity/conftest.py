"""A fresh bank for every test."""

import pytest
from sqlalchemy import Engine

from tests.identity.challenges import begin
from tests.identity.world import World


@pytest.fixture
def world(clean_database: str, database: Engine) -> World:
    """Give a bank with nobody registered yet."""
    return World(database)


@pytest.fixture
def ready(world: World) -> World:
    """Give a bank in which Ama has a payment to confirm."""
    world.enrol()
    begin(world)
    return world
