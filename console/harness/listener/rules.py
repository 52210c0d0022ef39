"""Rules made ready at start: those that can match a kind of message in order, and what they need found cheaply.

Type and sender are settled once for each kind of message. Of the rules that are left, those with an equality on a field
are found by a dictionary, so that twenty of them cost one look-up. Counting conditions come last and count only
messages that satisfy the rest.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from console.harness.listener.durations import drawer
from console.harness.listener.fields import FieldPath, Fields, Picker, ordered, parse_path, pickable
from console.harness.listener.script import Answer, FieldTest, Match, Rule, Script

REMEMBERED = 100_000
"""How many messages `attempts` remembers; the longest unseen are forgotten first."""

Test = Callable[[Fields], bool]
_Rows = Sequence[Sequence[bytes]]
_Step = tuple[Callable[[bytes], _Rows], tuple[tuple[int, dict[bytes, tuple[int, ...]]], ...]]
"""Picks the fields of one segment; the columns that are looked up, with the rules for each value."""
_Check = tuple[int, int, Callable[[bytes], object] | None, bool]
"""Step and column of a picked field, what is asked of its values, and what the answer must be."""


class ReadyRule:
    """One rule with its counters. `number` from 1 in the script, 0 is the script's own answer."""

    __slots__ = (
        "_attempts", "_connections", "_end", "_every", "_first", "_nth", "_random", "_share", "_start", "_timed",
        "answer", "anywhere", "applied", "counts", "delay", "equality", "late", "match", "name", "number", "plain",
        "plainly", "random", "rest", "seen", "tests", "unconditional",
    )  # fmt: skip

    def __init__(self, number: int, rule: Rule, seed: int) -> None:
        match = rule.match
        self.number = number
        self.name = rule.name or f"rule {number}"
        self.match = match
        self.answer = rule.answer
        self.plain = rule.answer.plain
        self.random = Random(f"{seed}/answer/{number}")
        self.delay = drawer(rule.answer.delay, Random(f"{seed}/delay/{number}"))
        self.late = drawer(rule.answer.late, Random(f"{seed}/late/{number}"))
        self.equality, rest = _split(match.fields)
        self.applied = self.plainly = 0
        self.seen = 0
        self.rest = tuple(rest)
        self.tests = tuple(map(_test, rest))
        self.anywhere = not (match.connections or match.attempts or match.start > 0 or match.end != math.inf)
        self._connections = frozenset(match.connections)
        self._attempts = match.attempts
        self._start, self._end = match.start, match.end
        self._timed = match.start > 0 or match.end != math.inf
        self._nth, self._every, self._first, self._share = (
            frozenset(match.nth), match.every, match.first, match.probability,
        )  # fmt: skip
        self.counts = bool(match.nth or match.every or match.first or match.probability < 1)
        self._random = Random(f"{seed}/rule/{number}")
        self.unconditional = self.anywhere and not (self.equality or self.tests or self.counts)
        """Matches every message of the types and senders it is for."""

    @property
    def asks_attempts(self) -> bool:
        return bool(self._attempts)

    def holds(self, fields: Fields, connection: int, elapsed: float, attempt: int) -> bool:
        """Everything but type, sender and the one equality that found it. Counts."""
        return (
            self.in_place(connection, elapsed, attempt)
            and all(test(fields) for test in self.tests)
            and (not self.counts or self.counted())
        )

    def in_place(self, connection: int, elapsed: float, attempt: int) -> bool:
        """The conditions that no field is needed for."""
        if self._timed and not self._start <= elapsed < self._end:
            return False
        if self._connections and connection not in self._connections:
            return False
        return not self._attempts or attempt <= self._attempts

    def counted(self) -> bool:
        """Counts one message that satisfies everything else; whether it is one of those that are meant."""
        self.seen += 1
        if self._nth and self.seen not in self._nth:
            return False
        if self._every and self.seen % self._every:
            return False
        if self._first and self.seen > self._first:
            return False
        return self._share >= 1 or self._random.random() < self._share


