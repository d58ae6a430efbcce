"""The web application's model server, written a second time on purpose."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from signing import KEY

from rasa_addons.manifest import Manifest


def derived(purpose: bytes, key: bytes = KEY) -> bytes:
    return hmac.new(key, purpose, hashlib.sha256).digest()


BEARER = base64.urlsafe_b64encode(derived(b"models")).decode().rstrip("=")


@dataclass
class Web:
    """What is offered, and how it is signed; a test may spoil either."""

    url: str = ""
    manifest: Manifest | None = None
    content: bytes = b""
    key: bytes = KEY
    signed_at: float | None = None
    status: int = 0
    asked: list = field(default_factory=list)

    def offer(self, content: bytes, manifest: Manifest | None = None) -> Manifest:
        sha256 = hashlib.sha256(content).hexdigest()
        self.content = content
        self.manifest = manifest or Manifest("m.tar.gz", sha256, "d", "t", 1.0, 2)
        return self.manifest

    def answer(self, headers) -> tuple[int, dict, bytes]:
        self.asked.append(headers)
        if headers["Authorization"] != f"Bearer {BEARER}":
            return 404, {}, b""
        if self.status or self.manifest is None:
            return self.status or 404, {}, b"busy"
        tag = f'"{self.manifest.sha256}"'
        if tag in headers.get("If-None-Match", ""):
            return 304, {"ETag": tag}, b""
        told = base64.b64encode(json.dumps(asdict(self.manifest)).encode()).decode()
        at = str(int(time.time() if self.signed_at is None else self.signed_at))
        key = derived(b"model manifest", self.key)
        mark = hmac.new(key, f"{at}.{told}".encode(), hashlib.sha256).hexdigest()
        signed = {
            "ETag": tag,
            "X-Model-Manifest": told,
            "X-Model-Signed-At": at,
            "X-Model-Signature": mark,
        }
        return 200, signed, self.content


@contextmanager
def offering_web() -> Iterator[Web]:
    offering = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            assert self.path == "/internal/model"
            status, headers, body = offering.answer(dict(self.headers))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    offering.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield offering
    server.shutdown()
    server.server_close()
