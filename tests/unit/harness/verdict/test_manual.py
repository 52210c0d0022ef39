"""The page of the manual about the verdict names what there is, in both languages."""

from __future__ import annotations

import re

import pytest

from console.core.resources import resource_path
from console.harness.verdict.buckets import BAD, GOOD, MEANING, Bucket
from console.harness.verdict.sources.opening import SOURCES
from console.harness.verdict.thresholds import METRICS

PAGES = {
    language: resource_path("docs", name).read_text(encoding="utf-8")
    for language, name in (("en", "harness-verdict.md"), ("es", "harness-verdict.es.md"))
}
WORDS = {"en": ("good", "the receiver's fault", "open"), "es": ("bien", "culpa del receptor", "abierto")}


@pytest.mark.parametrize("language", PAGES)
def test_that_every_bucket_stands_there_with_its_verdict(language: str) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGES[language], re.M))
    good, bad, open_ = WORDS[language]
    for bucket in Bucket:
        verdict = good if bucket in GOOD else bad if bucket in BAD else open_
        assert rows[bucket.value].strip() == verdict, bucket
    if language == "en":
        for bucket in Bucket:
            assert MEANING[bucket] in PAGES["en"]


@pytest.mark.parametrize("language", PAGES)
def test_that_every_metric_source_and_option_is_named(language: str) -> None:
    page = PAGES[language]
    for name in (*METRICS, *(source for source in SOURCES if source != "none")):
        assert f"`{name}`" in page, name
    for option in (
        "by", "batch", "concurrent", "page", "order_system", "patient_systems", "channel", "connector", "fingerprint",
        "ca", "as", "every_version", "copies",
    ):  # fmt: skip
        assert f"`{option}`" in page, option


def test_that_both_pages_have_the_same_parts() -> None:
    assert PAGES["en"].count("\n## ") == PAGES["es"].count("\n## ")
    assert PAGES["en"].count("\n|") == PAGES["es"].count("\n|")
