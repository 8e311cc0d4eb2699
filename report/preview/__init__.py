"""A preview of the site on this machine: a built site, or a report that is rebuilt after each edit."""
