"""The command `hebo`. Thin: each command reads its arguments, calls one function, prints.

Exit codes: 0 done, 1 something failed while working, 2 a mistake in the arguments or the YAML, or a file or
a store that cannot be used, 130 stopped by Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hebo import __version__
from hebo.errors import ConfigError
from hebo.experiment.cli.campaigns import is_campaign, recommend, show_campaign
from hebo.experiment.cli.console import console, wide_console
from hebo.experiment.cli.describe import describe
from hebo.experiment.cli.diagnose import diagnose
from hebo.experiment.cli.edge import one_line_errors
from hebo.experiment.cli.export import export
from hebo.experiment.cli.fit_quality import fit_quality
from hebo.experiment.cli.init import init
from hebo.experiment.cli.notices import one_line_warnings
from hebo.experiment.cli.pretrain import pretrain
from hebo.experiment.cli.ranks import ranks
from hebo.experiment.cli.rounds import ask, edit, forget, tell
from hebo.experiment.cli.tasks import tasks
from hebo.experiment.texts import on_one_line

if TYPE_CHECKING:
    from hebo.experiment.config.experiment import Experiment
    from hebo.experiment.store.entries import Entries
    from hebo.experiment.store.store import Store

STOPPED = 130


class _Group(click.Group):
    """A group whose commands share the handling of errors."""

    def invoke(self, ctx: click.Context) -> Any:
        with one_line_errors(), one_line_warnings():
            return super().invoke(ctx)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hebo")
def main() -> None:
    """Bayesian optimization experiments: optimizers x tasks x seeds from one YAML."""


@main.command()
@click.argument("words", nargs=-1, metavar="[CONFIG] [KEY=VALUE]...")
@click.option("--quick", is_flag=True, help="Apply what the file has under `quick`: a short version of it.")
@click.option(
    "--no-commands",
    is_flag=True,
    help="Refuse a file that starts programs or imports files: one that you do not trust.",
)
def run(words: tuple[str, ...], quick: bool, no_commands: bool) -> None:
    """Run CONFIG (a YAML file), or go on where an earlier run of it stopped.

    Without CONFIG it is the file hebo.yaml of this folder. KEY=VALUE replaces a value of the file:
    budget.n_trials=50 seeds=[0,1] optimizers=[hebo,random_search] optimizers.0.n_initial=8
    """
    from hebo.experiment.cli.starters import config_and_overrides
    from hebo.experiment.config.code import refuse_code
    from hebo.experiment.config.experiment import build_experiment
    from hebo.experiment.config.overrides import make_quick, override
    from hebo.experiment.running.prepare import prepare, record, require
    from hebo.experiment.yaml.config_error import ConfigMistake
    from hebo.experiment.yaml.document import read_yaml

    config, overrides = config_and_overrides(words)
    document = read_yaml(config)
    if quick:
        make_quick(document)
    override(document, overrides)
    experiment = build_experiment(document, quick=quick)
    try:
        if no_commands:
            refuse_code(experiment)
        entries = prepare(experiment)
        for note in [*entries.notes, *require(experiment)]:
            click.echo(f"note: {note}", err=True)
        store = record(experiment, entries)
    except ConfigMistake as mistake:
        raise document.explain(mistake) from mistake
    except ConfigError as error:
        raise ConfigError(f"{config}: {error}") from error
    try:
        again = " ".join(["hebo run", *words, *["--quick"] * quick, *["--no-commands"] * no_commands])
        _carry_out(experiment, store, entries, again=again)
    finally:
        store.close()


@main.command()
@click.argument("source", metavar="RUN_DIR|CONFIG|CAMPAIGN")
@click.argument("run_id", required=False)
def show(source: str, run_id: str | None) -> None:
    """Show the runs of an experiment, or the trials of the run RUN_ID; of a campaign, its best points.

    These are the best point in each context, or the Pareto front of several objectives.
    """
    from hebo.experiment.cli.show import runs_table, trials_table
    from hebo.experiment.store.results import about_aside, load_results

    if is_campaign(source):
        show_campaign(Path(source), run_id)
        return
    results = load_results(source)
    if run_id in results.aside:
        results = load_results(source, runs=[run_id])
    table = runs_table(results) if run_id is None else trials_table(results, run_id)
    wide_console().print(table)
    if run_id is None and (mention := about_aside(results)):
        click.echo(mention)


@main.command()
@click.argument("source", metavar="RUN_DIR|CONFIG|CAMPAIGN")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to.")
def report(source: str, output: Path | None) -> None:
    """Write the report of an experiment, report.html and its figures, into its folder."""
    from hebo.experiment.cli.opening import bring_in
    from hebo.experiment.config.locate import output_of

    if is_campaign(source):
        bring_in(Path(source))
    _write_report(source, output or output_of(source), is_own=output is None)


@main.command()
@click.argument("source", metavar="RUN_DIR|CONFIG")
@click.option("--metric", help="Score this extra column, such as generalization, in place of the objective.")
def score(source: str, metric: str | None) -> None:
    """Print Bayesmark's score of an experiment: 100 is the best known value of each task.

    The experiment must include random_search, and all its runs must be finished.
    """
    from hebo.experiment.analysis import bayesmark_table
    from hebo.experiment.cli.score import score_tables
    from hebo.experiment.store.results import load_results

    scores = bayesmark_table(load_results(source), metric=metric)
    for table in score_tables(scores, metric=metric):
        wide_console().print(table)


@main.command()
@click.argument("sources", nargs=-1, required=True, metavar="RUN_DIR|CONFIG|CSV...")
@click.option("--csv", type=click.Path(dir_okay=False, path_type=Path), help="Write a table of runs here.")
@click.option("--reference", metavar="LABEL", help="Compare with this optimizer in place of the first.")
def scores(sources: tuple[str, ...], csv: Path | None, reference: str | None) -> None:
    """Print normalized scores: 0 is the best known value of a task, 1 the mean of random search.

    Sources are run folders, YAML files, or tables of runs that --csv has written, also on other machines.
    The optimizers must include random_search; only finished runs count.
    """
    from hebo.experiment.analysis.run_files import write_run_table
    from hebo.experiment.cli.scores import collect, score_tables
    from hebo.experiment.files import check_writable

    if csv is not None:
        check_writable(csv, "--csv")
    table = collect(sources)
    if csv is not None:
        write_run_table(table, csv)
        click.echo(f"Wrote {len(table)} runs to {csv}")
    for one in score_tables(table, reference=reference):
        wide_console().print(one)


main.add_command(export)
main.add_command(ranks)
main.add_command(fit_quality)
main.add_command(diagnose)
main.add_command(describe)
main.add_command(init)
main.add_command(pretrain)
main.add_command(tasks)
main.add_command(ask)
main.add_command(tell)
main.add_command(edit)
main.add_command(forget)
main.add_command(recommend)


@main.command("list")
@click.argument("kind", required=False)
def list_parts(kind: str | None) -> None:
    """List the parts of the catalog, one line each; KIND is optimizer, task, surrogate, ..."""
    from hebo.experiment.config.catalog import catalog

    found = catalog()
    if kind is not None and kind not in found:
        from hebo.experiment.config.parts import no_such_kind

        raise no_such_kind(kind)
    for one in [kind] if kind else found:
        click.echo(f"{one}:")
        width = max(map(len, found[one]), default=0)
        for name, entry in sorted(found[one].items()):
            click.echo(f"  {name:<{width}}  {entry.summary}")


@main.command()
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def schema(output: Path | None) -> None:
    """Write the JSON Schema of the YAML, which editors use for completion and checks."""
    from hebo.experiment.cli.schema import schema_text
    from hebo.experiment.files import write

    text = schema_text()
    if output is None:
        click.echo(text)
        return
    write(output, text + "\n")
    click.echo(f"Wrote {output}; name it in a YAML by `# yaml-language-server: $schema={output}`.")


@main.command()
def doctor() -> None:
    """Check the installation; exit code 1 if something is wrong."""
    from hebo.experiment.cli.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(f"{finding.mark:<7} {finding.text}")
    if any(finding.is_problem for finding in findings):
        sys.exit(1)


def _carry_out(experiment: Experiment, store: Store, entries: Entries, *, again: str) -> None:
    from hebo.experiment.config.experiment import runs_of
    from hebo.experiment.executors.stopping import STOP, stop_on_signals
    from hebo.experiment.running.dispatch import run as run_all
    from hebo.experiment.running.monitor import Monitor

    goals = {one.task: one.outcomes.objectives[0] for one in entries.problems}
    monitor = Monitor(store, console(), n_slots=experiment.n_slots, objectives=goals)
    complete = False
    try:
        with stop_on_signals(lambda: _say_stopping(experiment.executor.survives_crashes)):
            complete = run_all(experiment, store, monitor=monitor, related=entries.related)
    except KeyboardInterrupt:
        STOP.set()
    if STOP.is_set() and not complete:
        click.echo(f"Stopped; nothing is lost. The same command goes on: {again}", err=True)
        sys.exit(STOPPED)
    if experiment.report:
        runs = [one.run_id for one in runs_of(experiment)]
        _write_report(experiment.output, Path(experiment.output), runs=runs)
    click.echo(f"Results: hebo show {experiment.output}")
    _end(monitor, complete)


def _end(monitor: Any, complete: bool) -> None:
    monitor.refresh()
    for row in monitor.rows.values():
        if row["status"] == "broken":
            click.echo(
                f"error: the run {row['run_id']} is broken: {on_one_line(row['message'] or '')}", err=True
            )
    if not complete:
        sys.exit(1)


def _write_report(
    source: str, output: Path, *, runs: Collection[str] | None = None, is_own: bool = True
) -> None:
    from hebo.experiment.config.locate import check_folder, find_store
    from hebo.experiment.report.page import write_report
    from hebo.experiment.store.results import load_results

    results = load_results(source, runs=runs)
    if not is_own:
        check_folder(output, name=results.name, store=find_store(source)[0])
    page, *figures = write_report(results, output)
    click.echo(f"Wrote {page} and {len(figures)} figures beside it.")


def _say_stopping(in_workers: bool) -> None:
    text = "\nStopping after the running evaluations{}; Ctrl-C again stops at once.\n"
    # Straight to the descriptor: a signal may arrive in the middle of a buffered write.
    os.write(2, text.format(" (10 s at most)" if in_workers else "").encode())
