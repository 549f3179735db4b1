"""What is sealed opens again with the key and in the column that it was sealed for only."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from kefu.errors import SealedValueError
from kefu.orders.sealing import KeyRing, is_sealed, key_of

ONE, TWO = bytes(range(32)), bytes(range(32, 64))
RING = KeyRing({"one": ONE})
COLUMN = "orders.phone"
PHONE = "13800000001"


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    sealed = RING.seal(text, COLUMN)
    assert is_sealed(sealed)
    assert sealed.isascii()
    plain = text.encode("utf-8", "replace").decode()  # half a surrogate pair means nothing
    assert RING.open(sealed, COLUMN) == plain


@given(st.text(min_size=4, alphabet="王小明0123456789"))
def test_nothing_of_the_text_is_seen(text: str) -> None:
    sealed = RING.seal(text, COLUMN)
    assert text not in sealed
    assert text.encode() not in b64decode(sealed.rsplit(":", 1)[1])


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert len({RING.seal(PHONE, COLUMN) for _ in range(100)}) == 100


def test_the_format_is_the_documented_one() -> None:
    nonce = b"n" * 12
    sealed = KeyRing({"one": ONE}, random=lambda count: b"n" * count).seal(PHONE, COLUMN)
    hidden = AESGCM(ONE).encrypt(nonce, PHONE.encode(), COLUMN.encode())
    assert sealed == f"kefu1:one:{b64encode(nonce + hidden).decode()}"


def test_a_key_of_another_system_opens_what_it_reads_in_the_documents() -> None:
    sealed = RING.seal(PHONE, COLUMN)
    prefix, id, packed = sealed.split(":")
    assert (prefix, id) == ("kefu1", "one")
    raw = b64decode(packed)
    assert AESGCM(ONE).decrypt(raw[:12], raw[12:], COLUMN.encode()).decode() == PHONE


def test_a_value_that_was_moved_into_another_column_does_not_open() -> None:
    with pytest.raises(SealedValueError, match=r"customers\.phone.*moved"):
        RING.open(RING.seal(PHONE, COLUMN), "customers.phone")


def test_no_single_changed_byte_goes_unnoticed() -> None:
    sealed = RING.seal(PHONE, COLUMN)
    head, packed = sealed.rsplit(":", 1)
    raw = bytearray(b64decode(packed))
    for place in range(len(raw)):
        raw[place] ^= 1
        with pytest.raises(SealedValueError):
            RING.open(f"{head}:{b64encode(raw).decode()}", COLUMN)
        raw[place] ^= 1
    assert RING.open(f"{head}:{b64encode(raw).decode()}", COLUMN) == PHONE


@pytest.mark.parametrize(
    "value", ["kefu1:", "kefu1:one", "kefu1:one:", "kefu1:one:%%", "kefu1:one:AAAA", "kefu1:a b:AA"]
)
def test_what_only_looks_sealed_is_an_error_of_one_sentence(value: str) -> None:
    with pytest.raises(SealedValueError) as raised:
        RING.open(value, COLUMN)
    assert COLUMN in str(raised.value)
    assert "\n" not in str(raised.value)


def test_plain_text_is_read_as_it_is() -> None:
    assert RING.open(PHONE, COLUMN) == PHONE
    assert RING.open("", COLUMN) == ""
    assert not is_sealed(PHONE)
    assert key_of(PHONE) is None


def test_text_that_looks_sealed_can_be_sealed() -> None:
    looks = RING.seal(PHONE, COLUMN)
    assert RING.open(RING.seal(looks, COLUMN), COLUMN) == looks


class TestSeveralKeys:
    new = KeyRing({"two": TWO, "one": ONE})

    def test_the_first_one_seals_and_all_open(self) -> None:
        sealed = self.new.seal(PHONE, COLUMN)
        assert key_of(sealed) == "two"
        assert self.new.open(sealed, COLUMN) == PHONE
        assert self.new.open(RING.seal(PHONE, COLUMN), COLUMN) == PHONE

    def test_a_key_that_is_missing_is_named(self) -> None:
        with pytest.raises(SealedValueError, match=r"the key two.*KEFU_DATA_KEYS"):
            RING.open(self.new.seal(PHONE, COLUMN), COLUMN)

    def test_another_key_by_the_same_name_does_not_open(self) -> None:
        with pytest.raises(SealedValueError, match="another key by that name"):
            KeyRing({"one": TWO}).open(RING.seal(PHONE, COLUMN), COLUMN)

    def test_no_key_is_seen(self) -> None:
        assert repr(self.new) == "KeyRing(two, one)"


class TestBlindIndex:
    def test_equal_texts_of_a_column_have_equal_indexes_and_others_have_not(self) -> None:
        index = RING.index(PHONE, COLUMN)
        assert index == RING.index(PHONE, COLUMN) == KeyRing({"one": ONE}).index(PHONE, COLUMN)
        others = {
            RING.index("13800000002", COLUMN),
            RING.index(PHONE, "customers.phone"),
            KeyRing({"one": TWO}).index(PHONE, COLUMN),
        }
        assert len(others | {index}) == 4

    def test_it_says_its_key_and_nothing_of_the_text(self) -> None:
        index = RING.index(PHONE, COLUMN)
        assert index.startswith("one:")
        assert PHONE not in index
        assert len(KeyRing({"k" * 32: ONE}).index(PHONE, COLUMN)) <= 80

    def test_while_keys_change_a_text_has_one_index_a_key(self) -> None:
        ring = KeyRing({"two": TWO, "one": ONE})
        assert ring.indexes(PHONE, COLUMN) == (
            ring.index(PHONE, COLUMN),
            RING.index(PHONE, COLUMN),
        )

    def test_the_key_of_the_index_is_not_the_key_that_seals(self) -> None:
        import hashlib
        import hmac

        plain = hmac.new(ONE, PHONE.encode(), hashlib.sha256).digest()
        mac = RING.index(PHONE, COLUMN).split(":")[1]
        assert mac.encode() not in b64encode(plain, b"-_")
