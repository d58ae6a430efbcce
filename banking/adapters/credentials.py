"""Keys at work: peppered hashes of PINs and codes, sealed secrets, authenticators."""

import base64
import hashlib
import hmac
import re
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from banking.domain.credential import normalised

# Hashing a PIN costs 19 MiB and some 20 ms; two at a time leave the rest of the
# machine to everybody else.
_AT_ONCE = 2
_BLOCKLIST = Path(__file__).with_name("guessable_pins.txt")
_CODE = re.compile(r"[0-9]{6}")
_NONCE_BYTES = 12


@cache
def guessable_pins() -> frozenset[str]:
    """PINs and passwords that others would try first."""
    lines = _BLOCKLIST.read_text(encoding="utf-8").splitlines()
    return frozenset(
        normalised(line).casefold() for line in lines if not line.startswith("#")
    )


def derived_key(key: bytes, purpose: str) -> bytes:
    """A key of its own for every purpose, from one that is kept."""
    return hmac.digest(key, f"bank/{purpose}/1".encode(), "sha256")


def _argon2() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)


@dataclass(frozen=True, slots=True)
class PepperedHasher:
    """argon2id for PINs, HMAC for codes; neither can be tried without the pepper."""

    pepper: bytes = field(repr=False)
    argon2: PasswordHasher = field(default_factory=_argon2, repr=False)
    _turns: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(_AT_ONCE), repr=False
    )
    _nobody: list[str] = field(default_factory=list, repr=False)

    def hash_pin(self, pin: str) -> str:
        with self._turns:
            return self.argon2.hash(self._peppered(pin))

    def pin_matches(self, pin_hash: str | None, pin: str) -> bool:
        if pin_hash is None and not self._nobody:
            self._nobody.append(self.hash_pin(secrets.token_hex()))
        peppered = self._peppered(pin)
        with self._turns:
            try:
                self.argon2.verify(pin_hash or self._nobody[0], peppered)
            except (VerificationError, InvalidHashError):
                return False
        return pin_hash is not None

    def code_mac(self, challenge_id: str, code: str) -> str:
        return self._mac("code", f"{challenge_id}|{code}")

    def place(self, address: str) -> str:
        return self._mac("place", address)

    def csrf(self, visit: str, path: str) -> str:
        return self._mac("csrf", f"{visit}|{path}")

    def _peppered(self, pin: str) -> bytes:
        key = derived_key(self.pepper, "pin")
        return hmac.digest(key, normalised(pin).encode(), "sha256")

    def _mac(self, purpose: str, text: str) -> str:
        key = derived_key(self.pepper, purpose)
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class CannotUnseal(Exception):
    """A sealed secret was altered, moved to another owner, or has another key."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """AES-256-GCM; what is sealed for one owner opens for no other."""

    key: bytes = field(repr=False)

    @property
    def _key_id(self) -> str:
        return hashlib.sha256(b"key id" + self.key).hexdigest()[:8]

    def _cipher(self) -> AESGCM:
        return AESGCM(derived_key(self.key, "sealed secrets"))

    def seal(self, plain: str, owner: str) -> str:
        """Encrypt a text for one owner."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher().encrypt(nonce, plain.encode(), owner.encode())
        return f"{self._key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def unseal(self, sealed: str, owner: str) -> str:
        """Open it again. Raises CannotUnseal."""
        key_id, _, body = sealed.partition(".")
        if key_id != self._key_id:
            raise CannotUnseal("sealed with another key")
        raw = base64.urlsafe_b64decode(body)
        try:
            plain = self._cipher().decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()
            )
        except InvalidTag:
            raise CannotUnseal("altered, or sealed for another") from None
        return plain.decode()


@dataclass(frozen=True, slots=True)
class TotpAuthenticator:
    """pyotp, strict: six ASCII digits, and the step so that a code counts once."""

    def new_secret(self) -> str:
        return pyotp.random_base32()

    def step(self, secret: str, code: str, now: datetime) -> int | None:
        # pyotp folds other scripts' digits; one code must have one spelling.
        if not _CODE.fullmatch(code):
            return None
        try:
            found = pyotp.TOTP(secret).verify_and_get_timecode(
                code, for_time=int(now.timestamp()), valid_window=1
            )
        except pyotp.OTPVerificationError:
            return None
        return int(found)

    def uri(self, secret: str, name: str, issuer: str) -> str:
        return str(pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer))
