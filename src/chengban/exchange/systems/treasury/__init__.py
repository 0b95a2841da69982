"""The treasury (国库集中支付): it is told to pay an amount to an account, and answers that it did or why it will not."""
