"""Whether files say what answers say: the one rule that no statement can tell."""

from projections.reports.reconciliation.checks import Rule

# Nothing is made anew: what a file says otherwise is the fault of what writes it.
FILES = Rule(
    rule="R9",
    meaning="Files have the cells of the answer.",
    ways=("the answer", "the file"),
)
