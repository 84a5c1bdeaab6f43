"""Commands to a watch, one class for each word with a proven meaning (A-C unless told otherwise).

Not here, on purpose: words that listen, record, answer or photograph in secret, in no form; CENTER and SLAVE, whose
number may command the watch by SMS; SMS, which sends at the child's cost; words that are seen in the field but
explained nowhere (WORKTIME, BT, MAKEFRIEND, BIGTIME, TEL1 ...). Server and access point are in wire.provisioning.
"""

from typing import Final

from wire.arguments import Command
from wire.commands import daily, device, health, phone

COMMANDS: Final[dict[str, type[Command]]] = {
    command.word: command
    for module in (device, phone, daily, health)
    for command in vars(module).values()
    if isinstance(command, type) and issubclass(command, Command) and command is not Command
}
"""Every command by its word: what is not in this table can be neither sent nor parsed."""
