"""Looking up a host's addresses in time.

getaddrinfo waits for its resolver as long as /etc/resolv.conf says, 5 s for each try, and cannot be
told less; neither libpq nor httpx bounds it. So it runs in a thread: whoever asks gives up in time,
and whoever asks for the same name meanwhile waits for the same look-up. A resolver that hangs holds
one thread a name.
"""

from __future__ import annotations

import ipaddress
import socket
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from threading import Lock, Thread

_running: dict[str, Future[tuple[str, ...]]] = {}
_lock = Lock()


def addresses(host: str, seconds: float) -> tuple[str, ...]:
    """The addresses of `host`, in the system's order; an address is its own.

    Raises:
        TimeoutError: the resolver did not answer within `seconds`.
        OSError: it knows no such name.
    """
    if _is_address(host):
        return (host,)
    with _lock:
        answer = _running.get(host)
        if answer is None:
            answer = _running[host] = Future()
            # A daemon: the process need not wait for it at its end.
            Thread(target=_look_up, args=(host, answer), name="resolver", daemon=True).start()
    try:
        return answer.result(seconds)
    except FutureTimeoutError:
        raise TimeoutError(f"no address of {host} within {seconds:.1f} s") from None


def _look_up(host: str, answer: Future[tuple[str, ...]]) -> None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # UnicodeError: no name at all
        _forget(host)
        answer.set_exception(error if isinstance(error, OSError) else OSError(str(error)))
    else:
        _forget(host)
        answer.set_result(tuple(dict.fromkeys(str(address[0]) for *_, address in found)))


def _forget(host: str) -> None:
    with _lock:
        _running.pop(host, None)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
