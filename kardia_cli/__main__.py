"""`python -m kardia_cli`, so that `accelerate launch -m kardia_cli grpo …` works.

Until a command listens for it, Ctrl-C ends the process at once and without a message: nothing is open yet, and a
KeyboardInterrupt in the midst of an import comes out as an error of any kind.
"""

import os
import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where a shell has it ignored (`kardia … &`)
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))

from kardia_cli.cli.main import main  # takes a while

if __name__ == "__main__":
    main()
