"""`signalbox engine demo`: traffic of a small hospital into a running engine."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from console.cli.parent_watch import watch_if_asked

STATE_FILE = "demo-hospital.json"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mllp", metavar="HOST:PORT", default="127.0.0.1:2575", help="where to send (default %(default)s)"
    )
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="remember here how far the hospital was sent, so that the next run goes on from there",
    )
    parser.add_argument("--seed", type=int, default=7, help="which hospital: the same seed is the same hospital")
    parser.add_argument(
        "--history", type=float, default=6.0, metavar="HOURS", help="hours of past to send at once first"
    )
    parser.add_argument("--speed", type=float, default=1.0, metavar="N", help="hospital time runs N times as fast")
    parser.add_argument(
        "--minutes", type=float, metavar="N", help="stop after N minutes of hospital time (default: never)"
    )
    parser.add_argument(
        "--senders", metavar="NAME,...", default="", help="send only what these send: PAS, EHR, LIS, HAEM, MICRO"
    )
    parser.add_argument("--no-incidents", action="store_true", help="a day on which nothing goes wrong")
    parser.add_argument(
        "--now",
        metavar="TIME",
        type=datetime.fromisoformat,
        help="the moment the history ends (ISO 8601 with zone), so that several of these play one hospital together",
    )
    parser.add_argument("--json", action="store_true", help="print what was sent as JSON at the end")


def run(arguments: argparse.Namespace) -> int:
    """Sends until stopped. Exit 0 when it ended in order, 1 when messages were refused, 3 when nobody listens."""
    host, _, port = arguments.mllp.rpartition(":")
    if not host or not port.isdigit() or arguments.history < 0 or arguments.speed <= 0:
        from console.cli.main import UsageError

        raise UsageError("--mllp wants HOST:PORT, --history 0 or more and --speed more than 0")
    if arguments.now is not None and arguments.now.tzinfo is None:
        from console.cli.main import UsageError

        raise UsageError("--now wants a time with its zone, such as 2026-11-24T08:00:00+00:00")
    watch_if_asked()
    return asyncio.run(_play(arguments, host, int(port)))


async def _play(arguments: argparse.Namespace, host: str, port: int) -> int:
    import orjson

    from console.connections.mllp_client import MllpClient
    from console.engine.demo_hospital.day import hospital, run_code
    from console.engine.demo_hospital.player import Played, play

    now = arguments.now or datetime.now().astimezone()
    starts = max(now - timedelta(hours=arguments.history), _sent_until(arguments.data, arguments.seed, now))
    client = MllpClient(host, port)
    played = Played()
    senders = frozenset(filter(None, arguments.senders.split(",")))
    sends = hospital(arguments.seed, starts, now, with_incidents=not arguments.no_incidents)
    until = now + timedelta(minutes=arguments.minutes) if arguments.minutes is not None else None
    await client.connect()
    sending = asyncio.ensure_future(
        play(
            (send for send in sends if not senders or send.sender in senders),
            client,
            run=run_code(now),
            clock=lambda: datetime.now().astimezone(),
            speed=arguments.speed,
            until=until,
            report=_reporter(arguments.json),
            played=played,
        )
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, sending.cancel)
        except NotImplementedError:  # Windows: Ctrl+C raises KeyboardInterrupt instead
            break
    try:
        await sending
    except asyncio.CancelledError:
        await client.close()
    _remember(arguments.data, arguments.seed, until or datetime.now().astimezone())
    said = {"sent": played.sent, "answers": dict(played.answers), "refused": played.refused}
    print(
        orjson.dumps(said).decode()
        if arguments.json
        else f"demo hospital: {played.sent} messages sent, {dict(played.answers)}"
    )
    return 1 if played.refused else 0


def _sent_until(folder: str | None, seed: int, now: datetime) -> datetime:
    """Up to when an earlier run sent the same hospital; a day ago when there was none or it cannot be read."""
    import orjson

    never = now - timedelta(days=1)
    if folder is None:
        return never
    try:
        told = orjson.loads((Path(folder) / STATE_FILE).read_bytes())
        until = datetime.fromisoformat(told["sent_until"])
        return min(until, now) if told["seed"] == seed else never
    except (OSError, ValueError, KeyError, TypeError):
        return never


def _remember(folder: str | None, seed: int, until: datetime) -> None:
    import orjson

    if folder is not None:
        with contextlib.suppress(OSError):  # the next run sends some history again; nothing else depends on it
            path = Path(folder) / STATE_FILE
            path.write_bytes(orjson.dumps({"seed": seed, "sent_until": until.isoformat()}))


def _reporter(quiet: bool) -> Callable[[str], None]:
    return (lambda line: None) if quiet else (lambda line: print(f"demo hospital: {line}", flush=True))
