"""One attempt to bring one message to a remote FHIR server: what to send, what the answer means, and the proof.

An outcome nobody knows (time-out, lost reply) is cleared up by looking: before anything is sent a second time the
server's copies are read, and what is there already is not sent again. Nothing here writes to the journal or waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final, Protocol

import orjson

from console.core.events import EventError, Hop
from console.delivery.overwrite import holds, says_more
from console.delivery.retry import Verdict, verdict
from console.engine.remote_fhir import Answer, Copy, Outgoing, entity_tag
from console.storage.outbox import Delivery
from console.storage.remote_versions import RemoteVersion

REREADS: Final = 5
"""How often a conflict is met by reading again, and how often a read-back may differ, before a person must look."""

_NO_CLIENT_IDS: Final = (
    "the server does not let clients choose resource ids. Signalbox needs that, so that sending twice never makes a "
    "second copy: allow update-as-create with client ids on the server"
)


_ABOUT_THE_MESSAGE: Final = frozenset({400, 409, 412, 413, 422})
"""A refusal with one of these speaks of the message even when no OperationOutcome says so."""


class Server(Protocol):
    """What an attempt needs of `remote_fhir.RemoteFhir`."""

    def put_all(self, resources: Sequence[Outgoing], *, trace: Mapping[str, str]) -> Answer: ...
    def read_all(self, references: Sequence[str], *, trace: Mapping[str, str]) -> list[Copy]: ...
    def renew_token(self) -> None: ...


class Ending(StrEnum):
    """How an attempt ended."""

    FILED = "filed"
    LATER = "later"
    DEAD = "dead"


class Health(StrEnum):
    """What it says about the destination as a whole."""

    WELL = "well"
    ILL = "ill"
    CLOSED = "closed"  # it refuses us altogether: every message would fare alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`error` says why it is not filed; `retry_after` in seconds; `health` None: it says nothing of the server."""

    ending: Ending
    health: Health | None = Health.WELL
    error: EventError | None = None
    hop: Hop = Hop.DELIVER
    retry_after: float | None = None
    status: int | None = None


class _Ended(Exception):
    def __init__(self, result: Result) -> None:
        super().__init__(result.ending)
        self.result = result


