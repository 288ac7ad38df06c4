"""A request that brought no answer, and why."""

from __future__ import annotations

from typing import Literal

from extractors.errors import FetchError

FailureKind = Literal["address", "robots", "busy", "time", "size", "redirects", "connection", "encoding"]


class FetchFailure(FetchError):
    """A request without an answer. ``kind`` says why, ``retry_after`` in how many seconds the server may be asked."""

    def __init__(
        self, where: str, problem: str, advice: str, kind: FailureKind, retry_after: float | None = None
    ) -> None:
        super().__init__(where, problem, advice)
        self.kind = kind
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[type[FetchFailure], tuple[str, str, str, FailureKind, float | None]]:  # type: ignore[override]
        return type(self), (self.where, self.problem, self.advice, self.kind, self.retry_after)
