"""What decisions read and lock of the read models."""
