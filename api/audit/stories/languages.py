"""In which languages stories are told."""

from collections.abc import Mapping
from types import MappingProxyType

from falcon import Request, Response

from api.slips.languages import ENGLISH, GERMAN, Language, language_of

STORY_LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {language.code: language for language in (ENGLISH, GERMAN)}
)


def choose_story_language(req: Request, resp: Response, name: str | None) -> Language:
    """The language that is asked for, else the best of Accept-Language; the answer names it."""
    language = language_of(name, req.get_header("Accept-Language"), STORY_LANGUAGES)
    resp.set_header("Content-Language", language.code)
    resp.append_header("Vary", "Accept-Language")
    return language
