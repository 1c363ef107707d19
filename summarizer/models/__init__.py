"""Models: the protocol, and the three kinds that we ship."""
