"""`signalbox gameday`: play incidents into a hospital while somebody on call works; time it; write the debrief."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli.data_folder import data_folder
from console.core.errors import Refused

if TYPE_CHECKING:
    from console.harness.gameday.game import Game
    from console.harness.gameday.script import GameDay


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = commands.add_parser("list", help="the game days there are", description="Lists the game days there are.")
    listing.add_argument("--json", action="store_true", help="print JSON with stable names")
    run = commands.add_parser(
        "run",
        help="play one",
        description="Starts a hospital of its own, plays the incidents of a game day into it, and times how they are "
        "found, diagnosed and mended. Say what you find on standard input: seen [words], cause NAME, do ACTION, stop.",
    )
    run.add_argument("name", metavar="NAME", help="a game day of the list, or a TOML file")
    run.add_argument("--data", metavar="DIR", help="where to keep hospital and debrief (default: the data folder)")
    run.add_argument(
        "--fhir", metavar="URL", default="", help="a FHIR R4 server as the record (default: one of its own)"
    )
    run.add_argument("--seed", type=int, default=7, help="which hospital")
    run.add_argument(
        "--on-call", metavar="FILE", type=Path, help="a rehearsal: lines `SECONDS WORDS` instead of a person"
    )
    run.add_argument("--report", metavar="FILE", type=Path, help="write the debrief as JSON there too")
    run.add_argument("--html", metavar="FILE", type=Path, help="write the debrief as HTML there too")
    run.add_argument("--live-json", action="store_true", help="print the state as one JSON line a second")
    run.add_argument("--json", action="store_true", help="print the debrief as JSON at the end")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when every agreed time was kept, 1 when not, 3 when the hospital could not be set up."""
    return _list(arguments) if arguments.action == "list" else _run(arguments)


def _list(arguments: argparse.Namespace) -> int:
    from console.harness.gameday.shipped import game_days

    days = game_days()
    if arguments.json:
        print(json.dumps([_summary(day) for day in days], ensure_ascii=False, indent=2))
    else:
        width = max(len(day.name) for day in days) + 2
        for day in days:
            print(f"{day.name:<{width}}{day.title} ({len(day.incidents)} incidents, {day.duration / 60:g} min)")
    return 0


def _summary(day: GameDay) -> dict[str, Any]:
    return {
        "name": day.name,
        "title": day.title,
        "description": day.description,
        "duration_s": day.duration,
        "incidents": len(day.incidents),
    }


def _run(arguments: argparse.Namespace) -> int:
    from console.cli.parent_watch import VARIABLE
    from console.harness.gameday.shipped import find_game_day

    day = find_game_day(arguments.name)
    lines = _rehearsal(arguments.on_call) if arguments.on_call else None
    own_input = os.environ.get(VARIABLE) != "1"
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(_play(arguments, day, lines, own_input))
    return 130


async def _play(
    arguments: argparse.Namespace, day: GameDay, lines: list[tuple[float, str]] | None, own_input: bool
) -> int:
    from console.harness.gameday.debrief import debrief
    from console.harness.gameday.game import Game
    from console.harness.gameday.hospital import Hospital

    def clock() -> datetime:
        return datetime.now(UTC)

    began = clock()
    folder = data_folder(arguments.data) / "harness" / "gamedays" / f"{began:%Y%m%d-%H%M%S}-{day.name}"
    say, pulse = _voices(arguments)
    hospital = Hospital(
        folder, clock=clock, seed=arguments.seed, history_hours=day.history, speed=day.speed, fhir=arguments.fhir
    )
    say(f"{day.title}: setting up the hospital in {folder}")
    try:
        await hospital.start()
        game = Game(day, hospital, clock=clock, tell=say, pulse=pulse)
        _introduce(game, say)
        hearing = asyncio.ensure_future(
            _rehearse(game, lines, say)
            if lines is not None
            else _listen(game, say, ends_with_input=arguments.live_json)
            if own_input
            else asyncio.sleep(0)
        )
        try:
            await game.play()
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
        body = debrief(
            day, game.board, game.diary, began=began, elapsed=game.elapsed, engine=hospital.where.get("http", "")
        )
    finally:
        await hospital.stop()
    _write(arguments, folder, body, say, pulse)
    return 0 if body["passed"] else 1


def _voices(arguments: argparse.Namespace) -> tuple[Callable[[str], None], Callable[[dict[str, Any]], None]]:
    """What is said to a person, and what is said to a program: JSON lines of `type` said, gameday, debrief."""

    def line(body: dict[str, Any]) -> None:
        print(json.dumps(body, ensure_ascii=False), flush=True)

    if arguments.live_json:
        return (lambda words: line({"type": "said", "words": words})), line
    if arguments.json:
        return (lambda _words: None), (lambda _state: None)
    return (lambda words: print(words, flush=True)), (lambda _state: None)


def _introduce(game: Game, say: Callable[[str], None]) -> None:
    from console.harness.gameday.course import CAUSES, Action

    where = game.hospital.where
    say(f"The hospital runs. Look at it: signalbox desktop --engine {where['http']}")
    say(f"  (SIGNALBOX_TOKEN from {where['token_file']})")
    say("Say here what you find:  seen [words]   cause NAME   do ACTION   stop")
    say(f"  causes:  {', '.join(CAUSES)}")
    say(f"  actions: {', '.join(Action)}")


async def _listen(game: Game, say: Callable[[str], None], *, ends_with_input: bool) -> None:
    """Lines from standard input, read on a thread of its own: it must not hold up the game nor its end.

    With --live-json the end of the input ends the game: the program that listens is gone."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        with contextlib.suppress(RuntimeError, ValueError):  # the loop or the input is closed: the game is over
            for line in sys.stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            if ends_with_input:
                loop.call_soon_threadsafe(lines.put_nowait, "stop")

    threading.Thread(target=read, name="on-call", daemon=True).start()
    while True:
        line = await lines.get()
        if line.strip():
            say(await game.hear(line))


async def _rehearse(game: Game, lines: list[tuple[float, str]], say: Callable[[str], None]) -> None:
    for at, words in lines:
        await asyncio.sleep(max(0.0, at - game.elapsed))
        say(await game.hear(words))


def _rehearsal(path: Path) -> list[tuple[float, str]]:
    """Raises Refused when the file cannot be read or a line is no `SECONDS WORDS`."""
    found = []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read.", code="bad-rehearsal") from error
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        at, _, words = line.strip().partition(" ")
        try:
            found.append((float(at), words))
        except ValueError as error:
            raise Refused(f"{path}:{number}: a line is `SECONDS WORDS`.", code="bad-rehearsal") from error
    return sorted(found)


def _write(
    arguments: argparse.Namespace,
    folder: Path,
    body: dict[str, Any],
    say: Callable[[str], None],
    pulse: Callable[[dict[str, Any]], None],
) -> None:
    from console.harness.gameday.debrief import as_html, as_markdown

    told = json.dumps(body, ensure_ascii=False, indent=2)
    markdown = as_markdown(body)
    (folder / "debrief.json").write_text(told, encoding="utf-8")
    (folder / "debrief.md").write_text(markdown, encoding="utf-8")
    (folder / "debrief.html").write_text(as_html(body), encoding="utf-8")
    for path, text in ((arguments.report, told), (arguments.html, as_html(body))):
        if path is not None:
            path.write_text(text, encoding="utf-8")
    pulse({"type": "debrief", "folder": str(folder), "html": str(folder / "debrief.html"), **body})
    if arguments.json:
        print(told)
    say(markdown)
    say(f"debrief: {folder / 'debrief.html'}")
