"""`chengban account …`: the first administrator of a real installation, and everyone after."""

import click

from chengban.cli.setup import ready


@click.group()
def account() -> None:
    """Open accounts and grant roles."""


@account.command("open")
@click.argument("login")
@click.option("--name", required=True, help="Name to show.")
@click.option("--role", required=True, help="One of: citizen, agent, clerk, officer, steward, auditor, administrator.")
@click.option("--department", default="", help="The organ a member of staff belongs to.")
@click.password_option(envvar="CHENGBAN_NEW_PASSWORD")
def open_one(login: str, name: str, role: str, department: str, password: str) -> None:
    """Open an account for LOGIN and grant it a role."""
    ready()
    from django.db import transaction

    from chengban.accounts import domain
    from chengban.accounts.roles import Role
    from chengban.ledger import Actor

    if role not in Role.values:
        raise click.UsageError(f"没有 {role} 这个角色。可以是：{'、'.join(Role.values)}")
    by = Actor.system("cli")
    try:
        with transaction.atomic():
            made = domain.open_account(login, display_name=name, password=password, department=department, by=by)
            domain.grant_role(made, Role(role), by=by)
    except domain.AccountRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{login}: {role}")
