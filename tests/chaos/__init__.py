"""``make chaos``: mail arrives, domains are hosted and the data is analysed while the cloud fails and workers
die; then every number, every alert and every record must be right."""
