"""A bare answer from the same web server: what is left for everything else to be built on."""

from typing import Any

import falcon

from infra.bench.load import Task
from infra.bench.rounds import alternate
from infra.bench.sending import send
from infra.bench.shops import TILLS
from infra.bench.site import HOST, Site, serving
from infra.runtime import server
from infra.runtime.settings import load_settings

REQUEST = f"GET /health HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def measure(site: Site) -> dict[str, Any]:
    """Bare answers a second to eight clients."""
    site.say("Asking a bare server")
    with serving(site, ["infra.bench.bare"]) as (port, _):
        load = Task(HOST, port, [[REQUEST]] * TILLS, site.seconds / 3, warm_up=0.5)

        def ask() -> float:
            return send(load, "requests").per_second

        return {"bare_rps": alternate({"bare": ask})["bare"]}


def asked_for(size: int) -> bytes:
    """A request for an answer of so many bytes."""
    return f"GET /bytes/{size} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


class Alive:
    """Says yes."""

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        """Answer as `/health` does, with nothing around it."""
        resp.media = {"success": True}


class Bytes:
    """Answers with as many bytes as it is asked for."""

    def on_get(self, _req: falcon.Request, resp: falcon.Response, size: int) -> None:
        """Answer as a resource does that has made them."""
        resp.data = b"." * size


class BareServer(server.Server):
    """Our web server with nothing of ours behind it."""

    def load(self) -> Any:
        """An application of two routes."""
        app = falcon.App()
        app.add_route("/health", Alive())
        app.add_route("/bytes/{size:int}", Bytes())
        return app


def main() -> None:
    """Serve as `mipos serve` does, with its very settings, but the bare application."""
    import os  # noqa: PLC0415

    settings = load_settings(os.environ)
    # What `serve` starts is the one thing that is to differ.
    vars(server)["Server"] = BareServer
    server.serve(settings, database="")


if __name__ == "__main__":
    main()
