"""The hub's command line: puts the pieces together, and is imported by nobody."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import anyio
import typer

from hub.actors.commands import CommandRefused, end_token, found_tenant, make_token
from hub.clock import SystemClock
from hub.domain.oss_return import months_of
from hub.domain.report import Asked, Span
from hub.domain.tenant import Principal, Role
from hub.node.auditing import NoSuchLog, as_plain, export_to, read_head, sentence, verify
from hub.node.reporting import NoSuchTenant, read_oss, read_report
from hub.settings import BadSettings, Settings, read_settings, settings_table
from hub.store.audit.checking import Report
from hub.store.audit.export import ExportFormat, moment
from hub.store.audit.reading import UnreadableRow
from hub.store.audit.verifying import NotALog, verify_file
from hub.store.backup import BadBackup
from hub.store.engine import Database, StoreBusy, StoreUnavailable, Work
from hub.store.migrations import SchemaTooNew, SchemaTooOld, check_schema, migrate
from hub.store.rotation import check_keys, rotate_keys
from hub.store.secrets import BadKeys, KeyMissing, Vault, read_keys
from hub.store.tenants import BadSlug, load_tenant
from hub.store.tokens import FreshToken, list_tokens

T = TypeVar("T")

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
token_app = typer.Typer(help="Make, list and revoke the bearer tokens of the API.", no_args_is_help=True)
app.add_typer(token_app, name="token")


@app.command()
def serve() -> None:
    """Run the hub: webhooks, actors and the GraphQL API, until SIGTERM or Ctrl-C."""
    from hub.node.serving import serve as serve_node

    settings = read_settings(os.environ)
    anyio.run(serve_node, settings, backend_options={"use_uvloop": sys.platform != "win32"})


@app.command()
def demo(
    for_seconds: Annotated[
        float | None, typer.Option("--for", help="Seconds the busy day lasts; without it until Ctrl-C.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object as the last line.")] = False,
    faults: Annotated[str, typer.Option(help="How much goes wrong: none, mild or harsh.")] = "none",
    seed: Annotated[int, typer.Option(help="Fixes what is sold and what goes wrong.")] = 7,
    nodes: Annotated[int, typer.Option(help="How many hubs share one PostgreSQL.")] = 1,
    database: Annotated[str | None, typer.Option(help="Database URL; without it a fresh SQLite file.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the hub; without it 8000 or a free one.")] = None,
    speed: Annotated[float, typer.Option(help="How much the platforms' time is compressed.")] = 20.0,
) -> None:
    """Show a day of a wholesaler: simulated platforms, a hub, buyers, and a verdict."""
    from demo.run import run

    raise typer.Exit(run(for_seconds, as_json, faults, seed, nodes, database, port, speed))


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port on loopback.")] = 9100,
    seed: Annotated[int, typer.Option(help="Fixes goods, buyers and faults.")] = 7,
    speed: Annotated[float, typer.Option(help="How much time is compressed.")] = 1.0,
    faults: Annotated[str, typer.Option(help="How much goes wrong: none, mild or harsh.")] = "none",
    goods: Annotated[int, typer.Option(help="How many articles there are.")] = 60,
    base_url: Annotated[str | None, typer.Option(help="Its address as clients reach it, where that differs.")] = None,
) -> None:
    """Run simulated Exact Online and sales channels, with their real limits."""
    from hub.sandbox.app import serve as serve_sandbox

    serve_sandbox(port, seed, speed, faults, goods, base_url)


@app.command("migrate")
def migrate_command(
    draft: Annotated[
        str | None, typer.Option(help="Write a new revision from what the tables have and the migrations do not.")
    ] = None,
) -> None:
    """Bring the database to the newest schema, from empty if need be."""
    if draft:
        from hub.store.migrations.draft import draft as write_draft

        typer.echo(write_draft(draft))
        return
    typer.echo(f"The database has schema {anyio.run(migrate, read_settings(os.environ).database_url)}.")


@token_app.command("create")
def token_create(
    tenant: Annotated[str, typer.Option(help="The tenant's id; made when there is none of it yet.")],
    role: Annotated[Role, typer.Option(help="What the token may do.")] = Role.VIEWER,
    label: Annotated[str, typer.Option(help="What the activity log calls its bearer; no personal data.")] = "cli",
    name: Annotated[str | None, typer.Option(help="The tenant's name, where the tenant is made.")] = None,
    days: Annotated[float | None, typer.Option(min=0, help="Days until it ends; without it until revoked.")] = None,
) -> None:
    """Make a token and show it, once."""

    async def work_on(work: Work) -> FreshToken:
        who, now = Principal(tenant, Role.ADMIN, "command line"), work.clock.now()
        if await load_tenant(work.connection, tenant) is None:
            await found_tenant(work, who, now, name or tenant)
        return await make_token(work, who, now, role, label, None if days is None else timedelta(days=days))

    typer.echo(_with_database(lambda database: database.write(work_on)).secret)


@token_app.command("list")
def token_list(tenant: Annotated[str, typer.Option(help="The tenant's id.")]) -> None:
    """List a tenant's tokens; the tokens themselves are not kept."""

    async def read(database: Database) -> None:
        async with database.read() as connection:
            for one in await list_tokens(connection, tenant):
                state = "works" if one.works_at(datetime.now(UTC)) else "ended"
                typer.echo(f"{one.token_id}  {one.role:<8}  {state}  {one.created_at:%Y-%m-%d}  {one.label}")

    _with_database(read)


