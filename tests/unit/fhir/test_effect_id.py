"""Ids follow from what a resource is about, and from nothing else."""

import re

import pytest

from console.fhir import effect_id

GRAMMAR = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def test_that_ids_are_fhir_ids_and_differ_by_every_part():
    report = effect_id.report_id("t", "order", "UE")
    ids = {
        report,
        effect_id.report_id("t", "order", "UE", nth=1),
        effect_id.report_id("t", "order", "UE", parent="x"),
        effect_id.report_id("u", "order", "UE"),
        effect_id.observation_id("t", report, "K"),
        effect_id.observation_id("t", report, "K", sub_id="1"),
        effect_id.observation_id("t", report, "K", nth=1),
        effect_id.order_id("t", "placer", "a", "1"),
        effect_id.order_id("t", "filler", "a", "1"),
        effect_id.request_id("t", "ServiceRequest", "order"),
        effect_id.provenance_id("t", "00ff"),
    }
    assert len(ids) == 11
    assert all(GRAMMAR.fullmatch(i) for i in ids)


def test_that_a_visit_number_is_one_however_it_is_written():
    assert effect_id.encounter_id("t", "H", "v 1-2") == effect_id.encounter_id("t", "H", "V12")


def test_that_an_id_is_never_made_of_nothing():
    with pytest.raises(ValueError, match="nothing identifies this Patient"):
        effect_id.effect_id("t", "Patient", "", "")
