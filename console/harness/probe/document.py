"""The help page about the probes, written from the catalogue: `python -m console.harness.probe.document > FILE`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from console.harness.probe.catalogue import PROBES
from console.harness.probe.model import Group, Probe
from console.harness.probe.report_html import GROUP_TITLES

_OPENING = """\
# Probes: what an MLLP receiver must withstand

`signalbox harness probe HOST:PORT` tries {plain} named probes against any receiver ({tls} on a TLS port) in less than a
minute and says what each found: sent bytes, received bytes, the rule, what to change. With `--html FILE` it writes a
page that can be given to the vendor; `--report` writes JSON, `--junit` a file for build servers, `--list` prints the
list.

```
signalbox harness probe 127.0.0.1:2575
signalbox harness probe 127.0.0.1:2575 --only framing,ack.control-id-199 --html report.html
signalbox harness probe lab-test:6661 --ca ca.pem --certificate us.pem --key us-key.pem --i-confirm lab-test:6661
```

**Exit code** 0: all passed (unclear ones included); 1: a probe failed or did not run; 3: nobody answers, or the target
is not allowed.

**What is sent.** Synthetic messages, marked as tests: MSH-11 is T, MSH-4 is HARNESS, the patient is PROBE^TEST, control
ids begin with a mark that is new in every run. Nothing else tells a receiver that it is being probed: never probe a
production system. Other machines than this one must be listed in `harness-targets.toml` and confirmed.

**How it goes.** First an ordinary message: of {kinds} the first that
is taken is used by all probes. Then the harmless probes, eight at once; what fails there is tried again alone before it
counts. Then those that may disturb a receiver or take it down, one by one, each followed by an ordinary message on a
new connection: should that not be answered, the report names the probe, waits eight seconds for the receiver to come
back, and leaves the rest out if it does not.

**Outcomes.** *Passed*. *Failed*: with a severity. *Unclear*: the standard allows it, and both sides have to agree (a
receiver without enhanced mode, a certificate from an authority of its own). *Not run*: with the reason.

**Severities.** *Critical*: a message is lost, doubled or torn and its sender does not know, or the receiver goes down.
*Major*: an ordinary sender is stuck or sends the same for ever. *Minor*: some senders stumble. The one in the list is
the worst that a probe can find.

**Where several behaviours are sound** all of them pass. A receiver may refuse a damaged frame with AE or AR, or close
the connection; it may not answer AA to it, keep silent while the sender waits, or lose the message behind it.

**Field survey** in a source: what was seen when seven widely used receivers (HAPI, python-hl7, hl7apy, fastmllp,
node-hl7-server, simple-hl7, mllp-node) were probed in 2026. Each failed some; six of seven confirmed a frame in which
another message was lost, or that was no message at all. `tests/interop/peers/run.py` repeats that with six of them.
"""


def as_markdown() -> str:
    """The whole page, ended by a line feed."""
    kinds = "ORU^R01, ADT^A01, ADT^A08, ADT^A04, ORM^O01, OML^O21, MDM^T02, SIU^S12"
    plain, tls = (sum(probe.tls in (None, port) for probe in PROBES) for port in (False, True))
    lines = [_OPENING.format(plain=plain, tls=tls, kinds=kinds)]
    for group in Group:
        lines += [f"## {GROUP_TITLES[group]}", ""]
        for probe in PROBES:
            if probe.group is group:
                lines += _entry(probe)
    return "\n".join(lines).rstrip() + "\n"


def _entry(probe: Probe) -> Iterator[str]:
    only = {True: " TLS ports only.", False: " Plain ports only.", None: ""}[probe.tls]
    yield f"### `{probe.id}`"
    yield ""
    yield f"{probe.title} ({probe.severity}).{only}"
    yield ""
    yield f"- **Expected:** {probe.expected}"
    yield f"- **Why:** {probe.why}"
    yield f"- **To change:** {probe.advice}"
    yield f"- **Source:** {probe.source}"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
