"""What is said on a connection: banners, TLS, HTTP, other protocols' hellos, and the way through proxies."""
