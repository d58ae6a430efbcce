"""Encryption at rest."""

import pytest

from banking.adapters.vault import AesVault
from banking.ports.gateway import Sealed


def test_what_was_sealed_opens_where_it_belongs():
    vault = AesVault.of(b"a" * 32)
    sealed = vault.seal(b"4111", bound_to="card:one")

    assert b"4111" == vault.unseal(sealed, bound_to="card:one")
    assert b"4111" == vault.unseal(
        Sealed.unpacked(sealed.packed()), bound_to="card:one"
    )
    assert b"4111" not in sealed.packed()


@pytest.mark.parametrize("bound_to", ["card:two", "tail:one", ""])
def test_it_opens_nowhere_else(bound_to):
    vault = AesVault.of(b"a" * 32)
    sealed = vault.seal(b"4111", bound_to="card:one")

    with pytest.raises(ValueError, match="does not open"):
        vault.unseal(sealed, bound_to=bound_to)


def test_altered_it_does_not_open():
    vault = AesVault.of(b"a" * 32)
    sealed = vault.seal(b"4111", bound_to="x")
    altered = bytes([sealed.ciphertext[0] ^ 1]) + sealed.ciphertext[1:]

    with pytest.raises(ValueError, match="does not open"):
        vault.unseal(Sealed(sealed.key_id, sealed.nonce, altered), bound_to="x")


def test_keys_can_be_replaced():
    old = AesVault.of(b"a" * 32)
    sealed = old.seal(b"4111", bound_to="x")
    both = AesVault.of(b"b" * 32, b"a" * 32)
    again = both.seal(both.unseal(sealed, bound_to="x"), bound_to="x")
    new = AesVault.of(b"b" * 32)

    assert b"4111" == new.unseal(again, bound_to="x")
    with pytest.raises(ValueError, match="key that is not here"):
        new.unseal(sealed, bound_to="x")


def test_no_nonce_is_used_twice():
    vault = AesVault.of(b"a" * 32)

    assert 10_000 == len({vault.seal(b"x", bound_to="x").nonce for _ in range(10_000)})


@pytest.mark.parametrize("keys", [(), (b"short",), (b"a" * 32, b"b" * 16)])
def test_a_weak_key_is_refused(keys):
    with pytest.raises(ValueError, match="32 bytes"):
        AesVault.of(*keys)


def test_no_key_is_shown():
    assert "aaaa" not in repr(AesVault.of(b"a" * 32))
