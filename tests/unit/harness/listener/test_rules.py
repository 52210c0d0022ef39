"""Fields by path and rules top-down: the first that matches decides, and counts only what it matches."""

from __future__ import annotations

import pytest

from console.harness.listener.fields import Fields, parse_path
from console.harness.listener.rules import RuleBook
from console.harness.listener.script import Answer, FieldTest, Match, Rule, Script
from console.hl7v2.delimiters import STANDARD
from console.hl7v2.peek import peek

MESSAGE = (
    b"MSH|^~\\&|LAB|NORTH|SB|HOSP|20260101120000||ORU^R01^ORU_R01|C7|P|2.5.1\r"
    b"PID|1||P1^^^MRN^MR||DOE^JANE\rPV1|1|I|W1^B2\r"
    b"OBR|1|O1^PAS|F1^LAB|718-7^Hb^LN\r"
    b"OBX|1|NM|718-7^Hb^LN|a|7.1|g/dL\rOBX|2|ST|X^Note^L||high value|\rOBX|3|NM|K^Potassium^L||\r"
)


def values(path: str, payload: bytes = MESSAGE) -> tuple[str, ...]:
    header = peek(payload)
    fast = Fields(payload, header, easy=header.delimiters == STANDARD)
    slow = Fields(payload, header, easy=False)
    assert not slow.simple
    found = fast.values(parse_path(path))
    assert found == slow.values(parse_path(path)), "both ways of reading give the same"
    return found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("PID-3", ("P1^^^MRN^MR",)),
        ("PID-3.1", ("P1",)),
        ("PID-3.4", ("MRN",)),
        ("PID-3.2", ()),
        ("PID-3.9", ()),
        ("PID-40", ()),
        ("MSH-3", ("LAB",)),
        ("MSH-9.2", ("R01",)),
        ("MSH-10", ("C7",)),
        ("MSH-1", ("|",)),
        ("MSH-2", ("^~\\&",)),
        ("OBX-3.1", ("718-7", "X", "K")),
        ("OBX[2]-5", ("high value",)),
        ("OBX[3]-5", ()),
        ("OBX[4]-3", ()),
        ("OBX[1]-3.2", ("Hb",)),
        ("ZZZ-1", ()),
        ("PV1-3.2", ("B2",)),
    ],
)
def test_that_a_path_finds_its_values(path: str, found: tuple[str, ...]) -> None:
    assert values(path) == found


def test_that_repetitions_escapes_subcomponents_and_charsets_are_read() -> None:
    payload = MESSAGE.replace(b"P1^^^MRN^MR", b"P1^^^MRN&1.2&ISO~P2").replace(b"DOE", b"D\\T\\E")
    assert values("PID-3.1", payload) == ("P1", "P2")
    assert values("PID-3.4.2", payload) == ("1.2",)
    assert values("PID-5.1", payload) == ("D&E",)
    latin = MESSAGE.replace(b"|2.5.1", b"|2.5.1||||||8859/1").replace(b"DOE", "NÚÑEZ".encode("latin-1"))
    assert values("PID-5.1", latin) == ("NÚÑEZ",)
    assert values("PID-5.1", MESSAGE.replace(b"\r", b"\n")) == ("DOE",)


def test_that_other_delimiters_are_those_of_the_message() -> None:
    payload = MESSAGE.translate(bytes.maketrans(b"|^", b"#@"))
    assert values("PID-3.1", payload) == ("P1",)


def decided(rules: list[Rule], payload: bytes = MESSAGE, **where: float) -> str:
    return decide_with(RuleBook(Script(rules=tuple(rules))), payload, **where)


def decide_with(book: RuleBook, payload: bytes = MESSAGE, **where: float) -> str:
    header = peek(payload)
    plan = book.plan(header.message_type, header.sending_application, header.sending_facility)
    if plan.fixed is not None:
        return plan.fixed.name
    fields = Fields(payload, header, easy=header.delimiters == STANDARD)
    connection, elapsed, attempt = (
        where.get(name, first) for name, first in (("line", 1), ("at", 0.0), ("attempt", 1))
    )
    return plan.decide(fields, int(connection), elapsed, int(attempt)).name


def rule(name: str, *tests: FieldTest, **match: object) -> Rule:
    return Rule(name, Match(fields=tests, **match), Answer(code="AE"))  # type: ignore[arg-type]


