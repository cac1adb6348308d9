"""``make chaos``: mail arrives while the cloud fails and workers die; then every number must be right."""
