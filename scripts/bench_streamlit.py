"""The overview's chart as a Streamlit page: the rival that `scripts.bench_paint` times.

    streamlit run scripts/bench_streamlit.py -- COUNTS.db

It reads a table made for it (`scripts.bench_paint.count_for`), by day, frame and country, and runs
in an environment of its own, with Streamlit's pandas and Altair.
"""

import sqlite3
import sys

import altair as alt
import pandas as pd
import streamlit as st

WEEKS = (
    "SELECT date(day, 'weekday 0', '-6 days') AS week, frame, country, sum(n) AS n, sum(k) AS k "
    "FROM frame_days GROUP BY 1, 2, 3"
)
Z = 1.96  # of a 95% interval (Wilson)


@st.cache_data
def counts(path: str) -> pd.DataFrame:
    with sqlite3.connect(path) as connection:
        return pd.read_sql(WEEKS, connection, parse_dates=["week"])


def shares(found: pd.DataFrame) -> pd.DataFrame:
    weeks = found.groupby(["frame", "week"], as_index=False)[["n", "k"]].sum()
    p, n = weeks.k / weeks.n, weeks.n
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * (p * (1 - p) / n + Z * Z / (4 * n * n)) ** 0.5 / (1 + Z * Z / n)
    return weeks.assign(share=p, low=middle - half, high=middle + half)


found = counts(sys.argv[1])
st.set_page_config(page_title="Frames", layout="wide")
country = st.selectbox("Country", ["All", *sorted(filter(None, found.country.unique()))])
weeks = shares(found if country == "All" else found[found.country == country])
st.markdown(f"**{int(weeks.n.sum())} readings**")
base = alt.Chart(weeks).encode(x="week:T")
band = base.mark_area(opacity=0.2).encode(y="low:Q", y2="high:Q")
line = base.mark_line().encode(y="share:Q")
st.altair_chart((band + line).properties(width=260, height=120).facet("frame:N", columns=3))
