"""Where to go from here, for programs."""

from typing import Annotated

from api.answers import Answer, Meaning


class WelcomeAnswer(Answer):
    """What answers here, and the paths to begin with."""

    name: Annotated[str, Meaning("The program that answers.", "MIPOS")]
    version: Annotated[str, Meaning("Its version, as in the OpenAPI document.", "0.1.0")]
    documentation: Annotated[str, Meaning("The reference for people, with a quick start.", "/docs")]
    openapi: Annotated[str, Meaning("The same for programs (OpenAPI 3.1).", "/api/openapi.json")]
    console: Annotated[str, Meaning("What happens, live, for admins.", "/console")]
    health: Annotated[str, Meaning("Whether the process answers; `/ready`: whether it sells.", "/health")]
    sign_in: Annotated[str, Meaning("Where a token is to be had.", "/api/auth/login")]
