"""Electronic certificates (电子证照): issued, held, presented, verified, revoked."""
