"""AES-256-GCM with named keys: card numbers, digit tails and bubbles at rest."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from banking.ports.gateway import Sealed

NONCE_BYTES = 12
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class AesVault:
    """Seals with the first key and opens with any, so that keys can be rotated."""

    keys: Mapping[str, AESGCM] = field(repr=False)
    current: str

    @classmethod
    def of(cls, *keys: bytes) -> Self:
        """Build from raw keys, the one to seal with first."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("the vault needs keys of 32 bytes")
        # The name of a key says nothing about it but tells keys apart.
        named = {hashlib.sha256(b"key id" + key).hexdigest()[:8]: key for key in keys}
        return cls(
            {name: AESGCM(key) for name, key in named.items()}, next(iter(named))
        )

    def seal(self, plain: bytes, *, bound_to: str) -> Sealed:
        """Encrypt under a fresh nonce; it opens only with the same ``bound_to``."""
        nonce = os.urandom(NONCE_BYTES)
        cipher = self.keys[self.current]
        return Sealed(
            self.current, nonce, cipher.encrypt(nonce, plain, bound_to.encode())
        )

    def unseal(self, sealed: Sealed, *, bound_to: str) -> bytes:
        """Decrypt; raise ValueError if altered, bound elsewhere, or the key is gone."""
        cipher = self.keys.get(sealed.key_id)
        if cipher is None:
            raise ValueError("sealed with a key that is not here")
        try:
            return cipher.decrypt(sealed.nonce, sealed.ciphertext, bound_to.encode())
        except InvalidTag:
            raise ValueError("does not open") from None
