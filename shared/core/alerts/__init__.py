"""What somebody should know: alerts, and how they are delivered."""
