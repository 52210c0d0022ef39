"""Every probe there is, in the order of the report, and how a person chooses among them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from console.core.errors import Refused
from console.harness.probe import acknowledgment, content, framing, load, recovery, tls
from console.harness.probe.model import Group, Probe

_ALL = (*framing.PROBES, *acknowledgment.PROBES, *content.PROBES, *load.PROBES, *recovery.PROBES, *tls.PROBES)
PROBES: tuple[Probe, ...] = tuple(probe for group in Group for probe in _ALL if probe.group is group)
NUMBERS = {probe.id: number for number, probe in enumerate(PROBES, 1)}
"""A probe's number in control ids."""


def chosen(names: Sequence[str], *, tls: bool) -> tuple[Probe, ...]:
    """The probes of these ids or groups (all when there are none) that suit a TLS port or a plain one.

    Raises Refused (`unknown-probe`) for a name that is neither, with the nearest one there is.
    """
    known = {probe.id for probe in PROBES} | {str(group) for group in Group}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), 1)
            hint = f"Did you mean {near[0]}?" if near else "--list shows them."
            raise Refused(f"There is no probe or group {name!r}. {hint}", code="unknown-probe")
    wanted = set(names)
    return tuple(
        probe
        for probe in PROBES
        if probe.tls in (None, tls) and (not wanted or probe.id in wanted or str(probe.group) in wanted)
    )
