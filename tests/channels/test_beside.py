"""No door beside ours lets anybody say who they are."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from rasa.core.channels.callback import CallbackInput
from rasa.core.channels.channel import InputChannel
from rasa.core.channels.rest import RestInput as RasaRest
from rasa.core.channels.socketio import SocketIOInput
from rasa.core.channels.telegram import TelegramInput
from rasa.utils.endpoints import EndpointConfig

from kefu.channels.beside import refuse_believers
from kefu.channels.rest import RestInput
from kefu.errors import SettingsError
from kefu.settings import load_settings
from tests.channels.test_rest import KEY
from tests.servers.assistant import free_port

OURS = RestInput(load_settings(env="production", jwt_key=KEY))


@pytest.mark.parametrize(
    "other", [RasaRest(), CallbackInput(EndpointConfig("http://127.0.0.1:9")), SocketIOInput()]
)
def test_a_channel_that_takes_metadata_from_its_caller_is_refused(other: InputChannel) -> None:
    with pytest.raises(SettingsError, match=rf"{other.name()}.*metadata\.customer_id"):
        refuse_believers([OURS, other])


def test_ours_and_one_with_metadata_of_its_platform_may_stay() -> None:
    refuse_believers([OURS, TelegramInput("token", "verify", "https://shop.example")])


SERVER = """
import sys
from rasa.core.channels.channel import register
from rasa.core.channels.callback import CallbackInput
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic
from kefu.channels.rest import RestInput

app = Sanic("two-doors", configure_logging=False)
others = [CallbackInput(EndpointConfig("http://127.0.0.1:9"))] if sys.argv[1] == "two" else []
register([RestInput.from_credentials(None), *others], app, route="/webhooks/")


@app.listener("after_server_start")
async def served(app, loop):
    print("served", flush=True)
    app.stop()


app.run(host="127.0.0.1", port=int(sys.argv[2]), workers=1)  # as Rasa runs it
"""


@pytest.mark.integration
@pytest.mark.parametrize(
    ("doors", "environment", "serves"),
    [("one", "production", True), ("two", "production", False), ("two", "development", True)],
)
def test_a_server_with_such_a_door_does_not_start_in_production(
    doors: str, environment: str, serves: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVER, doors, str(free_port())],
        env={**os.environ, "KEFU_ENV": environment, "KEFU_JWT_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert ("served" in done.stdout) is serves, done.stdout + done.stderr
    if not serves:
        assert done.returncode == 1
        assert "credentials.yml opens callback" in done.stdout
        assert "Traceback" not in done.stderr
