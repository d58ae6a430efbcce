"""An HTTP server of a test's own: answers from a thread, on a free port."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# How long closing it may take; what is asked is answered at once.
NOTICES_S = 0.01


class Answers(BaseHTTPRequestHandler):
    """What is common to all of them."""

    def answer(self) -> None:
        """Answer one request; ``command`` and ``path`` say what is asked."""
        raise NotImplementedError

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def heard(self) -> bytes:
        """The body of the request, which can be read once."""
        return self.rfile.read(int(self.headers["content-length"] or 0))

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def answering(handler: type[Answers]) -> Iterator[str]:
    """Give the address at which ``handler`` answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(NOTICES_S,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
