"""Linux: what /proc and the kernel's netlink sockets tell. `platform.Linux` puts it behind the Protocol."""
