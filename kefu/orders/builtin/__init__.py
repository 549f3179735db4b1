"""The writes on the built-in tables: `commands` is the buyer's side, `desk` the shop's.

`facts` reads what decides, `journal` and `shop_journal` put down what was done, the rest writes.
"""

from kefu.orders.builtin.commands import BuiltinCommands
from kefu.orders.builtin.desk import ShopDesk
from kefu.orders.builtin.moves import CaseMove, CaseNews, Moved, OrderMove

__all__ = ["BuiltinCommands", "CaseMove", "CaseNews", "Moved", "OrderMove", "ShopDesk"]
