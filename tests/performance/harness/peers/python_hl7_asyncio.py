"""python-hl7's asyncio client as documented: `python_hl7_asyncio.py PORT MESSAGEFILE CONNECTIONS SECONDS`.

writemessage and readmessage; MSA-1 and MSA-2 are checked here, for the library does not. One line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

import hl7
from hl7.mllp import open_hl7_connection


async def sender(port: int, text: str, numbers: list[int], until: float, counts: list[int]) -> None:
    reader, writer = await open_hl7_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        numbers[0] += 1
        control_id = f"{numbers[0]:012d}"
        writer.writemessage(hl7.parse(text.replace("000000000000", control_id)))
        await writer.drain()
        answer = await reader.readmessage()
        msa = answer.segment("MSA")
        counts[0 if str(msa[1]) == "AA" and str(msa[2]) == control_id else 1] += 1
    writer.close()


async def main() -> None:
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[3]), float(sys.argv[4])
    text = Path(sys.argv[2]).read_bytes()[1:-2].decode()
    counts, numbers = [0, 0], [0]
    began = time.perf_counter()
    await asyncio.gather(*(sender(port, text, numbers, began + seconds, counts) for _ in range(connections)))
    lasted = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = (used.ru_utime + used.ru_stime) * 1e6 / max(counts[0], 1)
    print(json.dumps({"messages": counts[0], "rate": counts[0] / lasted, "cpu_us": cpu, "wrong": counts[1]}))


asyncio.run(main())
