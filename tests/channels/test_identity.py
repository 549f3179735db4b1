"""Who is speaking: this machine in development, whoever a token names in production."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from kefu.channels.identity import Doorkeeper
from kefu.channels.intake import Refusal
from kefu.errors import SettingsError
from kefu.settings import load_settings

KEY = "a-key-of-more-than-sixty-four-bytes-" + "0123456789" * 3
OTHER = "another-key-of-more-than-sixty-four-bytes-" + "0123456789" * 3


def token(key: str = KEY, algorithm: str = "HS256", **claims: Any) -> str:
    whole = {"sub": "buyer-0001", "exp": int(time.time()) + 60, **claims}
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm)


def refused(doorkeeper: Doorkeeper, *, peer: str = "203.0.113.9", **headers: str) -> Refusal:
    with pytest.raises(Refusal) as raised:
        doorkeeper.buyer("buyer-0001", peer, {k.replace("_", "-"): v for k, v in headers.items()})
    return raised.value


class TestDevelopment:
    @pytest.fixture
    def doorkeeper(self) -> Doorkeeper:
        return Doorkeeper(load_settings(env="development", jwt_key=None))

    @pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", ""])
    def test_this_machine_is_believed(self, doorkeeper: Doorkeeper, peer: str):
        assert doorkeeper.buyer("buyer-0001", peer, {}) == "buyer-0001"

    @pytest.mark.parametrize(
        "peer",
        ["10.0.0.5", "192.168.1.7", "::ffff:10.0.0.5", "2001:db8::1", "unknown", "localhost"],
    )
    def test_others_are_not(self, doorkeeper: Doorkeeper, peer: str):
        found = refused(doorkeeper, peer=peer)
        assert (found.status, found.code) == (403, "not_local")
        assert "KEFU_ENV=production" in found.detail

    @pytest.mark.parametrize("header", ["x_forwarded_for", "x_real_ip", "forwarded"])
    def test_nor_is_whoever_comes_through_a_proxy(self, doorkeeper: Doorkeeper, header: str):
        found = refused(doorkeeper, peer="127.0.0.1", **{header: "127.0.0.1"})
        assert found.code == "not_local"


class TestProduction:
    @pytest.fixture
    def doorkeeper(self) -> Doorkeeper:
        return Doorkeeper(load_settings(env="production", jwt_key=KEY))

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_a_good_token_names_the_buyer(self, doorkeeper: Doorkeeper, scheme: str):
        headers = {"authorization": f"{scheme} {token()}", "x-forwarded-for": "203.0.113.9"}
        assert doorkeeper.buyer("buyer-0001", "203.0.113.9", headers) == "buyer-0001"

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", token()])
    def test_no_token(self, doorkeeper: Doorkeeper, header: str):
        found = refused(doorkeeper, peer="127.0.0.1", authorization=header)
        assert (found.status, found.code) == (401, "no_token")
        assert "登录" in found.text

    @pytest.mark.parametrize(
        "bad",
        [
            token(exp=int(time.time()) - 10),
            token(OTHER),
            token(algorithm="HS512"),
            token(exp=None),
            token(sub=None),
            token(nbf=int(time.time()) + 600),
            token()[:-2],
            token() + "x",
            "a.b.c",
            "junk",
        ],
        ids=[
            *("expired", "wrong key", "other algorithm", "without exp", "without sub"),
            *("not yet", "cut", "longer", "three letters", "junk"),
        ],
    )
    def test_a_bad_token(self, doorkeeper: Doorkeeper, bad: str):
        found = refused(doorkeeper, authorization=f"Bearer {bad}")
        assert (found.status, found.code) == (401, "bad_token")
        assert KEY not in found.detail

    def test_algorithm_none(self, doorkeeper: Doorkeeper):
        def part(content: dict[str, Any]) -> str:
            return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

        claims = {"sub": "buyer-0001", "exp": int(time.time()) + 60}
        for bare in (
            f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}.",
            jwt.encode(claims, None, algorithm="none"),
        ):
            assert refused(doorkeeper, authorization=f"Bearer {bare}").code == "bad_token"

    def test_another_buyers_token(self, doorkeeper: Doorkeeper):
        found = refused(doorkeeper, authorization=f"Bearer {token(sub='buyer-0002')}")
        assert (found.status, found.code) == (403, "not_the_sender")

    @pytest.mark.parametrize("key", [None, "", "   "])
    def test_without_a_key_it_does_not_open(self, key: str | None):
        with pytest.raises(SettingsError, match="KEFU_JWT_KEY"):
            Doorkeeper(load_settings(env="production", jwt_key=key))


class TestPublicKeys:
    @pytest.fixture(scope="class")
    def pair(self) -> tuple[str, str]:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return (
            private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode(),
            private.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode(),
        )

    def test_a_token_signed_with_the_private_key_passes(self, pair: tuple[str, str]):
        settings = load_settings(env="production", jwt_key=pair[1], jwt_algorithm="RS256")
        headers = {"authorization": f"Bearer {token(pair[0], 'RS256')}"}
        assert Doorkeeper(settings).buyer("buyer-0001", "203.0.113.9", headers) == "buyer-0001"

    def test_the_public_key_is_no_secret_to_sign_with(self, pair: tuple[str, str]):
        """The old confusion of algorithms: HS256 keyed with the public key's text."""
        settings = load_settings(env="production", jwt_key=pair[1], jwt_algorithm="RS256")
        forged = token(base64.b64encode(pair[1].encode()).decode())
        assert refused(Doorkeeper(settings), authorization=f"Bearer {forged}").code == "bad_token"

    def test_a_key_that_is_none_refuses_everyone(self):
        settings = load_settings(env="production", jwt_key="no PEM", jwt_algorithm="RS256")
        assert refused(Doorkeeper(settings), authorization=f"Bearer {token()}").code == "bad_token"
