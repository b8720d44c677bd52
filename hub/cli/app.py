"""All commands by their names, and how the command line ends."""

from __future__ import annotations

import sys

import typer

from hub.cli import books, database, log, people, printing, proving, running, tokens
from hub.node.auditing import NoSuchLog
from hub.node.reporting import NoSuchTenant
from hub.settings import BadSettings
from hub.store.audit.reading import UnreadableRow
from hub.store.audit.verifying import NotALog
from hub.store.backup import BadBackup
from hub.store.engine import StoreBusy, StoreUnavailable
from hub.store.migrations import SchemaTooNew, SchemaTooOld
from hub.store.secrets import BadKeys, KeyMissing
from hub.store.tenants import BadSlug

REFUSALS = (
    BadSettings, BadKeys, KeyMissing, SchemaTooNew, SchemaTooOld, StoreBusy, StoreUnavailable, BadSlug, NoSuchLog,
    NotALog, NoSuchTenant, UnreadableRow, BadBackup, OSError,
)  # fmt: skip
"""What a person can put right: told in one sentence, without a traceback."""

app = typer.Typer(
    help="Handelhub connects Exact Online Handel with sales channels: marketplaces, webshops, portals.\n\n"
    "Settings come from HUB_… variables; `python main.py settings` lists them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    running.serve, running.demo, running.sandbox,
    database.migrate, database.backup, database.restore, database.restored, database.rotate_keys,
    books.certificate, books.report, books.oss, log.verify_log, log.export_log, people.export_buyer,
    printing.schema, printing.states, printing.dashboards, printing.settings,
    proving.bench, proving.simulate, proving.torture,
):  # fmt: skip
    app.command()(command)

token_app = typer.Typer(help="Make, list and revoke the bearer tokens of the API.", no_args_is_help=True)
token_app.command("create")(tokens.create)
token_app.command("list")(tokens.show)
token_app.command("revoke")(tokens.revoke)
app.add_typer(token_app, name="token")


def _reason(error: BaseException) -> BaseException:
    """Return what really went wrong, from inside the groups that tasks put around it."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def main() -> None:
    """Run the command line; what a person can put right ends in one sentence and status 2."""
    try:
        app()
    except (*REFUSALS, BaseExceptionGroup) as error:
        reason = _reason(error)
        if not isinstance(reason, REFUSALS):
            raise
        typer.echo(str(reason), err=True)
        sys.exit(2)
