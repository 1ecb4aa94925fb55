"""Letters and summaries on paper: PDF with real Urdu shaping. Knows nothing of cases; plain Python."""
