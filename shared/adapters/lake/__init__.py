"""Files of the lake: Parquet, written and read by DuckDB, in the data bucket."""
