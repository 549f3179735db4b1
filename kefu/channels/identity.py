"""Who is speaking: never from the text, never from the body outside development."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

import jwt

from kefu.channels.intake import Refusal
from kefu.errors import SettingsError
from kefu.settings import Settings

_FORWARDED = ("x-forwarded-for", "x-real-ip", "forwarded")


class Doorkeeper:
    """Tells the verified buyer of a request.

    In development the sender id is the buyer's id, and only callers on this machine are served. In
    production the request carries `Authorization: Bearer <JWT>` (RFC 7519) whose subject is the
    buyer's id and must equal the sender.

    Raises:
        SettingsError: production without a key to verify tokens with.
    """

    def __init__(self, settings: Settings) -> None:
        if not settings.development and settings.jwt_key is None:
            raise SettingsError(
                "KEFU_ENV=production needs KEFU_JWT_KEY, the key that verifies buyers' tokens; "
                "set it, or set KEFU_ENV=development on a machine of your own."
            )
        self._settings = settings

    def buyer(self, sender: str, peer: str, headers: Mapping[str, str]) -> str:
        """The buyer's id.

        Args:
            sender: the id that the body claims.
            peer: address of the connection.
            headers: of the request, names in lower case.

        Raises:
            Refusal: 401 or 403, with what to do.
        """
        if self._settings.development:
            if not _is_loopback(peer) or any(name in headers for name in _FORWARDED):
                raise _refused(
                    403,
                    "not_local",
                    "Development mode trusts the sender id and so serves this machine only; "
                    "set KEFU_ENV=production and KEFU_JWT_KEY to serve others.",
                )
            return sender
        return self._verified(sender, headers.get("authorization", ""))

    def _verified(self, sender: str, header: str) -> str:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _refused(
                401, "no_token", "Send `Authorization: Bearer <token>` with the buyer's token."
            )
        assert self._settings.jwt_key is not None  # noqa: S101  checked in __init__
        try:
            claims = jwt.decode(
                token.strip(),
                self._settings.jwt_key.get_secret_value(),
                algorithms=[self._settings.jwt_algorithm],
                options={"require": ["exp", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise _refused(
                401, "bad_token", f"The token is not valid ({error}); fetch a new one."
            ) from error
        if claims["sub"] != sender:
            raise _refused(
                403, "not_the_sender", "`sender` must be the subject of the token; correct it."
            )
        return sender


def _is_loopback(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer == ""  # a unix socket
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _refused(status: int, code: str, detail: str) -> Refusal:
    return Refusal(status, code, detail, "登录状态已失效，请重新登录后再试。")
