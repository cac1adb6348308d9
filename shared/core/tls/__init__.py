"""What TLS reports (RFC 8460) say: sessions by policy, causes of those that failed, and what follows."""
