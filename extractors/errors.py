"""One tree of expected failures. Each names the URL or file it concerns and says what to do.

Anything else that is raised is a bug and stops the pass with its traceback.
"""

from __future__ import annotations


class VoltefaceError(Exception):
    """An expected failure.

    ``where`` is the URL or file (with line, if known), ``problem`` what is wrong, ``advice`` what to do.
    """

    def __init__(self, where: str, problem: str, advice: str = "") -> None:
        self.where = where
        self.problem = problem
        self.advice = advice
        super().__init__(f"{where}: {problem}" + (f". {advice}" if advice else ""))

    def __reduce__(self) -> tuple[type[VoltefaceError], tuple[str, str, str]]:
        return type(self), (self.where, self.problem, self.advice)


class SettingsError(VoltefaceError):
    """A watch file or an environment variable that cannot be used."""


class FetchError(VoltefaceError):
    """A URL that could not be read."""


class FeedError(VoltefaceError):
    """Bytes that are no feed."""


class ArticleError(VoltefaceError):
    """A page or file without a readable text."""


class StorageError(VoltefaceError):
    """The ledger cannot be opened, read or written."""


class DeliveryError(VoltefaceError):
    """A mail or webhook that was not taken."""
