"""Figures as plain text for people; Chinese letters take two columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from kefu.evaluation.confusions import Confusion
from kefu.evaluation.measures import Estimate, Row
from kefu.evaluation.scoring import Evaluation, Fallback

_CONFUSIONS = 15
_TEXT_COLUMNS = 44


def report(evaluation: Evaluation) -> str:
    """Everything worth reading, the summary last, where a terminal leaves off."""
    intents, entities = evaluation.intents, evaluation.entities
    parts = ["Intents", *_scores(intents.rows)]
    if entities is not None:
        parts += ["", "Entities, exact span and type", *_scores(entities.rows)]
    if evaluation.confusions:
        parts += ["", *_confusions(evaluation.confusions)]
    return "\n".join([*parts, "", *_summary(evaluation)])


def table(rows: Sequence[Sequence[str]], align: str) -> Iterator[str]:
    """Lines with columns of equal width.

    Args:
        rows: cells, the first row the heading.
        align: one of `<` and `>` a column.
    """
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, align, strict=True)
        yield "  ".join(["", *(_padded(*cell) for cell in cells)]).rstrip()


def _padded(cell: str, width: int, side: str) -> str:
    blanks = " " * (width - cell_len(cell))
    return cell + blanks if side == "<" else blanks + cell


def _scores(rows: Sequence[Row]) -> Iterator[str]:
    """One line an intent or entity, the weakest first."""
    head = ("", "precision", "recall", "F1", "expected", "predicted")
    lines = [
        (
            row.name,
            f"{row.precision:.3f}",
            f"{row.recall:.3f}",
            f"{row.f1:.3f}",
            str(row.expected),
            str(row.predicted),
        )
        for row in sorted(rows, key=lambda row: (row.f1, row.name))
    ]
    return table([head, *lines], "<>>>>>")


def _confusions(found: Sequence[Confusion]) -> Iterator[str]:
    shown = found[:_CONFUSIONS]
    yield f"Confusions that cost most, {len(shown)} of {len(found)} (cost: points of weighted F1)"
    head = ("cost", "messages", "is", "taken for", "as in")
    lines = [
        (
            f"{100 * each.cost:.2f}",
            str(len(each.texts)),
            each.expected,
            each.predicted or "nothing",
            _shortened(each.texts[0]),
        )
        for each in shown
    ]
    yield from table([head, *lines], ">><<<")


def _shortened(text: str) -> str:
    """A message on one line of limited width."""
    line = " ".join(text.split())
    if cell_len(line) <= _TEXT_COLUMNS:
        return line
    while cell_len(line) > _TEXT_COLUMNS - 1:
        line = line[:-1]
    return f"{line}…"


def _summary(evaluation: Evaluation) -> Iterator[str]:
    yield f"{evaluation.messages} messages, {_known(evaluation)}"
    entities, fallback = evaluation.entities, evaluation.fallback
    lines = [
        ("intent F1, weighted", _estimate(evaluation.intents.weighted_f1)),
        ("intent F1, macro", _estimate(evaluation.intents.macro_f1)),
        ("intent accuracy", _estimate(evaluation.intents.accuracy)),
        (
            "entity F1, micro",
            "no entities are annotated" if entities is None else _estimate(entities.micro_f1),
        ),
        ("calibration error", f"{evaluation.calibration_error:.3f}  (15 bins)"),
        ("scope AUROC", _auroc(evaluation.auroc, "by the predicted intent's confidence")),
        ("", _auroc(evaluation.in_scope_auroc, "by that of the best intent in scope")),
    ]
    if evaluation.auroc is None:
        lines[-2:] = [("scope AUROC", "needs messages in scope and out_of_scope")]
    if fallback is not None:
        lines.append((f"fallback below {fallback.threshold:g}", _fallback(fallback)))
    yield from table(lines, "<<")


def _known(evaluation: Evaluation) -> str:
    rows = evaluation.intents.rows
    never = [row.name for row in rows if row.expected and not row.predicted]
    intents = f"{sum(row.expected > 0 for row in rows)} intents"
    return f"{intents}, never predicted: {', '.join(never)}" if never else intents


def _estimate(found: Estimate) -> str:
    return f"{found.value:.3f}  (95 %: {found.low:.3f} to {found.high:.3f})"


def _auroc(value: float | None, by: str) -> str:
    return "" if value is None else f"{value:.3f}  ({by})"


def _fallback(found: Fallback) -> str:
    outside = (
        "" if found.out_of_scope is None else f" and {found.out_of_scope:.1%} of the out_of_scope"
    )
    return (
        f"{found.f1:.3f}  (F1 of answers; refuses {found.in_scope:.1%} of those in scope{outside})"
    )
