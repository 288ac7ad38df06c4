"""The archive of raw pages: compressed, once per content, under home/pages/ab/<sha256>.html.gz."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from pathlib import Path

from extractors.errors import StorageError
from storage.errors import explained

FOLDER = "pages"


def save_page(home: Path, body: bytes) -> str:
    """Archive ``body`` and return its SHA-256. The same content is kept once; a crash leaves no half page."""
    sha256 = hashlib.sha256(body).hexdigest()
    path = page_path(home, sha256)
    if path.exists():
        return sha256
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                # no time in the header: the same page gives the same file
                file.write(gzip.compress(body, compresslevel=6, mtime=0))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    return sha256


def load_page(home: Path, sha256: str) -> bytes:
    """The archived bytes. Raises StorageError where they are missing or damaged."""
    path = page_path(home, sha256)
    try:
        body = gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        raise StorageError(str(path), "the archived page is missing", "Restore the folder pages/ from a copy") from None
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise StorageError(str(path), f"cannot be read: {error}", "Restore it from a copy") from error
    if hashlib.sha256(body).hexdigest() != sha256:
        raise StorageError(str(path), "is not the page that was archived", "Restore it from a copy")
    return body


def page_path(home: Path, sha256: str) -> Path:
    """Where the page with this content lies."""
    return home / FOLDER / sha256[:2] / f"{sha256}.html.gz"
