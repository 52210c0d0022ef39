"""One tree of errors, split by whose fault it is.

    SignalboxError
    ├── Refused           a rule says no (validation of our own API, a forbidden action)
    ├── EnvironmentFault  unreachable, unauthorised, storage full; `retryable` says whether time may mend it
    ├── InvalidMessage    the sender's message cannot be used; carries the path (segment and field)
    ├── Conflict          somebody else was first (version, lease)
    └── Bug               ours

`text` is a sentence for a person: what happened and what to do. It never holds patient data.
"""

from __future__ import annotations


class SignalboxError(Exception):
    """Base of all our errors. `code` is stable kebab-case for scripts; `event_id` names the event if there is one."""

    def __init__(self, text: str, *, code: str = "", detail: str = "", event_id: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.code = code or type(self).__name__
        self.detail = detail
        self.event_id = event_id


class Refused(SignalboxError):
    """A rule says no."""


class EnvironmentFault(SignalboxError):
    """The world outside failed us."""

    def __init__(
        self, text: str, *, code: str = "", detail: str = "", event_id: str = "", retryable: bool = True
    ) -> None:
        super().__init__(text, code=code, detail=detail, event_id=event_id)
        self.retryable = retryable


class InvalidMessage(SignalboxError):
    """A message that breaks the standard so far that it cannot be used. `path` is like `OBX[2]-5.1`."""

    def __init__(self, text: str, *, code: str, path: str = "", detail: str = "", event_id: str = "") -> None:
        super().__init__(text, code=code, detail=detail, event_id=event_id)
        self.path = path


class Conflict(SignalboxError):
    """The thing changed since it was read."""


class Bug(SignalboxError):
    """An invariant of ours does not hold."""
