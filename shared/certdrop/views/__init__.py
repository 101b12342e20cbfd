"""What people read, rendered from state/: reports, status page, notices."""
