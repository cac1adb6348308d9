"""People: how they come into an account, prove who they are, change and leave."""
