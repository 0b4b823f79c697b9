"""Runs readers of strangers' files in processes that can do nothing but read.

`pool` lends readers, `processes` starts and ends them, `server` forks them, `reader` is what runs
in one, `confinement` takes from it what it does not need, `frames` is how they talk, `outside` how
a reader asks for what it cannot do itself.
"""
