"""hl7apy's MLLPServer with a handler for two ordinary types and one for errors. Argument: the port."""

import itertools
import sys

from hl7apy.core import Message
from hl7apy.mllp import AbstractErrorHandler, AbstractHandler, MLLPServer
from hl7apy.parser import parse_message

_numbers = itertools.count(1)


def acknowledgment(code: str, incoming: str) -> str:
    separator = incoming[3:4] or "|"
    fields = [*incoming.split("\r")[0].split(separator), *[""] * 12]
    ack = Message("ACK", version="2.5")
    ack.msh.msh_3, ack.msh.msh_4, ack.msh.msh_5, ack.msh.msh_6 = fields[4], fields[5], fields[2], fields[3]
    ack.msh.msh_9, ack.msh.msh_10, ack.msh.msh_11 = "ACK", f"APY{next(_numbers)}", fields[10] or "P"
    ack.msa.msa_1, ack.msa.msa_2 = code, fields[9]
    return str(ack.to_mllp())


class Taken(AbstractHandler):  # type: ignore[misc]
    def reply(self) -> str:
        parse_message(self.incoming_message, find_groups=False)
        return acknowledgment("AA", self.incoming_message)


class Refused(AbstractErrorHandler):  # type: ignore[misc]
    def reply(self) -> str:
        return acknowledgment("AR", self.incoming_message)


if __name__ == "__main__":
    handlers = {"ORU^R01^ORU_R01": (Taken,), "ADT^A01^ADT_A01": (Taken,), "ERR": (Refused,)}
    MLLPServer("127.0.0.1", int(sys.argv[1]), handlers).serve_forever()
