"""Views, one module for each noun of the portal."""
