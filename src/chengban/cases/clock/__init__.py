"""The legal clock (法定时限): pure functions over the events of one application and a calendar of working days."""
