"""From a scenario's content to a source of messages: `make_source` is the one door to this room.

Options of the ingredients, by kind, for journeys by name (`INGREDIENT_OPTIONS` holds the defaults):

    every journey      codes = "loinc" | "local"       codes of OBX-3 and OBR-4: LOINC, or those of the laboratories
                       orders = "both" | "ORM" | "OML"  how orders are sent
                       in_house = 0                     patients in the house at once (the largest counts), 0: 400
                       growth = 0.3                     share of cultures in which something grows
    inpatient          cancelled_admissions = 0.03      share told by A11
                       cancelled_discharges = 0.05      share told by A13
    culture            corrections = 0.15               share of finals that are corrected
    appointment        moved = 0.35, cancelled = 0.25   shares told by S13, S15
    document           withdrawn = 0.3                  share told by T11
    demographics       changes = 3                      changes of the address of each patient
    merge              late_results = 1                 results (0 to 2) that carry the old number after the A40
    large-document     size = 5000000                   bytes of the PDF
                       form = "both" | "ORU" | "MDM"    what carries it
    correction-chain   corrections = 1                  corrections (C) after each final
                       cancelled = 0.15                 share of orders taken back, or ended by X
    template, text     csv = ""                         CSV file for {csv:COLUMN}, beside the scenario
                       csv_order = "sequential" | "random" | "patient"
                       per_second = 100                 messages in a second of hospital time ({now}); beside
                                                        journeys, whose clock the templates then follow, nothing
                       marked = true                    MSH-4, 11, 15, 16 and 18 as the scenario says
                       keep_control_id = false          a MSH-10 without placeholder stays, else it is {control_id}
    files, stream      marked = true                    MSH-4 and MSH-11 as the scenario says, when renewed
                       unrenewable = "send" | "skip"    what cannot be renewed is sent as it is, or left out
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from random import Random

from console.core.errors import Refused
from console.harness.content.hospital_time import Stamps
from console.harness.content.journeys.hospital import Hospital
from console.harness.content.journeys.house import KINDS, House
from console.harness.content.journeys.pathways import PATHWAYS
from console.harness.content.lettering import Lettering
from console.harness.content.marks import mark, run_code_of
from console.harness.content.mixing import Part, mix, one_by_one
from console.harness.content.population import Population
from console.harness.content.recordings import read_recordings
from console.harness.content.replay import Manner, Replay
from console.harness.content.stream import Chunk, MessageSource
from console.harness.content.template_drawing import TemplateDrawing, TicketClock, clocked
from console.harness.content.templates import Setting, Template
from console.harness.scenario.model import Ingredient, Scenario

Option = str | float | bool

_JOURNEY: dict[str, Option] = {"codes": "loinc", "orders": "both", "in_house": 0, "growth": 0.3}
_TEMPLATE: dict[str, Option] = {
    "csv": "",
    "csv_order": "sequential",
    "per_second": 100.0,
    "marked": True,
    "keep_control_id": False,
}
_RECORDING: dict[str, Option] = {"marked": True, "unrenewable": "send"}

INGREDIENT_OPTIONS: dict[str, dict[str, Option]] = {
    "emergency": _JOURNEY,
    "inpatient": {**_JOURNEY, "cancelled_admissions": 0.03, "cancelled_discharges": 0.05},
    "outpatient": _JOURNEY,
    "culture": {**_JOURNEY, "corrections": 0.15},
    "medication": _JOURNEY,
    "appointment": {**_JOURNEY, "moved": 0.35, "cancelled": 0.25},
    "document": {**_JOURNEY, "withdrawn": 0.3},
    "demographics": {**_JOURNEY, "changes": 3},
    "merge": {**_JOURNEY, "late_results": 1},
    "large-document": {**_JOURNEY, "size": 5_000_000, "form": "both"},
    "correction-chain": {**_JOURNEY, "corrections": 1, "cancelled": 0.15},
    "template": _TEMPLATE,
    "text": _TEMPLATE,
    "files": _RECORDING,
    "stream": _RECORDING,
}
"""Options and their defaults, by an ingredient's kind, for journeys by their name."""