class Attempt:
    """`run` it once. `handed_over` is called with what the server now holds, before the read-back, and must return
    when that is on the disk."""

    def __init__(
        self,
        delivery: Delivery,
        known: Mapping[str, RemoteVersion],
        server: Server,
        *,
        trace: Mapping[str, str],
        handed_over: Callable[[list[RemoteVersion], int | None], None],
    ) -> None:
        self._delivery = delivery
        self._server = server
        self._trace = trace
        self._handed_over = handed_over
        self._contents = {entry.reference: delivery.content(entry) for entry in delivery.entries}
        self._digests = {reference: sha256(content).hexdigest() for reference, content in self._contents.items()}
        self._etags = {reference: version.etag for reference, version in known.items()}
        self._there = {
            reference for reference, version in known.items() if version.sha256 == self._digests.get(reference)
        }
        self._renewed = False
        self.overwrote: list[str] = []
        """What somebody else had changed there and our content went over."""

    def run(self) -> Result:
        try:
            missing = self._missing()
            if missing:
                if self._delivery.attempts:
                    self._look(missing)
                status = self._send()
                self._handed_over(self.versions(), status)
            return self._prove()
        except _Ended as ended:
            return ended.result

    def versions(self) -> list[RemoteVersion]:
        """What the server holds of this delivery, as far as it said."""
        return [
            RemoteVersion(e.type, e.id, self._etags.get(e.reference, ""), self._digests[e.reference])
            for e in self._delivery.entries
        ]

    # ------------------------------------------------------------ sending

    def _missing(self) -> list[str]:
        return [reference for reference in self._contents if reference not in self._there]

    def _send(self) -> int | None:
        """Sends what is missing until the server has it; gives the status. Raises _Ended when it does not take it."""
        status: int | None = None
        for _ in range(REREADS + 1):
            missing = self._missing()
            if not missing:
                return status
            answer = self._server.put_all([self._outgoing(reference) for reference in missing], trace=self._trace)
            status = answer.status
            decided = verdict(answer.status)
            if decided is Verdict.DONE:
                self._there.update(missing)
                for reference, etag in zip(missing, answer.etags, strict=False):
                    self._etags[reference] = etag
                return status
            if decided is Verdict.UNAUTHORISED and not self._renewed:
                self._renewed = True
                self._server.renew_token()
            elif decided is Verdict.REREAD:
                self._look(missing, conflict=True)
            else:
                raise _Ended(_failed(answer, decided))
        raise _Ended(
            Result(
                ending=Ending.DEAD,
                error=EventError("conflict", f"the server reported a conflict {REREADS} times in a row", ""),
                status=status,
            )
        )

    def _outgoing(self, reference: str) -> Outgoing:
        resource_type, _, resource_id = reference.partition("/")
        return Outgoing(resource_type, resource_id, self._contents[reference], self._etags.get(reference, ""))

    def _look(self, references: Sequence[str], *, conflict: bool = False) -> None:
        """Reads what the server holds: what is ours already need not be sent; over what says more nothing is sent.
        After a conflict the version found becomes the one we write over. Raises _Ended when it cannot be read."""
        for reference, copy in zip(references, self._read(references), strict=True):
            if copy.body is None:
                self._etags.pop(reference, None)
                continue
            ours = orjson.loads(self._contents[reference])
            if holds(copy.body, ours):
                self._there.add(reference)
                self._etags[reference] = copy.etag
            elif says_more(copy.body, ours):
                raise _Ended(
                    Result(
                        ending=Ending.DEAD,
                        error=EventError(
                            "superseded-at-destination",
                            f"the server holds a later statement ({copy.body.get('status')}) of this result, "
                            "filed by somebody else; ours would take it back",
                            reference,
                        ),
                        status=copy.answer.status,
                    )
                )
            elif conflict:
                changed = entity_tag(copy.etag) != entity_tag(self._etags.get(reference, ""))
                if changed and reference not in self.overwrote:
                    self.overwrote.append(reference)
                self._etags[reference] = copy.etag

    def _read(self, references: Sequence[str]) -> list[Copy]:
        """Copies of resources the server has or says it has not. Raises _Ended for any other answer."""
        copies = self._server.read_all(references, trace=self._trace)
        for copy in copies:
            if copy.answer.status in (200, 404, 410):
                continue
            decided = verdict(copy.answer.status)
            if decided in (Verdict.DONE, Verdict.REFUSED, Verdict.REREAD):
                decided = Verdict.RETRY  # a server that cannot be read says nothing about the message
            raise _Ended(_failed(copy.answer, decided, reading=True))
        return copies

    # ------------------------------------------------------------ proving

    def _prove(self) -> Result:
        references = list(self._contents)
        for reference, copy in zip(references, self._read(references), strict=True):
            if copy.body is None or not holds(copy.body, orjson.loads(self._contents[reference])):
                code, said = (
                    ("read-back-missing", "the server does not have the resource it said it took")
                    if copy.body is None
                    else ("read-back-differs", "the server's copy differs from what was sent")
                )
                last = self._delivery.attempts + 1 >= REREADS
                return Result(
                    ending=Ending.DEAD if last else Ending.LATER,
                    error=EventError(code, said, reference),
                    hop=Hop.VERIFY,
                    status=copy.answer.status,
                )
            self._etags[reference] = copy.etag
        return Result(ending=Ending.FILED, hop=Hop.VERIFY, status=200)


def _failed(answer: Answer, decided: Verdict, *, reading: bool = False) -> Result:
    """What an answer that is no success means."""
    said = f": {answer.text}" if answer.text else ""
    if answer.forbids_client_ids and not reading:
        error = EventError("client-ids-forbidden", f"{_NO_CLIENT_IDS} (it answered {answer.status}{said})", answer.path)
        return Result(ending=Ending.DEAD, error=error, status=answer.status)
    if decided in (Verdict.UNAUTHORISED, Verdict.FORBIDDEN):
        error = EventError(answer.code, f"the server does not let Signalbox in{said}. Check the token and its rights")
        return Result(ending=Ending.LATER, health=Health.CLOSED, error=error, status=answer.status)
    if decided is Verdict.REFUSED and (answer.spoke_fhir or answer.status in _ABOUT_THE_MESSAGE):
        error = EventError(answer.code, f"the server refused the message ({answer.status}){said}", answer.path)
        return Result(ending=Ending.DEAD, error=error, status=answer.status)
    if decided is Verdict.REFUSED:
        error = EventError(
            "no-fhir-server",
            f"what answers at the address ({answer.status}) is no FHIR server. Check the --fhir address",
        )
        return Result(ending=Ending.LATER, health=Health.CLOSED, error=error, status=answer.status)
    if answer.status in (429, 503):
        words = f"the server asked to be left alone for a while ({answer.status}){said}"
    else:
        words = f"the server answered {answer.status}{said}" if answer.status else answer.text or "no answer"
        words += ", while reading back" if reading else ". Whether it took the message is not known"
    return Result(
        ending=Ending.LATER,
        health=Health.ILL,
        error=EventError(answer.code, words),
        hop=Hop.VERIFY if reading else Hop.DELIVER,
        retry_after=answer.retry_after,
        status=answer.status,
    )
