"""Hosting: records and policy files that we serve at names of ours, and customers' CNAMEs lead to."""
