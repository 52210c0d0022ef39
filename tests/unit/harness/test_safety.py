"""Where messages may be sent to, and what is written down about it."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.core.errors import EnvironmentFault, Refused
from console.harness.allow_list import AllowList, Entry, Environment, read_allow_list
from console.harness.run_audit import AUDIT, append_run
from console.harness.safety import check_processing_id, check_run, check_target, says_production
from console.harness.scenario.model import (
    Connections,
    Content,
    Fault,
    FaultKind,
    Ingredient,
    Load,
    Model,
    Scenario,
    Stage,
    StageKind,
    Target,
    Tls,
)
from console.harness.scenario.problems import ScenarioError

TEST = Entry("hl7-test.example", Environment.TEST, 6661, "Lab test")
NAMES = {
    "hl7-test.example": ["192.0.2.7"],
    "hl7.example": ["192.0.2.9"],
    "localhost": ["127.0.0.1", "::1"],
    "mixed.example": ["127.0.0.1", "192.0.2.8"],
    "rebound.example": ["127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "old-name.example": ["192.0.2.7"],
}


def resolve(host: str, port: int) -> Sequence[str]:
    """A name service of the test's own; addresses are themselves."""
    if found := NAMES.get(host.casefold().rstrip(".")):
        return found
    if host[:1].isdigit() or ":" in host:
        return [host]
    raise OSError("Name or service not known")


def allowed(*entries: Entry) -> AllowList:
    return AllowList(entries, Path("harness-targets.toml"))


def code_of(target: Target, *entries: Entry, confirmed: Sequence[str] = ()) -> str:
    with pytest.raises(Refused) as caught:
        check_target(target, allow_list=allowed(*entries), confirmed=confirmed, resolve=resolve)
    return caught.value.code


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "::ffff:127.0.0.1", "mapped.example"])
def test_that_this_machine_needs_no_word(host: str) -> None:
    clearance = check_target(Target(host), allow_list=allowed(), resolve=resolve)
    assert clearance.loopback
    assert clearance.max_rate is None