CHOICES: dict[str, tuple[str, ...]] = {
    "codes": ("loinc", "local"),
    "orders": ("both", "ORM", "OML"),
    "form": ("both", "ORU", "MDM"),
    "csv_order": ("sequential", "random", "patient"),
    "unrenewable": ("send", "skip"),
}
"""Options that take one of a few words."""

LARGEST: dict[str, int] = {
    "size": 100_000_000,
    "corrections": 20,
    "changes": 100,
    "late_results": 2,
    "in_house": 100_000,
}
"""Options that have an upper limit."""

DEFAULT_MIX = (
    Ingredient("journey", 40, "emergency"),
    Ingredient("journey", 30, "inpatient"),
    Ingredient("journey", 15, "outpatient"),
    Ingredient("journey", 5, "culture"),
    Ingredient("journey", 5, "demographics"),
    Ingredient("journey", 5, "appointment"),
)
"""What is sent when the scenario names no content: a hospital's day."""


def make_source(scenario: Scenario, *, seed: int, starts: datetime) -> Source:
    """The source of a scenario: the same bytes for the same scenario text, seed and hospital time (aware).

    Reads templates and files now, so that what is wrong with them is said before anything is sent. Raises Refused."""
    return Source(scenario, seed=seed, starts=starts)


class Source(MessageSource):
    """`run` is the code in every number. `notes` are sentences about what the content cannot do as wished."""

    def __init__(self, scenario: Scenario, *, seed: int, starts: datetime) -> None:
        self._scenario = scenario
        self._seed = seed
        self._starts = starts.replace(microsecond=0)
        self._lettering = Lettering(scenario.content.charset)
        self._mix = scenario.content.mix or DEFAULT_MIX
        self.run = run_code_of(scenario, seed=seed, starts=starts)
        self._kinds: dict[str, int] = {}
        self._made: list[Template | Replay | None] = [self._read(n, one) for n, one in enumerate(self._mix, start=1)]
        for made in self._made:
            for kind in made.kinds if made is not None else KINDS:
                self._kinds.setdefault(kind, len(self._kinds))
        if len(self._kinds) > 255:
            raise Refused(
                f"content: {len(self._kinds)} kinds of message are too many for one run; take files apart",
                code="content-too-large",
            )
        self.notes = tuple(note for made in self._made if isinstance(made, Replay) for note in made.notes)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self._kinds)

    def _read(self, index: int, ingredient: Ingredient) -> Template | Replay | None:
        options = options_of(ingredient)
        if ingredient.kind == "journey":
            return None
        if ingredient.kind in ("template", "text"):
            return self._template(index, ingredient, options)
        if ingredient.path is None:
            raise Refused(f"content: an ingredient of kind {ingredient.kind} needs a path", code="content-missing")
        content = self._scenario.content
        manner = Manner(
            renew=ingredient.renew,
            paced=ingredient.kind == "stream",
            skip=options["unrenewable"] == "skip",
            marked=bool(options["marked"]),
            repeat=ingredient.repeat,
            index=index,
            mark=mark(self.run, index),
            seed=self._seed,
            facility=content.facility,
            processing_id=content.processing_id,
            first_lane=content.patients,
        )
        return Replay(read_recordings(ingredient.path), manner, self._starts)

    def _template(self, index: int, ingredient: Ingredient, options: Mapping[str, Option]) -> Template:
        text, origin = ingredient.text, f"content.mix[{index}]"
        if ingredient.path is not None:
            origin = ingredient.path.name
            try:
                raw = ingredient.path.read_bytes()
            except OSError as error:
                raise Refused(
                    f"the template {ingredient.path} cannot be read: {error.strerror}", code="content-missing"
                ) from error
            try:
                text = raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = raw.decode("latin-1")
        setting = Setting(
            self._scenario.content,
            self._scenario.acknowledgment,
            self._lettering,
            options,
            self._scenario.folder,
            index,
            mark(self.run, index),
            self.run,
            self._seed,
        )
        return Template(text, origin, setting)

    def chunks(self) -> Iterator[Chunk]:
        """From the first message on, however often it is asked."""
        content = self._scenario.content
        population = Population(self._seed, self.run, content.patients, content.facility, self._lettering)
        stamps = Stamps(self._starts)
        alone = self._made[0] if len(self._made) == 1 else None
        if alone is not None:
            return alone.chunks() if isinstance(alone, Replay) else TemplateDrawing(alone, population, stamps).chunks()
        journeys = [one for one in self._mix if one.kind == "journey"]
        house = House(
            content, self._scenario.acknowledgment, population, self._lettering, run=self.run, starts=self._starts
        )
        hospital = Hospital(
            house,
            [(one.name, options_of(one)) for one in journeys],
            seed=self._seed,
            kinds=[self._kinds.get(kind, 0) for kind in KINDS],
        )
        wards = iter(range(len(journeys)))
        tickets = TicketClock()
        parts = []
        for index, (ingredient, made) in enumerate(zip(self._mix, self._made, strict=True)):
            if made is None:
                parts.append(Part(ingredient.weight, partial(hospital.take, next(wards))))
                continue
            numbers = [self._kinds[kind] for kind in made.kinds]
            if isinstance(made, Replay):
                parts.append(Part(ingredient.weight, one_by_one(made.chunks(), numbers)))
                continue
            drawn = one_by_one(TemplateDrawing(made, population, None).chunks(), numbers)
            clock = (lambda: hospital.now) if journeys else tickets.ticking(float(made.setting.options["per_second"]))
            late = Random(f"{self._seed}/late/{index}")
            parts.append(Part(ingredient.weight, clocked(drawn, stamps, clock, late)))
        return mix(parts, self._seed)