@token_app.command("revoke")
def token_revoke(
    token_id: Annotated[str, typer.Argument(help="The id that `token list` shows.")],
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
) -> None:
    """End a token at once."""

    async def work_on(work: Work) -> bool:
        try:
            await end_token(work, Principal(tenant, Role.ADMIN, "command line"), work.clock.now(), token_id)
        except CommandRefused:
            return False
        return True

    if not _with_database(lambda database: database.write(work_on)):
        _refuse(f"tenant {tenant} has no working token {token_id}")
    typer.echo(f"Token {token_id} is revoked.")


@app.command("certificate")
def certificate_command(
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
    order: Annotated[str, typer.Option(help="The order: the channel's id or number of it, or the hub's id.")],
    page: Annotated[bool, typer.Option("--page", help="Print an HTML page instead of text.")] = False,
) -> None:
    """Print how an order's sales order followed from it: VAT, codes, rounding and sums, with every reason."""
    from hub.domain.certificate import Certificate
    from hub.domain.printed import as_page, as_text
    from hub.store.certificates import certificate_of

    async def read(database: Database) -> tuple[str, Certificate] | None:
        async with database.read() as connection:
            return await certificate_of(connection, tenant, order)

    found = _with_database(read)
    if found is None:
        _refuse(f"tenant {tenant} has no order {order} with a certificate")
    typer.echo((as_page if page else as_text)(*found), nl=page)


