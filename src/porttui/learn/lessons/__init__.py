"""The lessons, by subject: each is a function that makes one page of what was seen on this machine."""
