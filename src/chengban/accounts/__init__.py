"""Accounts (账号): who may come in, as whom, and what each role may do."""
