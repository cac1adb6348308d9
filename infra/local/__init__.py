"""The local stack: the emulator of AWS, the SMTP listener that stands in for SES, the DNS server."""
