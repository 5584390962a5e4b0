"""The log as a story: each event in a sentence that a shop owner reads, in several languages."""
