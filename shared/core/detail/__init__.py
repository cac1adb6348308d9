"""Detail reports: questions over the rows of many reports, answered by jobs that run for a while."""