@app.command("backup")
def backup_command(file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Copy the SQLite database as it is now, also beside a running hub. The key file is to be kept elsewhere."""
    from hub.node.restoring import back_up_to

    back_up_to(read_settings(os.environ), file)
    typer.echo(f"{file} is whole. It opens with the keys of today only; keep them in another place.")


@app.command("restore")
def restore_command(file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")]) -> None:
    """Put a backup in the place of the SQLite database; the hub must be stopped."""
    from hub.node.restoring import restore_from

    aside = anyio.run(restore_from, read_settings(os.environ), file)
    typer.echo("The database was put back." + (f" The one before is {aside}." if aside else ""))


@app.command("restored")
def restored_command() -> None:
    """Say that PostgreSQL was put back from a backup, before any node starts: what was done since is looked up."""
    from hub.node.restoring import doubt

    settings = read_settings(os.environ)
    tenants = anyio.run(doubt, settings, settings.database_url)
    typer.echo(f"Noted for {tenants} tenants: nothing is sent again before it was looked for.")


@app.command("rotate-keys")
def rotate_keys_command() -> None:
    """Seal every secret anew with the first key; then the other keys can be taken away."""
    settings = read_settings(os.environ)
    vault = Vault(read_keys(settings.keys, Path(settings.key_file)))
    changed = _with_database(lambda database: rotate_keys(database, vault))
    typer.echo(f"{changed} secrets were sealed anew; all are under key {vault.sealing} now.")


@app.command("verify-log")
def verify_log(
    tenant: Annotated[str | None, typer.Option(help="The tenant's id; without it all are checked.")] = None,
    first: Annotated[int, typer.Option("--from", min=1, help="Number of the first row to check.")] = 1,
    last: Annotated[int | None, typer.Option("--until", min=1, help="Number of the last row to check.")] = None,
    file: Annotated[Path | None, typer.Option(help="Check a file that export-log wrote, without a database.")] = None,
    head: Annotated[
        str | None, typer.Option(help="NUMBER:DIGEST as shown at an earlier check; that row must still be there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
) -> None:
    """Check the activity log, and name the first row that was altered, is missing or was put in: then status 1."""
    part = (first, last) != (1, None)
    if (file and (tenant or part)) or ((part or head) and not (file or tenant)):
        _refuse("--from and --until need --tenant; --head needs --tenant or --file; a file is checked as a whole")
    noted = _given(read_head, head)
    if file is not None:
        with file.open("rb") as lines:
            reports: Sequence[Report] = [verify_file(lines, noted)]
    else:
        reports = anyio.run(verify, read_settings(os.environ), tenant, first, last, noted)
    typer.echo(json.dumps(as_plain(reports)) if as_json else "\n".join(map(sentence, reports)))
    raise typer.Exit(0 if all(report.broken is None for report in reports) else 1)


@app.command("export-log")
def export_log(
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
    wanted: Annotated[
        ExportFormat, typer.Option("--format", help="jsonl can be verified offline; csv is for spreadsheets.")
    ] = ExportFormat.JSONL,
    since: Annotated[str | None, typer.Option(help="First date or instant (ISO 8601, UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Date or instant that it ends before.")] = None,
) -> None:
    """Write a tenant's activity log to standard output, oldest row first."""
    settings, period = read_settings(os.environ), (_given(moment, since), _given(moment, until))
    anyio.run(export_to, sys.stdout.buffer, settings, tenant, wanted, *period)


@app.command("report")
def report_command(
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
    since: Annotated[str, typer.Option("--from", help="First day (ISO 8601), in the calendar of the books.")],
    until: Annotated[str, typer.Option(help="The day after the last one.")],
    channel: Annotated[str | None, typer.Option(help="One channel's slug; without it all.")] = None,
    span: Annotated[Span, typer.Option(help="What there is a row for.")] = Span.WHOLE,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV instead of text.")] = False,
) -> None:
    """Print what channels brought: revenue, VAT per country and rate, discounts, fees, cost and margin, as booked."""
    from hub.domain.report_printed import report_sheet, report_text

    first, end = _given(date.fromisoformat, since), _given(date.fromisoformat, until)
    asked = Asked(first or date.min, end or date.max, span, channel)
    if problem := asked.problem():
        _refuse(problem)
    sums = anyio.run(read_report, read_settings(os.environ), tenant, asked)
    typer.echo((report_sheet if as_csv else report_text)(sums, asked), nl=False)


@app.command("oss")
def oss_command(
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
    quarter: Annotated[str, typer.Option(help="Such as 2026-Q4.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV instead of text.")] = False,
) -> None:
    """Print what the one stop shop asks for a quarter: taxable amount and VAT per member state and rate."""
    from hub.domain.report_printed import oss_sheet, oss_text

    _given(months_of, quarter)
    found = anyio.run(read_oss, read_settings(os.environ), tenant, quarter)
    typer.echo((oss_sheet if as_csv else oss_text)(found), nl=False)


@app.command("export-buyer")
def export_buyer(
    tenant: Annotated[str, typer.Option(help="The tenant's id.")],
    email: Annotated[str, typer.Option(help="The person's e-mail address, as a channel gave it.")],
) -> None:
    """Write all that is kept of a person, one order a line as JSON; a SQLite hub must be stopped for it."""
    from hub.actors.commands import note_export
    from hub.store.right_of_access import kept_of_tenant, of_person

    settings = read_settings(os.environ)
    vault, matches = Vault(read_keys(settings.keys, Path(settings.key_file))), of_person(email)
    who = Principal(tenant, Role.ADMIN, "command line")

    async def export(database: Database) -> None:
        shown: list[str] = []
        async for one in kept_of_tenant(database, vault, tenant):
            if matches(one):
                shown.append(one.order_id)
                typer.echo(json.dumps(one.plain(), ensure_ascii=False))
        await database.write(lambda work: note_export(work, who, work.clock.now(), shown))

    if not _with_database(lambda database: _exists(database, tenant)):
        _refuse(f"there is no tenant {tenant}")
    _with_database(export)


async def _exists(database: Database, tenant: str) -> bool:
    async with database.read() as connection:
        return await load_tenant(connection, tenant) is not None


@app.command()
def schema() -> None:
    """Print the GraphQL schema, as committed in schema.graphql."""
    from hub.graphql.schema import sdl

    typer.echo(sdl(), nl=False)


@app.command()
def states() -> None:
    """Print docs/states.md: what may become of orders, cancellations, returns and invoices."""
    from hub.domain.life.drawing import page

    typer.echo(page(), nl=False)


@app.command()
def dashboards() -> None:
    """Write Grafana's dashboards and Prometheus' rules into deploy/, from the metrics that the code declares."""
    from deploy.watch.files import write

    for path in write():
        typer.echo(path.relative_to(Path(__file__).parent))


@app.command()
def bench(
    only: Annotated[list[str] | None, typer.Option(help="Measure this alone; may be given several times.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Short runs, for a first look.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object as the last line.")] = False,
) -> None:
    """Measure the hub, each number beside its bound from the same run."""
    from bench.run import run

    raise typer.Exit(run(only, quick, as_json))


@app.command()
def simulate(
    seeds: Annotated[int, typer.Option(min=0, help="How many plays, each drawn from its seed.")] = 50,
    first: Annotated[int, typer.Option("--from", help="The first seed.")] = 0,
    mutations: Annotated[bool, typer.Option("--mutations", help="Also try every deliberate bug.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Of the deliberate bugs this one; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object as the last line.")] = False,
    jobs: Annotated[int, typer.Option(help="Processes side by side; 0 for one per core.")] = 0,
    seed: Annotated[int | None, typer.Option(help="Play this seed alone.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Play the script in this file alone.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the script that is played alone.")] = False,
    shorten: Annotated[bool, typer.Option("--shrink", help="Print the shortest script that fails like it.")] = False,
    mutation: Annotated[str | None, typer.Option(help="Play it with this deliberate bug.")] = None,
) -> None:
    """Run the whole hub with its platforms in virtual time, with crashes and faults drawn from seeds."""
    from simulation.run import again, run, script_of

    script = script_of(seed, replay)
    if script is not None:
        raise typer.Exit(again(script, show=show, shorten=shorten, mutation=mutation))
    raise typer.Exit(run(seeds, first, mutations, only or (), as_json, jobs))


@app.command()
def torture(
    minutes: Annotated[float, typer.Option(min=0.1, max=600, help="How long the attacks last, per database.")] = 10.0,
    seed: Annotated[int, typer.Option(help="Fixes what is sold and which attacks come.")] = 7,
    database: Annotated[str, typer.Option(help="sqlite (one node), postgresql (three nodes) or both.")] = "both",
    faults: Annotated[str | None, typer.Option(help="Of the attacks these alone, such as kill,term:all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object as the last line.")] = False,
) -> None:
    """Attack real processes: kill, stop, term, database, disk, network and clock; the platforms' ledger judges."""
    from torture.plan import Chosen, plans_for, read_faults
    from torture.run import run
    from torture.schedule import Kind

    wanted = _given(read_faults, faults) or tuple(Kind)
    plans = _given(lambda text: plans_for(Chosen(text), minutes, seed, wanted), database) or []
    raise typer.Exit(run(plans, as_json))


@app.command("settings")
def settings_command() -> None:
    """Print the table of all HUB_… variables."""
    typer.echo(settings_table())


def _given(read: Callable[[str], T], text: str | None) -> T | None:
    """Read an option's text; one that cannot be read is refused in its own words."""
    try:
        return None if text is None else read(text)
    except (ValueError, OverflowError) as problem:
        _refuse(str(problem))


def _with_database(use: Callable[[Database], Awaitable[T]]) -> T:
    """Run something on the database, with its schema and keys checked; a SQLite file is migrated first."""
    return anyio.run(_use_database, read_settings(os.environ), use)


async def _use_database(settings: Settings, use: Callable[[Database], Awaitable[T]]) -> T:
    vault = Vault(read_keys(settings.keys, Path(settings.key_file)))
    if settings.sqlite:
        await migrate(settings.database_url)
    async with Database.open(settings.database_url, SystemClock()) as database:
        await check_schema(database)
        await check_keys(database, vault)
        return await use(database)


def _refuse(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(2)


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


if __name__ == "__main__":
    main()
