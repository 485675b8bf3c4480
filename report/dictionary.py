"""The data dictionary: what each column of each table means."""

from collections.abc import Iterable

from dashboard.sheets import Column, Sheet

UNITS = {
    "text": "",
    "count": "a number",
    "share": "from 0 to 1",
    "tone": "from −1 (negative) to +1 (positive)",
    "points": "a difference of two shares, from −1 to 1",
    "number": "a number",
}
MEANINGS = {
    "answered": "days of which some source answered for a part",
    "articles": "dated articles on the topic, whole or not",
    "before_share": "share in the earlier period",
    "by": "what the articles are grouped by",
    "clear": "whether the interval of the difference leaves zero out",
    "coded": "articles with a reading for frames",
    "coded_by_hand": "articles that people coded for the frame, which the correction rests on",
    "collected": "part of what sources were expected to name that they were asked for and answered",
    "corrected": "share corrected for misclassification (Rogan and Gladen 1978)",
    "corrected_difference": "change of the corrected share (Rogan and Gladen 1978)",
    "days_answered": "days of which some source answered for a part",
    "denominator": "articles counted: coded for frames, or with a tone towards the target",
    "difference": "the later less the earlier period, or the first side less the second",
    "empty": "days on which the source answered, with nothing on the topic",
    "end": "last day of the bucket",
    "frame": "code of the frame in the codebook",
    "high": "upper end of the 95% interval; empty below the least number of articles",
    "low": "lower end of the 95% interval; empty below the least number of articles",
    "news_part": "the change less the part of the model or codebook",
    "numerator": "articles with the frame, or the sum of their tones",
    "ok": "days on which the source answered, with something on the topic",
    "origin_mix": "part of the change because more or fewer articles were re-published ones",
    "out_of_reach": "days to which the source does not reach back: it says nothing about them",
    "outlet_mix": "part of the change because outlets published more or less (Kitagawa 1955)",
    "page_sha256": "SHA-256 of the archived page's decoded body",
    "predicted": "share by prediction-powered inference (Angelopoulos and others 2023)",
    "reader_note": "what the part of the model or codebook rests on, or why there is none",
    "reader_part": "part of the change that another model or codebook made, told by articles that "
    "both readers read",
    "refused": "days on which the source refused the question",
    "score": "probability that the sentence speaks for the frame",
    "share": "numerator over denominator; of tone, the mean",
    "start": "first day of the bucket",
    "state": "enough, too few articles, no coverage (nothing was published), or no collection; "
    "partly collected: below 80% of the expected collection; not over: will change",
    "unavailable": "days on which the source was down or throttled",
    "warc": "WARC file of the archive and offset of the record in it",
    "within_origin": "part of the change within original and within re-published articles",
    "within_outlets": "part of the change within outlets (Kitagawa 1955)",
    "words": "the sentence, at most 300 characters; empty where rights are reserved",
}


def dictionary(sheets: Iterable[Sheet]) -> Sheet:
    columns = (
        Column("table", "Table"),
        Column("column", "Column"),
        Column("unit", "Unit"),
        Column("meaning", "Meaning"),
    )
    rows = tuple(
        (sheet.name, column.key, UNITS.get(column.kind, ""), meaning(column))
        for sheet in sheets
        for column in sheet.columns
    )
    return Sheet("dictionary", "What each column means", columns, rows)


def meaning(column: Column) -> str:
    """Of the key; of a side's or an end's ("outlet_low"), of what it is the side or end of."""
    if column.key in MEANINGS:
        return MEANINGS[column.key]
    head, _, tail = column.key.rpartition("_")
    if tail in ("low", "high") and head in MEANINGS:
        return f"{MEANINGS[tail].partition(';')[0]} of: {MEANINGS[head]}"
    side = column.title.partition(": ")[0]
    return f"{side}: {MEANINGS[tail]}" if tail in MEANINGS else column.title