def test_that_the_judged_address_is_the_one_connected_to() -> None:
    asked = []

    def once(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.66"]

    target = Target("rebound.example", tls=Tls())
    connectable = check_target(target, allow_list=allowed(), resolve=once).connectable
    assert asked == ["rebound.example"]
    assert connectable.host == "127.0.0.1"
    assert connectable.tls == Tls(server_name="rebound.example")
    assert connectable.name == "rebound.example:2575"


def test_that_the_systems_own_resolver_knows_this_machine() -> None:
    assert check_target(Target("localhost", 9), allow_list=allowed()).loopback
    with pytest.raises(EnvironmentFault, match="has no address"):
        check_target(Target("no-such-host.invalid", 9), allow_list=allowed())


def test_that_another_machine_needs_an_entry_and_its_name_typed() -> None:
    target = Target("hl7-test.example", 6661)
    assert code_of(target) == "target-not-allowed"
    assert code_of(target, replace(TEST, port=6662)) == "target-not-allowed"
    assert code_of(target, replace(TEST, host="other.example")) == "target-not-allowed"
    assert code_of(target, TEST) == "target-not-confirmed"
    assert code_of(target, TEST, confirmed=["hl7-test.example"]) == "target-not-confirmed"
    assert code_of(target, TEST, confirmed=["hl7-test.example:6662"]) == "target-not-confirmed"
    assert code_of(target, TEST, confirmed=["192.0.2.7:6661"]) == "target-not-confirmed"
    clearance = check_target(
        target, allow_list=allowed(TEST), confirmed=["x:1", " HL7-test.example:6661"], resolve=resolve
    )
    assert (clearance.loopback, clearance.address, clearance.max_rate) == (False, "192.0.2.7", 1000.0)
    assert clearance.entry == TEST


def test_that_a_name_which_is_this_machine_only_in_part_is_another_machine() -> None:
    assert code_of(Target("mixed.example")) == "target-not-allowed"
    assert code_of(Target("0.0.0.0")) == "target-not-allowed"
    assert code_of(Target("::")) == "target-not-allowed"


def test_that_an_entry_by_address_means_the_name_that_has_it() -> None:
    entry = Entry("192.0.2.7", Environment.DEMO, 6661)
    target = Target("hl7-test.example", 6661)
    assert check_target(target, allow_list=allowed(entry), confirmed=[target.address], resolve=resolve).entry == entry


LIVE = Entry("hl7.example", Environment.PRODUCTION)


@pytest.mark.parametrize(
    ("target", "entries"),
    [
        (Target("hl7.example", 6661), [LIVE]),
        (Target("HL7.example.", 6661), [Entry("hl7.example", Environment.PRODUCTION, 6661)]),
        (Target("192.0.2.9", 6661), [LIVE]),  # the address of a listed name
        (Target("hl7.example", 6661), [Entry("192.0.2.9", Environment.PRODUCTION)]),
        (Target("old-name.example", 6661), [Entry("hl7-test.example", Environment.PRODUCTION, 6661)]),
        (Target("hl7.example", 6661), [Entry("hl7.example", Environment.TEST, 6661), LIVE]),
        (Target("hl7.example", 6661), [Entry("hl7.example", Environment.TEST, 6661, "Lab PROD")]),
        (Target("127.0.0.1", 7000), [Entry("localhost", Environment.PRODUCTION, 7000)]),  # a tunnel
        (Target("localhost", 7000), [Entry("127.0.0.1", Environment.PRODUCTION, 7000)]),
        (Target("::1", 7000), [Entry("127.0.0.1", Environment.PRODUCTION, 7000)]),
        (Target("127.0.0.1", 7000), [Entry("localhost", Environment.DEMO, 7000, "tunnel to live")]),
        (Target("127.0.0.1", 7000, "Production lab"), []),
    ],
)
def test_that_production_is_never_sent_to_however_it_is_called(target: Target, entries: list[Entry]) -> None:
    assert code_of(target, *entries, confirmed=[target.address]) == "production-target"


def test_that_a_production_entry_on_another_port_is_another_system() -> None:
    entry = Entry("localhost", Environment.PRODUCTION, 7000)
    assert check_target(Target("127.0.0.1", 7001), allow_list=allowed(entry), resolve=resolve).loopback


@pytest.mark.parametrize(
    "words",
    ["PROD", "prod", "Lab Production", "hl7-prod-01", "LabProd", "LABProd", "prod1", "lab_live", "live.example",
     "producción", "Produktion", "the PRODUCTION one", "prd.lab"],
)  # fmt: skip
def test_that_production_is_recognised_as_a_word(words: str) -> None:
    assert says_production(words)


@pytest.mark.parametrize(
    "words",
    ["", "test", "non-prod", "pre-production", "preprod", "reproduction", "product", "olive", "delivery", "alive",
     "liverpool", "Not live", "127.0.0.1", "productos"],
)  # fmt: skip
def test_that_words_with_other_meanings_are_not(words: str) -> None:
    assert not says_production(words)


SCENARIO = Scenario(
    "flood",
    "",
    "0" * 64,
    Path("/nowhere"),
    targets=(Target("hl7-test.example", 6661),),
    load=Load(stages=(Stage(StageKind.CONSTANT, 10, 1000),)),
    content=Content(mix=(Ingredient("journey", name="emergency"),)),
)


def run(scenario: Scenario, entry: Entry = TEST) -> Scenario:
    confirmed = [target.address for target in scenario.targets]
    return check_run(scenario, allow_list=allowed(entry), confirmed=confirmed, resolve=resolve)[0]


def refused(scenario: Scenario, entry: Entry = TEST) -> str:
    with pytest.raises(Refused) as caught:
        run(scenario, entry)
    return caught.value.code


def with_rate(rate: float) -> Scenario:
    return replace(SCENARIO, load=Load(stages=(Stage(StageKind.CONSTANT, 10, rate),)))


def test_that_a_plan_may_not_be_faster_than_the_entry_says() -> None:
    assert run(SCENARIO).targets[0].host == "192.0.2.7"
    assert refused(with_rate(1001)) == "too-fast"
    assert run(with_rate(1001), replace(TEST, max_rate=2000)).load == with_rate(1001).load
    assert refused(SCENARIO, replace(TEST, max_rate=100)) == "too-fast"
    assert refused(replace(with_rate(600), faults=(Fault(FaultKind.DUPLICATE, probability=1.0),))) == "too-fast"
    assert refused(replace(SCENARIO, load=Load(stages=(Stage(StageKind.BURST, 9, size=1001, every=5),)))) == "too-fast"


def test_that_a_run_without_a_plan_is_kept_slow_by_gaps() -> None:
    closed = replace(SCENARIO, load=Load(model=Model.CLOSED, duration=5), connections=Connections(count=50))
    assert run(closed).connections.minimum_gap == pytest.approx(0.05)
    assert run(replace(closed, connections=Connections(minimum_gap=3))).connections.minimum_gap == 3
    assert run(replace(closed, targets=(Target(),))).connections.minimum_gap == 0


def test_that_only_marked_and_renewed_messages_leave_the_machine() -> None:
    real = replace(SCENARIO, content=replace(SCENARIO.content, processing_id="P", allow_production=True))
    assert refused(real) == "not-marked-as-test"
    assert run(real, replace(TEST, any_processing_id=True))
    files = replace(SCENARIO.content, mix=(Ingredient("files", path=Path("x.hl7"), renew=False),))
    assert refused(replace(SCENARIO, content=files)) == "not-renewed"
    assert run(replace(SCENARIO, content=files, targets=(Target(),)))

    def with_part(**more: object) -> Scenario:
        part = Ingredient("files", path=Path("x.hl7"), options=tuple(more.items()))  # type: ignore[arg-type]
        return replace(SCENARIO, content=replace(SCENARIO.content, mix=(part,)))

    assert refused(with_part()) == "not-renewed"
    assert run(with_part(unrenewable="skip"))
    assert refused(with_part(unrenewable="skip", marked=False)) == "not-marked-as-test"
    assert run(with_part(unrenewable="skip", marked=False), replace(TEST, any_processing_id=True))


def test_that_one_message_is_judged_as_a_run_is() -> None:
    here = check_target(Target(), allow_list=allowed(), resolve=resolve)
    check_processing_id(here, "P")
    target = Target("hl7-test.example", 6661)
    there = check_target(target, allow_list=allowed(TEST), confirmed=[target.address], resolve=resolve)
    check_processing_id(there, "T^A")
    for processing_id in ("P", "", "TD"):
        with pytest.raises(Refused, match="not marked as a test"):
            check_processing_id(there, processing_id)


def test_that_the_allow_list_is_read(tmp_path: Path) -> None:
    path = tmp_path / "harness-targets.toml"
    assert read_allow_list(path) == AllowList((), path)
    path.write_text("""
[[targets]]
host = "hl7-test.example"
port = 6661
name = "Lab test"
environment = "test"
max_rate = "60/min"
[[targets]]
host = "hl7.example"
environment = "production"
""")
    assert read_allow_list(path).entries == (replace(TEST, max_rate=1.0), LIVE)


def test_that_a_wrong_allow_list_allows_nothing_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "harness-targets.toml"
    path.write_text('[[targets]]\nhost = "a"\nenvironment = "prod"\n[[targets]]\nhost = "b"\nenvironment = "test"\n')
    with pytest.raises(ScenarioError) as caught:
        read_allow_list(path)
    assert caught.value.text.splitlines() == [
        f"{path}:3:15: targets[1].environment: “prod” is not known; use one of test, demo, production; "
        "did you mean production?",
        f"{path}:4:3: targets[2].port: is missing: only a production receiver is meant on every port",
    ]


AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_that_every_run_leaves_a_line_for_its_owner_alone(tmp_path: Path) -> None:
    for seed in (1, 2):
        append_run(tmp_path, at=AT, what="send", run="H-1", targets=["h:1"], digest="ab", seed=seed, confirmed=["h:1"])
    path = tmp_path / AUDIT
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["seed"] for line in lines] == [1, 2]
    assert lines[0]["who"]
    assert {k: lines[0][k] for k in ("at", "what", "run", "targets", "scenario_sha256", "confirmed")} == {
        "at": "2026-11-23T08:00:00.000Z",
        "what": "send",
        "run": "H-1",
        "targets": ["h:1"],
        "scenario_sha256": "ab",
        "confirmed": ["h:1"],
    }


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_that_nobody_else_may_read_it_and_it_is_not_written_through_a_link(tmp_path: Path) -> None:
    append_run(tmp_path, at=AT, what="send", run="H-1", targets=[], digest="", seed=1)
    path = tmp_path / AUDIT
    path.chmod(0o644)
    append_run(tmp_path, at=AT, what="send", run="H-1", targets=[], digest="", seed=1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EnvironmentFault, match=r"audit\.jsonl cannot be written"):
        append_run(tmp_path, at=AT, what="send", run="H-1", targets=[], digest="", seed=1)
    assert not (tmp_path / "elsewhere").exists()