class Plan:
    """The rules for one kind of message. `fixed`: the one that always decides, where no other can."""

    __slots__ = ("_always", "_by_value", "_checks", "_others", "_steps", "fixed", "rules")

    def __init__(self, rules: Sequence[ReadyRule], otherwise: ReadyRule) -> None:
        kept: list[ReadyRule] = []
        for rule in (*rules, otherwise):
            kept.append(rule)
            if rule.unconditional:
                break
        self.rules = tuple(kept)
        self.fixed = kept[0] if kept[0].unconditional else None
        self._always = tuple(n for n, rule in enumerate(kept) if rule.equality is None)
        by_path: dict[FieldPath, dict[str, tuple[int, ...]]] = {}
        for n, rule in enumerate(kept):
            if rule.equality is not None:
                path, values = rule.equality
                index = by_path.setdefault(path, {})
                for value in values:
                    index[value] = (*index.get(value, ()), n)
        self._by_value = tuple(by_path.items())
        places: dict[tuple[str, int], set[FieldPath]] = {}
        for path in (*by_path, *(parse_path(test.path) for n in self._always for test in kept[n].rest)):
            if pickable(path):
                places.setdefault((path.segment, path.ordinal), set()).add(path)
        steps: list[_Step] = []
        columns: dict[FieldPath, tuple[int, int]] = {}
        for paths in places.values():
            picker = Picker(ordered(paths))
            columns |= {path: (len(steps), column) for column, path in enumerate(ordered(paths))}
            looked_up = tuple(
                (columns[path][1], _as_bytes(by_path[path])) for path in ordered(paths) if path in by_path
            )
            steps.append((picker.pick, looked_up))
        self._steps = tuple(steps)
        self._others = tuple((path, index) for path, index in self._by_value if not pickable(path))
        self._checks = tuple(_checks(rule.rest, columns) if rule.equality is None else None for rule in kept)

    def decide(self, fields: Fields, connection: int, elapsed: float, attempt: int) -> ReadyRule:
        """The first rule that matches; the script's own answer is last and always does."""
        rules = self.rules
        found: tuple[int, ...] = ()
        simple = fields.simple
        picked: list[_Rows] = []
        if simple:
            body = fields.body
            for pick, looked_up in self._steps:
                rows = pick(body)
                picked.append(rows)
                for column, index in looked_up:
                    for row in rows:
                        if row[column] in index:
                            found += index[row[column]]
        for path, by_text in self._others if simple else self._by_value:
            for text in fields.values(path):
                if text in by_text:
                    found += by_text[text]
        for n in sorted({*self._always, *found}) if found else self._always:
            rule = rules[n]
            if not rule.anywhere and not rule.in_place(connection, elapsed, attempt):
                continue
            checks = self._checks[n] if simple else None
            if checks is None:
                if not all(test(fields) for test in rule.tests):
                    continue
            elif checks and not _all_hold(checks, picked):
                continue
            if not rule.counts or rule.counted():
                return rule
        return rules[-1]


def _all_hold(checks: Sequence[_Check], picked: Sequence[_Rows]) -> bool:
    for step, column, search, wanted in checks:
        holds = False
        for row in picked[step]:
            value = row[column]
            if value and (search is None or search(value)):
                holds = True
                break
        if holds is not wanted:
            return False
    return True


def _checks(tests: Sequence[FieldTest], columns: dict[FieldPath, tuple[int, int]]) -> tuple[_Check, ...] | None:
    """The tests on picked bytes; None when one of them needs more."""
    checks: list[_Check] = []
    for test in tests:
        place = columns.get(parse_path(test.path))
        if place is None or not (test.matches.isascii() and (test.matches or test.empty is not None)):
            return None
        search = re.compile(test.matches.encode("ascii")).search if test.matches else None
        checks.append((*place, search, test.empty is not True))
    return tuple(checks)


def _as_bytes(index: dict[str, tuple[int, ...]]) -> dict[bytes, tuple[int, ...]]:
    return {value.encode("utf-8"): hits for value, hits in index.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """An answer above the script for every message: of a person (`switch`), an `outage`, or `trouble` with the disk."""

    name: str
    answer: Answer
    outage: bool = False


class RuleBook:
    """All rules of a script, with their counters, for the listener's whole life."""

    def __init__(self, script: Script) -> None:
        self.rules = tuple(ReadyRule(n, rule, script.seed) for n, rule in enumerate(script.rules, start=1))
        self.otherwise = ReadyRule(0, Rule(name="script", answer=script.answer), script.seed)
        self.asks_attempts = any(rule.asks_attempts for rule in self.rules)
        self._attempts: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    def plan(self, kind: str, application: str, facility: str, *, standing: Standing | None = None) -> Plan:
        """The rules that can match this kind (`ORU^R01`) from this sender; in an outage those that are made for it,
        before the answer that stands above the script."""
        able = [rule for rule in self.rules if _able(rule.match, kind, application, facility)]
        if standing is None:
            return Plan([rule for rule in able if not rule.match.in_outage], self.otherwise)
        able = [rule for rule in able if standing.outage and rule.match.in_outage]
        return Plan(able, ReadyRule(0, Rule(name=standing.name, answer=standing.answer), 0))

    def attempt(self, application: str, facility: str, control_id: str) -> int:
        """How often this message has come, this time included."""
        key = (application, facility, control_id)
        count = self._attempts.pop(key, 0) + 1
        self._attempts[key] = count
        if len(self._attempts) > REMEMBERED:
            self._attempts.popitem(last=False)
        return count


def _able(match: Match, kind: str, application: str, facility: str) -> bool:
    if match.types and not (kind in match.types or kind.partition("^")[0] in match.types):
        return False
    return match.application in ("", application) and match.facility in ("", facility)


def _split(
    tests: Sequence[FieldTest],
) -> tuple[tuple[FieldPath, tuple[str, ...]] | None, Sequence[FieldTest]]:
    """The first equality, by which the rule is found, and the rest."""
    for n, test in enumerate(tests):
        values = test.one_of if test.equals is None else (test.equals,)
        if values and "" not in values:
            return (parse_path(test.path), tuple(dict.fromkeys(values))), (*tests[:n], *tests[n + 1 :])
    return None, tests


def _test(test: FieldTest) -> Test:
    path = parse_path(test.path)
    if test.matches:
        search = re.compile(test.matches).search
        return lambda fields: any(map(search, fields.values(path)))
    if test.empty is not None:
        wanted = not test.empty
        return lambda fields: bool(fields.values(path)) is wanted
    wanted_values = frozenset(test.one_of if test.equals is None else (test.equals,))
    if "" in wanted_values:
        others = wanted_values - {""}
        return lambda fields: not (values := fields.values(path)) or not others.isdisjoint(values)
    return lambda fields: not wanted_values.isdisjoint(fields.values(path))
