"""The witness over HTTP: one address, `POST /add-checkpoint`."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog

from infra.seals.witness import Cosigner, Reply

ADD = "/add-checkpoint"
#: A checkpoint with the longest proof and some signatures is far below it, in bytes.
LARGEST = 65_536
_DIGITS = 9
#: For how long a client may keep a thread waiting, in seconds.
PATIENCE = 10

log = structlog.get_logger("witness")


class WitnessServer(ThreadingHTTPServer):
    """Serves a witness until it is shut down."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], cosigner: Cosigner) -> None:
        super().__init__(address, _Handler)
        self.cosigner = cosigner


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    server_version = "mipos-witness"
    sys_version = ""
    timeout = PATIENCE

    def do_POST(self) -> None:
        """Cosign, or say why not."""
        self._answer(self._reply())

    def do_GET(self) -> None:
        """Nothing is to be got."""
        status = 405 if self.path == ADD else 404
        self._answer(Reply(status, "POST /add-checkpoint is all there is.\n"))

    def _reply(self) -> Reply:
        if self.path != ADD:
            return Reply(404, "POST /add-checkpoint is all there is.\n")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            return Reply(411, "Say how long it is.\n")
        # Zeros in front may be so many that they hide a length that no memory has.
        if len(length) > _DIGITS or int(length) > LARGEST:
            return Reply(413, "It is too long.\n")
        return self.server.cosigner.add(self.rfile.read(int(length)))

    def _answer(self, reply: Reply) -> None:
        body = reply.text.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the library's
        """Log in our own way."""
        log.info("asked", from_address=self.client_address[0], said=format % args)
