"""Reach (触达): what the city tells a subject, where it is read, and the channels by which it is said that something waits."""
