"""One folder an outside system: its adapter, and its fake, a real HTTP server with faults to choose."""
