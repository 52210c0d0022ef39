"""CSV files beside templates: a header row names the columns, every other row is one record."""

from __future__ import annotations

import csv
import difflib
from pathlib import Path

from console.core.errors import Refused

_LARGEST = 64 << 20


class Table:
    """A CSV file, read whole (at most 64 MB). UTF-8, else Latin-1; comma, semicolon or tab by what the header uses."""

    def __init__(self, path: Path) -> None:
        try:
            if path.stat().st_size > _LARGEST:
                raise _refused(path, "it is larger than 64 MB; take fewer rows")
            raw = path.read_bytes()
        except OSError as error:
            raise _refused(path, f"it cannot be read ({error.strerror})") from error
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        head = text.partition("\n")[0]
        delimiter = max(",;\t", key=head.count)
        rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if any(cell.strip() for cell in row)]
        if len(rows) < 2:
            raise _refused(path, "it needs a header row and at least one record")
        self.path = path
        self.columns = tuple(name.strip() for name in rows[0])
        self._rows = rows[1:]
        for number, row in enumerate(self._rows, start=2):
            if len(row) != len(self.columns):
                raise _refused(path, f"record {number} has {len(row)} cells, the header {len(self.columns)}")

    def __len__(self) -> int:
        return len(self._rows)

    def column(self, name: str, *, asked_by: str) -> list[str]:
        """The cells of a column. Raises Refused, naming who asked, when there is none of that name."""
        if name not in self.columns:
            close = difflib.get_close_matches(name, self.columns, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(self.columns)}"
            raise Refused(f"{asked_by}: {self.path.name} has no column {name!r}; {hint}", code="template-invalid")
        at = self.columns.index(name)
        return [row[at] for row in self._rows]


def _refused(path: Path, text: str) -> Refused:
    return Refused(f"the CSV file {path} cannot be used: {text}", code="csv-invalid")
