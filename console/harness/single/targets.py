"""The receivers a person can choose by name: this machine, and those of the organisation's allow-list.

`harness-targets.toml` (see `allow_list`) is the only list; a production entry is shown, and can never be chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from console.core.errors import Refused
from console.harness.allow_list import FILE_NAME, AllowList, Environment, read_allow_list
from console.harness.safety import Clearance, check_target
from console.harness.scenario.model import Target, Tls

LOCAL = "127.0.0.1:2575"
"""Where the embedded engine listens."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One receiver in a menu. `may_be_chosen` is False for production; `needs_typing` when a person has to confirm its
    address."""

    name: str
    target: Target
    environment: Environment
    may_be_chosen: bool = True
    needs_typing: bool = False


def choices(data: Path) -> tuple[Choice, ...]:
    """This machine first, then the entries of `<data>/harness-targets.toml` that name a port. Raises ScenarioError
    for a file with mistakes, EnvironmentFault when it cannot be read."""
    found = [Choice("This machine", parse_target(LOCAL), Environment.TEST)]
    for entry in read_allow_list(data / FILE_NAME).entries:
        if entry.port:
            target = Target(entry.host, entry.port, name=entry.name)
            production = entry.environment is Environment.PRODUCTION
            found.append(
                Choice(entry.name or target.address, target, entry.environment, not production, not production)
            )
    return tuple(found)


def parse_target(text: str, *, tls: Tls | None = None) -> Target:
    """`HOST:PORT`, `[::1]:2575`, or `mllps://HOST:PORT` for TLS. Raises Refused (`bad-target`)."""
    plain = text.strip()
    scheme, mark, rest = plain.partition("://")
    if mark:
        if scheme.lower() not in ("mllp", "mllps"):
            raise Refused(f"{text[:60]}: write mllp://HOST:PORT or mllps://HOST:PORT.", code="bad-target")
        plain = rest.rstrip("/")
        tls = tls or (Tls() if scheme.lower() == "mllps" else None)
    host, _, port = plain.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise Refused(f"{text[:60]} is no receiver. Write HOST:PORT, e.g. {LOCAL} or [::1]:2575.", code="bad-target")
    return Target(host, int(port), tls=tls)


def named(text: str, data: Path, *, tls: Tls | None = None) -> Target:
    """A receiver by the name it has in the allow-list, else by its address. Raises Refused (`bad-target`)."""
    for choice in choices(data):
        if text.strip().casefold() == choice.name.casefold():
            return replace(choice.target, tls=tls)
    return parse_target(text, tls=tls)


def clear(target: Target, data: Path, *, confirmed: Sequence[str] = ()) -> tuple[Target, Clearance]:
    """The target to connect to, at the address that was judged. Raises what `safety.check_target` raises."""
    allow_list: AllowList = read_allow_list(data / FILE_NAME)
    clearance = check_target(target, allow_list=allow_list, confirmed=confirmed)
    return clearance.connectable, clearance
