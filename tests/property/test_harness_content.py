"""What the harness makes is a function of scenario, seed and hospital time; two runs never share a number."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import hl7
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.core.errors import Refused
from console.harness.content.journeys.pathways import PATHWAYS
from console.harness.content.recordings import messages_in
from console.harness.content.renewal import cut
from console.harness.scenario.model import Ingredient
from console.hl7v2.message import parse
from tests.builders import corpus
from tests.builders.harness_scenarios import journey, payloads, rows, source, template

ROOT = Path(__file__).resolve().parents[2]
STREAM = ROOT / "tests" / "unit" / "harness" / "content" / "ward.hl7"
EVERYTHING = (
    *(journey(name, size=2000) if name == "large-document" else journey(name) for name in PATHWAYS),
    template(),
    Ingredient("stream", path=STREAM),
)


def _digest(**more: Any) -> str:
    digest = hashlib.sha256()
    for payload, control_id, lane, order, kind, at in rows(source(*EVERYTHING, **more), 5000):
        digest.update(b"%b/%b/%d/%d/%b/%d" % (payload, control_id, lane, order, kind.encode(), at))
    return digest.hexdigest()


def test_that_the_same_seed_gives_the_same_bytes_in_any_process() -> None:
    here = _digest()
    code = "from tests.property.test_harness_content import _digest; print(_digest())"
    for hash_seed in ("0", "77"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed}
        ran = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == here
    assert _digest(seed=2) != here
    assert _digest(digest="another") != here


NUMBERS = re.compile(rb"[|^~\r]([A-Z]?[0-9A-Z]{6}[0-9A-Z-]{3,})(?=[|^~&\r])")


def _numbers(seed: int) -> set[bytes]:
    made = source(*EVERYTHING, seed=seed)
    run = made.run.encode()
    found = {n for payload in payloads(made, 3000) for n in NUMBERS.findall(payload) if run in n[:8]}
    assert len(found) > 5000
    return found


def test_that_two_runs_share_no_number_of_any_kind() -> None:
    first, second = _numbers(1), _numbers(2)
    assert not first & second


def test_that_control_ids_are_unique_and_short_over_a_hundred_thousand() -> None:
    seen = {row[1] for row in rows(source(journey("emergency"), template(weight=9)), 100_000)}
    assert len(seen) == 100_000
    assert max(len(one) for one in seen) <= 20


def test_that_another_parser_reads_every_kind_of_message() -> None:
    read: set[str] = set()
    for payload, control_id, _, _, kind, _ in rows(source(*EVERYTHING), 4000):
        if kind in read:
            continue
        read.add(kind)
        theirs = hl7.parse(payload.decode().replace("\n", "\r"))
        ours = parse(payload)
        assert str(theirs["MSH.10"]) == control_id.decode()
        assert [str(segment[0]) for segment in theirs] == [segment.name for segment in ours.segments]
    assert len(read) > 15


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.3", b"MSH"]))
def test_that_any_bytes_can_be_read_and_cut_and_put_together_again(raw: bytes, head: bytes) -> None:
    for one in messages_in(head + raw, origin="any"):
        made = cut(one.payload)
        if made is not None and not made.transcode:
            joined = made.pieces[0] + b"".join(s.old + p for s, p in zip(made.slots, made.pieces[1:], strict=True))
            assert joined == one.payload


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_that_any_template_is_drawn_or_refused(text: str) -> None:
    head = "MSH|^~\\&|A|B|C|D|{now}||ORU^R01|{control_id}|P|2.5.1\n"
    try:
        made = source(template(f"{head}NTE|1||{text}"))
    except Refused:
        return
    for payload in payloads(made, 3):
        payload.decode()


@pytest.mark.interop
def test_that_the_whole_corpus_is_replayed_renewed_and_as_it_is() -> None:
    folder = corpus.required() / "messages"
    renewed = list(rows(source(Ingredient("files", path=folder)), 3400))
    as_they_are = [row[0] for row in rows(source(Ingredient("files", path=folder, renew=False, repeat=1)), 10**6)]
    assert len(renewed) == 3400
    assert len(as_they_are) > 1000
    changed = sum(ours[0] != theirs for ours, theirs in zip(renewed, as_they_are, strict=False))
    assert changed / len(as_they_are) > 0.95
    for payload in as_they_are:
        made = cut(payload)
        if made is not None and not made.transcode:
            joined = made.pieces[0] + b"".join(s.old + p for s, p in zip(made.slots, made.pieces[1:], strict=True))
            assert joined == payload


@pytest.mark.interop
def test_that_the_recorded_flood_keeps_its_order_and_its_patients_apart() -> None:
    stream = corpus.required() / "messages" / "flood" / "simhospital_stream.hl7"
    told = list(rows(source(Ingredient("stream", path=stream)), 6000))
    assert [row[5] for row in told] == sorted(row[5] for row in told)
    lanes: dict[str, int] = {}
    for payload, _, lane, *_ in told:
        pid = parse(payload).first("PID")
        if pid is not None and pid.get(3):
            assert lanes.setdefault(pid.get(3), lane) == lane
    assert len(lanes) > 300
