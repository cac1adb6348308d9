"""The demo: two example domains, weeks of generated reports through SMTP, checked and shown."""
