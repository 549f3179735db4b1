"""Whether a port is free, and who has it."""

from __future__ import annotations

import socket
from pathlib import Path

from kefu.errors import PortInUseError

LOOPBACK = "127.0.0.1"
_LISTENING = "0A"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_free(port: int, purpose: str, variable: str) -> None:
    """Refuse to go on when another program has the port.

    Args:
        port: where the server will listen.
        purpose: that server, for people.
        variable: the environment variable that moves it.

    Raises:
        PortInUseError: says who has the port, as far as that can be seen, and what to do.
    """
    if is_free(port):
        return
    holder = owner(port)
    who = f" ({holder})" if holder else ""
    raise PortInUseError(
        f"Port {port} for {purpose} is in use by another program{who}: "
        f"stop it, or choose another port with {variable}."
    )


def owner(port: int) -> str:
    """Name and process id of who listens on the port; empty where that cannot be seen.

    Reads /proc, https://man7.org/linux/man-pages/man5/proc_net.5.html
    """
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    if not inodes:
        return ""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(link.readlink()) in inodes for link in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8").strip()
                return f"{name}, process {process.name}"
        except OSError:  # another user's, or gone by now
            continue
    return ""


def _listening_inodes(port: int) -> set[str]:
    found: set[str] = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        try:
            rows = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == _LISTENING and int(fields[1].rsplit(":", 1)[1], 16) == port:
                found.add(fields[9])
    return found
