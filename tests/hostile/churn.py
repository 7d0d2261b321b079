"""Servers that come and go on one port: run as `python churn.py PORT`, until standard input ends.

At each moment a few processes listen; each lives for some milliseconds, and some are zombies for a while. Every other
one gives itself another name, and connections of its own.
"""

import os
import random
import select
import socket
import sys
import time


def serve(port: int) -> None:
    """Listen for some milliseconds."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        if os.getpid() % 2:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                time.sleep(random.random() * 0.01)
        time.sleep(random.random() * 0.04)


port = int(sys.argv[1])
children: list[int] = []
sys.stdout.write("ready\n")
sys.stdout.flush()
while not select.select([0], [], [], 0)[0]:
    child = os.fork()
    if child == 0:
        try:
            serve(port)
        finally:
            os._exit(0)
    children.append(child)
    time.sleep(0.004)  # more of them would only take the processor from porttui
    if len(children) > 6:
        os.waitpid(children.pop(random.randrange(3)), 0)
for child in children:
    os.waitpid(child, 0)
