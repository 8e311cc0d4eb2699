"""Links to the live model: the addresses that it reads, and pairs of sums on which a claim can be tried."""
