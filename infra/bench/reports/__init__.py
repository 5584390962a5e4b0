"""What reports take: over HTTP, on the disk, made anew, and as files."""
