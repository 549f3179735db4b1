"""Custom actions: slots in, one service called, messages and events out."""

from kefu.orders.masked_log import mask_logs

mask_logs()  # the action server begins here
