"""``make chaos``: mail arrives and domains are hosted while the cloud fails and workers die; then every
number and every record must be right."""
