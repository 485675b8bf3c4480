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
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

log = logging.getLogger(__name__)

# The first that is there; the shell has no windows of its own to draw.
NAMES = (
    "chromium-headless-shell", "chrome-headless-shell",
    "chromium", "chromium-browser", "google-chrome-stable", "google-chrome",
)  # fmt: skip
LACKING = "No Chromium: apt-get install chromium-headless-shell (Debian)."
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
    # Root has no sandbox, nor have containers; the page has no scripts, and no way out.
    bare = ("--no-sandbox",)
    said: object = ""
    for sandbox in (bare,) if os.geteuid() == 0 else ((), bare):
        try:
            return dated(_printed(program, html, sandbox), known_at)
        except subprocess.CalledProcessError as error:
            said = error.stderr.strip()[-500:] or error
        except (OSError, subprocess.TimeoutExpired) as error:
            said = error
    log.warning("no PDF: %s did not print the report (%s)", program, said)
    return None


def _printed(program: str, html: bytes, sandbox: Sequence[str]) -> bytes:
    with TemporaryDirectory() as name:
        folder = Path(name)
        page, made = folder / "report.html", folder / "report.pdf"
        page.write_bytes(_BESIDE.sub(b"", html))
        ways = (f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={made}", page.as_uri())
        subprocess.run(  # noqa: S603  a fixed program on a page of our own
            (program, *ARGUMENTS, *sandbox, *ways),
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return made.read_bytes()


def dated(pdf: bytes, moment: datetime) -> bytes:
    """With every date of its description replaced."""
    stamp = f"D:{moment.astimezone(UTC):%Y%m%d%H%M%S}+00'00'".encode()
    return _DATE.sub(stamp, pdf)
