"""Drives schemathesis against a server: no answer of status 5xx, and none that the document does not tell of.

    fuzz.py URL READY.JSON

The server must reach the pretend infrastructure that READY.JSON describes.
"""

import json
import os
import pathlib
import subprocess
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
]
# Every run asks the same.
SEED = "11"
EXAMPLES = "150"


class Api:
    """A session of the API."""

    def __init__(self, url):
        self.url = f"{url}/api/v1"
        self.token = None
        self.token = self.ask("POST", "/sessions", {})["token"]

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data) as answer:
            return json.load(answer)

    def set_up(self, steps):
        """A set-up after these steps; its id."""
        setup = self.ask("POST", "/setups", {})["id"]
        for step, body in steps:
            self.ask("POST", f"/setups/{setup}/{step}", body)
            setup = self.ask("GET", f"/setups/{setup}?wait=20")["id"]
        return setup


def everywhere(api, ready):
    """Set-ups at several steps. Each user's log-ins are few, for they are counted."""
    host = ready["hosts"][0]["host"]
    maria, admin = ready["users"][0], ready["users"][1]

    def log_in(user):
        return ("log-in", {"username": user["username"], "password": user["password"]})

    address, version = ("address", {"address": host}), api.ask("GET", "/disclaimer")["version"]
    whole = [address, log_in(maria), ("welcome", {}), ("disclaimer", {"version": version})]
    # The one that is registered comes last: from then on, whoever is let in is done.
    ways = [[], [address], [address, log_in(admin)], whole]
    setups = [api.set_up(steps) for steps in ways]
    seen = [api.ask("GET", f"/setups/{setup}")["step"] for setup in setups]
    assert seen == ["address", "log-in", "welcome", "registered"], seen
    return setups


def schemathesis(folder, url, token, setups, *more):
    """Runs it, with what it notes in a folder; whether nothing was found."""
    program = pathlib.Path(sys.executable).parent / "schemathesis"
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "IB_FUZZ_SETUPS": ",".join(setups)}
    command = [str(program), "run", f"{url}/api/openapi.json", "--checks", ",".join(CHECKS), "--seed", SEED]
    command += ["--max-examples", EXAMPLES, "--request-timeout", "30", "--generation-database", "none"]
    command += ["--header", f"Authorization: Bearer {token}", "--warnings", "off", "--no-color", *more]
    return subprocess.run(command, env=environment, cwd=folder).returncode == 0


def main(url, ready):
    folder = pathlib.Path(ready).resolve().parent
    ready = json.loads(pathlib.Path(ready).read_text())
    api = Api(url)
    setups = everywhere(api, ready)
    # Ending the session would leave nothing to ask; it is asked last, in a session of its own.
    passed = schemathesis(folder, url, api.token, setups, "--exclude-operation-id", "endSession")
    passed &= schemathesis(folder, url, Api(url).token, setups, "--include-operation-id", "endSession", "--phases", "coverage,fuzzing")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
