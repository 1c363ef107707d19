"""Helpers of the tests: real servers on loopback."""
