"""OpenAI's Batch API: half-price batches through files, which any engine or person can fill."""
