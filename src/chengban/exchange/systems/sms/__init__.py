"""Short messages (短信): an HTTP gateway with a contract of our own, and a fake of it."""
