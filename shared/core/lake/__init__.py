"""The lake: an account's rows and day statistics as files, for SQL over years of them."""
