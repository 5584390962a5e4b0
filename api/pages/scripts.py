"""GET /pages/{script}: the modules that the pages import, each by a name of its own."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from falcon import Request, Response

from api.constant import Constant
from api.media import JAVASCRIPT
from api.operations import PUBLIC, operation
from api.pages.assets import asset
from api.resource import Resource
from commands.ports import Missing

#: Which package each module lies in. A name that is not here is no file, so that no path can lead elsewhere.
SCRIPTS: Mapping[str, str] = MappingProxyType(
    {
        "client.js": "api.pages",
        "curl.js": "api.pages",
        "elements.js": "api.pages",
        "session.js": "api.pages",
        "answer.js": "api.docs",
        "form.js": "api.docs",
        "search.js": "api.docs",
        "trial.js": "api.docs",
        "console.js": "api.console",
        "events.js": "api.console",
        "figures.js": "api.console",
        "life.js": "api.console",
        "models.js": "api.console",
        "news.js": "api.console",
        "sales.js": "api.console",
        "verification.js": "api.console",
    }
)


class Scripts(Resource):
    """The modules of the pages."""

    @operation(PUBLIC, "Fetch a script of the pages", choices={"script": tuple(SCRIPTS)}, media=(JAVASCRIPT,))
    def on_get(self, req: Request, resp: Response, script: str) -> None:
        """A module that `/docs` or `/console` imports. Which there are changes with the pages."""
        if script not in SCRIPTS:
            raise Missing
        _constant(script).answer(req, resp)


@cache
def _constant(script: str) -> Constant:
    """The module, packed once for each process."""
    return Constant(asset(SCRIPTS[script], script).encode(), f"{JAVASCRIPT}; charset=utf-8")
