"""settings.toml: every wrong value is named with what it must be."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.core.errors import Refused
from console.engine.settings import Address, EngineSettings, parse_address, read_settings

WHOLE = """
[appearance]            # the desktop's own
theme = "dark"
[engine]
tenant = "st-james"
zone = "Europe/Madrid"
[engine.mllp]
listen = "0.0.0.0:6661"
max_frame_mb = 32
frame_timeout_s = 10.5
processing_ids = ["P"]
[engine.mllp.tls]
certificate = "/etc/signalbox/cert.pem"
key = "/etc/signalbox/key.pem"
[engine.http]
listen = "[::1]:9000"
[engine.fhir]
urls = ["https://fhir.example/r4"]
[engine.storage]
ballast_mb = 0
[engine.authorities]
MRN = "urn:oid:1.2.3"
[[engine.source]]
application = "LAB1"
charset = "8859/1"
zone = "Europe/Lisbon"
patient_identifiers = ["PID-19", "PID-2"]
[[engine.source]]
facility = "NORTH"
acknowledgment = "original"
"""


def _read(tmp_path: Path, text: str) -> EngineSettings:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_that_no_file_means_the_defaults(tmp_path: Path) -> None:
    settings = read_settings(tmp_path / "settings.toml")
    assert settings == EngineSettings()
    assert (str(settings.mllp.listen), str(settings.http)) == ("127.0.0.1:2575", "127.0.0.1:8585")
    assert settings.mllp.max_frame == 16 * 1024 * 1024


def test_that_a_whole_file_is_read(tmp_path: Path) -> None:
    settings = _read(tmp_path, WHOLE)
    assert settings.tenant == "st-james"
    assert str(settings.zone) == "Europe/Madrid"
    assert settings.mllp.listen == Address("0.0.0.0", 6661)
    assert settings.mllp.max_frame == 32 * 1024 * 1024
    assert settings.mllp.frame_timeout == 10.5
    assert settings.mllp.processing_ids == {"P"}
    assert settings.mllp.tls is not None
    assert settings.http == Address("::1", 9000)
    assert str(settings.http) == "[::1]:9000"
    assert settings.fhir_urls == ("https://fhir.example/r4",)
    assert settings.storage.ballast == 0
    assert settings.authorities == {"MRN": "urn:oid:1.2.3"}
    assert settings.source("LAB1", "SOUTH").charset == "8859/1"
    assert settings.source("LAB2", "NORTH").acknowledgment == "original"
    assert settings.source("LAB2", "SOUTH").acknowledgment == "auto"
    assert settings.source("LAB1", "SOUTH").patient_identifiers == (2, 3, 19)
    assert settings.source("LAB2", "SOUTH").patient_identifiers == (3,)


def test_that_the_desktops_tables_are_none_of_the_engines_business(tmp_path: Path) -> None:
    assert _read(tmp_path, "[appearance]\nanything = 1\n") == EngineSettings()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[engine\n", "not valid TOML"),
        ("engine = 3", r"engine must be a table"),
        ("[engine]\nmpll = 3", r"engine\.mpll is no option"),
        ("[engine]\ntenant = 3", r"engine\.tenant must be text"),
        ("[engine]\ntenant = ' '", r"engine\.tenant must not be empty"),
        ("[engine]\nzone = 'Mars/Olympus'", r"engine\.zone must be a time zone like"),
        ("[engine]\nzone = '../../etc/passwd'", r"engine\.zone must be a time zone like"),
        ("[engine]\nmllp = 3", r"engine\.mllp must be a table, \[engine\.mllp\]"),
        ("[engine.mllp]\nlisten = '2575'", r"engine\.mllp\.listen must be HOST:PORT"),
        ("[engine.mllp]\nlisten = ':2575'", r"engine\.mllp\.listen must be HOST:PORT"),
        ("[engine.mllp]\nlisten = 'localhost:99999'", r"from 0 to 65535"),
        ("[engine.mllp]\nlisten = '::1:2575'", r"must be HOST:PORT"),
        (
            "[engine.mllp]\nmax_frame_mb = 0",
            r"engine\.mllp\.max_frame_mb must be a whole number from 1 to 1024, not '0'",
        ),
        ("[engine.mllp]\nmax_frame_mb = true", r"max_frame_mb must be a whole number"),
        ("[engine.mllp]\nframe_timeout_s = 'soon'", r"frame_timeout_s must be a number"),
        ("[engine.mllp]\nprocessing_ids = 'P'", r"processing_ids must be a list"),
        ("[engine.mllp.tls]\ncertificate = 'x'", r"engine\.mllp\.tls\.key must not be empty"),
        ("[engine.http]\nport = 3", r"engine\.http\.port is no option"),
        ("[engine.authorities]\nMRN = 3", r"engine\.authorities\.MRN must be text"),
        ("[engine]\nsource = 3", r"\[\[engine\.source\]\]"),
        ("[[engine.source]]\ncharset = '8859/1'", r"engine\.source\[1\]\.application must name"),
        ("[[engine.source]]\napplication = 'x'\ncharset = 'klingon'", r"source\[1\]\.charset must be a charset"),
        ("[[engine.source]]\napplication = 'x'\ncharset = 'UNICODE UTF-16'", r"charset that MLLP can carry"),
        ("[[engine.source]]\napplication = 'x'\nacknowledgment = 'no'", r"one of auto, enhanced, original, not 'no'"),
        ("[[engine.source]]\napplication = 'x'\npatient_identifiers = ['SSN']", r"may hold PID-2, .* not 'SSN'"),
    ],
)
def test_that_a_wrong_value_is_named_with_what_it_must_be(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(Refused, match=named) as refused:
        _read(tmp_path, text)
    assert "settings.toml" in refused.value.text
    assert "\n" not in refused.value.text


def test_that_a_file_that_is_no_text_is_an_error_and_a_byte_order_mark_is_none(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refused, match="cannot be read"):
        read_settings(path)
    path.write_bytes(b"\xef\xbb\xbf[engine]\ntenant = 'x'\n")
    assert read_settings(path).tenant == "x"


def test_that_port_0_is_allowed() -> None:
    assert parse_address("localhost:0", "--http") == Address("localhost", 0)
