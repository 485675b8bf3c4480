"""python -m scripts.regional

Writes dashboard/regional.json anew: how numbers and days are written, from the Unicode CLDR in
Babel. The dashboard reads the table and not Babel, as all locales are 180 MB of memory there and
any stranger's browser may ask for any of them.
"""

import json
from dataclasses import asdict
from typing import Any

from babel import Locale
from babel.localedata import locale_identifiers

from dashboard.regional import TABLE, Regional

ORDERS = {"d": "dmy", "M": "mdy", "y": "ymd"}


def regional_of(locale: Locale) -> Regional:
    """Digits are 0 to 9 everywhere."""
    symbols = locale.number_symbols.get("latn", {})
    percents = locale.percent_formats[None]
    pattern = locale.date_formats["medium"].pattern
    first = min((letter for letter in ORDERS if letter in pattern), key=pattern.find)
    return Regional(
        decimal=symbols.get("decimal", "."),
        group=symbols.get("group", ","),
        pairs=locale.decimal_formats[None].grouping == (3, 2),
        before=percents.prefix[0],
        after=percents.suffix[0],
        order=ORDERS[first],
    )


def table() -> dict[str, Any]:
    """The forms that there are, and for each locale the place of its own."""
    forms: list[Regional] = []
    locales: dict[str, int] = {}
    for name in sorted(locale_identifiers()):
        form = regional_of(Locale.parse(name))
        if form not in forms:
            forms.append(form)
        locales[name.replace("_", "-").lower()] = forms.index(form)
    for alias in ("zh-cn", "zh-sg", "zh-tw", "zh-hk", "zh-mo"):  # browsers leave the script out
        locale = Locale.parse(alias, sep="-")
        locales[alias] = forms.index(regional_of(locale))
    return {"forms": [asdict(form) for form in forms], "locales": locales}


def main() -> None:
    made = table()
    TABLE.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{TABLE.name}: {len(made['locales'])} locales, {len(made['forms'])} forms")


if __name__ == "__main__":
    main()
