"""What the engine can be told: the `[engine]` tables of settings.toml, checked value by value before anything starts.

    [engine]
    tenant = "st-james"            # part of every deterministic id: never change it once data exists
    zone = "Europe/Madrid"         # of times that a message gives without a zone
    [engine.mllp]                  # listen, max_frame_mb, max_connections, max_connections_per_address,
                                   # frame_timeout_s, processing_ids, max_waiting_messages, max_waiting_mb
    [engine.mllp.tls]              # certificate, key, client_authorities (mutual TLS when set)
    [engine.http]                  # listen, expose (others may reach it), names (host names it is called by)
    [engine.fhir]                  # urls: FHIR R4 servers to deliver to, besides the built-in store
    [engine.storage]               # database, minimum_free_mb, ballast_mb
    [engine.authorities]           # "MRN" = "urn:oid:1.2.3": URI of an assigning authority
    [[engine.source]]              # application (MSH-3), facility (MSH-4), charset, zone, acknowledgment,
                                   # patient_identifiers

Other tables of the file belong to the desktop and are not looked at.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from console.core.errors import Refused
from console.hl7v2.charset import codec_of

FILE_NAME = "settings.toml"
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. Port 0 picks a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    certificate: Path
    key: Path
    client_authorities: Path | None = None
    """When set, a sender must show a certificate signed by one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MllpSettings:
    """Sizes in bytes, times in seconds."""

    listen: Address = Address("127.0.0.1", 2575)
    max_frame: int = 16 * _MB
    max_connections: int = 512
    max_connections_per_address: int = 128
    frame_timeout: float = 30.0
    max_waiting_messages: int = 2000
    max_waiting_bytes: int = 64 * _MB
    processing_ids: frozenset[str] = frozenset()
    """Values of MSH-11.1 that are accepted; empty means any (table 0103 has D, P and T)."""
    tls: TlsSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    database: str = ""
    """A file or URL; '' keeps the journal in the data folder."""
    minimum_free: int = 64 * _MB
    ballast: int = 32 * _MB


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """What is known of a sender beyond what it says. '' in `application` or `facility` matches any."""

    application: str = ""
    facility: str = ""
    charset: str | None = None
    """Read its messages in this charset, whatever MSH-18 says."""
    zone: tzinfo | None = None
    acknowledgment: str = "auto"
    """auto: enhanced mode when MSH-15 or MSH-16 is filled (HL7 v2 chapter 2, 2.9.3); original: AA, AE, AR always."""
    patient_identifiers: tuple[int, ...] = (3,)
    """PID fields whose numbers become identifiers of the patient; PID-3 always, others (`"PID-19"`) where asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    tenant: str = "default"
    zone: tzinfo = UTC
    mllp: MllpSettings = field(default_factory=MllpSettings)
    http: Address = Address("127.0.0.1", 8585)
    http_exposed: bool = False
    """Said outright that other machines may reach the API: `http` may then be no loopback address."""
    http_names: tuple[str, ...] = ()
    """Host names it may be called by, besides localhost and addresses in numbers."""
    fhir_urls: tuple[str, ...] = ()
    """FHIR R4 servers every mapped message goes to, besides the built-in store."""
    storage: StorageSettings = field(default_factory=StorageSettings)
    sources: tuple[SourceSettings, ...] = ()
    authorities: Mapping[str, str] = field(default_factory=dict)

    def source(self, application: str, facility: str) -> SourceSettings:
        """The first entry that matches the sender; the plain one when none does."""
        for source in self.sources:
            if source.application in ("", application) and source.facility in ("", facility):
                return source
        return _ANY_SOURCE


_ANY_SOURCE = SourceSettings()


def read_settings(path: Path) -> EngineSettings:
    """The engine's settings; the defaults when there is no file. Raises Refused naming the option and its fault."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return EngineSettings()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read: {error}.", code="bad-settings") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{path} is not valid TOML: {error}.", code="bad-settings") from error
    root = document.get("engine", {})
    if not isinstance(root, dict):
        raise Refused(f"{path}: engine must be a table, [engine].", code="bad-settings")
    return _engine(_Table(root, "engine", path))


def parse_address(text: str, option: str) -> Address:
    """`HOST:PORT` or `[v6]:PORT`. Raises Refused naming `option`: all addresses must be asked for by 0.0.0.0."""
    host, _, port = text.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    plain = host and (":" not in host or text.startswith("["))
    if not plain or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise Refused(f"{option} must be HOST:PORT with a port from 0 to 65535, not {text!r}.", code="bad-address")
    return Address(host, int(port))


def _engine(table: _Table) -> EngineSettings:
    default = EngineSettings()
    http, fhir = table.table("http"), table.table("fhir")
    settings = EngineSettings(
        tenant=table.text("tenant", default.tenant, needed=True),
        zone=table.zone("zone") or default.zone,
        mllp=_mllp(table.table("mllp")),
        http=http.address("listen", default.http),
        http_exposed=http.yes_no("expose", default.http_exposed),
        http_names=tuple(http.list_of_text("names")),
        fhir_urls=tuple(dict.fromkeys(fhir.list_of_text("urls"))),
        storage=_storage(table.table("storage")),
        sources=tuple(_source(source) for source in table.tables("source")),
        authorities=table.texts("authorities"),
    )
    for checked in (table, http, fhir):
        checked.nothing_else()
    return settings


