"""What every process of ours needs: a clock, children, fresh ids, logs."""
