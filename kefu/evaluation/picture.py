"""The fallback threshold's curve as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kefu.errors import SettingsError
from kefu.evaluation.threshold import Choice, Curve

_POINTS = 500  # finer than the picture's width in pixels


def draw(found: Curve, choice: Choice, messages: int, file: Path) -> None:
    """F1, precision and recall over thresholds, with the one chosen.

    The same curve makes the same bytes, so that version control sees real changes only.

    Args:
        found: the curve.
        choice: the threshold to mark.
        messages: how many the curve was computed on.
        file: where to write; its suffix says as what, .svg or .png.

    Raises:
        SettingsError: the file cannot be written, or its suffix is unknown.
    """
    import matplotlib as mpl  # type: ignore[import-untyped]
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # type: ignore[import-untyped]
    from matplotlib.figure import Figure  # type: ignore[import-untyped]

    thresholds = np.linspace(0, 1, _POINTS)
    steps = [found.step(threshold) for threshold in thresholds]
    with mpl.rc_context({"svg.hashsalt": "kefu", "font.size": 10}):
        figure = Figure(figsize=(7, 4.2), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        for name, values, style in (
            ("precision", found.precision, ":"),
            ("recall", found.recall, "--"),
            ("F1", found.f1, "-"),
        ):
            axes.plot(thresholds, values[steps], style, label=name)
        axes.axvspan(choice.low, choice.high, color="0.85")
        axes.axvline(
            choice.threshold, color="0.3", label=f"{choice.threshold:g}, F1 {choice.f1:.3f}"
        )
        axes.set(
            xlabel="threshold: below this confidence a message falls back",
            ylabel="of the answers",
            title=f"Fallback threshold on {messages} messages unseen in training",
            xlim=(0, 1),
            ylim=(0, 1.02),
        )
        axes.grid(color="0.9")
        axes.legend(loc="lower left")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            undated = {"Date": None} if file.suffix.lower() == ".svg" else {}
            figure.savefig(file, metadata=undated)
        except (OSError, ValueError) as error:
            raise SettingsError(f"{file} cannot be written: {error}.") from error
