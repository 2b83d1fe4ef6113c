"""One server for all who use it: it starts, is shared, survives kills and stops."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from oddsproject.embedded_postgres.cluster import telling_line
from oddsproject.embedded_postgres.errors import InUseError, StartError
from oddsproject.embedded_postgres.folders import SOCKET_PATH_LIMIT
from oddsproject.embedded_postgres.server import Server

from .conftest import ask, kill, server_pid, wait_for

JOIN_AND_SAY = "server.join(); print(server.postmaster().pid, flush=True)\n"
UNTIL_TOLD = "sys.stdin.readline()\n"


def test_first_to_join_makes_and_starts_it_and_last_to_leave_stops_it(new_server, make_server, binaries):
    server = new_server
    other = make_server(bin=binaries)
    assert server_pid(server) is None

    socket = server.join()
    assert ask(socket) == 1
    pid = server_pid(server)
    assert other.join() == socket
    assert server_pid(other) == pid

    server.leave()
    assert server_pid(server) == pid
    other.leave()
    assert server_pid(server) is None


def test_four_processes_at_once_share_one_server(start_script, new_server, binaries):
    server = new_server
    processes = [start_script(JOIN_AND_SAY + UNTIL_TOLD, bin=binaries) for _ in range(4)]
    pids = {int(process.stdout.readline()) for process in processes}
    assert pids == {server_pid(server)}
    assert server.users == sorted(process.pid for process in processes)

    for process in processes:
        process.communicate("go\n")
    assert [process.returncode for process in processes] == [0] * 4
    assert server_pid(server) is None


def test_killed_client_is_forgotten_and_the_next_last_one_stops_the_server(start_script, server, binaries):
    client = start_script(JOIN_AND_SAY + UNTIL_TOLD, bin=binaries)
    pid = int(client.stdout.readline())
    client.kill()
    client.wait()
    assert server.users == []
    assert server_pid(server) == pid

    server.join()
    assert server_pid(server) == pid
    server.leave()
    assert server_pid(server) is None


def test_killed_server_starts_again_with_what_was_committed(server):
    socket = server.join()
    ask(socket, "CREATE TABLE kept AS SELECT 42 AS answer")
    killed = kill(server)

    socket = server.revive()
    assert ask(socket, "SELECT answer FROM kept") == 42
    assert server_pid(server) != killed


def test_killed_server_starts_again_while_it_is_a_zombie(start_script, binaries):
    script = start_script(
        "import ctypes, signal\n"
        "ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: orphans become ours, and we reap none\n"
        "server.join()\n"
        "killed = server.postmaster()\n"
        "os.kill(killed.pid, signal.SIGKILL)\n"
        "state = lambda: Path(f'/proc/{killed.pid}/stat').read_text().rpartition(')')[2].split()[0]\n"
        "while state() != 'Z': time.sleep(0.01)\n"
        "server.revive()\n"
        "print(state(), killed.alive(), server.answers(), killed.pid != server.postmaster().pid, flush=True)\n",
        bin=binaries,
    )
    if not Path("/proc/self/stat").exists():
        pytest.skip("without /proc nothing leaves zombies")
    assert script.communicate()[0].split() == ["Z", "False", "True", "True"]


def test_number_of_a_killed_server_may_have_gone_to_another_process(server):
    server.join()
    kill(server)
    pid_file = server.folders.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    for lock in (pid_file, server.folders.root / "socket" / ".s.PGSQL.5432.lock"):
        lock.write_text("\n".join([str(os.getppid()), *lines[1:], ""]))

    assert ask(server.revive()) == 1


def test_one_that_comes_while_the_server_is_not_ready_waits_for_it(server, make_server, binaries):
    server.join()
    pid_file = server.folders.data / "postmaster.pid"
    ready = pid_file.read_text()
    pid_file.write_text(ready.replace("ready   ", "starting"))
    timer = threading.Timer(0.3, pid_file.write_text, [ready])
    timer.start()

    late = make_server(bin=binaries)
    late.join()
    assert not timer.is_alive()
    assert server_pid(late) == server_pid(server)


def test_half_made_cluster_is_never_taken_for_a_whole_one(new_server):
    server = new_server
    half = server.folders.root / "data.new"
    half.mkdir(parents=True, mode=0o700)
    (half / "PG_VERSION").write_text("18\n")
    (half / "leftover").touch()

    assert ask(server.join()) == 1
    assert not half.exists()
    assert not (server.folders.data / "leftover").exists()


def test_forked_child_is_a_user_of_its_own(start_script, server, binaries):
    script = start_script(
        JOIN_AND_SAY + "if os.fork() == 0:\n"
        "    sys.stdin.readline()\n"
        "    print(server.users == [os.getpid()], flush=True)\n",
        bin=binaries,
    )
    pid = int(script.stdout.readline())
    assert script.wait() == 0  # the parent: it leaves, and does not stop what its child uses
    assert server_pid(server) == pid

    assert script.communicate("go\n")[0].strip() == "True"
    wait_for(lambda: server_pid(server) is None)


def test_kept_server_runs_on_without_users_until_it_is_stopped(server, start_script, binaries):
    server.keep()
    start_script(JOIN_AND_SAY, bin=binaries).communicate()
    server.join()
    server.leave()
    pid = server_pid(server)
    assert pid

    assert server.stop()
    assert server_pid(server) is None
    assert not server.stop()
    server.join()
    server.leave()
    assert server_pid(server) is None


def test_stopping_is_refused_while_others_use_it(server, start_script, binaries):
    client = start_script(JOIN_AND_SAY + UNTIL_TOLD, bin=binaries)
    pid = int(client.stdout.readline())

    with pytest.raises(InUseError, match=rf"in use by 1 process \({client.pid}\)\. .* --force"):
        server.stop()
    assert server_pid(server) == pid
    assert server.stop(force=True)
    assert server_pid(server) is None


def test_settings_are_for_a_laptop_and_nothing_listens_on_a_network(server):
    socket = server.join()
    expected = {
        "jit": "off",
        "TimeZone": "UTC",
        "listen_addresses": "",
        "client_connection_check_interval": "1s",
        "max_wal_size": "2GB",
        "server_encoding": "UTF8",
        "fsync": "off",
        "data_checksums": "on",
    }
    assert {name: ask(socket, f"SHOW {name}") for name in expected} == expected
    assert ask(socket, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") in ("C.UTF-8", "C")
    assert [folder.stat().st_mode & 0o777 for folder in (socket, server.folders.data)] == [0o700, 0o700]
    assert server.folders.root.stat().st_mode & 0o066 == 0


@pytest.mark.parametrize("name", ["a" * 120, 'spaces, commas, "quotes", $HOME and é'])
def test_any_path_will_do(folder: Path, make_server: Callable[..., Server], name: str):
    server = make_server(folder / name, cluster=False)
    socket = server.join()
    assert ask(socket) == 1
    assert len(os.fsencode(socket / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    assert socket.stat().st_mode & 0o777 == 0o700

    server.leave()
    assert server_pid(server) is None
    assert not socket.exists()  # the temporary folder is left clean


def test_reason_why_it_does_not_start_is_told_in_one_line(make_server):
    server = make_server(options={"shared_buffers": "1kB"})
    with pytest.raises(StartError, match=r"^PostgreSQL did not start: .*shared_buffers.*server\.log has more\)$"):
        server.join()
    assert server.users == []


def test_telling_line_is_the_first_error_not_what_follows_from_it():
    said = "doing\nFATAL:  no space\nPANIC:  cannot abort\nhint: make some\n"
    assert telling_line(said) == "FATAL:  no space"
    assert telling_line("one\ntwo\n") == "two"
    assert telling_line("") == "it gave no reason"


def test_large_log_is_turned_over(server):
    server.join()
    server.leave()
    server.folders.log.write_bytes(b"x" * 10_000_001)
    server.join()
    assert server.folders.log.stat().st_size < 10_000
    assert server.folders.log.with_name("server.log.1").stat().st_size > 10_000_000


def test_threads_that_join_at_once_share_one_server(server):
    threads = [threading.Thread(target=server.join) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ask(server.join()) == 1
    wait_for(lambda: server.users == [os.getpid()])
