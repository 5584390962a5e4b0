"""Tells events: who did it, what it says, and what things are called, for many events at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from api.audit.stories.lines import Line, lines_of
from api.audit.stories.names import KnownNames, Names, WantedNames
from api.audit.stories.scene import Scene, State, short_name
from api.audit.stories.sentences import tell
from api.audit.stories.texts import TEXTS
from api.audit.stories.words import word
from api.slips.languages import Language
from projections.base import Row


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """An event that is to be told: what it says, with whatever is known around it.

    `actor` is the user name of whoever did it, where the company has one of this `actor_id`.
    """

    type: str
    stream_id: UUID
    event: Any
    actor_id: UUID | None = None
    actor: str | None = None
    approved_by: UUID | None = None
    was: State = field(default_factory=dict)
    now: State = field(default_factory=dict)
    #: Lines of its document by which it names goods, where the states do not say them.
    lines: Mapping[str, Line] | None = None


@dataclass(frozen=True, kw_only=True)
class Storyteller:
    """Tells a company's events in a language, with its currency and by its clock."""

    language: Language
    currency: str = ""
    zone: tzinfo = UTC
    sees_costs: bool = False

    @classmethod
    def of(cls, language: Language, company: Row | None, *, sees_costs: bool) -> "Storyteller":
        """One who tells what happened in a company; the platform itself is none."""
        if company is None:
            return cls(language=language, sees_costs=sees_costs)
        zone = ZoneInfo(company["timezone"])
        return cls(language=language, currency=company["currency"], zone=zone, sees_costs=sees_costs)

    def tell_all(
        self, occurrences: Sequence[Occurrence], find_names: Callable[[list[UUID]], Mapping[UUID, str]]
    ) -> list[str]:
        """A sentence for each, with names that are looked up once for all of them."""
        wanted = WantedNames()
        for one in occurrences:
            self.tell(one, wanted)
        names = KnownNames(find_names(sorted(wanted.ids)) if wanted.ids else {})
        return [self.tell(one, names) for one in occurrences]

    def tell(self, occurrence: Occurrence, names: Names) -> str:
        """What happened, and through whom."""
        sentence = tell(TEXTS[occurrence.type][self.language.code], self._scene(occurrence, names))
        approver = occurrence.approved_by and names.name_of(occurrence.approved_by)
        if not approver:
            return sentence
        return f"{sentence.removesuffix('.')} ({self._word('approved').format(approver)})."

    def _scene(self, occurrence: Occurrence, names: Names) -> Scene:
        own = (occurrence.event, occurrence.now.get("terms") or occurrence.now)
        return Scene(
            language=self.language,
            currency=next(filter(None, map(_currency_of, own)), self.currency),
            zone=self.zone,
            who=self._author(occurrence),
            event=occurrence.event,
            stream_id=occurrence.stream_id,
            names=names,
            was=occurrence.was,
            now=occurrence.now,
            lines=lines_of(occurrence.was, occurrence.now) if occurrence.lines is None else occurrence.lines,
            sees_costs=self.sees_costs,
        )

    def _author(self, occurrence: Occurrence) -> str:
        if occurrence.actor:
            return short_name(occurrence.actor)
        # Who is none of the company's users, and yet somebody, is of the platform.
        return self._word("platform" if occurrence.actor_id else "service")

    def _word(self, code: str) -> str:
        return word(self.language.code, "list", code)


def _currency_of(source: Any) -> str | None:
    currency = source.get("currency") if isinstance(source, Mapping) else getattr(source, "currency", None)
    return currency if isinstance(currency, str) else None
