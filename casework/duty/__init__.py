"""The duty roster: who of each agency is on duty, written by the week, read at night, printed."""
