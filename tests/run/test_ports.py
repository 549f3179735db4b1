import os
import socket

import pytest

from kefu.errors import PortInUseError
from kefu.run.ports import is_free, owner, require_free


def test_a_port_nobody_listens_on_is_free(free_port: int):
    assert is_free(free_port)
    require_free(free_port, "Rasa", "KEFU_PORT")


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_port_in_use_is_refused_with_owner_and_way_out(address: str):
    with socket.socket() as taken:
        taken.bind((address, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError) as refused:
            require_free(port, "Rasa", "KEFU_PORT")
    message = str(refused.value)
    assert f"Port {port} for Rasa is in use" in message
    assert f"process {os.getpid()}" in message
    assert "KEFU_PORT" in message


def test_a_free_port_has_no_owner(free_port: int):
    assert owner(free_port) == ""


def test_a_port_just_left_is_free_again():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()
    assert is_free(port)
