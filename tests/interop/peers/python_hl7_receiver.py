"""python-hl7's own MLLP server, used as its documentation shows. Argument: the port."""

import asyncio
import sys

import hl7
from hl7.mllp import start_hl7_server


async def talk(reader, writer):  # type: ignore[no-untyped-def]
    try:
        while not reader.at_eof():
            message = await reader.readmessage()
            writer.writemessage(message.create_ack())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    async with await start_hl7_server(talk, host="127.0.0.1", port=int(sys.argv[1]), encoding="utf-8") as server:
        await server.serve_forever()


if __name__ == "__main__":
    assert hl7.__version__
    asyncio.run(main())
