"""Which code made a report: asked once, as what runs was loaded once."""

import hashlib
import shutil
import subprocess
from functools import cache

from framewatch.settings import ROOT

RELEASE = "unreleased"  # the heading of CHANGELOG.md, where there is no repository to ask
CODE = ("framewatch", "db", "trends", "dashboard", "report")


@cache
def described() -> str:
    """By git, where this is a working copy; else the release."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return RELEASE
    asked = (git, "-C", str(ROOT), "describe", "--tags", "--always", "--dirty")
    said = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603  fixed
    return said.stdout.strip() or RELEASE


@cache
def code_sha256() -> str:
    """Of the code that numbers pass through, names included: tells one dirty tree from another."""
    read = hashlib.sha256()
    for package in CODE:
        for file in sorted((ROOT / package).rglob("*")):
            if file.suffix in (".py", ".html", ".css"):
                read.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
                read.update(file.read_bytes())
    return read.hexdigest()
