"""The web server's worker: reads whole requests without a thread, and answers them from fair queues."""
