"""Commands about customers: who they are, what they agreed to, and whether they are still dealt with."""
