"""Captures as a WARC 1.1 file, one gzip member per record; the same bytes for the same captures."""

from datetime import UTC, datetime
from email.utils import format_datetime
from io import BytesIO
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from samples.pages import FICTIONAL, Capture

_AGENT = "Framewatch-sample-builder (+https://framewatch.example)"


def write_archive(captures: list[Capture], name: str) -> bytes:
    """The whole file's bytes."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    _write_info(writer, name, captures[0].at)
    for capture in captures:
        _write_pair(writer, capture)
    return out.getvalue()


def _identity(*parts: str) -> str:
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, ' '.join(parts))}>"


def _date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_info(writer: WARCWriter, name: str, at: datetime) -> None:
    record = writer.create_warcinfo_record(
        name, {"software": "samples/build.py", "format": "WARC/1.1", "description": FICTIONAL}
    )
    record.rec_headers.replace_header("WARC-Record-ID", _identity(name))
    record.rec_headers.replace_header("WARC-Date", _date(at))
    writer.write_record(record)


def _write_pair(writer: WARCWriter, capture: Capture) -> None:
    date = _date(capture.at)
    response_id = _identity("response", capture.url, date)
    parts = urlsplit(capture.url)
    request = writer.create_warc_record(
        capture.url,
        "request",
        http_headers=StatusAndHeaders(
            f"GET {parts.path} HTTP/1.1",
            [("Host", parts.netloc), ("User-Agent", _AGENT), ("Accept-Encoding", "gzip")],
            is_http_request=True,
        ),
        warc_headers_dict={
            "WARC-Record-ID": _identity("request", capture.url, date),
            "WARC-Date": date,
            "WARC-Concurrent-To": response_id,
        },
    )
    headers = {
        "Date": format_datetime(capture.at.astimezone(UTC), usegmt=True),
        "Server": "nginx",
        "Content-Type": capture.media_type,
        "Content-Length": str(len(capture.body)),
        **capture.headers,
    }
    named = {"WARC-Record-ID": response_id, "WARC-Date": date}
    if capture.truncated:
        named["WARC-Truncated"] = "disconnect"
    response = writer.create_warc_record(
        capture.url,
        "response",
        payload=BytesIO(capture.body),
        length=len(capture.body),
        http_headers=StatusAndHeaders(capture.status, list(headers.items()), protocol="HTTP/1.1"),
        warc_headers_dict=named,
    )
    writer.write_record(request)
    writer.write_record(response)
