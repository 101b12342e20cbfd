"""Classic Load Balancer (2014-05-15): certificates of a region, HTTPS listeners, extension domains."""
