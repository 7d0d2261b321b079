"""A server with a hostile name, hostile arguments and a hostile directory: run as `python process.py NAME`.

The name is written as bytes in hexadecimal: it becomes the one that the kernel knows (PR_SET_NAME(2const)).
"""

import ctypes
import socket
import sys
import threading

_PR_SET_NAME = 15

ctypes.CDLL(None).prctl(_PR_SET_NAME, ctypes.c_char_p(bytes.fromhex(sys.argv[1])), 0, 0, 0)
with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    threading.Event().wait()
