"""A database whose disk is full when a change is to be recorded."""

from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError


class Full:
    """A store that cannot keep what was written."""

    def __init__(self, lessons):
        self.lessons = lessons

    def add_change(self, *_):
        raise SQLAlchemyError("the disk of the database is full")

    def reverted(self, *_):
        raise SQLAlchemyError("the disk of the database is full")

    def __getattr__(self, name):
        return getattr(self.lessons, name)


def failing(teaching):
    """The service over a database that fails at the last step."""

    @contextmanager
    def uow():
        with teaching.uow() as tx:
            tx.lessons = Full(tx.lessons)
            yield tx

    return replace(teaching, uow=uow)