def options_of(ingredient: Ingredient) -> Mapping[str, Option]:
    """The ingredient's options over their defaults. Raises Refused for a journey, an option or a word nobody knows."""
    key = ingredient.name if ingredient.kind == "journey" else ingredient.kind
    defaults = INGREDIENT_OPTIONS.get(key)
    if ingredient.kind == "journey" and key not in PATHWAYS:
        raise Refused(f"content: there is no journey {key!r}; there are {', '.join(PATHWAYS)}", code="content-unknown")
    if defaults is None:
        raise Refused(
            f"content: there is no kind {key!r}; there are journey, template, text, files and stream",
            code="content-unknown",
        )
    given = dict(ingredient.options)
    for name, value in given.items():
        if name not in defaults:
            raise Refused(
                f"content: {key} has no option {name!r}; it has {', '.join(defaults)}", code="content-unknown"
            )
        if (wrong := _wrong(name, value, defaults[name])) is not None:
            raise Refused(f"content: option {name} of {key} is {wrong}, not {value!r}", code="content-unknown")
    return {**defaults, **given}


def _wrong(name: str, value: Option, default: Option) -> str | None:
    """What an option has to be, when it is not."""
    if name in CHOICES:
        return None if value in CHOICES[name] else f"one of {', '.join(CHOICES[name])}"
    if isinstance(default, bool):
        return None if isinstance(value, bool) else "true or false"
    if isinstance(default, str):
        return None if isinstance(value, str) else "a text"
    if isinstance(value, bool | str) or value < 0:
        return "a number, 0 or more"
    if 0 < default < 1 < value:
        return "a share, 0 to 1"
    if name == "per_second" and value == 0:
        return "a rate above 0"
    if name in LARGEST and value > LARGEST[name]:
        return f"at most {LARGEST[name]}"
    return None
