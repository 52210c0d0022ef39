"""May messages be sent there? This machine without a word; others only when listed, confirmed, and never production.

A host name is resolved once, here, and the run connects to the address that was judged: a name that changes its
address afterwards cannot lead messages elsewhere.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from console.core.errors import EnvironmentFault, Refused
from console.harness.allow_list import AllowList, Entry, Environment
from console.harness.load.schedule import peak_rate
from console.harness.scenario.content_checks import keeps_processing_id
from console.harness.scenario.model import FaultKind, Model, Scenario, Target

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port to addresses in numbers; raises OSError."""

ADDING = frozenset({FaultKind.DUPLICATE, FaultKind.DUPLICATE_CHANGED, FaultKind.GARBAGE, FaultKind.EMPTY_FRAME})
"""Faults that send something beside the message."""

TEST_IDS = frozenset({"T", "D"})
"""MSH-11 of messages that are no real ones (HL7 table 0103)."""

_PRODUCTION = frozenset(
    {"prod", "production", "prd", "productive", "live", "producción", "produccion", "produktion", "produktiv", "echt"}
)
_NOT_PRODUCTION = frozenset({"non", "not", "pre", "no"})
_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Clearance:
    """A target that may be sent to. `address` is what to connect to, in numbers; `max_rate` messages a second, None
    without a cap; `entry` that of the allow-list, None on this machine."""

    target: Target
    address: str
    loopback: bool
    max_rate: float | None = None
    entry: Entry | None = None

    @property
    def connectable(self) -> Target:
        """The target with the judged address; TLS still checks the name."""
        tls = self.target.tls
        if tls is not None and not tls.server_name:
            tls = replace(tls, server_name=self.target.host)
        return replace(self.target, host=self.address, tls=tls, name=self.target.name or self.target.address)


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a name, as the system knows it. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in found))


def check_target(
    target: Target, *, allow_list: AllowList, confirmed: Sequence[str] = (), resolve: Resolve = resolve
) -> Clearance:
    """Whether messages may go to a target. `confirmed`: what a person typed, `HOST:PORT` of exactly this target.

    Raises Refused (codes `production-target`, `target-not-allowed`, `target-not-confirmed`), EnvironmentFault when the
    host has no address (`unreachable`).
    """
    addresses = _addresses(target, resolve)
    _refuse_production(target, addresses, allow_list, resolve)
    if all(_is_loopback(address) for address in addresses):
        return Clearance(target, addresses[0], loopback=True)
    entry = next((e for e in allow_list.entries if e.port == target.port and _same(e, target, addresses)), None)
    if entry is None:
        raise Refused(
            f"{target.address} is not on this machine and not in {allow_list.path}. Whoever answers for that system "
            "may add it there, as a [[targets]] with host, port and environment.",
            code="target-not-allowed",
        )
    if target.address.casefold() not in {typed.strip().casefold() for typed in confirmed}:
        raise Refused(
            f"{target.address} ({entry.name or entry.environment}) is another machine. Confirm it by typing it: "
            f"--i-confirm {target.address}",
            code="target-not-confirmed",
        )
    return Clearance(target, addresses[0], loopback=False, max_rate=entry.max_rate, entry=entry)


def check_run(
    scenario: Scenario, *, allow_list: AllowList, confirmed: Sequence[str] = (), resolve: Resolve = resolve
) -> tuple[Scenario, tuple[Clearance, ...]]:
    """The scenario with every target at the address that was judged, and the clearances in the order of the targets.

    To other machines a plan may not be faster than the entry allows; where no plan says how fast it will be (closed,
    recorded), the gap between the messages of a connection keeps the cap. Raises as `check_target`, and Refused with
    `too-fast`, `not-marked-as-test` or `not-renewed`.
    """
    cleared = tuple(
        check_target(target, allow_list=allow_list, confirmed=confirmed, resolve=resolve) for target in scenario.targets
    )
    gap = scenario.connections.minimum_gap
    for clearance in cleared:
        if clearance.max_rate is not None:
            _check_content(scenario, clearance)
            gap = max(gap, _gap(scenario, clearance))
    connections = replace(scenario.connections, minimum_gap=gap)
    targets = tuple(clearance.connectable for clearance in cleared)
    return replace(scenario, targets=targets, connections=connections), cleared


def check_processing_id(clearance: Clearance, processing_id: str) -> None:
    """Whether a message with this MSH-11 may go to the target; only its first component counts. Raises Refused."""
    marked = processing_id.partition("^")[0].strip() in TEST_IDS
    if clearance.loopback or marked or (clearance.entry is not None and clearance.entry.any_processing_id):
        return
    raise Refused(
        f"MSH-11 is “{processing_id}”: the message is not marked as a test, and {clearance.target.address} is another "
        "machine. Set it to T, or any_processing_id in the target's entry of the allow-list.",
        code="not-marked-as-test",
    )


