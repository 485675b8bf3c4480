"""The language of a text: detected from its beginning, checked against what the page declares."""

import re
from functools import lru_cache
from typing import Any

_BEGINNING = 600  # characters
_ENOUGH = 60  # fewer say too little
_SURE = 0.9
_SAME = ({"no", "nb", "nn"}, {"sr", "hr", "bs"}, {"id", "ms"})
UNKNOWN = "und"


def language_of(text: str, declared: str = "") -> str:
    """As detected (ISO 639-1) or declared; "und" if unknown.

    A template's `lang="en"` over a Chinese text does not count.
    """
    code = re.split(r"[-_,;\s]", declared.strip().lower(), maxsplit=1)[0]
    code = code if re.fullmatch(r"[a-z]{2,3}", code) else ""
    beginning = text[:_BEGINNING]
    if len(beginning) < _ENOUGH and not re.search(r"[\u3040-\u9fff\uac00-\ud7af]{6}", beginning):
        return code or UNKNOWN
    identifier, known = _identifier()
    found, share = identifier.classify(beginning)
    if code and (code not in known or any({code, found} <= same for same in _SAME)):
        return code
    sure = float(share) >= _SURE
    return str(found) if sure or not code else code


@lru_cache(maxsize=1)
def _identifier() -> tuple[Any, frozenset[str]]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Without Nigerian Pidgin and the like, which plain English is taken for.
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])
    return identifier, frozenset(identifier.labels)
