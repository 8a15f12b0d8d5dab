"""The model of each role, and the end of the offline defaults.

The speaker is --model (KARDIA_MODEL), the seeker --seeker-model or the speaker, the judge --judge-model
(KARDIA_JUDGE_MODEL), in refine else the speaker's model. `offline` is the default only while everything is offline:
once any named model, or any model recorded on the input rows, is a real one, a role left unnamed is an error that names
the flag.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kardia_cli.errors import UsageError
from kardia_cli.rows.line import Row

if TYPE_CHECKING:
    from kardia_cli.chat.gateway import Chat, Gateway

OFFLINE = "offline"


@dataclass(frozen=True)
class Roles:
    """Model names by role, and the roles that were left to the offline default."""

    names: dict[str, str]
    defaulted: tuple[str, ...]
    flags: dict[str, str]

    def check_row(self, row: Row) -> None:
        """Raise `UsageError` where the row was made with a real model and a role here is offline by default."""
        if not self.defaulted:
            return
        for use in row.get("models") or []:
            if use.get("model", "") not in ("", OFFLINE):
                role = self.defaulted[0]
                raise UsageError(
                    f"these rows were made with {use['model']}, and no {role} is named", f"add {self.flags[role]} NAME"
                )


def assign(
    gateway: Gateway,
    given: dict[str, str | None],
    flags: dict[str, str],
    follow: dict[str, str],
    others: Sequence[str] = (),
) -> Roles:
    """Fill the roles: the given names, else the role that a role follows, else offline while all is offline.

    `flags` names the flag of each role, `follow` the role whose model it takes when unnamed, `others` are models at
    work that play none of these roles (those that are trained or measured). Raises `UsageError`.
    """
    names: dict[str, str] = {}
    defaulted: list[str] = []
    any_real = any(gateway.spec(name).real for name in [*given.values(), *others] if name)
    for role in sorted(given, key=lambda role: role in follow):
        name = given[role]
        leader = follow.get(role)
        if name:
            names[role] = name
        elif leader is not None and leader not in defaulted:
            names[role] = names[leader]
        elif any_real:
            raise UsageError(f"no {role} is named, and not everything here is offline", f"add {flags[role]} NAME")
        else:
            names[role] = OFFLINE
            defaulted.append(role)
    return Roles(names, tuple(defaulted), flags)


def open_chats(gateway: Gateway, players: Roles, say: Callable[[str], None]) -> dict[str, Chat]:
    """Open the chat of every role and return them by role; say once which are offline by default."""
    if players.defaulted:
        roles = " and ".join(players.defaulted)
        flags = " and ".join(players.flags[role] for role in players.defaulted)
        say(
            f"{roles}: the built-in offline model, a rule-based stand-in for demos and tests "
            f"({flags} NAME for a real one)"
        )
    return {role: gateway.chat(name) for role, name in players.names.items()}
