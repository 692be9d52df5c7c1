#!/usr/bin/env python3
"""Holds a running program against its own description, with cases that schemathesis makes up.

    python3 tests/api-cases.py [CASES]

CASES is how many are made up for each operation and role, beside those that the description itself
suggests; 20 without it. Needs python3 with pip and a built program: SHEETBRAIN_TEST_PROGRAM, or
target/debug/sheetbrain. What it installs stays in target/api-cases.
"""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ROOT / "target" / "api-cases"
PROGRAM = os.environ.get("SHEETBRAIN_TEST_PROGRAM", ROOT / "target" / "debug" / "sheetbrain")

# Bad input must be refused and what is answered must be described. That what fits the description
# is also accepted is left out: a range or a policy can fit it and still mean nothing.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
]

CLERK_SECRET = "whsec_" + base64.b64encode(b"only-for-tests-32-bytes-of-secret").decode()

SETTINGS = {
    "PATH": os.environ["PATH"],
    "SHEETBRAIN_LISTEN": "127.0.0.1:0",
    "RATE_LIMIT_REQUESTS": "1000000000",
    "RATE_LIMIT_PER_IP": "0",
    "CLERK_WEBHOOK_SECRET": CLERK_SECRET,
    "STRIPE_WEBHOOK_SECRET": "whsec_OnlyForTests0123456789abcdef",
    # Set, so that its tokens are looked at; they are all made up, so no key is ever fetched.
    "GOOGLE_CLIENT_IDS": "addon.apps.googleusercontent.com",
    "GOOGLE_JWKS_URL": "http://127.0.0.1:9/keys",
    "RUST_LOG": "error",
}


def install():
    """The tool, in an environment of its own."""
    command = TOOLS / "bin" / "schemathesis"
    if not command.exists():
        venv.create(TOOLS, with_pip=True)
        subprocess.run([TOOLS / "bin" / "pip", "install", "--quiet", "schemathesis>=4,<5"], check=True)
    return command


def start():
    """The program with its demo organization, on a database that is thrown away."""
    arguments = [PROGRAM, "serve", "--demo", "--ephemeral"]
    settings = dict(SETTINGS)
    if "DATABASE_URL" in os.environ:
        arguments.remove("--ephemeral")
        settings["DATABASE_URL"] = os.environ["DATABASE_URL"]
    server = subprocess.Popen(arguments, env=settings, stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    found = re.fullmatch(r"listening on (http://\S+)\n", line)
    if not found:
        sys.exit("the program does not start")
    return server, found[1]


def make_member(url, role):
    """Clerk's events of a person who belongs to the demo organization."""
    user, now = f"user_{role}", int(time.time())
    person = {"id": user, "email_addresses": [], "updated_at": now * 1000}
    membership = {
        "id": f"orgmem_{role}",
        "role": f"org:{role}",
        "organization": {"id": "org_demo", "name": "Demo"},
        "public_user_data": {"user_id": user},
        "updated_at": now * 1000,
    }
    for kind, data in [("user.created", person), ("organizationMembership.created", membership)]:
        name = f"msg_{kind}_{role}"
        body = json.dumps({"type": kind, "object": "event", "data": data, "timestamp": now * 1000})
        secret = base64.b64decode(CLERK_SECRET.removeprefix("whsec_"))
        mac = hmac.new(secret, f"{name}.{now}.{body}".encode(), hashlib.sha256)
        headers = {
            "content-type": "application/json",
            "svix-id": name,
            "svix-timestamp": str(now),
            "svix-signature": "v1," + base64.b64encode(mac.digest()).decode(),
        }
        request = urllib.request.Request(url + "/api/auth/webhook", body.encode(), headers)
        urllib.request.urlopen(request).close()
    return user


def main():
    cases = sys.argv[1] if len(sys.argv) > 1 else "20"
    tool = install()
    server, url = start()
    failed = []
    try:
        for role in ["member", "editor", "admin"]:
            user = make_member(url, role)
            print(f"== org:{role}", flush=True)
            command = [tool, "run", url + "/openapi.json", "--checks", ",".join(CHECKS)]
            command += ["--max-examples", cases, "--phases", "examples,coverage,fuzzing"]
            command += ["--continue-on-failure", "--no-color", "--request-timeout", "30"]
            command += ["--header", "x-user-org: org_demo", "--header", f"x-user-id: {user}"]
            with tempfile.TemporaryDirectory() as folder:
                if subprocess.run(command, cwd=folder).returncode != 0:
                    failed.append(role)
    finally:
        server.terminate()
        server.wait()
    sys.exit(f"failed for {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
