"""A preview of the site on this machine: a built one as it lies in its folder, or one that follows each edit."""
