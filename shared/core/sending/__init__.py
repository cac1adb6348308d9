"""Who sends: the addresses of a domain row by row, and the sources of a whole account."""
