"""Other channels beside ours: those of Rasa that take metadata from whoever writes.

An action knows the buyer by `customer_id` in a message's metadata. Our channel puts the verified
one there and ignores the body's; Rasa's `rest`, `callback` and `socketio` hand the body's on
(`get_metadata` in rasa/core/channels/rest.py, `metadata_key` in socketio.py), so that anybody could
be anybody.
"""

from __future__ import annotations

from collections.abc import Iterable

from rasa.core.channels.channel import InputChannel
from rasa.core.channels.rest import RestInput
from rasa.core.channels.socketio import SocketIOInput

from kefu.errors import SettingsError

_BELIEVE = (RestInput, SocketIOInput)


def refuse_believers(channels: Iterable[InputChannel]) -> None:
    """See that nobody can name themselves the buyer at another door.

    Raises:
        SettingsError: a channel hands on metadata that its caller wrote.
    """
    believers = sorted({channel.name() for channel in channels if isinstance(channel, _BELIEVE)})
    if believers:
        raise SettingsError(
            f"credentials.yml opens {', '.join(believers)} beside Kefu's channel: it takes "
            "metadata.customer_id, which says who the buyer is, from whoever writes. Take it out, "
            "or give a channel of your own that verifies the buyer."
        )
