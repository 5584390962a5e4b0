"""How fast the house is: every measurement on a server of its own, and beside what it is compared with."""
