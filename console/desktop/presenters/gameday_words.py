"""Game days in words: causes, actions, steps and outcomes, in the user's language. No widgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from console.desktop.formats import Formats
from console.desktop.widgets.plain_table import Cell, PlainRow


def cause_words() -> dict[str, str]:
    """Every cause a person can name."""
    translate = QCoreApplication.translate
    return {
        "lab-outage": translate("GameDayWords", "A laboratory's line is down"),
        "duplicate-burst": translate("GameDayWords", "A sender repeats one result again and again"),
        "fhir-down": translate("GameDayWords", "The clinical record cannot be reached"),
        "map-broken": translate("GameDayWords", "A concept map lacks codes"),
        "disk-full": translate("GameDayWords", "The engine's disk is full"),
        "engine-stopped": translate("GameDayWords", "The engine stopped"),
        "wrong-patient": translate("GameDayWords", "Results went to another patient"),
        "nothing-wrong": translate("GameDayWords", "Nothing is wrong"),
    }


def action_words() -> dict[str, str]:
    """Whom one can call, as the text of a button."""
    translate = QCoreApplication.translate
    return {
        "call-lab": translate("GameDayWords", "Ask the laboratory to bring its line back"),
        "stop-burst": translate("GameDayWords", "Ask the sender to stop repeating"),
        "call-fhir": translate("GameDayWords", "Ask for the clinical record to be restarted"),
        "fix-map": translate("GameDayWords", "Ask terminology for a corrected map"),
        "free-disk": translate("GameDayWords", "Ask for room on the engine's disk"),
    }


def step_words() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "detected": translate("GameDayWords", "Detected"),
        "diagnosed": translate("GameDayWords", "Diagnosed"),
        "restored": translate("GameDayWords", "Restored"),
    }


def debrief_rows(body: Mapping[str, Any], formats: Formats) -> list[PlainRow]:
    """One row an incident: which, the three steps against what was agreed, messages touched, missing, doubled."""
    translate = QCoreApplication.translate
    causes = cause_words()
    rows = []
    for one in body.get("incidents", ()):
        steps = [_step(step, formats) for step in one["steps"]]
        left = one["missing"]
        rows.append(
            PlainRow(
                (
                    Cell(causes.get(one["kind"], one["kind"]), "body_strong", "text"),
                    *steps,
                    Cell(formats.number(one["affected"])),
                    Cell(
                        formats.number(left) if left else translate("GameDayWords", "none"),
                        tone="fail_fg" if left else "ok_fg",
                    ),
                    Cell(
                        formats.number(one["doubled"]) if one["doubled"] else translate("GameDayWords", "none"),
                        tone="fail_fg" if one["doubled"] else "ok_fg",
                    ),
                ),
                key=one["kind"],
            )
        )
    return rows


def _step(step: Mapping[str, Any], formats: Formats) -> Cell:
    took = step["took_s"]
    said = QCoreApplication.translate("GameDayWords", "never") if took is None else formats.duration(float(took))
    agreed = formats.duration(float(step["agreed_s"]))
    text = QCoreApplication.translate("GameDayWords", "%1 of %2").replace("%1", said).replace("%2", agreed)
    kept = bool(step["kept"])
    return Cell(text, tone="ok_fg" if kept else "fail_fg", icon="check" if kept else "octagon-x")


def headers() -> tuple[str, ...]:
    translate = QCoreApplication.translate
    steps = step_words()
    return (
        translate("GameDayWords", "Incident"),
        steps["detected"],
        steps["diagnosed"],
        steps["restored"],
        translate("GameDayWords", "Messages"),
        translate("GameDayWords", "Missing"),
        translate("GameDayWords", "Doubled"),
    )


def incident_line(one: Mapping[str, Any], formats: Formats) -> str:
    """A found incident as it stands: mended or not, visible again or not."""
    translate = QCoreApplication.translate
    since = formats.duration(float(one["since_s"]))
    if one["restored"]:
        return translate("GameDayWords", "encounters are visible again")
    if one["mended"]:
        waiting = translate("GameDayWords", "mended; %1 messages are not visible yet")
        return waiting.replace("%1", formats.number(one["missing"]))
    return translate("GameDayWords", "since %1 of the game; still going on").replace("%1", since)
