"""Beyond one machine: facts as files, and what a cluster counts in them."""
