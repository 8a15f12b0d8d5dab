"""The tree of errors: what each costs, and the exit code that it becomes.

The doctrine:

* A **row** that cannot be processed raises `RowError`. The flow writes it to the rejects with its reason and goes
  on; at the end the command exits 3. A rule that takes a row out on purpose raises `Dropped`: no failure, exit 0.
* A **model call** that gave no usable answer raises `CallFailed` with a typed `why`. It is a `RowError`, because it
  costs the row that asked; it never becomes a number (a failed judge is "not scored", not 0).
* A **run** that cannot go on raises one of the others, each with its exit code. They carry
  the remedy, in one line, and are shown without a traceback.
* Anything else is a bug and exits 1.

    KardiaError 1
    ├── UsageError 2          wrong flag, name, file or setting
    │   └── MissingExtra 2    a package of an optional extra is not installed
    ├── Unfinished 3          finished, but rows failed or too few came out
    ├── Stopped 4             budget or time; the same command resumes
    ├── GateFailed 5          a score gate was not met
    ├── ProviderError 6       bad key, unknown model, endpoint that refuses every call
    ├── Interrupted 130       Ctrl-C or SIGTERM; the same command resumes
    └── RowError              one row; never leaves the flow
        ├── Dropped           a rule's result
        └── CallFailed        a model call, typed by `why`
"""

from __future__ import annotations

from typing import Literal

from kardia_cli import __version__

Why = Literal[
    "timeout", "connection", "server", "rate_limit", "length", "content_filter", "refusal", "parse", "invalid",
    "off_menu", "bad_quote", "missing", "two_verdicts", "nonce",
]  # fmt: skip
"""The types of a failed call. `parse` is an answer that cannot be read at all, `invalid` one that breaks its schema;
the last five are verdicts that break a rule: a level that is not on the scale, a quote that is not in the text, a
criterion or question left out, two answers where one was asked for, and the wrong nonce."""
UNUSABLE: frozenset[Why] = frozenset({"parse", "invalid", "off_menu", "bad_quote", "missing", "two_verdicts", "nonce"})
"""Answers that were received and cannot be used: asking again may help."""


class KardiaError(Exception):
    """Base of everything that kardia raises on purpose. `remedy` says what to type or change."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def fresh_copy(self) -> KardiaError:
        """Return the same error anew: one object raised in a thousand tasks would collect a thousand tracebacks."""
        return type(self)(self.message, self.remedy)


class UsageError(KardiaError):
    """A wrong flag, name, file or setting."""

    exit_code = 2


class MissingExtra(UsageError):
    """A package of an optional extra is not installed."""

    @classmethod
    def of(cls, extra: str, message: str, otherwise: str = "") -> MissingExtra:
        """Return the error whose remedy says how `extra` is installed; `otherwise` is a way to do without it.

        The distribution is in no package index, so the remedy names a clone and a wheel file.
        """
        wheel = f"kardia_cli-{__version__}-py3-none-any.whl[{extra}]"
        remedy = f"install the extra `{extra}`: pip install -e '.[{extra}]' in a clone, or pip install '{wheel}'"
        return cls(message, f"{remedy}; {otherwise}" if otherwise else remedy)


class Unfinished(KardiaError):
    """The run finished, but rows failed, or fewer came out than `--min-rows` asks."""

    exit_code = 3


class Stopped(KardiaError):
    """Stopped by budget or time; the same command resumes."""

    exit_code = 4


class GateFailed(KardiaError):
    """A score gate was not met."""

    exit_code = 5


class ProviderError(KardiaError):
    """Bad key, unknown model, or an endpoint that refuses every call: the run cannot go on."""

    exit_code = 6


class Interrupted(KardiaError):
    """Ctrl-C or SIGTERM; the same command resumes."""

    exit_code = 130


class RowError(KardiaError):
    """One row cannot be processed; the flow sends it to the rejects and goes on."""

    kind: Literal["failed", "dropped"] = "failed"


class Dropped(RowError):
    """A rule takes the row out on purpose (too little text, failed the rubric)."""

    kind = "dropped"


class CallFailed(RowError):
    """A model call gave no usable reply; `why` is its type. Never turned into a number.

    `retry_after` is what the provider asks to wait (s); `unreached` says that no connection was made at all, so that
    nothing was asked or paid.
    """

    def __init__(self, why: Why, message: str, retry_after: float | None = None, unreached: bool = False) -> None:
        super().__init__(f"{why}: {message}")
        self.why: Why = why
        self.retry_after = retry_after
        self.unreached = unreached

    def fresh_copy(self) -> CallFailed:
        """Return the same failure anew; see `KardiaError.fresh_copy`."""
        message = self.message.removeprefix(f"{self.why}: ")
        return CallFailed(self.why, message, self.retry_after, self.unreached)
