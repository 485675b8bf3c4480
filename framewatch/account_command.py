"""python -m framewatch account: who may sign in to the dashboard."""

import sys
from datetime import UTC, datetime

import click

from db import accounts as rows
from db.queries import reading
from db.session import Store, migrate, open_store
from framewatch import accounts
from framewatch.people import AccountError, Role
from framewatch.settings import Settings

role_option = click.option(
    "--role",
    type=click.Choice([role.word for role in Role]),
    default=Role.VIEWER.word,
    show_default=True,
)


def _store() -> Store:
    url = Settings.from_env().database_url
    migrate(url)
    return open_store(url)


def _password() -> str:
    """Typed twice unseen, or the first line piped in. Never an argument: `ps` would show it."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


@click.group()
def account() -> None:
    """Accounts of the dashboard: viewers, analysts and operators."""


@account.command("add")
@click.argument("name")
@role_option
@click.option("--no-password", is_flag=True, help="A proxy signs this person in.")
@click.option("--if-none", is_flag=True, help="Only where there is no account at all.")
def add(name: str, role: str, no_password: bool, if_none: bool) -> None:
    """Add an account; its password is asked for, or read from standard input."""
    store = _store()
    with reading(store) as connection:
        some = bool(rows.accounts(connection))
    if if_none and some:
        click.echo("there are accounts already: none added")
        return
    password = "" if no_password else _password()
    if not password and not no_password:
        raise AccountError("no password was given: type one, or say --no-password")
    new = accounts.add(store, name, Role.named(role), password, datetime.now(UTC))
    click.echo(f"added {new.name}, {new.role.word}")


@account.command("list")
def show() -> None:
    """Every account: its name, role, when it was last used and whether it has a password."""
    with reading(_store()) as connection:
        found = rows.accounts(connection)
    for person in found:
        seen = f"{person.seen_at:%Y-%m-%d %H:%M} UTC" if person.seen_at else "never"
        way = "password" if person.password else "proxy"
        click.echo(f"{person.name}  {person.role.word}  last seen {seen}  {way}")
    if not found:
        click.echo("no account")


@account.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice([role.word for role in Role]))
def change_role(name: str, role: str) -> None:
    """Give an account another role; it holds at once, also where it is signed in."""
    accounts.change_role(_store(), accounts.clean_name(name), Role.named(role))
    click.echo(f"{name} is {role}")


@account.command("password")
@click.argument("name")
def change_password(name: str) -> None:
    """Give an account another password, and sign it out everywhere."""
    accounts.change_password(_store(), accounts.clean_name(name), _password())
    click.echo(f"changed; {name} is signed out everywhere")


@account.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove an account and sign it out everywhere."""
    accounts.remove(_store(), accounts.clean_name(name))
    click.echo(f"removed {name}")
