"""Measurements against peers, side by side in one run: `bin/bench`. Nothing else imports this room."""
