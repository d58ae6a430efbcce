"""Takes over a model that was put into service, while customers keep writing.

The bank's web application is asked, every two seconds and over loopback, whether
another model is in service. Its manifest is signed and its file has a SHA-256; only
then is it unpacked. It is loaded in a thread while the old model goes on answering, and
takes over between two messages. What cannot be verified or loaded is refused, and the
old model stays; the health answer tells which one runs and what was refused.

Rasa's HTTP API, which could be handed a model by anybody, stays off.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import concurrent.futures
import hashlib
import hmac
import json
import logging
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, Optional

import aiohttp

from rasa_addons.manifest import Manifest

PATH = "/internal/model"
EVERY_SECONDS = 2.0
# A model that was refused is tried again: a disk may have been full.
AGAIN_SECONDS = 60.0
# Clocks of processes on one machine hardly differ; an old answer is no answer.
SIGNED_WITHIN_SECONDS = 60
ANSWER_SECONDS = 60.0
LARGEST_MODEL = 512 * 1024 * 1024
BLOCK = 1 << 18
BEARER_PURPOSE = b"models"
SIGNATURE_PURPOSE = b"model manifest"
OK, NOT_MODIFIED = 200, 304
LONGEST_REASON = 200

logger = logging.getLogger(__name__)


class Refused(Exception):
    """A model that will not be run; the message says why."""


@dataclass(frozen=True)
class Models:
    """Which model runs, and which one was refused and why; by SHA-256."""

    running: str
    refused: Optional[str] = None
    why: Optional[str] = None

    def told(self) -> Dict[str, Any]:
        """What the health answer says."""
        refused = {"sha256": self.refused, "why": self.why} if self.refused else None
        return {"model": self.running, "refused": refused}


def bearer(envelope_key: bytes) -> str:
    """What both sides of the model server derive from the envelope key."""
    digest = hmac.new(envelope_key, BEARER_PURPOSE, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signature(envelope_key: bytes, manifest: str, signed_at: str) -> str:
    """The mark under a manifest (as it is sent) and the time of sending."""
    key = hmac.new(envelope_key, SIGNATURE_PURPOSE, hashlib.sha256).digest()
    signed = f"{signed_at}.{manifest}".encode()
    return hmac.new(key, signed, hashlib.sha256).hexdigest()


def verified(headers: Mapping[str, str], key: bytes, now: float) -> Manifest:
    """The manifest that came with a model; raise ``Refused``. ``now`` in seconds."""
    sent = headers.get("X-Model-Manifest", "")
    signed_at = headers.get("X-Model-Signed-At", "")
    expected = signature(key, sent, signed_at)
    given = headers.get("X-Model-Signature", "")
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise Refused("the manifest's signature is wrong")
    if not signed_at.isdecimal() or abs(now - int(signed_at)) > SIGNED_WITHIN_SECONDS:
        raise Refused("the manifest was signed at another time")
    try:
        return Manifest.of(json.loads(base64.b64decode(sent, validate=True)))
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise Refused("the manifest cannot be read") from None


class ModelPuller:
    """Asks for the model in service and takes it over.

    ``load`` runs in a thread and returns what ``take_over`` puts in the place of the
    old model, in one go, on the event loop.
    """

    def __init__(
        self,
        url: str,
        envelope_key: bytes,
        running: str,
        load: Callable[[Path], Any],
        take_over: Callable[[Any], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.models = Models(running)
        self._url = url.rstrip("/") + PATH
        self._key = envelope_key
        self._load = load
        self._take_over = take_over
        self._clock = clock
        self._refused_at = 0.0
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "model")

    async def run(self) -> None:
        """Ask every two seconds until cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            self._thread.shutdown(wait=False)

    async def look(self) -> None:
        """Ask once; whatever goes wrong, the old model stays."""
        offered: Optional[Manifest] = None
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS, sock_connect=1.0)
        # It is on this machine: no proxy, no redirect.
        try:
            async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as http:
                asked = http.get(
                    self._url, headers=self._headers(), allow_redirects=False
                )
                async with asked as answer:
                    if answer.status == NOT_MODIFIED:
                        self._settle(answer.headers.get("ETag", ""))
                    if answer.status != OK:
                        return
                    offered = verified(answer.headers, self._key, self._clock())
                    await self._take(offered, answer)
        except (aiohttp.ClientError, asyncio.TimeoutError) as away:
            # The web application starts, stops or is busy: it will be asked again.
            logger.debug("no answer about models: %s", type(away).__name__)
        except Refused as refused:
            self._refuse(offered.sha256 if offered else "unknown", str(refused))
        except Exception as error:  # noqa: BLE001 - the old model must stay
            why = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
            self._refuse(offered.sha256 if offered else "unknown", why)

    async def _take(self, offered: Manifest, answer: aiohttp.ClientResponse) -> None:
        if offered.sha256 == self.models.running:
            return
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="model-") as folder:
            file = Path(folder) / "model.tar.gz"
            await _receive(answer, file, offered.sha256)
            loop = asyncio.get_running_loop()
            loaded = await loop.run_in_executor(self._thread, self._load, file)
        self._take_over(loaded)
        self.models = Models(offered.sha256)
        took = time.monotonic() - began
        logger.info("%s took over after %.1f s", offered.file, took)

    def _headers(self) -> Dict[str, str]:
        known = [self.models.running]
        recently = self._clock() - self._refused_at < AGAIN_SECONDS
        if self.models.refused and recently:
            known.append(self.models.refused)
        return {
            "Authorization": f"Bearer {bearer(self._key)}",
            "If-None-Match": ", ".join(f'"{sha256}"' for sha256 in known),
        }

    def _settle(self, tag: str) -> None:
        if tag.strip('"') == self.models.running and self.models.refused:
            # What was refused is not in service any more.
            self.models = Models(self.models.running)

    def _refuse(self, sha256: str, why: str) -> None:
        self._refused_at = self._clock()
        refused = Models(self.models.running, sha256, why)
        if refused != self.models:
            logger.error("refused the model %.12s: %s", sha256, why)
        self.models = refused


async def _receive(answer: aiohttp.ClientResponse, file: Path, sha256: str) -> None:
    """Write the model to a file; raise ``Refused`` unless it is this one."""
    digest, size = hashlib.sha256(), 0
    with file.open("wb") as out:
        async for block in answer.content.iter_chunked(BLOCK):
            size += len(block)
            if size > LARGEST_MODEL:
                raise Refused("the model is too large")
            digest.update(block)
            out.write(block)
    if digest.hexdigest() != sha256:
        raise Refused("the model is not the one of its manifest")
