"""Leads most requests of the fuzzer to set-ups that exist, at several steps of the way."""

import os

import schemathesis

SETUPS = os.environ["IB_FUZZ_SETUPS"].split(",")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Every fourth id stays as it was made up: those are the ones that nobody owns."""
    made_up = str((path_parameters or {}).get("id", ""))
    number = sum(made_up.encode("utf-8", "surrogatepass"))
    if path_parameters and "id" in path_parameters and number % 4:
        path_parameters["id"] = SETUPS[number % len(SETUPS)]
    return path_parameters
