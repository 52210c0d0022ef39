"""What Investigate shows: the overview and a search answer as rows of words and numbers. No widgets, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication

from console.desktop.formats import Formats
from console.desktop.models.lane_icons import lane_icon
from console.desktop.models.system_names import lane_name
from console.desktop.places import Place
from console.desktop.presenters.counted import counted
from console.investigation.answer import Answer, SourceReport, SourceStatus
from console.investigation.case import Advice, Destination, FailureGroup, Look, Opens, Overview, SearchAnswer, Sender

_WORTH_SAYING = 50
"""Events the index may be behind without a word: at any moment some are just being taken in."""


@dataclass(frozen=True, slots=True)
class NeedLine:
    """One thing that needs somebody. `tone` is fail or warn; `place` is None when there is nothing to open."""

    key: str
    icon: str
    tone: str
    title: str
    facts: str
    age: str
    action: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class SenderLine:
    """`counts` are the sparkline's values, oldest first."""

    name: str
    icon: str
    heard: str
    rate: str
    counts: tuple[int, ...]
    silent: bool


@dataclass(frozen=True, slots=True)
class CountLine:
    """A label with a number or a short text; `tone` is '' for normal."""

    icon: str
    label: str
    value: str
    tone: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LookLine:
    icon: str
    subject: str
    person: str
    when: str
    place: Place


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One sender's buckets, oldest first; from bucket `silent_from` on it is silent (None: it is not)."""

    name: str
    counts: tuple[int, ...]
    silent_from: int | None = None


