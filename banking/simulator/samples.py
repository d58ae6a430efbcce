"""Files a customer might send: a photo, a voice note, a scan. Made on the spot."""

import hashlib
import secrets
import struct
import zlib
from dataclasses import dataclass

from banking.simulator.storage import Media


@dataclass(frozen=True, slots=True)
class Sample:
    mime_type: str
    filename: str
    content: bytes

    def as_media(self) -> Media:
        return Media(
            id=str(secrets.randbelow(9 * 10**15) + 10**15),
            mime_type=self.mime_type,
            sha256=hashlib.sha256(self.content).hexdigest(),
            size=len(self.content),
            filename=self.filename,
        )


def _png(width: int, height: int) -> bytes:
    """A sunset over the sea, in rows of one colour each."""
    rows = bytearray()
    horizon = height * 3 // 5
    for y in range(height):
        if y < horizon:
            part = y / horizon
            colour = (int(40 + 215 * part), int(60 + 110 * part), int(120 - 30 * part))
        else:
            part = (y - horizon) / (height - horizon)
            colour = (int(120 - 90 * part), int(90 - 40 * part), int(110 - 20 * part))
        rows += b"\x00" + bytes(colour) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"IDAT", zlib.compress(bytes(rows))),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data))
        + name
        + data
        + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _ogg() -> bytes:
    """The first page of an Opus recording: enough to look like a voice note."""
    opus = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    page = struct.pack("<4sBBQIIIB", b"OggS", 0, 2, 0, 1, 0, 0, 1)
    return page + bytes([len(opus)]) + opus


def sample(kind: str) -> Sample | None:
    """A file of this kind, or None for a kind phones do not send."""
    match kind:
        case "image":
            return Sample("image/png", "photo.png", _png(320, 240))
        case "sticker":
            return Sample("image/webp", "sticker.webp", b"RIFF\x04\x00\x00\x00WEBP")
        case "voice" | "audio":
            return Sample("audio/ogg; codecs=opus", "voice.ogg", _ogg())
        case "video":
            return Sample("video/mp4", "video.mp4", b"\x00\x00\x00\x08ftypmp42")
        case "document":
            return Sample("text/plain", "note.txt", b"A note.\n")
        case _:
            return None
