"""Defaults for every Python process of the virtual environment, `rasa` included.

`scripts/bootstrap.sh` writes a `.pth` file that imports this module when the interpreter starts, so
`rasa train` needs nothing but the active environment. Variables that are already set win, and so
does `python -W …` or PYTHONWARNINGS. Standard library only: this runs before everything else.
"""

from __future__ import annotations

import os
import sys
import warnings

TYPE_CHECKING = False  # typing itself costs more than everything here
if TYPE_CHECKING:
    from typing import TextIO

DEFAULTS = {
    # Rasa 3.6 sends usage data, and stack traces to Sentry, unless this says "false"
    # (`ensure_telemetry_enabled` guards both in rasa/telemetry.py).
    "RASA_TELEMETRY_ENABLED": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    # Rasa imports TensorFlow at every start; it greets with a page about CPU flags and CUDA.
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # transformers loads TensorFlow and JAX where it finds them. We use torch: half the start-up.
    "USE_TF": "0",
    "USE_FLAX": "0",
    # Rasa's own 100 loses connections when a few hundred messages come at once.
    "SANIC_BACKLOG": "2048",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TOKENIZERS_PARALLELISM": "false",
}

PACKAGE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib costs 5 ms
OURS = (PACKAGE + os.sep, os.path.join(os.path.dirname(PACKAGE), "actions") + os.sep)  # noqa: PTH118, PTH120
FOR_DEVELOPERS = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)

_show = warnings.showwarning


def _show_what_matters(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning unless it is a third party's talk about its own future.

    Rasa's own FutureWarnings are about the bot's data (an outdated file format), so they stay.
    Filters would not do: Sanic adds one in front of all others when it is imported.
    """
    if issubclass(category, FOR_DEVELOPERS):
        rasa_about_data = category is FutureWarning and f"{os.sep}rasa{os.sep}" in filename
        if not rasa_about_data and not filename.startswith(OURS):
            return
    _show(message, category, filename, lineno, file, line)


def _apply() -> None:
    for variable, value in DEFAULTS.items():
        os.environ.setdefault(variable, value)
    if not sys.warnoptions:
        warnings.simplefilter("default", DeprecationWarning)  # Python would hide ours too
        warnings.showwarning = _show_what_matters


_apply()
