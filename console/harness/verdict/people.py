"""Which patient identifiers belong to one person, as the run itself said it: in one PID-3, or by a merge. Pure.

After a merge the old and the surviving identifier are both right; results of before it may stand under either.
"""

from __future__ import annotations

from collections.abc import Iterable

Identifier = tuple[str, str]
"""(value, assigning authority or '')."""


class People:
    """A person is the number of any of their identifiers; `root` gives the one by which they are compared."""

    def __init__(self) -> None:
        self._number: dict[Identifier, int] = {}
        self._above: list[int] = []
        self._by_value: dict[str, list[int]] = {}
        self._authorities: set[str] = set()
        self._names: list[Identifier] = []

    def meet(self, identifiers: Iterable[Identifier], *, join: bool = True) -> int:
        """The person with these identifiers; -1 when there are none. `join`: the receiver was told that they belong
        together; without it (the message was refused, or never sent) they stay what they were."""
        first = -1
        for one in identifiers:
            number = self._number.get(one)
            if number is None:
                number = self._number[one] = len(self._above)
                self._above.append(number)
                self._names.append(one)
                self._by_value.setdefault(one[0], []).append(number)
                if one[1]:
                    self._authorities.add(one[1])
            if first < 0:
                first = number
            elif join:
                self.join(first, number)
        return first

    def join(self, one: int, other: int) -> None:
        """They are one person: a merge."""
        first, second = self.root(one), self.root(other)
        if first != second:
            self._above[max(first, second)] = min(first, second)

    def root(self, number: int) -> int:
        above = self._above
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    def roots(self, identifiers: Iterable[Identifier]) -> set[int]:
        """Every person of the run that these identifiers, as another system shows them, can mean. An authority that
        the run never used says nothing: then the value alone counts."""
        found = set()
        for value, authority in identifiers:
            exact = self._number.get((value, authority))
            if exact is not None:
                found.add(self.root(exact))
                continue
            for number in self._by_value.get(value, ()):
                own = self._names[number][1]
                if not authority or not own or authority not in self._authorities:
                    found.add(self.root(number))
        return found

    def surely(self, identifiers: Iterable[Identifier]) -> set[int]:
        """Every person that these identifiers name with the authority the run itself used."""
        return {self.root(number) for one in identifiers if (number := self._number.get(one)) is not None}

    def name(self, number: int) -> str:
        """An identifier as text, `12345^^^HOSP`."""
        if number < 0:
            return ""
        value, authority = self._names[number]
        return f"{value}^^^{authority}" if authority else value
