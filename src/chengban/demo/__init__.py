"""What a demonstration needs: the synthetic city."""
