"""python-hl7's MLLPClient, one thread a connection: `python_hl7_threads.py PORT MESSAGEFILE CONNECTIONS SECONDS`.

The client returns bytes and checks nothing; MSA-1 and MSA-2 are looked for here. One line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from itertools import count
from pathlib import Path

from hl7.client import MLLPClient


def main() -> None:
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[3]), float(sys.argv[4])
    head, tail = Path(sys.argv[2]).read_bytes()[1:-2].split(b"000000000000")
    numbers = count(1)
    good = [0] * connections
    wrong = [0] * connections
    until = time.perf_counter() + seconds

    def send(place: int) -> None:
        with MLLPClient("127.0.0.1", port) as client:
            while time.perf_counter() < until:
                control_id = b"%012d" % next(numbers)
                answer = client.send_message(head + control_id + tail)
                if b"\rMSA|AA|" + control_id in answer:
                    good[place] += 1
                else:
                    wrong[place] += 1

    threads = [threading.Thread(target=send, args=(place,)) for place in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = (used.ru_utime + used.ru_stime) * 1e6 / max(sum(good), 1)
    print(json.dumps({"messages": sum(good), "rate": sum(good) / lasted, "cpu_us": cpu, "wrong": sum(wrong)}))


main()
