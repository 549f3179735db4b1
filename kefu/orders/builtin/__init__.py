"""The shop's writes on the built-in tables: `commands` decides, `facts` reads, the rest writes."""

from kefu.orders.builtin.commands import BuiltinCommands

__all__ = ["BuiltinCommands"]
