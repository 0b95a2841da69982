"""Reading under law (依法查阅): no subject's record is read without a purpose, a matter, a clause, named fields and an end."""
