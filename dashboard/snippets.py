"""Code that draws a chart anew from its file: for pandas, for R, and the file by curl.

Addresses and titles come from outside: each language has its own way of writing them as text.
"""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.inert import printable
from dashboard.sheets import Sheet

COUNTED = "articles"  # what a chart without intervals shows
BEARER = "Bearer KEY"


@dataclass(frozen=True, slots=True)
class Snippet:
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a chart of a sheet shows."""

    measure: str  # what its interval is of
    interval: bool
    over_time: bool
    names: tuple[str, ...]  # of the columns that tell rows apart


def snippets(
    sheet: Sheet, addresses: Mapping[str, str], *, keyed: bool = False
) -> tuple[Snippet, ...]:
    """The addresses are whole, each by the name under which its file is saved; CSV is the first.

    keyed: a key is sent along, which its owner writes in the place of KEY.
    """
    url = next(iter(addresses.values()))
    return (
        Snippet("Python with pandas", _pandas(sheet, url, keyed)),
        Snippet("R with readr and ggplot2", _r(sheet, url, keyed)),
        Snippet("The files by curl", _curl(addresses, keyed)),
    )


def _pandas(sheet: Sheet, url: str, keyed: bool) -> str:
    shown = _shown(sheet)
    days = [key for key in ("start", "end") if key in _keys(sheet)]
    dates = f", parse_dates={days!r}" if days else ""
    plot = "" if shown is None else "import matplotlib.pyplot as plt\n"
    head = f"url = {_python(url)}\n"
    if keyed:
        head += f'headers = {{"Authorization": {_python(BEARER)}}}\n'
    sent = ", storage_options=headers" if keyed else ""
    read = f'{head}data = pd.read_csv(url, comment="#"{dates}{sent})\n'
    head = f"{plot}import pandas as pd\n\n{read}"
    if shown is None:
        return f"{head}print(data.to_string())"
    lines = ["", "fig, ax = plt.subplots(figsize=(10, 4))"]
    if shown.over_time:
        lines.append(f'ax.plot(data["start"], data["{shown.measure}"], marker="o", markersize=3)')
        if shown.interval:
            lines.append('ax.fill_between(data["start"], data["low"], data["high"], alpha=0.2)')
    else:
        named = ' + ", " + '.join(f'data["{key}"].astype(str)' for key in shown.names)
        lines += ["data = data[::-1]", f"name = {named}"]
        lines.append(f'ax.plot(data["{shown.measure}"], name, "o")')
        if shown.interval:
            lines.append('ax.hlines(name, data["low"], data["high"], alpha=0.4)')
    lines += [f"ax.set_title({_python(sheet.caption)})", "fig.tight_layout()", "plt.show()"]
    return head + "\n".join(lines)


def _r(sheet: Sheet, url: str, keyed: bool) -> str:
    shown = _shown(sheet)
    lines = ["library(readr)", "", f"url <- {_r_text(url)}"]
    if keyed:
        lines.append(f"headers <- c(Authorization = {_r_text(BEARER)})")
    file = "url(url, headers = headers)" if keyed else "url"
    lines.append(f'data <- read_csv({file}, comment = "#", show_col_types = FALSE)')
    if shown is None:
        return "\n".join([*lines, "print(data, n = Inf)"])
    if shown.over_time:
        layers = [f"ggplot(data, aes(start, {shown.measure}))"]
        if shown.interval:
            layers.append("geom_ribbon(aes(ymin = low, ymax = high), alpha = 0.2, na.rm = TRUE)")
        layers += ["geom_line(na.rm = TRUE)", "geom_point(size = 1, na.rm = TRUE)"]
    else:
        columns = ", ".join(f"data${key}" for key in shown.names)
        lines.append(f'data$name <- factor(paste({columns}, sep = ", "))')
        layers = [f"ggplot(data, aes({shown.measure}, name))"]
        if shown.interval:
            ends = "aes(x = low, xend = high, yend = name)"
            layers.append(f"geom_segment({ends}, alpha = 0.4, na.rm = TRUE)")
        layers.append("geom_point(na.rm = TRUE)")
    layers.append(f"labs(title = {_r_text(sheet.caption)}, x = NULL, y = NULL)")
    return "\n".join(["library(ggplot2)", *lines, " +\n  ".join(layers)])


def _curl(addresses: Mapping[str, str], keyed: bool) -> str:
    """Globbing off: brackets in an address are no patterns."""
    curl = "curl --fail --globoff"
    if keyed:
        curl += f" --header {shlex.quote(f'Authorization: {BEARER}')}"
    return "\n".join(
        f"{curl} --output {shlex.quote(file)} \\\n  {shlex.quote(printable(url))}"
        for file, url in addresses.items()
    )


def _shown(sheet: Sheet) -> _Shown | None:
    """None for a table that no chart shows."""
    keys, first = _keys(sheet), [row[0] for row in sheet.rows]
    interval = {"low", "high"} <= set(keys)
    measure = keys[keys.index("low") - 1] if interval else COUNTED
    if measure not in keys:
        return None
    alone = len(set(first)) == len(first)
    return _Shown(measure, interval, keys[0] == "start", tuple(keys[: 1 if alone else 2]))


def _keys(sheet: Sheet) -> list[str]:
    return [column.key for column in sheet.columns]


def _python(text: str) -> str:
    """JSON's escapes are Python's; only ASCII is left."""
    return json.dumps(printable(text))


def _r_text(text: str) -> str:
    """R knows these escapes too, and \\u with four digits; it knows no pairs of surrogates."""
    whole = "".join(char if ord(char) < 0x10000 else "?" for char in printable(text))
    return json.dumps(whole)
