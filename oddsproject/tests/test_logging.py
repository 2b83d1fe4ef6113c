"""What reaches the terminal and the file: one record a line, no secrets, whoever logs and however many processes."""

import json
import logging
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from oddsproject.log_handlers import RETENTION_DAYS, Device, daily_file
from oddsproject.logging_config import escape_controls, logging_config

from .conftest import REPOSITORY

KEY = "CANARY9f8e7d6c5b4a39281706f5e4d3c2b1a0"

HEAD = """
import logging, logging.config, sys
from pathlib import Path
import structlog
from oddsproject.logging_config import known_format, logging_config
console = known_format("auto", debug={debug!r})
config = logging_config(level={level!r}, log_file=Path({log_file!r}), secrets=[{key!r}], console=console)
logging.config.dictConfig(config)
KEY = {key!r}
log = structlog.get_logger("collectors.live")
"""

EVERY_WAY = """
url = "https://api.the-odds-api.com/v4/odds?apiKey=" + KEY
log.debug("asked " + KEY, url=url, parameters={"apiKey": KEY, "nested": [{"deep": KEY}]})
logging.getLogger("gunicorn.error").info("Running %s", url)
logging.getLogger("urllib3.connectionpool").debug("GET %s", url)
logging.getLogger("urllib3.connectionpool").warning("Retrying %s", url)
logging.getLogger("requests").debug("GET %s", url)
logging.getLogger("anyone").info("too few %s %s", url)
logging.getLogger("anyone").info("args", {"k": KEY})
logging.getLogger("anyone").error("stack", stack_info=True, extra={"key": KEY})
try:
    try:
        raise ConnectionError(f"refused: {url}")
    except ConnectionError as error:
        error.add_note(KEY)
        raise RuntimeError(KEY) from error
except RuntimeError as error:
    log.exception("fetch_failed", reason=error)
    logging.getLogger("anyone").exception("fetch failed")
"""


def run(script: str, folder: Path, *, level: str = "DEBUG", debug: bool = False, **popen) -> tuple[str, list[str]]:
    """Standard error, and the lines of the file, of a process that logs."""
    log_file = folder / "logs" / "odds_pipeline.log"
    head = HEAD.format(level=level, log_file=str(log_file), key=KEY, debug=debug)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", head + script],
        cwd=REPOSITORY, stderr=popen.pop("stderr", subprocess.PIPE), text=True, check=True, **popen,
    )  # fmt: skip
    return done.stderr, log_file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("debug", [True, False], ids=["readable", "json"])
def test_the_key_reaches_no_log_at_any_level(tmp_path, debug):
    terminal, lines = run(EVERY_WAY, tmp_path, debug=debug)
    assert "CANARY" not in terminal + "".join(lines)
    records = [json.loads(line) for line in lines]
    assert [record["event"] for record in records] == [
        "asked [redacted]",
        "Running https://api.the-odds-api.com/v4/odds?apiKey=[redacted]",
        "Retrying https://api.the-odds-api.com/v4/odds?apiKey=[redacted]",
        records[3]["event"],
        "args",
        "stack",
        "fetch_failed",
        "fetch failed",
    ]
    assert records[3]["event"].endswith("cannot be written: TypeError")
    assert records[0]["parameters"] == {"apiKey": "[redacted]", "nested": [{"deep": "[redacted]"}]}
    assert all("refused: https://api.the-odds-api.com" in record["exception"] for record in records[-2:])
    assert terminal.count("Traceback") == 4


FORGED = """
log.warning("name\\n2026-01-01 [info] forged", team="Lakers\\r\\x1b[2Jgone", two="a b\\n\\u202ec", obj=Path("x\\ny"))
logging.getLogger("x\\ny").warning("first\\nsecond %s", "\\x1b[31mred")
"""


def test_no_value_draws_a_line_of_its_own(tmp_path):
    terminal, lines = run(FORGED, tmp_path, debug=True)
    assert len(terminal.splitlines()) == 2
    assert terminal.replace("\n", "").isprintable()
    assert r"name\n2026-01-01 [info] forged" in terminal
    assert r"team='Lakers\r\x1b[2Jgone'" in terminal
    assert r"two='a b\n\u202ec'" in terminal
    assert r"first\nsecond \x1b[31mred" in terminal

    records = [json.loads(line) for line in lines]
    assert records[0]["event"] == "name\n2026-01-01 [info] forged"
    assert records[0]["team"] == "Lakers\r\x1b[2Jgone"
    assert records[1]["event"] == "first\nsecond \x1b[31mred"


def test_tracebacks_keep_their_lines_but_steer_no_terminal():
    shown = escape_controls(None, "error", {"event": "failed", "exception": "Traceback\n  x\x1b[2J\n"})
    assert shown["exception"] == "Traceback\n  x\\x1b[2J\n"


