"""`kardia` in a line of shell: hands its arguments, folder, environment and streams to a warm process, and waits.

    python -I -S warm_client.py SOCKET ARGUMENTS…

The command is forked there (see warm.py) and has this process's own streams. Exits as the command does.
"""

import json
import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as talk:
    talk.connect(sys.argv[1])
    said = json.dumps({"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}).encode()
    socket.send_fds(talk, [len(said).to_bytes(8, "big")], [0, 1, 2])
    talk.sendall(said)
    for stream in (0, 1):  # the command has them now: a reader or writer that goes has to reach it
        os.close(stream)
    code = talk.recv(4)
os._exit(int.from_bytes(code, "big") if len(code) == 4 else 1)
