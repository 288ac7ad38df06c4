"""Content codings, unpacked while they arrive and never beyond a limit: a bomb costs no more than the limit."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from flows.failures import FetchFailure

GZIP_MAGIC = b"\x1f\x8b"
_STEP = 1 << 18


class Unpacker:
    """Collects one body. What the bytes are counts more than what the header says, for servers lie about it."""

    def __init__(self, url: str, headers: Mapping[str, str], max_bytes: int) -> None:
        """Raises FetchFailure where the announced length is too large or the coding is not ours."""
        self._url, self._max = url, max_bytes
        self._coding = headers.get("content-encoding", "").strip().lower()
        if self._coding not in ("", "identity", "none", "utf-8", "gzip", "x-gzip", "deflate"):
            problem = f'comes in the encoding "{self._coding[:40]}", which was not asked for'
            raise FetchFailure(url, problem, "It is tried again later", "encoding")
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > max_bytes:
            raise self._too_large()
        self._body = bytearray()
        self._raw = 0
        self._head = b""
        self._plain = False
        self._unpack: zlib._Decompress | None = None

    def add(self, chunk: bytes) -> None:
        """Take the next bytes from the wire. Raises FetchFailure beyond the limit or for broken data."""
        self._raw += len(chunk)
        if self._raw > self._max:
            raise self._too_large()
        if self._unpack is None and not self._plain:
            self._head += chunk
            if len(self._head) < 2:
                return
            self._choose()
            chunk, self._head = self._head, b""
        if self._unpack is None:
            self._keep(chunk)
        else:
            self._inflate(chunk)

    def finish(self) -> bytes:
        """The body. Raises FetchFailure where packed data stop in the middle."""
        self._keep(self._head)
        if self._unpack is not None and not self._unpack.eof:
            self._keep(self._unpack.flush())
        if self._unpack is not None and not self._unpack.eof:
            raise FetchFailure(self._url, "was cut off while it arrived", "It is tried again later", "connection")
        return bytes(self._body)

    def _choose(self) -> None:
        """By the first two bytes: gzip, zlib, raw deflate, or nothing of the kind."""
        head = self._head
        if head.startswith(GZIP_MAGIC):
            self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        elif self._coding == "deflate" and head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0:
            self._unpack = zlib.decompressobj()
        elif self._coding == "deflate" and not head.lstrip().startswith((b"<", b"{", b"\xef\xbb")):
            self._unpack = zlib.decompressobj(-zlib.MAX_WBITS)
        else:
            self._plain = True

    def _inflate(self, chunk: bytes) -> None:
        assert self._unpack is not None
        try:
            while chunk:
                self._keep(self._unpack.decompress(chunk, _STEP))
                chunk = self._unpack.unconsumed_tail
                if self._unpack.eof:
                    if not self._unpack.unused_data.startswith(GZIP_MAGIC):
                        return  # padding after the end is nobody's business
                    chunk = self._unpack.unused_data
                    self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        except zlib.error as error:
            problem = f"is packed in a way that cannot be unpacked: {error}"
            raise FetchFailure(self._url, problem, "It is tried again later", "encoding") from None

    def _keep(self, data: bytes) -> None:
        self._body += data
        if len(self._body) > self._max:
            raise self._too_large()

    def _too_large(self) -> FetchFailure:
        problem = f"is larger than {self._max:,} bytes"
        return FetchFailure(self._url, problem, "Raise [fetch] max_bytes to read it", "size")
