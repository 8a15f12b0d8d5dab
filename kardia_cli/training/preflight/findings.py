"""Findings of the preflight: one line each, and the remedy where something would break."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: `detail` is what was seen, or what would break, `remedy` how to repair it."""

    ok: bool
    name: str
    detail: str
    remedy: str = ""


def good(name: str, detail: str) -> Finding:
    """A finding that needs nothing."""
    return Finding(True, name, detail)


def bad(name: str, detail: str, remedy: str) -> Finding:
    """A finding that would break the training or what is made of it."""
    return Finding(False, name, detail, remedy)


def in_words(count: int) -> str:
    """Return a small even number in words, as markers come in pairs; others in digits."""
    return {2: "two", 4: "four", 6: "six", 8: "eight", 10: "ten"}.get(count, str(count))
