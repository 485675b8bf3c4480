"""The report as PDF, printed by Chromium.

Chromium draws what was looked at in a browser, and tags the PDF for screen readers. Its output
differs from one run to the next in two dates only: they are replaced by the store's own, byte for
byte as long, so that no offset of the file moves.
"""

import logging
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

log = logging.getLogger(__name__)

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PATIENCE = 180.0  # seconds
# Quiet, without scripts, and without a way out: the page holds all it needs.
ARGUMENTS = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer", "--export-tagged-pdf", "--generate-pdf-document-outline",
)  # fmt: skip
# A link to a file beside the page: Chromium would write this machine's folder into it.
_BESIDE = re.compile(rb' href="(?!#|https?:)[^"]*"')
_DATE = re.compile(rb"D:\d{14}\+00'00'")


def browser() -> str | None:
    """The Chromium of this machine."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def printed(html: bytes, known_at: datetime) -> bytes | None:
    """The page as PDF, dated known_at; None where there is no Chromium, or it fails."""
    program = browser()
    if program is None:
        return None
    with TemporaryDirectory() as name:
        folder = Path(name)
        page, made = folder / "report.html", folder / "report.pdf"
        page.write_bytes(_BESIDE.sub(b"", html))
        ways = (f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={made}", page.as_uri())
        # Chromium has no sandbox for root (containers); the page has no scripts.
        root = ("--no-sandbox",) if os.geteuid() == 0 else ()
        try:
            subprocess.run(  # noqa: S603  a fixed program on a page of our own
                (program, *ARGUMENTS, *root, *ways),
                check=True,
                capture_output=True,
                timeout=PATIENCE,
            )
            return dated(made.read_bytes(), known_at)
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("no PDF: %s did not print the report (%s)", program, error)
            return None


def dated(pdf: bytes, moment: datetime) -> bytes:
    """With every date of its description replaced."""
    stamp = f"D:{moment.astimezone(UTC):%Y%m%d%H%M%S}+00'00'".encode()
    return _DATE.sub(stamp, pdf)
