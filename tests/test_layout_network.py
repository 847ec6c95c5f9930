"""No test, and no process that a test starts, reaches beyond this machine."""

import os
import socket
import subprocess
import sys

import pytest

# The guard is met under two names (pytest's, and that of a worker process): its base is caught.
# An address set aside for documentation (RFC 5737): nobody answers there.
ELSEWHERE = ("192.0.2.1", 80)


def test_another_machine_is_out_of_reach() -> None:
    with socket.socket() as reaching, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        reaching.connect(ELSEWHERE)
    with (
        socket.socket(type=socket.SOCK_DGRAM) as reaching,
        pytest.raises(RuntimeError, match=r"192\.0\.2\.1"),
    ):
        reaching.sendto(b"hello", ELSEWHERE)


def test_the_address_of_another_machine_is_not_looked_up() -> None:
    with pytest.raises(RuntimeError, match=r"lantern\.example"):
        socket.create_connection(("lantern.example", 80))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_open(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection((host, server.getsockname()[1])) as there:
            there.sendall(b"hello")
        here, _ = server.accept()
        with here:
            assert here.recv(5) == b"hello"


def test_a_process_that_a_test_starts_is_closed_too() -> None:
    program = f"import socket; socket.socket().connect({ELSEWHERE!r})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "NetworkIsClosed" in done.stderr


def test_nothing_of_the_environment_outside_is_seen() -> None:
    seen = [name for name in os.environ if name.startswith(("OPENAI_", "RETEST_"))]
    assert seen == []
    assert "PREFECT_API_URL" not in os.environ
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_a_variable_set_by_one_test_is_gone_in_the_next() -> None:
    # Both halves in one test would prove nothing about order, so each run sets and checks.
    assert "RETEST_LANTERN" not in os.environ
    os.environ["RETEST_LANTERN"] = "lit"


def test_a_variable_set_by_one_test_is_still_gone() -> None:
    assert "RETEST_LANTERN" not in os.environ
    os.environ["RETEST_LANTERN"] = "lit"
