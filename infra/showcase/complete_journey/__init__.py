"""The Complete Journey: a year of real sales of a retail chain, brought in as if they had been made here."""