def test_that_the_first_rule_from_the_top_decides_whatever_finds_it() -> None:
    by_value = rule("value", FieldTest("PID-3.1", equals="P1"))
    by_pattern = rule("pattern", FieldTest("OBX-5", matches="^high"))
    assert decided([by_value, by_pattern]) == "value"
    assert decided([by_pattern, by_value]) == "pattern"
    assert decided([rule("other", FieldTest("PID-3.1", equals="P9")), by_value]) == "value"
    assert decided([rule("other", FieldTest("PID-3.1", equals="P9"))]) == "script"


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        (FieldTest("OBX-3.1", equals="K"), True),
        (FieldTest("OBX[1]-3.1", equals="K"), False),
        (FieldTest("OBX-3.1", one_of=("A", "X")), True),
        (FieldTest("OBX-3.1", one_of=("A", "B")), False),
        (FieldTest("OBX[3]-5", empty=True), True),
        (FieldTest("OBX[1]-5", empty=True), False),
        (FieldTest("OBX[1]-5", empty=False), True),
        (FieldTest("PID-19", equals=""), True),
        (FieldTest("PID-3.1", equals=""), False),
        (FieldTest("PID-3.1", one_of=("", "P1")), True),
        (FieldTest("MSH-10", matches="[0-9]$"), True),
        (FieldTest("MSH-2", equals="^~\\&"), True),
        (FieldTest("MSH-2", matches="&"), True),
    ],
)
def test_that_a_field_condition_holds(test: FieldTest, holds: bool) -> None:
    assert (decided([rule("r", test)]) == "r") is holds
    assert (decided([rule("r", FieldTest("PID-3.1", equals="P1"), test)]) == "r") is holds
    escaped = MESSAGE.replace(b"JANE", b"J\\T\\E")
    assert (decided([rule("r", test)], escaped) == "r") is holds, "also where bytes are not the values"


def test_that_type_and_sender_leave_out_the_rest() -> None:
    assert decided([rule("r", types=("ADT", "ORU"))]) == "r"
    assert decided([rule("r", types=("ORU^R01",))]) == "r"
    assert decided([rule("r", types=("ORU^R30",))]) == "script"
    assert decided([rule("r", application="LAB", facility="NORTH")]) == "r"
    assert decided([rule("r", application="RIS")]) == "script"


def test_that_connection_window_and_attempt_are_kept_to() -> None:
    assert decided([rule("r", connections=(2, 3))], line=3) == "r"
    assert decided([rule("r", connections=(2, 3))], line=1) == "script"
    window = rule("r", start=10.0, end=20.0)
    assert [decided([window], at=at) for at in (9.9, 10.0, 19.9, 20.0)] == ["script", "r", "r", "script"]
    assert [decided([rule("r", attempts=2)], attempt=n) for n in (1, 2, 3)] == ["r", "r", "script"]


def test_that_counting_conditions_count_only_what_matches_the_rest() -> None:
    book = RuleBook(Script(rules=(rule("r", FieldTest("PID-3.1", equals="P1"), nth=(2, 3)),)))
    other = MESSAGE.replace(b"|P1^", b"|P2^")
    took = [decide_with(book, payload) for payload in (other, MESSAGE, other, MESSAGE, MESSAGE, MESSAGE)]
    assert took == ["script", "script", "script", "r", "r", "script"]
    every = RuleBook(Script(rules=(rule("r", every=3),)))
    assert [decide_with(every) for _ in range(6)] == ["script", "script", "r"] * 2
    first = RuleBook(Script(rules=(rule("r", first=2),)))
    assert [decide_with(first) for _ in range(4)] == ["r", "r", "script", "script"]


def test_that_a_share_is_drawn_from_the_seed_and_the_same_each_time() -> None:
    def run(seed: int) -> list[str]:
        book = RuleBook(Script(seed=seed, rules=(rule("r", probability=0.25),)))
        return [decide_with(book) for _ in range(400)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert 60 < run(1).count("r") < 140


def test_that_a_message_is_remembered_by_sender_and_control_id() -> None:
    book = RuleBook(Script(rules=(rule("r", attempts=1),)))
    assert [book.attempt("LAB", "N", "1"), book.attempt("LAB", "N", "1"), book.attempt("RIS", "N", "1")] == [1, 2, 1]
