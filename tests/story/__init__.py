"""The whole story: in a real browser against the demo, and with every server of production beside each other."""
