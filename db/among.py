"""Rows of many ids, which are given as one value however many they are.

As a list of values SQLAlchemy would take them apart one by one, and older SQLites take a limited
number.
"""

import json

import numpy as np
import numpy.typing as npt
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    any_,
    cast,
    func,
    literal,
    select,
)


def among(
    connection: Connection, column: ColumnElement[int], ids: npt.ArrayLike
) -> ColumnElement[bool]:
    numbers = np.asarray(ids, dtype=np.int64).tolist()
    if connection.dialect.name == "postgresql":
        return column == any_(cast(literal(numbers, ARRAY(BigInteger)), ARRAY(BigInteger)))
    each = func.json_each(json.dumps(numbers)).table_valued("value")
    return column.in_(select(each.c.value))
