"""What thresholds and verification of a scenario may not be: metrics nobody could observe, settings nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from console.core.errors import Refused
from console.harness.scenario.model import Scenario
from console.harness.scenario.places import KeyPath
from console.harness.scenario.problems import Finding, nearest, shown
from console.harness.verdict.thresholds import METRICS, Origin, parse_threshold

TEXT: tuple[str, ...] = ()
NUMBER: tuple[str, ...] = ("1 to 1000",)

VERIFICATION_OPTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "none": {},
    "signalbox": {"batch": NUMBER, "concurrent": NUMBER, "page": NUMBER},
    "fhir": {
        "by": ("report", "observation", "request"),
        "batch": NUMBER,
        "concurrent": NUMBER,
        "page": NUMBER,
        "order_system": TEXT,
        "patient_systems": TEXT,
    },
    "mirth": {"channel": TEXT, "connector": TEXT, "fingerprint": TEXT, "ca": TEXT, "every_version": ("yes", "no")},
    "listener": {"as": ("chart", "log"), "every_version": ("yes", "no"), "copies": ("once", "as-sent")},
}
"""Settings of each source, as verdict.sources reads them: any text, a number as a text, or one of some words."""


def afterwards_findings(scenario: Scenario) -> Iterator[Finding]:
    """What cannot be judged after the run."""
    yield from _thresholds(scenario)
    yield from _verification(scenario)
    yield from _options(scenario)


def _thresholds(scenario: Scenario) -> Iterator[Finding]:
    seen: dict[tuple[str, str], int] = {}
    for number, threshold in enumerate(scenario.thresholds):
        path: KeyPath = ("thresholds", number)
        try:
            metric = METRICS[parse_threshold(threshold.text).metric]
        except Refused as refused:
            yield Finding(path, refused.text)
            continue
        if metric.origin is Origin.VERIFICATION and scenario.verification.source == "none":
            text = f"“{metric.name}” is known only when somebody is asked afterwards; set verification.source"
            yield Finding(path, text, (("verification",),))
        same = seen.setdefault((threshold.metric, threshold.comparison), number)
        if same != number:
            yield Finding(path, f"“{metric.name}” has such a limit already, threshold {same + 1}")


def _verification(scenario: Scenario) -> Iterator[Finding]:
    verification, receiver = scenario.verification, scenario.receiver
    if verification.source == "listener" and verification.capture is None and receiver is None:
        text = "“listener” needs a [receiver] of the run's own, or the capture folder of another"
        yield Finding(("verification", "source"), text, (("receiver",), ("verification", "capture")))
    if verification.source in ("fhir", "mirth") and not verification.url:
        yield Finding(("verification", "url"), f"is missing; {verification.source} needs it")


def _options(scenario: Scenario) -> Iterator[Finding]:
    source = scenario.verification.source
    known = VERIFICATION_OPTIONS.get(source, {})
    for name, value in scenario.verification.options:
        here: KeyPath = ("verification", "options", name)
        words = known.get(name)
        if words is None:
            text = f"is no setting of {source}; it has {', '.join(known)}" if known else f"is no setting of {source}"
            yield Finding(here, text, (("verification", "source"),), nearest(name, known), at_key=True)
        elif words is NUMBER:
            if not (value.isdecimal() and 1 <= int(value) <= 1000):
                yield Finding(here, f"must be a number from 1 to 1000 in quotes, not {shown(value)}")
        elif words and value not in words:
            yield Finding(here, f"must be one of {', '.join(words)}, not {shown(value)}", (), nearest(value, words))
