"""The command line, `kefu …`. Heavy imports stay inside the commands, so `kefu --help` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import kefu.environment  # noqa: F401 - defaults for us and for what we start

import typer  # isort: skip

from kefu.cli_cases import cases
from kefu.cli_database import db
from kefu.cli_outbox import outbox
from kefu.errors import KefuError

if TYPE_CHECKING:
    from kefu.encoder import Encoder
    from kefu.gates import Judgement
    from kefu.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Kefu, an assistant for the customer service of Chinese online shops.",
)
kb = typer.Typer(no_args_is_help=True, help="The knowledge base: kb/ and its index.")
gate = typer.Typer(no_args_is_help=True, help="Thresholds that test results must reach.")
evaluation = typer.Typer(no_args_is_help=True, help="How well the trained model does.")
app.add_typer(kb, name="kb")
app.add_typer(db, name="db")
app.add_typer(outbox, name="outbox")
app.add_typer(cases, name="cases")
app.add_typer(gate, name="gate")
app.add_typer(evaluation, name="eval")

Model = Annotated[
    Path | None, typer.Option(help="A trained model instead of the one that fits the data.")
]
Results = Annotated[Path, typer.Argument(help="The folder that `rasa test --out` wrote.")]
Thresholds = Annotated[Path, typer.Option(help="What the results must reach.")]


def _settings() -> Settings:
    from kefu.settings import get_settings

    return get_settings()


def _intents() -> list[str]:
    """The names that an article may list, from domain.yml."""
    import yaml

    from kefu.settings import HOME

    domain = yaml.safe_load((HOME / "domain.yml").read_text(encoding="utf-8"))
    return [str(intent) for intent in domain["intents"]]


def _encoder(settings: Settings) -> Encoder:
    from kefu.encoder import Encoder

    return Encoder.load(settings.encoder, settings.device)


@app.command()
def up(model: Model = None) -> None:
    """Prepare what is missing, start the assistant, stop it with Ctrl-C."""
    from rich.console import Console

    from kefu.run.up import up as run

    run(_settings(), Console(), model=model)


@app.command()
def doctor() -> None:
    """What is configured, reachable or missing, and the next step for each."""
    from rich.console import Console

    from kefu.doctor.checks import checks
    from kefu.doctor.findings import State, examine, table
    from kefu.settings import HOME

    findings = examine(checks(_settings(), HOME))
    Console().print(table(findings))
    if any(finding.state is State.BROKEN for finding in findings):
        raise typer.Exit(1)


@app.command()
def check(
    data: Annotated[
        list[Path] | None,
        typer.Option(
            help="Training data: files, or folders with all their YAML; may be given again "
            "(default data/). Examples are counted over all that is named."
        ),
    ] = None,
    domain: Annotated[
        Path | None, typer.Option(help="The domain, a file or a folder (default domain.yml).")
    ] = None,
) -> None:
    """Say what is wrong with the training data, as FILE:LINE: error or warning: what to do."""
    from kefu.teaching.command import check as run
    from kefu.teaching.findings import Finding, Severity

    def show(finding: Finding) -> None:
        typer.secho(str(finding), fg="red" if finding.severity is Severity.ERROR else "yellow")

    if not run(data or [], domain, show, typer.echo):
        raise typer.Exit(1)


@app.command()
def train(
    force: Annotated[bool, typer.Option("--force", help="Train although a model fits.")] = False,
) -> None:
    """Train the model, unless one fits the data already."""
    from rich.console import Console

    from kefu.run.steps import Steps
    from kefu.settings import HOME
    from kefu.training import ModelShelf

    shelf, steps = ModelShelf(_settings()), Steps(Console())
    if shelf.fitting().exists() and not force:
        model = shelf.ensure()
        steps.done(f"{model.relative_to(HOME)} fits the data")
        return
    with steps.step("training the model (log in var/log/train.log)") as show:
        model = shelf.ensure(show, steps.warn, force=force)
    typer.echo(str(model.relative_to(HOME)))


@app.command("model-path")
def model_path() -> None:
    """Print where the model that fits the data is; fails when it was never trained."""
    from kefu.training import ModelShelf, check_model

    model = ModelShelf(_settings()).fitting()
    check_model(model)
    typer.echo(str(model))


@app.command()
def pretrain(
    corpus: Annotated[Path, typer.Option(help="Folder with <source>.<licence>.txt.zst files.")],
    recipe: Annotated[Path, typer.Option(help="Sources and hyperparameters.")] = Path(
        "models/encoder.yml"
    ),
    work: Annotated[Path, typer.Option(help="Prepared corpus and checkpoints.")] = Path(
        "var/pretrain"
    ),
    output: Annotated[Path, typer.Option(help="The folder to write.")] = Path("models/encoder"),
    start: Annotated[
        str | None,
        typer.Option("--from", help="A BERT to go on with, instead of the masked stage."),
    ] = None,
) -> None:
    """Pre-train the encoder; a second call goes on where the first was stopped."""
    from kefu.encoder.pretrain.recipe import load_recipe
    from kefu.encoder.pretrain.run import pretrain as run
    from kefu.settings import HOME

    run(
        load_recipe(recipe),
        corpus=corpus,
        home=HOME,
        work=work,
        output=output,
        start=start,
        device=_settings().device,
        report=typer.echo,
    )


@kb.command("sync")
def kb_sync() -> None:
    """Make the index say what the articles say."""
    from kefu.knowledge.sync import sync

    settings = _settings()
    report = sync(settings, _encoder(settings), allowed_intents=_intents())
    done = "indexed" if report.changed else "already in step"
    typer.echo(f"{done}: {report.articles} articles, {report.passages} passages, {report.index}")


@kb.command("search")
def kb_search(
    question: Annotated[str, typer.Argument(help="What a buyer may ask.")],
    intent: Annotated[str | None, typer.Option(help="As NLU would say.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most passages to show.")] = 5,
) -> None:
    """Show what the knowledge base finds for a question, and what it would answer."""
    from kefu.knowledge.base import KnowledgeBase

    settings = _settings()
    base = KnowledgeBase.open(settings, _encoder(settings))
    for hit in base.search(question, intent=intent, limit=limit):
        passage = hit.passage
        typer.echo(
            f"{hit.score:.4f}  {passage.slug}  {passage.title}\n        {passage.text[:120]}"
        )
    answer = base.answer(question, intent=intent)
    if answer is None:
        typer.echo("\nno answer: the shop's articles do not say")
    else:
        typer.echo(f"\n{answer.text}\n({answer.source_title}, confidence {answer.confidence:.2f})")


@gate.command("nlu")
def gate_nlu(results: Results, thresholds: Thresholds = Path("tests/thresholds.yml")) -> None:
    """Check intents and entities, as `rasa test nlu` found them, against the thresholds."""
    from kefu.gates import check_nlu, read_thresholds

    _verdict(check_nlu(results, read_thresholds(thresholds)))


@gate.command("figures")
def gate_figures(
    file: Annotated[Path, typer.Argument(help="The file that `kefu eval nlu --json` wrote.")],
    thresholds: Thresholds = Path("tests/thresholds.yml"),
) -> None:
    """Check exact entities, calibration and scope, as `kefu eval nlu` found them."""
    from kefu.gates import check_figures, read_thresholds

    _verdict(check_figures(file, read_thresholds(thresholds)))


@gate.command("core")
def gate_core(
    results: Results,
    thresholds: Thresholds = Path("tests/thresholds.yml"),
    end_to_end: Annotated[
        bool, typer.Option("--e2e", help="Of `rasa test core --e2e`: a share of them is enough.")
    ] = False,
) -> None:
    """Check that every test story passed in `rasa test core`."""
    from kefu.gates import check_core, read_thresholds

    _verdict(check_core(results, read_thresholds(thresholds), end_to_end=end_to_end))


@evaluation.command("nlu")
def eval_nlu(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Labelled messages: Rasa NLU YAML, JSON Lines, or a folder of them "
            "(default tests/nlu, with --fit-threshold data/nlu)."
        ),
    ] = None,
    model: Model = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write what the model says to each message, JSON Lines.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option("--json", help="Write all figures as JSON.")
    ] = None,
    fit_threshold: Annotated[
        bool,
        typer.Option(
            "--fit-threshold",
            help="Train on four fifths of the data, choose the fallback threshold on the rest, "
            "write --config and --picture.",
        ),
    ] = False,
    config: Annotated[Path, typer.Option(help="Holds the fallback threshold.")] = Path(
        "config.yml"
    ),
    picture: Annotated[Path, typer.Option(help="The threshold's curve, .svg or .png.")] = Path(
        "docs/images/fallback-threshold.svg"
    ),
) -> None:
    """Score intents, entities and confidence on labelled messages, or fit the threshold."""
    from kefu.evaluation.command import evaluate, fit

    if fit_threshold and model is not None:
        raise typer.BadParameter("--fit-threshold trains its own model: leave --model out.")
    if fit_threshold:
        fit(data, config, picture, predictions, figures, typer.echo)
    else:
        evaluate(_settings(), data, model, predictions, figures, typer.echo)


def _verdict(judgements: list[Judgement]) -> None:
    for judgement in judgements:
        mark, colour = ("✓", None) if judgement.passed else ("✗", "red")
        typer.secho(f"{mark} {judgement.text}", fg=colour)
    if not all(judgement.passed for judgement in judgements):
        raise typer.Exit(1)


def main() -> None:
    """Entry point: every KefuError becomes one line and exit code 1."""
    try:
        app()
    except KefuError as error:
        typer.secho(f"✗ {error}", fg="red", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
