"""Runs a command of the console as `killed_command` does, on a day on which the time of retention is over."""

import sys

from casework import clock
from tests.administration.killed_command import run

LATER = 25 * 31 * 86_400 * clock.MICROSECOND

if __name__ == "__main__":
    moment = clock.micros() + LATER
    with clock.use_clock(lambda: moment):
        run(int(sys.argv[1]), *sys.argv[2:])