def _mllp(table: _Table) -> MllpSettings:
    default = MllpSettings()
    tls = table.table("tls")
    settings = MllpSettings(
        listen=table.address("listen", default.listen),
        max_frame=table.whole("max_frame_mb", default.max_frame // _MB, 1, 1024) * _MB,
        max_connections=table.whole("max_connections", default.max_connections, 1, 65_000),
        max_connections_per_address=table.whole(
            "max_connections_per_address", default.max_connections_per_address, 1, 65_000
        ),
        frame_timeout=table.number("frame_timeout_s", default.frame_timeout, 0.05, 3600),
        max_waiting_messages=table.whole("max_waiting_messages", default.max_waiting_messages, 1, 1_000_000),
        max_waiting_bytes=table.whole("max_waiting_mb", default.max_waiting_bytes // _MB, 1, 65_536) * _MB,
        processing_ids=frozenset(table.list_of_text("processing_ids")),
        tls=_tls(tls) if tls else None,
    )
    table.nothing_else()
    return settings


def _tls(table: _Table) -> TlsSettings:
    authorities = table.text("client_authorities", "")
    settings = TlsSettings(
        certificate=Path(table.text("certificate", "", needed=True)),
        key=Path(table.text("key", "", needed=True)),
        client_authorities=Path(authorities) if authorities else None,
    )
    table.nothing_else()
    return settings


def _storage(table: _Table) -> StorageSettings:
    default = StorageSettings()
    settings = StorageSettings(
        database=table.text("database", ""),
        minimum_free=table.whole("minimum_free_mb", default.minimum_free // _MB, 0, 1_000_000) * _MB,
        ballast=table.whole("ballast_mb", default.ballast // _MB, 0, 100_000) * _MB,
    )
    table.nothing_else()
    return settings


def _source(table: _Table) -> SourceSettings:
    settings = SourceSettings(
        application=table.text("application", ""),
        facility=table.text("facility", ""),
        charset=_charset(table),
        zone=table.zone("zone"),
        acknowledgment=table.one_of("acknowledgment", "auto", ("auto", "enhanced", "original")),
        patient_identifiers=_identifier_fields(table),
    )
    if not settings.application and not settings.facility:
        raise table.wrong("application", "must name the sender's MSH-3 (or facility its MSH-4)")
    table.nothing_else()
    return settings


def _charset(table: _Table) -> str | None:
    name = table.text("charset", "")
    codec = codec_of(name) if name else None
    if name and (codec is None or codec in ("utf-16", "utf-32")):
        raise table.wrong("charset", "must be a charset that MLLP can carry, like UNICODE UTF-8 or 8859/1", name)
    return name or None


def _identifier_fields(table: _Table) -> tuple[int, ...]:
    key = "patient_identifiers"
    names = table.list_of_text(key)
    if wrong := next((name for name in names if name not in _IDENTIFIER_FIELDS), None):
        raise table.wrong(key, f"may hold {', '.join(_IDENTIFIER_FIELDS)}", wrong)
    return tuple(sorted({3, *(int(name.removeprefix("PID-")) for name in names)}))


_IDENTIFIER_FIELDS = ("PID-2", "PID-3", "PID-4", "PID-18", "PID-19", "PID-20")


class _Table:
    """One table of the file; every taken value is checked, and what nobody took is a spelling mistake."""

    def __init__(self, values: dict[str, Any], name: str, path: Path) -> None:
        self._values = dict(values)
        self._name = name
        self._path = path

    def __bool__(self) -> bool:
        return bool(self._values)

    def wrong(self, key: str, must: str, value: object = None) -> Refused:
        shown = "" if value is None else f", not {str(value)[:60]!r}"
        return Refused(f"{self._path}: {self._name}.{key} {must}{shown}.", code="bad-settings")

    def nothing_else(self) -> None:
        for key in self._values:
            raise self.wrong(key, "is no option of the engine; resources/docs/engine.md lists the ones there are")

    def table(self, key: str) -> _Table:
        value = self._values.pop(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, f"must be a table, [{self._name}.{key}]")
        return _Table(value, f"{self._name}.{key}", self._path)

    def tables(self, key: str) -> list[_Table]:
        value = self._values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(key, f"must be a list of tables, [[{self._name}.{key}]]")
        return [_Table(item, f"{self._name}.{key}[{n}]", self._path) for n, item in enumerate(value, 1)]

    def text(self, key: str, default: str, *, needed: bool = False) -> str:
        value = self._values.pop(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, "must be text in quotes", value)
        if needed and not value.strip():
            raise self.wrong(key, "must not be empty")
        return value

    def texts(self, key: str) -> dict[str, str]:
        table = self.table(key)
        return {name: table.text(name, "", needed=True) for name in list(table._values)}

    def list_of_text(self, key: str) -> list[str]:
        value = self._values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, 'must be a list of texts, like ["P", "T"]', value)
        return value

    def one_of(self, key: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(key, default)
        if value not in choices:
            raise self.wrong(key, f"must be one of {', '.join(choices)}", value)
        return value

    def yes_no(self, key: str, default: bool) -> bool:
        value = self._values.pop(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false", value)
        return value

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self._values.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(key, f"must be a whole number from {low} to {high}", value)
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        value = self._values.pop(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(key, f"must be a number from {low:g} to {high:g}", value)
        return float(value)

    def address(self, key: str, default: Address) -> Address:
        return parse_address(self.text(key, str(default)), f"{self._path}: {self._name}.{key}")

    def zone(self, key: str) -> tzinfo | None:
        value = self.text(key, "")
        try:
            return ZoneInfo(value) if value else None
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise self.wrong(key, "must be a time zone like Europe/Madrid", value) from error
