"""What the four functions share: the only package that ships."""
