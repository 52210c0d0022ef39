"""A Mirth Connect server on loopback that gives recorded answers (tests/data/mirth-4.5); real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

RECORDED = Path(__file__).resolve().parents[1] / "data" / "mirth-4.5"
EHR_OUT = "c0000002-0000-4000-8000-000000000002"
COOKIE = "JSESSIONID=node0abc.node0"


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str


@dataclass
class MirthServer:
    """`answers`: what a path (`channels/statuses`) gives instead of the recording; `password` is the right one."""

    password: str = "admin"
    newest: int = 10
    answers: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def answer(self, asked: Asked) -> tuple[int, str, dict[str, str]]:
        path = asked.path.removeprefix("/api/")
        if not asked.headers.get("x-requested-with", "").strip():
            return 400, "All requests must have 'X-Requested-With' header", {}
        if path == "users/_login":
            good = parse_qs(asked.body).get("password") == [self.password]
            name = "login_ok.xml" if good else "login_bad_password.xml"
            return (200 if good else 401), _recorded(name), {"Set-Cookie": f"{COOKIE}; Path=/api; Secure"}
        if asked.headers.get("cookie") != COOKIE:
            return 401, "", {}
        if path in self.answers:
            return 200, self.answers[path], {}
        if path.endswith("/maxMessageId"):
            return 200, f"<long>{self.newest}</long>", {}
        if path.endswith("/_search") and asked.method == "POST":
            inside = f"<maxMessageId>{self.newest}<" in asked.body and asked.query["includeContent"] == ["true"]
            return 200, _recorded("messages_ehr_out.xml") if inside else "<list/>", {}
        if path in ("channels/idsAndNames", "channels/statuses"):
            return 200, _recorded(path.replace("/", "_") + ".xml"), {}
        return 404, "", {}


def _recorded(name: str) -> str:
    with open(RECORDED / name, encoding="utf-8", newline="") as file:
        return file.read()


@contextmanager
def mirth_server() -> Iterator[MirthServer]:
    fake = MirthServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, parse_qs(parts.query), headers, body)
            fake.asked.append(asked)
            status, text, more = fake.answer(asked)
            content = text.encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/xml", "Content-Length": str(len(content)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _do

        def log_message(self, *words: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
