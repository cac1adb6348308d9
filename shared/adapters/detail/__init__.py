"""Results of detail reports: SQLite files that rest in the data bucket."""
