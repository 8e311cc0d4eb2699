"""Results kept between runs, under keys that digest all that they depend on."""
