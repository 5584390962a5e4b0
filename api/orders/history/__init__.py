"""The history of an order, told as a story: each step in a sentence, with what it changed."""
