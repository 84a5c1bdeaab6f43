"""A snapshot of the API's function is taken once its handler is imported: nothing secret may be open by then."""

import subprocess
import sys

from tests.proofs import ROOT

# No setting is there, and no client can be made: an import that wants either fails.
_IMPORT = """
import os, socket, sys
import botocore.session

def forbidden(*_arguments, **_named):
    sys.exit("a client is opened when the handler is imported")

botocore.session.Session.create_client = forbidden
socket.socket.connect = forbidden
os.environ.clear()
import lambdas.api.handler
from lambdas.api.bootstrap import api
sys.exit("the API is wired when the handler is imported" if api.cache_info().currsize else 0)
"""


def test_the_handler_is_imported_without_a_client_a_connection_or_a_setting() -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", _IMPORT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
