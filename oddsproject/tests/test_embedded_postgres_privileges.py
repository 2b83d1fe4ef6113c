"""As whom the server runs: never as root, without opening or giving away anything that was there before."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from oddsproject.embedded_postgres.binaries import Programs, find_programs, reachable_programs
from oddsproject.embedded_postgres.errors import SetupError
from oddsproject.embedded_postgres.privileges import IN_NAMESPACE, NOBODY, Runner, runner_for
from oddsproject.embedded_postgres.status import status_of

from .conftest import ask, server_pid

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


@pytest.fixture
def namespaces() -> None:
    if not shutil.which("unshare") or subprocess.run([*IN_NAMESPACE, "true"], capture_output=True).returncode:
        pytest.skip("user namespaces are not possible here")


@pytest.fixture
def closed_programs(folder: Path, binaries: str) -> Path:
    """The bin folder of an installation inside a folder that only its owner can enter."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    original = find_programs(binaries).folder
    package = original.parent.parent
    shutil.copytree(original.parent, closed / package.name / original.parent.name, symlinks=True)
    if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
        shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    return closed / package.name / original.parent.name / "bin"


@pytest.fixture
def make_unprivileged(make_server, binaries):
    """Servers as root has them where user namespaces are forbidden."""

    def make(root: Path, **over):
        return make_server(root, **{"bin": binaries, "cluster": False, "namespaces": False, **over})

    return make


def uid_of(server) -> int:
    return Path(f"/proc/{server_pid(server)}").stat().st_uid


def modes(*folders: Path) -> list[tuple[int, int]]:
    return [(folder.stat().st_mode, folder.stat().st_uid) for folder in folders]


@needs_root
@pytest.mark.usefixtures("namespaces")
def test_root_runs_it_in_a_namespace_on_data_that_only_root_reaches(new_server, folder):
    server = new_server
    folder.chmod(0o700)
    above = [folder, *folder.parents]
    before = modes(*above)

    assert ask(server.join()) == 1
    assert uid_of(server) == server.folders.data.stat().st_uid == 0
    assert modes(*above) == before


@needs_root
def test_without_namespaces_it_runs_as_nobody_beside_the_locks(make_unprivileged, folder):
    server = make_unprivileged(folder / "pg")
    assert ask(server.join()) == 1
    assert uid_of(server) == server.folders.data.stat().st_uid == NOBODY
    assert server.folders.home == server.folders.root
    assert modes(folder / "pg", server.folders.data) == [(0o40711, 0), (0o40700, NOBODY)]

    server.leave()
    assert server_pid(server) is None


@needs_root
def test_without_namespaces_closed_programs_are_copied_and_closed_data_lives_elsewhere(
    make_unprivileged, closed_programs, folder
):
    above = [*(folder / "closed" / "pg").parents, *closed_programs.parents]
    before = modes(*above)
    server = make_unprivileged(folder / "closed" / "pg", bin=closed_programs)

    socket = server.join()
    ask(socket, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert uid_of(server) == NOBODY
    assert modes(*above) == before
    assert server.folders.home.parent == folder / "shared"
    assert server.folders.pointer.read_text().splitlines()[0] == str(server.folders.home)
    assert status_of(server).data == str(server.folders.data)
    (copy,) = (folder / "shared").glob("programs-*")
    assert {path.lstat().st_uid for path in copy.rglob("*")} == {0}
    assert not list(copy.rglob("include"))

    server.leave()
    assert ask(server.join(), "SELECT answer FROM kept") == 42
    server.leave()
    shutil.rmtree(server.folders.home)
    with pytest.raises(SetupError, match=r"data-location\.txt says that the database is in .* not there"):
        server.join()
    server.folders.pointer.unlink()


@needs_root
@pytest.mark.usefixtures("namespaces")
def test_owner_of_the_data_decides_who_runs_it(make_server, make_unprivileged, folder, binaries):
    given_away = make_unprivileged(folder / "pg")
    given_away.join()
    given_away.leave()
    again = make_server(folder / "pg", bin=binaries)  # namespaces are possible now
    again.join()
    assert uid_of(again) == NOBODY

    own = make_server(folder / "own", bin=binaries)
    own.join()
    own.leave()
    with pytest.raises(SetupError, match=r"belongs to root, .* user namespace, .* not possible here"):
        make_unprivileged(folder / "own").join()


@needs_root
def test_shared_folder_that_others_could_have_prepared_is_refused(make_unprivileged, closed_programs, folder):
    shared = folder / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(SetupError, match="must belong to root"):
        make_unprivileged(folder / "pg", bin=closed_programs).join()


@needs_root
def test_root_leaves_no_file_of_its_own_in_the_folder_of_another_user(make_server, folder, binaries):
    root = folder / "theirs"
    root.mkdir()
    os.chown(root, NOBODY, NOBODY)
    server = make_server(root, bin=binaries, cluster=False, namespaces=False)
    server.join()
    server.leave()
    assert {path.stat().st_uid for path in root.iterdir()} == {NOBODY}


def test_copy_of_programs_is_whole_and_made_once(folder, closed_programs, monkeypatch):
    asked = iter([False, False])
    monkeypatch.setattr(Runner, "reaches", lambda *_, **__: next(asked))
    runner, programs = Runner(NOBODY, NOBODY), Programs(closed_programs)
    copy = reachable_programs(programs, runner, folder)
    assert copy.version == programs.version
    assert copy.folder.stat().st_mode & 0o777 == 0o755
    assert reachable_programs(programs, runner, folder) == copy
    assert not list(folder.glob("draft-*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may run the server of anybody")
def test_data_of_another_user_is_refused():
    with pytest.raises(SetupError, match=r"belongs to uid 0, this process to uid \d+\. Run as that user"):
        runner_for(os.stat("/"), namespaces=True, works=lambda _: True)


def test_user_without_a_name_gets_one_in_a_namespace(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    assert runner_for(None, namespaces=True, works=lambda _: True).wrapper == IN_NAMESPACE
