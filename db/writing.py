"""A transaction whose failures say which store, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from db.queries import StoreError
from db.session import Store


@contextmanager
def writing(store: Store) -> Iterator[Connection]:
    """Committed at the end, or not at all. Raises StoreError."""
    try:
        with store.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise StoreError(
            f"the store {store.url.render_as_string()} cannot be written "
            f"({str(error.orig).strip()}): try again in a moment; a store without these tables "
            "gets them from `python -m framewatch migrate`"
        ) from error