def says_production(words: str) -> bool:
    """Whether a name or label calls something production: `LAB PROD`, `hl7-prod-01`, `LabProduction`, but neither
    `non-prod` nor `pre-prod`, nor `reproduction`."""
    found = [word.casefold() for word in _WORD.findall(_HUMP.sub(" ", words))]
    return any(
        word in _PRODUCTION and (number == 0 or found[number - 1] not in _NOT_PRODUCTION)
        for number, word in enumerate(found)
    )


def _addresses(target: Target, resolve: Resolve) -> Sequence[str]:
    try:
        found = resolve(target.host, target.port)
    except (OSError, UnicodeError, ValueError) as error:
        raise EnvironmentFault(
            f"{target.host} has no address: {getattr(error, 'strerror', None) or error}. Check the name.",
            code="unreachable",
        ) from error
    if not found:
        raise EnvironmentFault(f"{target.host} has no address. Check the name.", code="unreachable")
    if any(_ip(address).is_unspecified for address in found):
        raise Refused(
            f"{target.host} is no address to send to, only one to listen on. Use 127.0.0.1 for this machine.",
            code="target-not-allowed",
        )
    return found


def _refuse_production(target: Target, addresses: Sequence[str], allow_list: AllowList, resolve: Resolve) -> None:
    entries = [entry for entry in allow_list.entries if entry.port in (0, target.port)]
    for entry in entries:
        listed = entry.environment is Environment.PRODUCTION and (
            _same(entry, target, addresses) or _leads_to(entry, addresses, resolve)
        )
        named = _same(entry, target, addresses) and (says_production(entry.name) or says_production(entry.host))
        if listed or named:
            words = f"“{entry.name}”" if entry.name else "a system"
            raise Refused(
                f"{target.address} is {words} marked as production in {allow_list.path}. "
                "The harness never sends there.",
                code="production-target",
            )
    for what in (target.name, target.host):
        if says_production(what):
            raise Refused(
                f"{target.address} is called “{what}”: the harness never sends to a production system. "
                "If it is none, give it another name.",
                code="production-target",
            )


def _same(entry: Entry, target: Target, addresses: Iterable[str]) -> bool:
    """Whether an entry means this target: the same name, one of its addresses, or both this machine."""
    host = _plain(entry.host)
    if host == _plain(target.host) or host in {str(_ip(address)) for address in addresses}:
        return True
    return _is_this_machine(host) and all(_is_loopback(address) for address in addresses)


def _leads_to(entry: Entry, addresses: Sequence[str], resolve: Resolve) -> bool:
    """Whether a listed name has one of these addresses now. A name that has none leads nowhere."""
    try:
        found = {str(_ip(address)) for address in resolve(entry.host, entry.port)}
    except (OSError, UnicodeError, ValueError):
        return False
    return bool(found & {str(_ip(address)) for address in addresses})


def _plain(host: str) -> str:
    host = host.strip("[]").rstrip(".").casefold()
    try:
        return str(_ip(host))
    except ValueError:
        return host


def _is_this_machine(host: str) -> bool:
    try:
        return _ip(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address; an IPv4 one in IPv6 clothes (::ffff:127.0.0.1) is the IPv4 one."""
    found = ipaddress.ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _is_loopback(address: str) -> bool:
    return _ip(address).is_loopback


def _check_content(scenario: Scenario, clearance: Clearance) -> None:
    content, where = scenario.content, clearance.target.address
    check_processing_id(clearance, content.processing_id)
    for part in content.mix:
        kept = part.kind in ("files", "stream") and dict(part.options).get("unrenewable", "send") != "skip"
        if not part.renew:
            raise Refused(
                f"{part.path or 'The text in the content'} would go to {where} as it is (renew = false). Whether its "
                "patients are real cannot be known: only this machine may be sent such messages.",
                code="not-renewed",
            )
        if kept:
            raise Refused(
                f"What cannot be renewed in {part.path} would go to {where} as it is. Leave it out with "
                "options = { unrenewable = “skip” }: only this machine may be sent such messages.",
                code="not-renewed",
            )
        if keeps_processing_id(part):
            check_processing_id(clearance, "what stands in its file or template")


def _gap(scenario: Scenario, clearance: Clearance) -> float:
    """The gap between two messages of a connection that keeps the cap; 0 when the plan keeps it by itself."""
    cap = clearance.max_rate or 0.0
    if scenario.load.model is not Model.OPEN:
        return scenario.connections.count * _copies(scenario) / cap
    if (peak := peak_rate(scenario.load) * _copies(scenario)) > cap:
        raise Refused(
            f"The plan sends up to {peak:,.0f} messages a second, copies included, and {clearance.target.address} may "
            f"be sent {cap:,.0f}. Lower the rates, use --scale, or have max_rate raised in the allow-list.",
            code="too-fast",
        )
    return 0.0


def _copies(scenario: Scenario) -> float:
    """How many messages become of one on average, by faults that add some."""
    added = (
        fault.count * (fault.probability or (1 / fault.every if fault.every else 0.0))
        for fault in scenario.faults
        if fault.kind in ADDING
    )
    return 1.0 + sum(added)
