"""The command line ``postseal``."""
