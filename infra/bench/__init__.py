"""How fast it is: every measurement on a server of its own, and beside what it is compared with."""