@dataclass(frozen=True, slots=True)
class Heat:
    """The last hours by sender. The last bucket ends at `until`."""

    rows: tuple[HeatRow, ...]
    bucket: timedelta
    until: datetime

    def begins(self, bucket: int) -> datetime:
        """When a bucket of the longest row begins."""
        return self.until - self.bucket * (self.length - bucket)

    @property
    def length(self) -> int:
        return max((len(row.counts) for row in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class OverviewLines:
    title: str
    subtitle: str
    needs: tuple[NeedLine, ...]
    senders: tuple[SenderLine, ...]
    queues: tuple[CountLine, ...]
    deliveries: tuple[CountLine, ...]
    looks: tuple[LookLine, ...]
    heat: Heat | None
    nothing_received: bool
    kept_out: str = ""
    """How many messages of the harness are left out of all this; '' for none."""


def overview_lines(answer: Answer[Overview], formats: Formats, now: datetime) -> OverviewLines:
    """The whole page without a search, as of `now`."""
    overview = answer.value
    needs = (
        *(_failure(group, formats, now) for group in overview.failures),
        *(_stuck(d, formats, now) for d in overview.destinations if _is_stuck(d)),
        *(_silent(s, formats, now) for s in overview.senders if s.silent and s.last_at is not None),
    )
    return OverviewLines(
        title=_title(len(needs)),
        subtitle=_subtitle(answer, formats, now),
        needs=needs,
        senders=tuple(_sender(s, formats, now) for s in overview.senders),
        queues=_queues(overview, formats),
        deliveries=tuple(_delivery(d, formats, now) for d in overview.destinations),
        looks=tuple(_look(look, formats) for look in overview.recent),
        heat=_heat(overview),
        nothing_received=overview.received_total == 0,
        kept_out=counted.kept_out(overview.kept_out) if overview.kept_out else "",
    )


def test_lines(groups: Sequence[FailureGroup], formats: Formats, now: datetime) -> tuple[NeedLine, ...]:
    """What stopped among the harness's messages: to be looked at, asking nobody."""
    lines = (_failure(group, formats, now) for group in groups)
    return tuple(replace(line, key=f"test-{line.key}", icon="flask-conical", tone="quiet") for line in lines)


def _title(count: int) -> str:
    if not count:
        return QCoreApplication.translate("Investigate", "Nothing needs you")
    return counted.things_need_you(count)


def _subtitle(answer: Answer[Overview], formats: Formats, now: datetime) -> str:
    received = QCoreApplication.translate("Investigate", "%1 messages received").replace(
        "%1", formats.number(answer.value.received_total)
    )
    if answer.from_cache and answer.as_of is not None:
        words = QCoreApplication.translate("Investigate", "as last heard at %1, %2")
        age = words.replace("%1", formats.time(answer.as_of)).replace("%2", formats.ago(answer.as_of, now))
        return f"{received} · {age}"
    parts = [QCoreApplication.translate("Investigate", "Grouped by cause"), received]
    if answer.value.behind > _WORTH_SAYING:
        words = QCoreApplication.translate("Investigate", "the newest %1 events cannot be searched yet")
        parts.append(words.replace("%1", formats.number(answer.value.behind)))
    return " · ".join(parts)


def _failure(group: FailureGroup, formats: Formats, now: datetime) -> NeedLine:
    stopped = counted.messages_stopped(group.count)
    facts = []
    if group.first_at is not None:
        words = QCoreApplication.translate("Investigate", "First %1")
        facts.append(words.replace("%1", _time(group.first_at, formats, now)))
    if group.last_at is not None and group.count > 1:
        words = QCoreApplication.translate("Investigate", "newest %1")
        facts.append(words.replace("%1", _time(group.last_at, formats, now)))
    if group.patients:
        facts.append(counted.patients(group.patients))
    if group.destination:
        facts.append(group.destination)
    return NeedLine(
        key=f"failure:{group.group_key}",
        icon="octagon-x",
        tone="fail",
        title=f"{stopped}: {group.title}",
        facts=" · ".join(facts),
        age=_age(group.first_at, formats, now),
        action=QCoreApplication.translate("Investigate", "Open newest") if group.sample else "",
        place=Place("trace", {"event": group.sample[0]}) if group.sample else None,
    )


def _silent(sender: Sender, formats: Formats, now: datetime) -> NeedLine:
    assert sender.last_at is not None
    words = QCoreApplication.translate("Investigate", "Last message %1")
    facts = [words.replace("%1", _time(sender.last_at, formats, now))]
    if sender.usual_gap_s is not None:
        words = QCoreApplication.translate("Investigate", "usually one every %1")
        facts.append(words.replace("%1", formats.duration(sender.usual_gap_s)))
    return NeedLine(
        key=f"silent:{sender.name}",
        icon="unplug",
        tone="warn",
        title=QCoreApplication.translate("Investigate", "%1 has gone silent").replace("%1", sender.name),
        facts=" · ".join(facts),
        age=_age(sender.last_at, formats, now),
    )


def _is_stuck(destination: Destination) -> bool:
    return destination.breaker == "open" or destination.state == "paused"


def _stuck(destination: Destination, formats: Formats, now: datetime) -> NeedLine:
    if destination.state == "paused":
        title = QCoreApplication.translate("Investigate", "Deliveries to %1 are paused")
    else:
        title = QCoreApplication.translate("Investigate", "%1 does not take deliveries")
    facts = [counted.waiting(destination.pending)]
    if destination.last_ok_at is not None:
        words = QCoreApplication.translate("Investigate", "last success %1")
        facts.append(words.replace("%1", _time(destination.last_ok_at, formats, now)))
    since = destination.oldest_at or destination.last_ok_at
    return NeedLine(
        key=f"destination:{destination.name}",
        icon="hourglass",
        tone="warn",
        title=title.replace("%1", lane_name(destination.name)),
        facts=" · ".join(facts),
        age=_age(since, formats, now),
    )


def _sender(sender: Sender, formats: Formats, now: datetime) -> SenderLine:
    if sender.last_at is None:
        heard = QCoreApplication.translate("Investigate", "not heard yet")
    elif sender.silent:
        words = QCoreApplication.translate("Investigate", "silent for %1")
        heard = words.replace("%1", formats.duration(_whole(now - sender.last_at)))
    else:
        words = QCoreApplication.translate("Investigate", "heard %1")
        heard = words.replace("%1", formats.ago(sender.last_at, now))
    return SenderLine(
        name=_sender_name(sender),
        icon="flask-conical" if sender.test else lane_icon(sender.name, "sender"),
        heard=heard,
        rate=_rate(sender.per_minute, formats),
        counts=sender.counts,
        silent=sender.silent,
    )


def _sender_name(sender: Sender) -> str:
    if sender.test:
        return QCoreApplication.translate("Investigate", "Harness (test)")
    return sender.name or QCoreApplication.translate("Investigate", "Unknown sender")


def _rate(per_minute: float, formats: Formats) -> str:
    if 0 < per_minute < 10 and per_minute != int(per_minute):
        text = f"{per_minute:.1f}"
        return f"{text.replace('.', ',') if formats.language == 'es' else text}/min"
    return f"{formats.number(round(per_minute))}/min"


def _queues(overview: Overview, formats: Formats) -> tuple[CountLine, ...]:
    """The queues the engine told of, in the order of the road."""
    shown = (
        ("inbox", "inbox", QCoreApplication.translate("Investigate", "To be mapped"), ""),
        ("waiting", "hourglass", QCoreApplication.translate("Investigate", "Held back"), "warn"),
        ("outbox", "clock", QCoreApplication.translate("Investigate", "To be delivered"), ""),
        ("dead_letters", "mail-x", QCoreApplication.translate("Investigate", "Dead letters"), "fail"),
        ("quarantined", "shield-alert", QCoreApplication.translate("Investigate", "Refused, kept"), ""),
    )
    return tuple(
        CountLine(icon, label, formats.number(overview.queues[name]), tone if overview.queues[name] else "")
        for name, icon, label, tone in shown
        if name in overview.queues
    )


def _delivery(destination: Destination, formats: Formats, now: datetime) -> CountLine:
    if destination.state == "paused":
        value, tone = QCoreApplication.translate("Investigate", "paused"), "warn"
    elif destination.breaker == "open":
        value, tone = QCoreApplication.translate("Investigate", "no contact"), "warn"
    elif destination.pending:
        value, tone = counted.waiting(destination.pending), ""
    else:
        value, tone = QCoreApplication.translate("Investigate", "up to date"), ""
    detail = ""
    if destination.last_ok_at is not None:
        words = QCoreApplication.translate("Investigate", "last success %1")
        detail = words.replace("%1", formats.ago(destination.last_ok_at, now))
    return CountLine(lane_icon(destination.name, "destination"), lane_name(destination.name), value, tone, detail)


def _look(look: Look, formats: Formats) -> LookLine:
    timeline = look.opens is Opens.TIMELINE
    family, _, rest = look.person.partition("|")
    given, _, prefix = rest.partition("|")
    if timeline and look.subject:
        subject = QCoreApplication.translate("Cases", "Encounter %1").replace("%1", look.subject)
    elif timeline:
        subject = QCoreApplication.translate("Cases", "Messages without an encounter")
    else:
        subject = look.subject or QCoreApplication.translate("Cases", "trace")
    return LookLine(
        icon="chart-gantt" if timeline else "waypoints",
        subject=subject,
        person=formats.name(family, given, prefix) if look.person else "",
        when=formats.time(look.at),
        place=Place("timeline", {"encounter": look.target_id})
        if timeline
        else Place("trace", {"event": look.target_id}),
    )


def _heat(overview: Overview) -> Heat | None:
    if overview.until is None or not overview.bucket_s:
        return None
    rows = []
    for sender in overview.senders:
        length = len(sender.counts)
        if not length:
            continue
        silent_from = None
        if sender.silent and sender.last_at is not None:
            buckets = int((overview.until - sender.last_at).total_seconds() // overview.bucket_s)
            silent_from = max(length - buckets, 0) if buckets else None
        rows.append(HeatRow(_sender_name(sender), sender.counts, silent_from))
    return Heat(tuple(rows), timedelta(seconds=overview.bucket_s), overview.until) if rows else None


def search_status(answer: SearchAnswer, formats: Formats, now: datetime) -> str:
    """`2 cases · 0.04sec · engine answered`; who did not answer and how old a copy is are never left out."""
    count = len(answer.cases)
    if answer.more:
        first = counted.first_cases(count)
    else:
        first = counted.cases(count)
    parts = [first, formats.duration(answer.took_ms / 1000)]
    if answer.from_cache:
        words = QCoreApplication.translate("Investigate", "from the copy kept here")
        age = formats.ago(answer.as_of, now) if answer.as_of else ""
        parts.append(f"{words}, {age}" if age else words)
    parts += [_report(report) for report in answer.reports]
    if answer.behind > _WORTH_SAYING:
        words = QCoreApplication.translate("Investigate", "the newest %1 events cannot be searched yet")
        parts.append(words.replace("%1", formats.number(answer.behind)))
    return " · ".join(parts)


def _report(report: SourceReport) -> str:
    words = {
        SourceStatus.OK: QCoreApplication.translate("Investigate", "%1 answered"),
        SourceStatus.TIMED_OUT: QCoreApplication.translate("Investigate", "%1 took too long"),
        SourceStatus.UNREACHABLE: QCoreApplication.translate("Investigate", "%1 cannot be reached"),
        SourceStatus.UNAUTHORISED: QCoreApplication.translate("Investigate", "%1 refused the access token"),
        SourceStatus.FAILED: QCoreApplication.translate("Investigate", "%1 could not answer"),
    }
    return words[report.status].replace("%1", report.name)


def advice_text(advice: Advice) -> str:
    """What to try after no hits."""
    words = {
        Advice.CHECK_DIGIT: QCoreApplication.translate(
            "Investigate", "That looks like an NHS number, but its check digit is wrong: read it again."
        ),
        Advice.KEPT_COPY_ONLY: QCoreApplication.translate(
            "Investigate", "Only the copy kept on this computer was searched: no source answers now."
        ),
        Advice.SOURCES_MISSING: QCoreApplication.translate(
            "Investigate", "Not every source answered: what you look for may be there."
        ),
        Advice.INDEX_BEHIND: QCoreApplication.translate(
            "Investigate", "The newest messages cannot be searched yet: try again in a moment."
        ),
        Advice.PART_OF_NAME: QCoreApplication.translate(
            "Investigate", "Names match from the beginning of each word: try the family name alone."
        ),
        Advice.FEWER_WORDS: QCoreApplication.translate(
            "Investigate", "Everything typed must fit one case: try one number at a time."
        ),
        Advice.OTHER_IDENTIFIER: QCoreApplication.translate(
            "Investigate", "Try another number from the same label: order, sample, wristband, or the message itself."
        ),
    }
    return words[advice]


def _time(moment: datetime, formats: Formats, now: datetime) -> str:
    """The time alone today, with its date otherwise."""
    same_day = formats.local(moment).date() == formats.local(now).date()
    return formats.time(moment) if same_day else formats.moment(moment, seconds=False)


def _age(since: datetime | None, formats: Formats, now: datetime) -> str:
    """How long ago, '' when unknown or just now."""
    span = _whole(now - since) if since else timedelta(0)
    return formats.duration(span) if span else ""


def _whole(span: timedelta) -> timedelta:
    """Never negative, in whole seconds: clocks differ a little."""
    return timedelta(seconds=max(int(span.total_seconds()), 0))