@pytest.mark.parametrize(("debug", "readable"), [(False, False), (True, True)])
def test_what_is_no_terminal_gets_json_unless_debugging(tmp_path, debug, readable):
    terminal, _ = run("log.info('odds_fetched', events=3)", tmp_path, debug=debug)
    if readable:
        assert "odds_fetched" in terminal
        assert "events=3" in terminal
    else:
        assert json.loads(terminal)["events"] == 3


def test_a_terminal_gets_lines_for_people(tmp_path):
    leader, follower = pty.openpty()
    try:
        run("log.info('odds_fetched', events=3)", tmp_path, stderr=follower)
        shown = os.read(leader, 4096).decode()
    finally:
        os.close(leader)
        os.close(follower)
    assert "odds_fetched" in shown
    assert "{" not in shown


def test_http_clients_are_quiet_at_debug_and_obey_a_higher_level(tmp_path):
    speak = (
        "logging.getLogger('urllib3.util.retry').{0}('x'); logging.getLogger('requests').{0}('x'); log.critical('end')"
    )
    assert len(run(speak.format("info"), tmp_path / "info")[1]) == 1
    assert len(run(speak.format("warning"), tmp_path / "warning")[1]) == 3
    assert len(run(speak.format("warning"), tmp_path / "error", level="ERROR")[1]) == 1


def test_no_handler_but_ours_is_left_when_django_is_set_up(tmp_path):
    script = """
import logging
kinds = {(name, type(handler).__module__) for name in [None, *logging.root.manager.loggerDict]
         for handler in logging.getLogger(name).handlers if not isinstance(handler, logging.NullHandler)}
print(sorted({module for _, module in kinds}))
print(logging.getLogger("django.server").propagate)
"""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
        cwd=REPOSITORY, env={**os.environ, "VAR_DIR": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "['oddsproject.log_handlers']\nTrue\n"


WRITE = """
import time
for number in range(150):
    log.info("written", process=int(sys.argv[1]), number=number, text="x" * 2000)
    time.sleep(0.01)
"""


def test_several_processes_write_through_a_rotation_and_nothing_is_lost(tmp_path):
    log_file = tmp_path / "odds_pipeline.log"
    head = HEAD.format(level="INFO", log_file=str(log_file), key=KEY, debug=False)
    head = head.replace(
        "logging.config.dictConfig", "config['handlers']['file']['when'] = 'S'\nlogging.config.dictConfig"
    )
    head += "config['root']['handlers'] = ['file']\nlogging.config.dictConfig(config)\n"
    writers = [
        subprocess.Popen([sys.executable, "-c", head + WRITE, str(process)], cwd=REPOSITORY, stderr=subprocess.PIPE)
        for process in range(4)
    ]
    assert [writer.communicate()[1] for writer in writers] == [b""] * 4
    files = sorted(tmp_path.glob("odds_pipeline.log*"))
    records = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert sorted((each["process"], each["number"]) for each in records) == [
        (process, number) for process in range(4) for number in range(150)
    ]
    assert len(files) > 1, "it never turned over"


def test_the_file_turns_over_daily_in_utc_and_is_kept_thirty_days(tmp_path):
    handler = daily_file(tmp_path / "logs" / "odds.log")
    assert (handler.when, handler.utc, handler.backupCount) == ("MIDNIGHT", True, RETENTION_DAYS)
    assert RETENTION_DAYS == 30
    handler.close()


def test_a_file_that_cannot_be_is_told_and_stops_nothing(tmp_path, capfd):
    (tmp_path / "logs").write_text("a file in the place of the folder")
    handler = daily_file(tmp_path / "logs" / "odds.log")
    handler.handle(None)
    assert capfd.readouterr().err == f"LOG_FILE: {tmp_path}/logs/odds.log: File exists; nothing is logged to a file\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_without_the_record(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "odds_pipeline.log").symlink_to("/dev/full")
    done = subprocess.run(
        [sys.executable, "-c", HEAD.format(level="INFO", log_file=str(tmp_path / "logs" / "odds_pipeline.log"), key=KEY,
         debug=False) + "logging.getLogger('a').info('%s', KEY)\nlog.info('x', k=KEY)"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "CANARY" not in done.stderr
    assert done.stderr.count("a log record was not written to") == 2
    assert done.stderr.count("No space left on device") == 2


def test_where_records_go_can_be_told_from_the_settings(settings):
    assert settings.LOGGING["handlers"]["file"]["path"] == settings.VAR_DIR / "logs" / "odds_pipeline.log"
    assert logging_config(level="INFO", log_file=Path("x"), secrets=[])["root"]["level"] == "INFO"


def test_a_device_is_written_to_and_never_turned_over():
    """Turning it over would rename it, which root may do."""
    handler = daily_file(Path("/dev/null"))
    handler.emit(logging.LogRecord("x", logging.INFO, "x", 1, "told", None, None))
    handler.close()
    assert isinstance(handler, Device)
    assert Path("/dev/null").is_char_device()
